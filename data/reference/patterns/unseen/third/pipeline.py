"""Batches, sinks and everything in between."""
import asyncio
import contextlib
import functools
import threading
from collections import ChainMap, OrderedDict, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Deque, Dict, Iterable, List, NamedTuple, Optional

BATCHES: List[list] = []
_sinks: Dict[str, "Sink"] = {}
_lock = threading.Lock()
_seen_hashes = set()
LEVELS = ("low", "high")


class Record(NamedTuple):
    key: str
    value: float


class Sink:
    """Writes records somewhere."""

    instances = 0
    by_kind: Dict[str, List["Sink"]] = defaultdict(list)

    def __init__(self, name: str, kind: str = "file"):
        self.name = name
        self.buffer: List[Record] = []
        self.failed: List[Record] = []
        self.offsets: Dict[str, int] = {}
        self.listeners = []
        self.bytes_written = 0
        self.partitions = [[] for _ in range(4)]
        self.open_files = {}
        self._last = None
        Sink.by_kind[kind].append(self)  # grows by_kind
        with _lock:
            _sinks[name] = self  # grows _sinks

    def write(self, record: Record) -> None:
        self.buffer.append(record)  # bounded buffer
        self.partitions[hash(record.key) % 4].append(record)  # grows partitions
        self.bytes_written += len(record.key)
        if len(self.buffer) >= 500:
            self._drain()

    def _drain(self) -> None:
        batch, self.buffer = self.buffer, []
        for record in batch:
            try:
                self.emit(record)
            except OSError:
                self.failed.append(record)  # grows failed

    def emit(self, record: Record) -> None:
        self.offsets[record.key] = self.offsets.get(record.key, 0) + 1  # grows offsets
        self._last = record
        for listener in self.listeners:
            listener(record)

    def listen(self, listener: Callable[[Record], None]) -> None:
        self.listeners.append(listener)  # grows listeners

    @contextlib.contextmanager
    def file(self, path: str):
        handle = self.open_files[path] = open(path)  # bounded open_files
        try:
            yield handle
        finally:
            handle.close()
            self.open_files.pop(path)


class Window:
    def __init__(self, size: int):
        self.size = size
        self.values: Deque[float] = deque()
        self.total = 0.0
        self.extremes = []
        self.by_key: "OrderedDict[str, float]" = OrderedDict()
        self.summary = {}

    def push(self, record: Record) -> float:
        self.values.append(record.value)  # bounded values
        self.total += record.value
        while len(self.values) > self.size:
            self.total -= self.values.popleft()
        if abs(record.value) > 3:
            self.extremes += [record.value]  # grows extremes
        self.by_key[record.key] = record.value  # bounded by_key
        self.by_key.move_to_end(record.key)
        if len(self.by_key) > 10 * self.size:
            self.by_key.popitem(last=False)
        self.summary.update(total=self.total, count=len(self.values))
        return self.total / len(self.values)


class Pipeline:
    def __init__(self, stages: Iterable[Callable], pool: Optional[ThreadPoolExecutor] = None):
        self.stages = list(stages)
        self.pool = pool or ThreadPoolExecutor()
        self.futures = []
        self.results: Dict[int, Any] = {}
        self.errors: List[BaseException] = []
        self.context = ChainMap()
        self._ids = 0
        self._observers: List[Callable] = []
        self._retries: Dict[int, int] = {}
        self.trace: str = ""
        self._graph = {stage: [] for stage in self.stages}

    def submit(self, item):
        self._ids += 1
        self.futures.append(self.pool.submit(self._run, item))  # bounded futures
        self.futures = [future for future in self.futures if not future.done()]
        self.results[self._ids] = None  # grows results
        return self._ids

    def _run(self, item):
        for stage in self.stages:
            try:
                item = stage(item)
                self.trace += f"{stage.__name__} "  # grows trace
            except Exception as error:
                self.errors.append(error)  # grows errors
                for observer in self._observers:
                    observer(error)
                raise
        return item

    def retry(self, number):
        self._retries[number] = self._retries.get(number, 0) + 1  # bounded _retries
        if self._retries[number] > 3:
            del self._retries[number]

    def observe(self, observer):
        self._observers.append(observer)  # bounded _observers
        return functools.partial(self._observers.remove, observer)

    def connect(self, source, target):
        self._graph[source].append(target)  # grows _graph

    def run_all(self, items):
        outputs = []
        scratch = defaultdict(list)
        for item in items:
            scratch[item].append(self._run(item))
            outputs.extend(scratch[item])
        return outputs

    def close(self):
        self.pool.shutdown()


def dedupe(records):
    for record in records:
        digest = hash(record)
        if digest in _seen_hashes:
            continue
        _seen_hashes.add(digest)  # grows _seen_hashes
        yield record


def batch(records, size=100):
    current = []
    for record in records:
        current.append(record)
        if len(current) == size:
            BATCHES.append(current)  # grows BATCHES
            current = []
    return current


def once(function):
    done = []

    @functools.wraps(function)
    def wrapper(*args):
        if not done:
            done.append(function(*args))  # bounded done
        return done[0]

    return wrapper


class Cached:
    def __init__(self, function):
        self.function = function
        self.store = {}
        self.hits = []

    def __get__(self, instance, owner):
        return functools.partial(self, instance)

    def __call__(self, *args):
        if args in self.store:
            self.hits.append(args)  # grows hits
            return self.store[args]
        self.store[args] = value = self.function(*args)  # grows store
        return value


class Bus:
    _subscribers: Dict[type, set] = {}

    @classmethod
    def subscribe(cls, event, handler):
        cls._subscribers.setdefault(event, set()).add(handler)  # bounded _subscribers

    @classmethod
    def unsubscribe(cls, event, handler):
        cls._subscribers.get(event, set()).discard(handler)

    @classmethod
    def clear(cls):
        cls._subscribers = {}


class Poller:
    def __init__(self, bus: Bus, interval: float):
        self.interval = interval
        self.samples = []
        self.queue = asyncio.Queue()
        self._timer = None
        bus.subscribe("tick", self.on_tick)  # grows

    def on_tick(self, value):
        self.samples = self.samples[-99:] + [value]  # bounded samples

    async def produce(self, values):
        for value in values:
            await self.queue.put(value)  # bounded queue

    async def consume(self):
        while True:
            value = await self.queue.get()
            yield value

    def start(self):
        self._timer = threading.Timer(self.interval, self.start)  # grows
        self._timer.daemon = True
        self._timer.start()


def tabulate(rows):
    widths = {}
    for row in rows:
        for name, cell in row.items():
            widths[name] = max(widths.get(name, 0), len(str(cell)))
    lines = []
    for row in rows:
        lines += [" ".join(str(cell) for cell in row.values())]
    return lines, widths
