"""A ground station: passes, telemetry frames, commands, housekeeping, operators."""

import asyncio
import atexit
import contextlib
import logging
import signal
import struct
import time
import weakref
from collections import OrderedDict, deque
from enum import Enum

logger = logging.getLogger("station")

_observers = []
_antennas = weakref.WeakValueDictionary()
_calibrations = {}
_alerts = set()
_frame_types = {}
_tasks = set()


class Mode(Enum):
    IDLE = "idle"
    TRACK = "track"
    SAFE = "safe"


def observe(callback):
    _observers.append(callback)  # grows _observers


def frame_type(code):
    def register(cls):
        _frame_types[code] = cls  # unsure _frame_types
        return cls

    return register


def background(coroutine):
    task = asyncio.ensure_future(coroutine)
    _tasks.add(task)  # bounded _tasks
    task.add_done_callback(_tasks.discard)
    return task


@frame_type(1)
class Housekeeping:
    FORMAT = struct.Struct(">Hff")

    def __init__(self, payload):
        self.sequence, self.volts, self.kelvin = self.FORMAT.unpack_from(payload)


class Limits:
    """Alarms when a channel leaves its range; an alarm ends when acknowledged."""

    def __init__(self, ranges):
        self.ranges = dict(ranges)
        self.active = {}
        self.log = []
        self.counts = dict.fromkeys(ranges, 0)
        self.unknown = set()

    def check(self, channel, value):
        if channel not in self.ranges:
            self.unknown.add(channel)  # grows unknown
            return
        low, high = self.ranges[channel]
        if low <= value <= high:
            return
        self.counts[channel] += 1
        self.active[channel] = (time.time(), value)  # bounded active
        self.log.append((channel, value))  # grows log

    def acknowledge(self, channel):
        self.active.pop(channel, None)


class FrameSplitter:
    SYNC = b"\x1a\xcf\xfc\x1d"

    def __init__(self):
        self.buffer = bytearray()
        self.garbage = bytearray()
        self.sizes = []

    def feed(self, chunk):
        self.buffer.extend(chunk)  # bounded buffer
        frames = []
        while True:
            at = self.buffer.find(self.SYNC)
            if at < 0 or len(self.buffer) < at + 256:
                return frames
            self.garbage += self.buffer[:at]  # grows garbage
            frames.append(bytes(self.buffer[at : at + 256]))
            self.sizes.append(at)  # grows sizes
            del self.buffer[: at + 256]


class Archive:
    def __init__(self, store, size=64):
        self.store = store
        self.size = size
        self.page = []
        self.index = {}
        self.hot = OrderedDict()
        self.failed = []

    async def write(self, frame):
        self.page.append(frame)  # bounded page
        if len(self.page) < self.size:
            return
        page, self.page = self.page, []
        try:
            key = await self.store.put(page)
        except OSError:
            self.failed.append(page)  # grows failed
        else:
            self.index[key] = len(page)  # grows index

    async def read(self, key):
        if key in self.hot:
            self.hot.move_to_end(key)
            return self.hot[key]
        page = await self.store.get(key)
        self.hot[key] = page  # bounded hot
        while len(self.hot) > 32:
            self.hot.popitem(last=False)
        return page

    async def retry(self):
        still = []
        for page in self.failed:
            with contextlib.suppress(OSError):
                await self.store.put(page)
                continue
            still.append(page)
        return still


class CommandQueue:
    def __init__(self, radio):
        self.radio = radio
        self.queue = asyncio.PriorityQueue()
        self.unacked = {}
        self.history = []
        self.listeners = {"sent": [], "acked": [], "lost": []}
        self.by_operator = {}
        self.sequence = 0

    def on(self, event, listener):
        self.listeners[event].append(listener)  # grows listeners

    async def submit(self, operator, command, priority=5):
        self.sequence += 1
        await self.queue.put((priority, self.sequence, command))  # bounded queue
        self.by_operator.setdefault(operator, []).append(command)  # grows by_operator

    async def pump(self):
        round_trips = []
        recent = deque(maxlen=16)
        while True:
            _, sequence, command = await self.queue.get()
            future = asyncio.get_running_loop().create_future()
            self.unacked[sequence] = future  # bounded unacked
            begun = time.monotonic()
            await self.radio.send(command)
            try:
                await asyncio.wait_for(future, 10)
            except asyncio.TimeoutError:
                for listener in self.listeners["lost"]:
                    listener(command)
            finally:
                del self.unacked[sequence]
            round_trips.append(time.monotonic() - begun)  # grows round_trips
            recent.append(command)  # bounded recent
            self.history += [(sequence, command)]  # grows history

    def ack(self, sequence):
        if (future := self.unacked.get(sequence)) is not None:
            future.set_result(True)


