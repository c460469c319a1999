"""A web service for meter readings: asynchronous, with live streams and alarms."""

import asyncio
import contextlib
import contextvars
import json
import time
import uuid
from collections import defaultdict, deque
from typing import Any, AsyncIterator, Optional

from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket, WebSocketDisconnect

app = FastAPI()
router = APIRouter(prefix="/readings")

request_id = contextvars.ContextVar("request_id")
limits = defaultdict(deque)
user_agents = {}
background = set()
recent_errors = deque(maxlen=100)
status_counts = defaultdict(int)
slow_requests = []
response_cache: dict[str, tuple[float, Any]] = {}
idempotency: dict[str, dict] = {}


@app.middleware("http")
async def observe(request: Request, call_next):
    token = request_id.set(uuid.uuid4().hex)
    started = time.perf_counter()
    user_agents[request.client.host] = request.headers.get("user-agent")  # grows user_agents
    try:
        response = await call_next(request)
        status_counts[response.status_code // 100] += 1  # bounded status_counts
        return response
    except Exception as error:
        recent_errors.append(repr(error))  # bounded recent_errors
        raise
    finally:
        elapsed = time.perf_counter() - started
        if elapsed > 1:
            slow_requests.append((request.url.path, elapsed))  # grows slow_requests
        request_id.reset(token)


def rate_limit(request: Request, per_minute: int = 60):
    now = time.monotonic()
    window = limits[request.client.host]  # grows limits
    while window and window[0] < now - 60:
        window.popleft()
    if len(window) >= per_minute:
        raise PermissionError("too many requests")
    window.append(now)  # bounded limits


class Hub:
    def __init__(self):
        self.sockets: dict[str, set[WebSocket]] = defaultdict(set)
        self.backlog: dict[str, list[dict]] = defaultdict(list)
        self.delivered = 0
        self.drops: list[str] = []
        self.waiters: list[asyncio.Future] = []
        self.acks: dict[str, asyncio.Event] = {}

    async def join(self, meter: str, socket: WebSocket) -> None:
        await socket.accept()
        self.sockets[meter].add(socket)  # bounded sockets
        for reading in self.backlog.pop(meter, []):
            await socket.send_json(reading)

    def leave(self, meter: str, socket: WebSocket) -> None:
        self.sockets[meter].discard(socket)
        if not self.sockets[meter]:
            del self.sockets[meter]

    async def publish(self, meter: str, reading: dict) -> None:
        if meter not in self.sockets:
            self.backlog[meter].append(reading)  # bounded backlog
            return
        for socket in list(self.sockets[meter]):
            try:
                await socket.send_json(reading)
                self.delivered += 1
            except RuntimeError:
                self.drops.append(meter)  # grows drops
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(reading)
        self.waiters.clear()

    async def next_reading(self) -> dict:
        future = asyncio.get_running_loop().create_future()
        self.waiters.append(future)  # bounded waiters
        return await future

    async def confirmed(self, message: str, timeout: float) -> bool:
        event = self.acks[message] = asyncio.Event()  # bounded acks
        try:
            await asyncio.wait_for(event.wait(), timeout)
            return True
        except asyncio.TimeoutError:
            return False
        finally:
            self.acks.pop(message, None)


class AlarmBook:
    """Rules over a sliding window of values per meter."""

    _all_rules: list = []

    def __init__(self, horizon: float = 900.0):
        self.horizon = horizon
        self.windows: dict[str, deque] = {}
        self.active: dict[str, float] = {}
        self.raised: list[tuple[str, float]] = []
        self.silenced: set[str] = set()
        self.callbacks: list = []
        self.last: dict[str, float] = {}
        self.peaks: dict[str, float] = {}

    def rule(self, fn):
        AlarmBook._all_rules.append(fn)  # grows _all_rules
        return fn

    def observe(self, meter: str, value: float) -> None:
        now = time.time()
        window = self.windows.setdefault(meter, deque())  # grows windows
        window.append((now, value))  # bounded windows
        while window[0][0] < now - self.horizon:
            window.popleft()
        if value > self.peaks.get(meter, float("-inf")):
            self.peaks[meter] = value  # grows peaks
        mean = sum(v for _, v in window) / len(window)
        if value > 3 * mean and meter not in self.silenced:
            self.active[meter] = now  # bounded active
            self.raised.append((meter, now))  # grows raised
        elif meter in self.active and value < mean:
            del self.active[meter]

    def silence(self, meter: str) -> None:
        self.silenced.add(meter)  # bounded silenced

    def unsilence(self, meter: str) -> None:
        self.silenced.discard(meter)

    @contextlib.contextmanager
    def listening(self, callback):
        self.callbacks.append(callback)  # bounded callbacks
        try:
            yield self
        finally:
            self.callbacks.remove(callback)


hub = Hub()
alarms = AlarmBook()


def in_background(work):
    task = asyncio.create_task(work)
    background.add(task)  # bounded background
    task.add_done_callback(background.discard)
    return task


@router.post("/{meter}")
async def receive(meter: str, request: Request, _: None = Depends(rate_limit)):
    key = request.headers.get("idempotency-key")
    if key in idempotency:
        return idempotency[key]
    body = await request.json()
    problems = []
    for name in ("at", "value"):
        if name not in body:
            problems.append(f"{name} is missing")
    if problems:
        return {"problems": problems}
    alarms.observe(meter, body["value"])
    in_background(hub.publish(meter, body))
    answer = {"meter": meter, "id": request_id.get()}
    if key:
        idempotency[key] = answer  # grows idempotency
    return answer


@router.get("/{meter}/summary")
async def summary(meter: str, since: Optional[float] = None):
    kept = response_cache.get(meter)
    if kept and kept[0] > time.time():
        return kept[1]
    window = alarms.windows.get(meter, ())
    result = {"count": len(window), "since": since}
    response_cache[meter] = (time.time() + 10, result)  # bounded response_cache
    return result


async def expire():
    while True:
        await asyncio.sleep(30)
        now = time.time()
        for meter, (until, _) in list(response_cache.items()):
            if until < now:
                response_cache.pop(meter)


@app.websocket("/live/{meter}")
async def live(socket: WebSocket, meter: str):
    await hub.join(meter, socket)
    transcript = []
    try:
        while True:
            text = await socket.receive_text()
            transcript.append(json.loads(text))  # grows transcript
    except WebSocketDisconnect:
        hub.leave(meter, socket)


async def merged(meters: list[str]) -> AsyncIterator[dict]:
    queue: asyncio.Queue = asyncio.Queue(maxsize=100)
    history = []
    while True:
        reading = await queue.get()
        history.append(reading)  # grows history
        if reading["meter"] in meters:
            yield {**reading, "mean": sum(r["value"] for r in history) / len(history)}


@app.on_event("startup")
async def start():
    app.include_router(router)
    in_background(expire())
