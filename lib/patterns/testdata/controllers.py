"""Controllers and monitors, with the idioms of long-running Python."""
import threading
import weakref
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Callable, Dict, List, Optional

REGISTRY: Dict[str, type] = {}
GAINS = {"classical": [1.0, 2.0]}
_pending = []


def register(name: str, cls: type) -> None:
    REGISTRY[name] = cls


@lru_cache(maxsize=None)
def table(size: int) -> list:
    return list(range(size))


@dataclass
class Report:
    lines: List[str] = field(default_factory=list)
    recent: deque = field(default_factory=lambda: deque(maxlen=20))

    def log(self, line: str) -> None:
        self.lines.append(line)
        self.recent.append(line)


class Controller:
    instances = []

    def __init__(self, plant, on_fault: Optional[Callable[[str], None]] = None):
        self.plant = plant
        self.on_fault = on_fault
        self.history = {"force": [], "state": []}
        self.last = deque(maxlen=10)
        self.trace = []
        self.counts = defaultdict(int)
        self.samples = defaultdict(list)
        self.unused = []
        Controller.instances.append(self)

    def step(self, state, history):
        force = -sum(state)
        self.history["force"].append(force)
        states = self.history["state"]
        states.append(tuple(state))
        self.last.append(force)
        history.setdefault("u", []).append(force)
        self.counts["steps"] += 1
        self._record(force)
        return force

    def _record(self, force):
        self.trace.append(force)
        if len(self.trace) > 1000:
            del self.trace[:500]

    def sample(self, channel: str, value: float):
        self.samples[channel].append(value)

    def reset(self):
        self.history = {"force": [], "state": []}
        self.trace.clear()

    def __del__(self):
        self.plant = None


class Monitor:
    def __init__(self, controller: Controller):
        self.controller = controller
        self._ref = weakref.ref(controller)
        self._callbacks = []
        self._cache = OrderedDict()
        self._lock = threading.Lock()
        self._alerts = []
        self._open = {}

    def add_callback(self, callback):
        self._callbacks.append(callback)

    def remove_callback(self, callback):
        self._callbacks.remove(callback)

    def lookup(self, key):
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        value = hash(key)
        self._cache[key] = value
        if len(self._cache) > 128:
            self._cache.popitem(last=False)
        return value

    def alert(self, message: str):
        self._alerts = self._alerts + [message]

    def begin(self, name):
        self._open[name] = 1

    def end(self, name):
        self._open.pop(name, None)

    def attach(self):
        self.controller.on_fault = self.alert

    def summary(self) -> str:
        parts = []
        for alert in self._alerts:
            parts.append(alert)
        parts += ["end"]
        return "".join(parts)


class BatchRunner:
    def __init__(self, size: int):
        self.size = size
        self.results = []
        self.worker = threading.Thread(target=self._run)
        self.matrix = [[0.0] * size for _ in range(size)]

    def run_all(self, cases):
        self.results = []
        for i, case in enumerate(cases):
            self.results.append(self._one(case))
            self.matrix[i % self.size] = case
        return self.results

    def _one(self, case):
        out = []
        collect(out, case)
        return out

    def _run(self):
        while True:
            _pending.append(self.size)


def collect(items, value):
    items.append(value)


def later(value):
    _pending.append(value)


def drain():
    while _pending:
        _pending.pop()
