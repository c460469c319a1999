"""A gain-scheduled controller and what surrounds it."""
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional
import logging
import threading

import numpy as np

_log = logging.getLogger(__name__)
_GAIN_TABLE = {"low": [1.0, 2.0], "high": [4.0, 8.0]}
_solver_cache: Dict[str, np.ndarray] = {}


@dataclass
class Telemetry:
    time: List[float] = field(default_factory=list)
    force: List[float] = field(default_factory=list)
    tags: Dict[str, str] = field(default_factory=dict)
    recent: deque = field(default_factory=lambda: deque([], 64))

    def log(self, t: float, u: float) -> None:
        self.time.append(t)  # grows time
        self.force += [u]  # grows force
        self.recent.append(u)  # bounded recent


class ControllerBase:
    _instances: List["ControllerBase"] = []

    def __init__(self, gains: List[float], dt: float = 0.01):
        self.gains = list(gains)
        self.dt = dt
        self.telemetry = Telemetry()
        self._history: Dict[str, List[float]] = {"sigma": [], "u": []}
        self._hooks = []
        self._lock = threading.Lock()
        ControllerBase._instances.append(self)  # grows _instances

    def add_hook(self, hook):
        self._hooks.append(hook)  # bounded _hooks

    def remove_hook(self, hook):
        self._hooks.remove(hook)

    def reset(self) -> None:
        self._history = {"sigma": [], "u": []}


class Scheduled(ControllerBase):
    def __init__(self, gains, dt=0.01, window: int = 50):
        super().__init__(gains, dt)
        self.window = window
        self.errors: List[float] = []
        self.switches = []
        self.integral = np.zeros(2)
        self.table: Dict[str, List[float]] = {}
        self.mode_times: Dict[str, List[float]] = {}
        self.last: Optional[np.ndarray] = None
        self.snapshots: List[np.ndarray] = []
        self.phase = "low"
        for name, values in _GAIN_TABLE.items():
            self.table[name] = values  # bounded table

    def compute_control(self, state, history: Dict[str, Any]):
        sigma = float(np.dot(self.gains[:2], state[:2]))
        u = -self.gains[-1] * np.tanh(sigma)
        self._history["sigma"].append(sigma)  # grows _history
        history["u"].append(u)  # grows history
        self.telemetry.log(self.dt, u)
        self.telemetry.tags["mode"] = self.phase
        self.integral += np.array([sigma, u]) * self.dt
        self.errors.append(abs(sigma))  # bounded errors
        if len(self.errors) > self.window:
            del self.errors[0]
        if self._should_switch():
            self.switches.append((self.phase, sigma))  # grows switches
            self.phase = "high" if self.phase == "low" else "low"
        self.mode_times.setdefault(self.phase, []).append(self.dt)  # grows mode_times
        self.last = state
        with self._lock:
            for hook in self._hooks:
                hook(u)
        return u

    def _should_switch(self) -> bool:
        return len(self.errors) == self.window and float(np.mean(self.errors)) > 0.5

    def snapshot(self):
        self.snapshots.insert(0, self.integral.copy())  # bounded snapshots
        self.snapshots = self.snapshots[:20]


def solve(key: str, matrix: np.ndarray) -> np.ndarray:
    try:
        return _solver_cache[key]
    except KeyError:
        _solver_cache[key] = np.linalg.inv(matrix)  # grows _solver_cache
        return _solver_cache[key]


class Batch:
    def __init__(self, controllers):
        self.controllers = controllers
        self.results = []
        self.failures = {}
        self.progress = [0.0] * len(controllers)
        self.reports: Dict[int, str] = {}
        self._queue = deque()

    def run(self, states):
        self.results = []
        outputs = np.zeros((len(states), len(self.controllers)))
        for i, state in enumerate(states):
            history = {"u": []}
            for j, controller in enumerate(self.controllers):
                outputs[i, j] = controller.compute_control(state, history)
                self.progress[j] = i / len(states)
            self.results.append(history)  # bounded results
        return outputs

    def fail(self, index, error):
        self.failures.setdefault(index, []).append(error)  # grows failures
        _log.warning("failed")

    def enqueue(self, state):
        self._queue.append(state)  # bounded _queue

    def drain(self):
        while self._queue:
            yield self._queue.popleft()

    def report(self, number, text):
        self.reports[number] = text  # bounded reports
        if len(self.reports) > 100:
            self.reports.pop(min(self.reports))


def sweep(gains, states):
    table = {}
    rows = []
    for gain in gains:
        controller = Scheduled([gain, 1.0, 2.0])
        cost = sum(abs(controller.compute_control(s, {"u": []})) for s in states)
        table[gain] = cost
        rows.append((gain, cost))
    rows.sort(key=lambda row: row[1])
    return table, rows[:5]
