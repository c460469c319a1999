"""A brewery: tanks, probes, recipes, alarms, yeast generations, a control loop."""

from __future__ import annotations

import asyncio
import bisect
import functools
import logging
import signal
import sqlite3
import time
from collections import Counter, defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Callable, ClassVar

import pandas as pd

log = logging.getLogger(__name__)

UNITS = ("celsius", "bar", "plato", "ph")
calibration: dict[str, float] = {}
probes: dict[str, "Probe"] = {}
_alarm_hooks: list[Callable] = []
_spent: list = []
_connections = {}
_suppressed: set[str] = set()


class Stage(StrEnum):
    MASH = "mash"
    BOIL = "boil"
    FERMENT = "ferment"
    CONDITION = "condition"


def on_alarm(fn):
    """Decorator: the function is called for every alarm."""
    _alarm_hooks.append(fn)  # grows _alarm_hooks
    return fn


def calibrate(unit, offset):
    if unit not in UNITS:
        raise ValueError(unit)
    calibration[unit] = offset  # bounded calibration


@contextmanager
def suppressed(code):
    _suppressed.add(code)  # bounded _suppressed
    try:
        yield
    finally:
        _suppressed.discard(code)


@functools.lru_cache(maxsize=None)  # grows density
def density(temperature, extract):
    return 1 + extract / (258.6 - extract / 258.2 * 227.1) - temperature / 1e4


@functools.lru_cache(maxsize=512)
def bitterness(grams, alpha, minutes):
    return grams * alpha * (1 - 2.718 ** (-0.04 * minutes))


def connect(path):
    if path not in _connections:
        _connections[path] = sqlite3.connect(path)  # grows _connections
    return _connections[path]


def mix(ingredient, into=[]):
    into.append(ingredient)  # grows into
    return into


@dataclass
class Reading:
    at: float
    value: float


@dataclass
class Recipe:
    name: str
    steps: list[tuple[Stage, float]] = field(default_factory=list)
    tasted: list[str] = field(default_factory=list)
    brewed: int = 0

    catalogue: ClassVar[dict[str, Recipe]] = {}

    def __post_init__(self):
        Recipe.catalogue[self.name] = self  # grows catalogue

    def taste(self, remark: str):
        self.tasted += [remark]  # grows tasted


