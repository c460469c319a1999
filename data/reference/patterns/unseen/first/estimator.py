"""Estimators that run for as long as the machine does."""
from __future__ import annotations

import functools
import logging
import queue
import threading
import weakref
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Callable, ClassVar, Dict, List, Optional

log = logging.getLogger(__name__)
_instances: List["Estimator"] = []
_PARAMETERS: Dict[str, float] = {"gain": 1.0, "decay": 0.5}
_finalizers = weakref.WeakKeyDictionary()
_cache: Dict[tuple, float] = {}


@dataclass
class Diagnostics:
    residuals: List[float] = field(default_factory=list)
    modes: Dict[str, int] = field(default_factory=dict)
    window: deque = field(default_factory=lambda: deque(maxlen=50))
    notes: str = ""

    def record(self, residual: float) -> None:
        self.residuals += [residual]  # grows residuals
        self.window.append(residual)  # bounded window
        self.notes += f"{residual:.3f};"  # grows notes


class BaseEstimator:
    registry: ClassVar[Dict[str, type]] = {}
    _shared_errors: ClassVar[List[str]] = []

    def __init__(self) -> None:
        self._stats: Dict[str, Any] = {"steps": 0, "times": [], "last": None}
        self._history = []
        self._diagnostics = Diagnostics()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        BaseEstimator.registry[cls.__name__] = cls  # grows registry

    def reset(self) -> None:
        self._history = []


class Estimator(BaseEstimator):
    """A filter with memory."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.state = [0.0] * size
        self.covariance: Optional[Any] = None
        self.listeners: List[Callable[[float], None]] = []
        self.by_mode: Dict[str, List[float]] = defaultdict(list)
        self.recent: deque = deque(maxlen=10)
        self.buffer: List[float] = []
        self.events = Counter()
        self.tags = set()
        _instances.append(self)  # grows _instances

    def step(self, measurement: float, dt: float) -> float:
        self._stats["steps"] += 1
        self._stats["times"].append(dt)  # grows _stats
        self._stats["last"] = measurement
        self._history.append(measurement)  # grows _history
        self._diagnostics.residuals.append(measurement)  # grows _diagnostics.residuals
        self._diagnostics.record(measurement)
        self.recent.append(measurement)  # bounded recent
        self.state[0] += dt * measurement
        self.by_mode["tracking" if measurement > 0 else "idle"].append(measurement)  # grows by_mode
        self.buffer.append(measurement)  # bounded buffer
        if len(self.buffer) > self.size:
            self.buffer.pop(0)
        return self.state[0]

    def log_event(self, name: str) -> None:
        self.events[name] += 1  # grows events
        self.tags |= {name}  # grows tags
        self._shared_errors.append(name)  # grows _shared_errors

    def smooth(self, values: List[float]) -> List[float]:
        out = []
        for value in values:
            out.append(value * _PARAMETERS["gain"])
        scratch = {}
        for i, value in enumerate(values):
            scratch[i] = value
        return out

    def subscribe(self, listener: Callable[[float], None]) -> Callable[[], None]:
        self.listeners.append(listener)  # bounded listeners

        def unsubscribe() -> None:
            self.listeners.remove(listener)

        return unsubscribe

    @functools.lru_cache(maxsize=None)  # grows
    def gain(self, dt: float) -> float:
        return 1.0 / dt

    @functools.lru_cache(maxsize=128)
    def decay(self, dt: float) -> float:
        return 0.5 ** dt


def weight(a: float, b: float) -> float:
    key = (a, b)
    if key not in _cache:
        _cache[key] = a * b  # grows _cache
    return _cache[key]


def attach(obj: object, action: Callable[[], None]) -> None:
    _finalizers[obj] = action


def accumulate(value, into=[]):
    into.append(value)  # grows into
    return into


def collect(value, into=None):
    if into is None:
        into = []
    into.append(value)
    return into


class Cache:
    def __init__(self, limit: int = 100) -> None:
        self.limit = limit
        self._data: "OrderedDict[str, Any]" = OrderedDict()
        self._misses: List[str] = []
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._data:
                self._data.move_to_end(key)
                return self._data[key]
            self._misses.append(key)  # grows _misses
            value = self._data[key] = make()  # bounded _data
            if len(self._data) > self.limit:
                self._data.popitem(last=False)
            return value


class Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._jobs: "queue.Queue[Callable[[], Any]]" = queue.Queue()
        self._bounded = queue.Queue(maxsize=16)
        self.results: List[Any] = []
        self._stop = threading.Event()

    def submit(self, job: Callable[[], Any]) -> None:
        self._jobs.put(job)  # bounded _jobs
        self._bounded.put(job)  # bounded _bounded

    def run(self) -> None:
        while not self._stop.is_set():
            job = self._jobs.get()
            self.results.append(job())  # grows results
