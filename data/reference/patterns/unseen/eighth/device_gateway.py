"""A gateway between field devices and subscribers, on asyncio protocols."""

import asyncio
import json
import logging
import struct
import time
from collections import defaultdict, deque
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace
from weakref import WeakKeyDictionary, WeakValueDictionary

log = logging.getLogger("gateway")
_sessions = WeakValueDictionary()
_handshakes = 0


class FrameError(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.context = []

    def note(self, what):
        self.context.append(what)  # bounded context
        return self


class DeviceProtocol(asyncio.Protocol):
    """Length-prefixed frames from one device."""

    connections = set()
    frames_by_kind = {}

    def __init__(self, hub):
        self.hub = hub
        self.buffer = bytearray()
        self.partial = b""
        self.transport = None
        self.device = None
        self.round_trips = []
        self.unacked = {}
        self.sequence = 0
        self.raw_log = []

    def connection_made(self, transport):
        self.transport = transport
        DeviceProtocol.connections.add(self)  # bounded connections

    def connection_lost(self, error):
        DeviceProtocol.connections.discard(self)
        if self.device is not None:
            self.hub.detach(self.device)

    def data_received(self, data):
        self.raw_log.append(data)  # grows raw_log
        self.partial += data  # bounded partial
        while len(self.partial) >= 4:
            (size,) = struct.unpack(">I", self.partial[:4])
            if len(self.partial) < size + 4:
                break
            frame, self.partial = self.partial[4 : size + 4], self.partial[size + 4 :]
            self.frame_received(json.loads(frame))

    def frame_received(self, frame):
        code = frame["op"]
        DeviceProtocol.frames_by_kind[code] = DeviceProtocol.frames_by_kind.get(code, 0) + 1  # unsure frames_by_kind
        if code == "hello":
            self.device = frame["id"]
            self.hub.attach(self.device, self)
        elif code == "ack":
            sent = self.unacked.pop(frame["seq"], None)
            if sent is not None:
                self.round_trips.append(time.monotonic() - sent)  # grows round_trips
        elif code == "data":
            self.hub.publish(self.device, frame["values"])
        else:
            raise FrameError(code).note(self.device)

    def send(self, message):
        self.sequence += 1
        self.unacked[self.sequence] = time.monotonic()  # bounded unacked
        body = json.dumps({**message, "seq": self.sequence}).encode()
        self.transport.write(struct.pack(">I", len(body)) + body)


class Hub:
    def __init__(self, keep=100):
        self.devices = {}
        self.last = {}
        self.recent = defaultdict(lambda: deque(maxlen=keep))
        self.queues = {}
        self.waiters = defaultdict(list)
        self.offline_since = {}
        self.flaps = defaultdict(int)
        self.rejected = []
        self.names = WeakKeyDictionary()
        self.rules = []
        self.condition = asyncio.Condition()
        self.totals = SimpleNamespace(messages=0, bytes=0)
        self.outages = []

    def attach(self, device, protocol):
        if device in self.devices:
            self.rejected.append((device, time.time()))  # grows rejected
            protocol.transport.abort()
            return
        self.devices[device] = protocol  # bounded devices
        self.names[protocol] = device  # bounded names
        since = self.offline_since.pop(device, None)
        if since is not None:
            self.outages.append(time.time() - since)  # grows outages
        for waiter in self.waiters.pop(device, []):
            waiter.set_result(protocol)

    def detach(self, device):
        self.devices.pop(device, None)
        self.offline_since[device] = time.time()  # bounded offline_since
        self.flaps[device] += 1  # grows flaps

    async def wait_for(self, device):
        if device in self.devices:
            return self.devices[device]
        waiter = asyncio.get_running_loop().create_future()
        self.waiters[device].append(waiter)  # bounded waiters
        return await waiter

    def publish(self, device, values):
        self.totals.messages += 1
        self.last[device] = values  # grows last
        for name, value in values.items():
            for rule in self.rules:
                rule(device, name, value)
        for queue in self.queues.get(device, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(values)

    def rule(self, fn):
        self.rules.append(fn)  # grows rules
        return fn

    @asynccontextmanager
    async def subscription(self, device, size=10):
        queue = asyncio.Queue(size)
        self.queues.setdefault(device, set()).add(queue)  # bounded queues
        try:
            yield queue
        finally:
            self.queues[device].discard(queue)
            if not self.queues[device]:
                del self.queues[device]


class Archive:
    """Writes rows in batches, old files first out."""

    def __init__(self, folder, keep=7):
        self.folder = folder
        self.keep = keep
        self.rows = []
        self.files = []
        self.failed = []
        self.checks = {}
        self._lock = asyncio.Lock()

    async def add(self, row):
        async with self._lock:
            self.rows.append(row)  # bounded rows
            if len(self.rows) < 500:
                return
            rows, self.rows = self.rows, []
        path = f"{self.folder}/{int(time.time())}.json"
        try:
            await asyncio.to_thread(self._write, path, rows)
        except OSError as error:
            self.failed.append((path, rows, error))  # grows failed
        self.files.append(path)  # bounded files
        if len(self.files) > self.keep:
            oldest, *self.files = self.files
            log.info("remove %s", oldest)

    def _write(self, path, rows):
        text = "\n".join(json.dumps(row) for row in rows)
        self.checks[path] = hash(text)  # grows checks
        with open(path, "w") as out:
            out.write(text)


class Poller:
    def __init__(self, hub, period):
        self.hub = hub
        self.period = period
        self.tasks = {}
        self.cycles = []
        self.errors = deque([], maxlen=30)

    def start(self, device):
        if device in self.tasks:
            return
        self.tasks[device] = asyncio.create_task(self._poll(device))  # bounded tasks

    def stop(self, device):
        self.tasks.pop(device).cancel()

    async def _poll(self, device):
        while True:
            begun = time.monotonic()
            try:
                protocol = await asyncio.wait_for(self.hub.wait_for(device), 5)
                protocol.send({"op": "poll"})
            except asyncio.TimeoutError as error:
                self.errors.append(error)  # bounded errors
            self.cycles += [time.monotonic() - begun]  # grows cycles
            await asyncio.sleep(self.period)


async def serve(hub, port):
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        server = await loop.create_server(lambda: DeviceProtocol(hub), port=port)
        await stack.enter_async_context(server)
        await server.serve_forever()