class Probe:
    def __init__(self, name: str, unit: str, period: float = 1.0):
        self.name = name
        self.unit = unit
        self.period = period
        self.readings: list[Reading] = []
        self.sorted: list[float] = []
        self.window: deque[float] = deque(maxlen=300)
        self.outliers: deque[Reading] = deque()
        self.by_minute: dict[int, list[float]] = defaultdict(list)
        self.quality = Counter()
        self.gaps = pd.DataFrame(columns=["at", "seconds"])
        probes[name] = self  # grows probes

    def read(self, value: float, now: float | None = None):
        now = now or time.time()
        self.window.append(value)  # bounded window
        self.readings.append(Reading(now, value))  # bounded readings
        if len(self.readings) > 10_000:
            self.readings = self.readings[-5_000:]
        bisect.insort(self.sorted, value)  # grows sorted
        self.by_minute[int(now // 60)].append(value)  # grows by_minute
        self.quality["good" if 0 < value < 110 else "bad"] += 1  # bounded quality
        if value > 110:
            self.outliers.append(Reading(now, value))  # grows outliers

    def gap(self, at: float, seconds: float):
        self.gaps.loc[len(self.gaps)] = [at, seconds]  # grows gaps

    def median(self):
        return self.sorted[len(self.sorted) // 2]


class Yeast:
    lines: dict[str, list[Yeast]] = {}

    def __init__(self, strain: str, parent: Yeast | None = None):
        self.strain = strain
        self.parent = parent
        self.children: list[Yeast] = []
        if parent is not None:
            parent.children.append(self)  # grows children
        self.lines.setdefault(strain, []).append(self)  # grows lines


class Tank:
    def __init__(self, name: str, *tank_probes: Probe):
        self.name = name
        self.probes = {probe.name: probe for probe in tank_probes}
        self.batch: Batch | None = None
        self.emptied: list[Batch] = []
        self.stage_seconds: dict[Stage, float] = {}
        self.cleanings: list[float] = []
        self.pressure = b""
        self.actions: asyncio.Queue = asyncio.Queue()
        self.valves: dict[str, bool] = dict.fromkeys(("in", "out", "vent"), False)

    def fill(self, batch: Batch):
        self.batch = batch
        self.cleanings.clear()

    def empty(self):
        batch, self.batch = self.batch, None
        self.emptied.append(batch)  # grows emptied
        return batch

    def clean(self):
        self.cleanings.append(time.time())  # bounded cleanings

    def spend(self, stage: Stage, seconds: float):
        self.stage_seconds[stage] = self.stage_seconds.get(stage, 0) + seconds  # bounded stage_seconds

    def log_pressure(self, raw: bytes):
        self.pressure += raw  # grows pressure

    def valve(self, name: str, state: bool):
        assert name in self.valves
        self.valves[name] = state  # bounded valves

    async def act(self):
        while True:
            action = await self.actions.get()
            action(self)
            self.actions.task_done()

    def plan(self, action):
        self.actions.put_nowait(action)  # bounded actions


class Batch:
    _next = 0

    def __init__(self, recipe: Recipe):
        type(self)._next += 1
        self.number = type(self)._next
        self.recipe = recipe
        self.additions: list[tuple[float, str]] = []
        self.gravity: list[float] = []
        self.alerts: set[str] = set()

    def add(self, ingredient: str):
        self.additions.append((time.time(), ingredient))  # grows additions

    def measure(self, gravity: float):
        self.gravity[-3:] = self.gravity[-2:] + [gravity]  # bounded gravity

    def alert(self, code: str):
        if code in _suppressed:
            return
        self.alerts.add(code)  # bounded alerts
        for hook in _alarm_hooks:
            hook(self, code)

    def acknowledge(self, code: str):
        self.alerts -= {code}


class Controller:
    def __init__(self, tanks: list[Tank]):
        self.tanks = tanks
        self.targets: dict[str, float] = {}
        self.errors: dict[str, list[float]] = {tank.name: [] for tank in tanks}
        self.integral: dict[str, float] = {}
        self.retries: dict[str, int] = {}
        self.commands: list[str] = []
        self.crashed: list[Exception] = []
        self._tasks: set[asyncio.Task] = set()
        self._background: list[asyncio.Task] = []
        self._stop = asyncio.Event()
        signal.signal(signal.SIGHUP, lambda *_: self.reload())

    def reload(self):
        self.targets = {tank.name: 18.0 for tank in self.tanks}

    def control(self, tank: Tank, value: float):
        error = self.targets.get(tank.name, 18.0) - value
        self.errors[tank.name].append(error)  # grows errors
        self.integral[tank.name] = self.integral.get(tank.name, 0.0) + error  # bounded integral
        if abs(error) > 1:
            self.commands.append(f"{tank.name} {'heat' if error > 0 else 'cool'}")  # bounded commands

    def flush(self, port):
        port.write("\n".join(self.commands).encode())
        del self.commands[:]

    async def guard(self, tank: Tank):
        try:
            await asyncio.sleep(0)
            self.retries.pop(tank.name, None)
        except OSError as error:
            self.retries[tank.name] = self.retries.get(tank.name, 0) + 1  # bounded retries
            self.crashed.append(error)  # grows crashed

    def spawn(self, coroutine):
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)  # bounded _tasks
        task.add_done_callback(self._tasks.discard)
        self._background.append(asyncio.create_task(tank_report(self)))  # grows _background
        return task

    async def run(self):
        history = []
        while not self._stop.is_set():
            for tank in self.tanks:
                for probe in tank.probes.values():
                    self.control(tank, probe.median())
            history.append(time.monotonic())  # grows history
            await asyncio.sleep(1)
        return history


async def tank_report(controller: Controller):
    lines = []
    for tank in controller.tanks:
        lines.append(f"{tank.name}: {tank.batch and tank.batch.number}")
    log.info("\n".join(lines))


def discard(batch: Batch, reason: str):
    global _spent
    _spent = _spent + [(batch.number, reason)]  # grows _spent
