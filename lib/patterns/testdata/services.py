import asyncio
import atexit
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any, Callable, Dict, List, Set

logger = logging.getLogger(__name__)

DEFAULTS = {"rate": 10}
_handlers: List[Callable[[str], None]] = []
_sessions: Dict[str, "Session"] = {}


def subscribe(handler):
    global _handlers
    _handlers = _handlers + [handler]


def session(user: str) -> "Session":
    if user not in _sessions:
        _sessions[user] = Session(user)
    return _sessions[user]


def logout(user: str) -> None:
    _sessions.pop(user, None)


class Session:
    max_events = 50

    def __init__(self, user: str):
        self.user = user
        self.events: List[str] = []
        self.tags: Set[str] = set()
        self.notes: Dict[str, Any] = {}
        self.attempts = 0

    def event(self, name: str) -> None:
        self.events.insert(0, name)
        del self.events[self.max_events:]

    def tag(self, *names: str) -> None:
        self.tags.update(names)

    def annotate(self, **notes: Any) -> None:
        self.notes.update(notes)

    def retry(self):
        self.attempts += 1


class Service:
    def __init__(self, repository, clock: Callable[[], float], workers: int = 2):
        self._repository = repository
        self._clock = clock
        self._pool = ThreadPoolExecutor(max_workers=workers)
        self._queue = Queue()
        self._futures = []
        self._by_id: Dict[int, Any] = {}
        self._latencies = []
        self._weights = [0.0] * workers
        self._tasks: Set[asyncio.Task] = set()
        atexit.register(self.close)

    def submit(self, request):
        start = self._clock()
        future = self._pool.submit(self._repository.load, request)
        self._futures.append(future)
        self._by_id[request.id] = request
        self._queue.put(request)
        self._latencies.append(self._clock() - start)
        if len(self._latencies) >= 500:
            self._latencies = self._latencies[-100:]
        return future

    def work(self):
        while True:
            request = self._queue.get()
            self._weights[request.worker] += 1.0
            del self._by_id[request.id]

    def spawn(self, coroutine):
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def gather(self):
        done, self._futures = self._futures, []
        return [future.result() for future in done]

    def close(self):
        self._pool.shutdown()


class Plotter:
    def __init__(self, axes):
        self.axes = axes
        self.lines = []
        self.labels = ()
        self.frames = None

    def draw(self, series):
        lines = self.lines
        for values in series:
            lines.append(self.axes.plot(values))
        labels = []
        labels.extend(str(i) for i in range(len(series)))
        self.labels = tuple(labels)

    def animate(self, count):
        if self.frames is None:
            self.frames = []
        for i in range(count):
            self.frames.append(i)

    def clear(self):
        self.lines.clear()


class Base:
    def __init__(self):
        self.log = []

    def note(self, text):
        self.log.append(text)


class Derived(Base):
    def __init__(self):
        super().__init__()
        self.extra = {}

    def work(self, item):
        self.note(item)
        self.log.append(item)
        self.extra.setdefault(item, 0)
        self.extra[item] += 1