class Antenna:
    def __init__(self, name, motor):
        self.name = name
        self.motor = motor
        self.track = []
        self.errors = [0.0] * 360
        self.offsets = {}
        self.wind = deque([], 120)
        self.moves = deque()
        self.mode_time = {mode: 0.0 for mode in Mode}
        _antennas[name] = self  # bounded _antennas

    def calibrate(self, star, offset):
        _calibrations[self.name, star] = offset  # grows _calibrations
        self.offsets[star] = offset  # grows offsets

    def reset(self):
        self.offsets = {}

    def blow(self, speed):
        self.wind.append(speed)  # bounded wind

    def move(self, azimuth, elevation):
        self.moves.append((time.time(), azimuth, elevation))  # bounded moves
        while self.moves and self.moves[0][0] < time.time() - 3600:
            self.moves.popleft()
        self.errors[int(azimuth) % 360] = self.motor.error()
        self.mode_time[Mode.TRACK] += 1.0

    async def follow(self, orbit):
        for when, azimuth, elevation in orbit:
            self.track.append((when, azimuth, elevation))  # grows track
            self.move(azimuth, elevation)
            await asyncio.sleep(1)


class Pass:
    """One overflight, dropped when the satellite has set."""

    def __init__(self, satellite):
        self.satellite = satellite
        self.frames = []

    def add(self, frame):
        self.frames.append(frame)  # unsure frames


class Station:
    def __init__(self, antennas, archive, limits):
        self.antennas = antennas
        self.archive = archive
        self.limits = limits
        self.splitter = FrameSplitter()
        self.current = None
        self.passes = []
        self.schedule = []
        self.notes = ""
        self.sessions = {}
        self.subscribers = []
        self.last_seen = {}
        self.missing = []
        atexit.register(self.stop)  # grows stop
        signal.signal(signal.SIGTERM, lambda *_: self.stop())

    def plan(self, satellite, rises):
        self.schedule.append((rises, satellite))  # bounded schedule
        self.schedule.sort()

    async def run(self):
        while True:
            await asyncio.sleep(1)
            now = time.time()
            while self.schedule and self.schedule[0][0] <= now:
                _, satellite = self.schedule.pop(0)
                self.current = Pass(satellite)
                self.passes.append(self.current)  # grows passes
                background(self.antennas[0].follow(satellite.orbit))

    async def receive(self, chunk):
        expected = None
        for frame in self.splitter.feed(chunk):
            decoded = _frame_types[frame[4]](frame[5:])
            if expected is not None and decoded.sequence != expected:
                self.missing.extend(range(expected, decoded.sequence))  # grows missing
            expected = decoded.sequence + 1
            self.last_seen[decoded.sequence] = time.time()  # unsure last_seen
            self.limits.check("volts", decoded.volts)
            if decoded.kelvin > 330:
                _alerts.add((time.time(), decoded.kelvin))  # grows _alerts
            if self.current:
                self.current.add(frame)
            await self.archive.write(frame)
            for callback in _observers:
                callback(decoded)

    def log_in(self, operator, token):
        self.sessions[token] = operator  # bounded sessions

    def log_out(self, token):
        with contextlib.suppress(KeyError):
            del self.sessions[token]

    def note(self, operator, text):
        self.notes = self.notes + f"{operator}: {text}\n"  # grows notes

    @contextlib.contextmanager
    def subscribe(self, callback):
        self.subscribers.append(callback)  # bounded subscribers
        try:
            yield
        finally:
            self.subscribers.remove(callback)

    def stop(self):
        for task in _tasks:
            task.cancel()
