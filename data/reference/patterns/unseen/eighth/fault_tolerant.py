"""Observers, residual evaluation and a genetic search for the gains of a crane controller."""

import bisect
import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.linalg import norm

G = 9.81
_table_cache: dict = {}


class Mode(IntEnum):
    NOMINAL = 0
    DEGRADED = 1
    SAFE = 2


@dataclass
class Alarm:
    time: float
    channel: str
    value: float


class SlidingObserver:
    def __init__(self, dt, gains):
        self.dt = dt
        self.gains = gains
        self.estimate = np.zeros(4)
        self.correction = np.zeros(4)
        self.residuals = deque()
        self.norms = []
        self.gain_schedule = {}
        self.steps = 0
        self.worst = []
        self.log = np.zeros((1000, 5))

    def update(self, u, y):
        e = y - self.estimate[: len(y)]
        self.residuals.append((self.steps * self.dt, norm(e)))  # bounded residuals
        while self.residuals[0][0] < self.steps * self.dt - 2.0:
            self.residuals.popleft()
        self.norms = self.norms + [float(norm(e))]  # grows norms
        self.log[self.steps % len(self.log), 0] = self.steps
        if len(self.worst) < 10:
            heapq.heappush(self.worst, norm(e))  # bounded worst
        else:
            heapq.heappushpop(self.worst, norm(e))
        self.estimate = self.estimate + self.dt * (self.gains @ np.sign(e))
        self.steps += 1
        return self.estimate

    def schedule(self, length):
        bucket = int(length * 10)
        if bucket not in self.gain_schedule:
            self.gain_schedule[bucket] = self.gains / math.sqrt(G / max(length, 0.1))  # unsure gain_schedule
        return self.gain_schedule[bucket]


class Diagnosis:
    def __init__(self, thresholds):
        self.thresholds = thresholds
        self.violations = {name: 0 for name in thresholds}
        self.alarms = []
        self.active = {}
        self.acknowledged = []
        self.trend = {name: deque(maxlen=50) for name in thresholds}
        self.mode_log = []
        self.seconds = {mode: 0.0 for mode in Mode}
        self.mode = Mode.NOMINAL
        self.onsets = []
        self.latched = set()

    def check(self, t, values):
        for name, value in values.items():
            self.trend[name].append(value)  # bounded trend
            if abs(value) <= self.thresholds[name]:
                self.active.pop(name, None)
                continue
            self.violations[name] += 1
            if name not in self.active:
                self.active[name] = t  # bounded active
                bisect.insort(self.onsets, t)  # grows onsets
            if t - self.active[name] > 0.5:
                self.raise_alarm(Alarm(t, name, value))
        self.seconds[self.mode] += 0.01

    def raise_alarm(self, alarm):
        self.alarms.append(alarm)  # bounded alarms
        self.latched.add(alarm.channel)  # bounded latched
        if self.mode is not Mode.SAFE:
            self.switch(Mode(self.mode + 1), alarm.time)

    def acknowledge(self):
        taken, self.alarms[:] = list(self.alarms), []
        self.latched -= {alarm.channel for alarm in taken}
        self.acknowledged.extend(taken)  # grows acknowledged
        return taken

    def switch(self, mode, t):
        self.mode_log.append((t, self.mode, mode))  # grows mode_log
        self.mode = mode


class CraneController:
    def __init__(self, gains, observer, diagnosis):
        self.gains = gains
        self.observer = observer
        self.diagnosis = diagnosis
        self.integral = 0.0
        self.u_history = []
        self.reference = []
        self.saturation = {"count": 0, "times": []}
        self.phase_plane = {"theta": [], "omega": []}
        self.filter_state = [0.0, 0.0, 0.0]
        self.delay = [0.0] * 5

    def plan(self, start, goal, steps):
        self.reference = []
        for k in range(steps):
            s = k / max(1, steps - 1)
            self.reference.append(start + (goal - start) * (3 * s**2 - 2 * s**3))  # bounded reference

    def compute(self, t, y):
        x = self.observer.update(self.u_history[-1] if self.u_history else 0.0, y)
        target = self.reference.pop(0) if self.reference else 0.0
        error = target - x[0]
        self.integral = np.clip(self.integral + error * 0.01, -5, 5)
        u = self.gains @ np.array([error, -x[1], -x[2], self.integral])
        self.filter_state = [u, *self.filter_state[:-1]]
        self.delay.append(float(np.mean(self.filter_state)))  # bounded delay
        u = self.delay.pop(0)
        if abs(u) > 20:
            self.saturation["count"] += 1
            self.saturation["times"].append(t)  # grows saturation
            u = math.copysign(20, u)
        self.u_history.append(u)  # grows u_history
        for name, value in zip(("theta", "omega"), x[1:3]):
            self.phase_plane[name].append(value)  # grows phase_plane
        self.diagnosis.check(t, {"position": x[0] - y[0]})
        return u


class GeneticSearch:
    hall_of_fame: list = []

    def __init__(self, fitness, size=40, seed=1):
        self.fitness = fitness
        self.rng = np.random.default_rng(seed)
        self.population = [self.rng.uniform(0, 50, 4) for _ in range(size)]
        self.scores = {}
        self.best_per_generation = []
        self.lineage = {}
        self.tabu = deque([], 200)
        self.offspring = []
        self.archive = []
        self.evaluations = 0
        self.mutations = []

    def score(self, genome):
        key = genome.tobytes()
        if key not in self.scores:
            self.evaluations += 1
            self.scores[key] = self.fitness(genome)  # grows scores
            self.tabu.append(key)  # bounded tabu
        return self.scores[key]

    def dominate(self, candidate):
        self.archive = [other for other in self.archive if not np.all(candidate <= other)]
        self.archive.append(candidate)  # unsure archive

    def generation(self, number):
        ranked = sorted(self.population, key=self.score)
        self.offspring = []
        while len(self.offspring) < len(self.population):
            a, b = self.rng.choice(len(ranked) // 2, 2)
            child = (ranked[a] + ranked[b]) / 2 + self.rng.normal(0, 1, 4)
            self.lineage[child.tobytes()] = (a, b)  # grows lineage
            self.offspring.append(child)  # bounded offspring
        self.population = ranked[:2] + self.offspring[2:]
        self.best_per_generation.append(self.score(ranked[0]))  # grows best_per_generation
        self.mutations.append(float(np.std(self.population)))  # bounded mutations
        self.mutations[:] = self.mutations[-20:]
        GeneticSearch.hall_of_fame = sorted(GeneticSearch.hall_of_fame + [ranked[0]], key=self.score)[:10]  # bounded hall_of_fame
        return ranked[0]


def lookup(rows, x):
    key = id(rows)
    table = _table_cache.get(key)
    if table is None:
        table = _table_cache[key] = sorted(rows)  # grows _table_cache
    i = bisect.bisect(table, (x,))
    return table[min(i, len(table) - 1)][1]


def simulate(controller, steps):
    x = np.array([0.0, 0.1, 0.0, 0.0])
    positions = []
    forces = np.empty(steps)
    for k in range(steps):
        forces[k] = controller.compute(k * 0.01, x)
        x = x + 0.01 * np.array([x[2], x[3], forces[k], -G * x[1]])
        positions.append(x[0])
    return np.array(positions), forces
