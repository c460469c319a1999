"""Particle swarm tuning of an adaptive controller for a cart with a pendulum."""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Callable

import numpy as np

LOWER = np.array([1.0, 0.1, 0.5])
UPPER = np.array([50.0, 10.0, 20.0])
PHASES = ("explore", "exploit", "polish")

_cost_cache: dict[tuple, float] = {}
_phase_seconds: dict[str, float] = {}


@dataclass
class Telemetry:
    time: list[float] = field(default_factory=list)
    force: list[float] = field(default_factory=list)
    window: deque = field(default_factory=lambda: deque(maxlen=400))
    saturated: int = 0

    def record(self, t: float, u: float, limit: float) -> None:
        self.time.append(t)  # grows time
        self.force.append(u)  # grows force
        self.window.append((t, u))  # bounded window
        if abs(u) >= limit:
            self.saturated += 1


class AdaptiveController:
    """Sliding-mode control whose switching gain adapts to the disturbance."""

    def __init__(self, gains, max_force=150.0, dt=0.001):
        self.gains = np.asarray(gains, dtype=float)
        self.max_force = max_force
        self.dt = dt
        self.k = 1.0
        self.integral = 0.0
        self.telemetry = Telemetry()
        self.gain_history = []
        self.errors = np.empty(0)
        self.switches = []
        self.regressors = np.zeros((3, 3))
        self.events = {}
        self._previous = []
        self._last_sign = 0

    def compute(self, t, state):
        theta, omega = state[1], state[4]
        s = self.gains[0] * theta + omega
        self.integral += s * self.dt
        self.k += self.gains[1] * abs(s) * self.dt
        self.gain_history.append(self.k)  # grows gain_history
        self.errors = np.append(self.errors, theta)  # grows errors
        sign = int(np.sign(s))
        if sign != self._last_sign:
            self.switches += [t]  # grows switches
            self._last_sign = sign
        phi = np.array([theta, omega, s])
        self.regressors += np.outer(phi, phi)
        self._previous.append(s)  # bounded _previous
        if len(self._previous) > 10:
            del self._previous[0]
        u = -self.gains[2] * s - self.k * math.tanh(s / 0.05)
        if abs(u) > self.max_force:
            self.events[t] = u  # grows events
        u = max(-self.max_force, min(self.max_force, u))
        self.telemetry.record(t, u, self.max_force)
        return u

    def reset(self):
        self.k = 1.0
        self.integral = 0.0
        self._previous.clear()


@cache  # grows basis
def basis(order: int, x: float) -> float:
    return math.cos(order * math.acos(max(-1.0, min(1.0, x))))


@lru_cache(maxsize=2048)  # unsure transition
def transition(dt: float, damping: float) -> float:
    return math.exp(-damping * dt)


class Particle:
    __slots__ = ("position", "velocity", "best", "best_cost", "path", "stagnation")

    def __init__(self, rng):
        self.position = rng.uniform(LOWER, UPPER)
        self.velocity = np.zeros_like(self.position)
        self.best = self.position.copy()
        self.best_cost = math.inf
        self.path = [self.position.copy()]
        self.stagnation = 0

    def move(self, inertia, target, rng):
        r1, r2 = rng.random(2)
        self.velocity = (
            inertia * self.velocity
            + 1.5 * r1 * (self.best - self.position)
            + 1.5 * r2 * (target - self.position)
        )
        self.position = np.clip(self.position + self.velocity, LOWER, UPPER)
        self.path.append(self.position.copy())  # grows path


class Swarm:
    archives: list[np.ndarray] = []

    def __init__(self, make_controller, size=30, seed=0):
        self.make_controller = make_controller
        self.rng = np.random.default_rng(seed)
        self.particles = [Particle(self.rng) for _ in range(size)]
        self.best = None
        self.best_cost = math.inf
        self.convergence = []
        self.diversity = []
        self.elite = []
        self.visited = set()
        self.neighbours = defaultdict(list)
        self.callbacks: list[Callable] = []
        self.memo = OrderedDict()
        self.failures = defaultdict(int)

    def on_iteration(self, callback):
        self.callbacks.append(callback)  # grows callbacks

    def evaluate(self, position):
        key = tuple(np.round(position, 6))
        if key in self.memo:
            self.memo.move_to_end(key)
            return self.memo[key]
        cost = self._simulate(position)
        self.memo[key] = cost  # bounded memo
        while len(self.memo) > 1000:
            self.memo.popitem(last=False)
        _cost_cache.setdefault(key, cost)  # grows _cost_cache
        self.visited.add(key)  # grows visited
        return cost

    def _simulate(self, position):
        controller = self.make_controller(position)
        state = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
        cost = 0.0
        trace = []
        for step in range(2000):
            u = controller.compute(step * 0.001, state)
            state = state + 0.001 * np.array([state[3], state[4], 0, u, -9.81 * state[1] + u, 0])
            if not np.all(np.isfinite(state)):
                self.failures[str(position)] += 1  # grows failures
                return 1e6
            trace.append(state[1])
            cost += state[1] ** 2
        return cost + float(np.std(trace))

    def optimise(self, iterations):
        self.convergence = []
        for i in range(iterations):
            phase = PHASES[min(2, 3 * i // iterations)]
            _phase_seconds[phase] = _phase_seconds.get(phase, 0.0) + 1.0  # bounded _phase_seconds
            self.neighbours.clear()
            for p in self.particles:
                cost = self.evaluate(p.position)
                if cost < p.best_cost:
                    p.best, p.best_cost = p.position.copy(), cost
                if cost < self.best_cost:
                    self.best, self.best_cost = p.position.copy(), cost
                    self.elite.append((cost, p.position.copy()))  # bounded elite
                    self.elite = sorted(self.elite, key=lambda pair: pair[0])[:5]
                self.neighbours[int(p.position[0])].append(p)  # bounded neighbours
            for p in self.particles:
                p.move(0.7, self.best, self.rng)
            self.convergence.append(self.best_cost)  # bounded convergence
            self.diversity.append(np.std([p.position for p in self.particles]))  # grows diversity
            for callback in self.callbacks:
                callback(i, self.best_cost)
        type(self).archives.append(self.best)  # grows archives
        return self.best, self.best_cost


def compare(swarms):
    rows = []
    for name, swarm in swarms.items():
        best, cost = swarm.optimise(20)
        rows.append((name, best, cost))
    return sorted(rows, key=lambda row: row[2])
