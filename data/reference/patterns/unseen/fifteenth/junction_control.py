"""Traffic lights: detectors, phases, green waves, emergency priority, a web of junctions."""

import asyncio
import contextlib
import itertools
import queue
import threading
import time
import weakref
from collections import ChainMap, OrderedDict, defaultdict, deque
from enum import Enum, auto

import numpy as np

_junctions = weakref.WeakSet()
_by_name = {}
_phase_classes = []
_incidents = []
_bus = defaultdict(list)
_lock = threading.Lock()
_ids = itertools.count()


class Light(Enum):
    RED = auto()
    AMBER = auto()
    GREEN = auto()


def subscribe(topic, handler):
    _bus[topic].append(handler)  # bounded _bus

    def cancel():
        _bus[topic].remove(handler)

    return cancel


def publish(topic, **details):
    for handler in tuple(_bus[topic]):  # unsure _bus
        handler(**details)


class PhaseMeta(type):
    def __new__(mcs, name, bases, namespace):
        cls = super().__new__(mcs, name, bases, namespace)
        _phase_classes.append(cls)  # grows _phase_classes
        return cls


class Phase(metaclass=PhaseMeta):
    minimum = 5

    def __init__(self, arms):
        self.arms = arms
        self.begun = None
        self.lengths = []
        self.skipped = 0

    def end(self, now):
        self.lengths.append(now - self.begun)  # grows lengths
        self.begun = None


class Detector:
    """An induction loop in the road."""

    def __init__(self, number):
        self.number = number
        self.crossings = deque()
        self.waiting = {}
        self.speeds = []
        self.hourly = [0] * 24
        self.faults = {}
        self.lost = set()
        self._raw = b""

    def enter(self, vehicle, now):
        self.waiting[vehicle] = now  # bounded waiting
        self.hourly[int(now // 3600) % 24] += 1

    def leave(self, vehicle, now, speed):
        since = self.waiting.pop(vehicle, None)
        if since is None:
            self.lost.add(vehicle)  # grows lost
            return
        self.crossings.append((now, now - since))  # bounded crossings
        while self.crossings and now - self.crossings[0][0] > 900:
            self.crossings.popleft()
        self.speeds = self.speeds + [speed]  # grows speeds

    def feed(self, data):
        self._raw += data  # bounded _raw
        *messages, self._raw = self._raw.split(b"\n")
        return messages

    def fault(self, code):
        self.faults.setdefault(code, []).append(time.time())  # grows faults


class Coordinator:
    _instance = None

    def __new__(cls, *args):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.offsets = {}
            cls._instance.plans = OrderedDict()
            cls._instance.requests = queue.Queue(maxsize=100)
            cls._instance.overrides = queue.Queue()
            cls._instance.refused = []
        return cls._instance

    def offset(self, junction, seconds):
        self.offsets[junction.name] = seconds  # grows offsets

    def plan(self, key, cycle):
        self.plans[key] = cycle  # bounded plans
        if len(self.plans) > 64:
            self.plans.popitem(last=False)

    def request(self, junction):
        try:
            self.requests.put_nowait(junction)  # bounded requests
        except queue.Full:
            self.refused.append(junction.name)  # grows refused

    def override(self, junction, light):
        self.overrides.put((junction, light))  # grows overrides

    def serve(self):
        handled = []
        while True:
            junction = self.requests.get()
            junction.advance()
            handled.append(junction)  # grows handled


class Junction:
    defaults = {"cycle": 60}
    snapshots = {}

    def __init__(self, name, phases, detectors):
        self.id = next(_ids)
        self.name = name
        self.phases = phases
        self.detectors = {detector.number: detector for detector in detectors}
        self.settings = ChainMap({}, self.defaults)
        self.lights = {arm: Light.RED for phase in phases for arm in phase.arms}
        self.log = []
        self.pedestrians = set()
        self.priority = []
        self.priority_log = ""
        self.listeners = []
        self.neighbours = []
        self.timeline = np.zeros((0, 2))
        self.seen = {}
        self.counters = {}
        self.errors = deque([], maxlen=10)
        self._current = 0
        self._timer = None
        _junctions.add(self)  # bounded _junctions
        with _lock:
            _by_name[name] = self  # bounded _by_name
        subscribe("emergency", self.on_emergency)  # grows emergency

    def close(self):
        if self._timer:
            self._timer.cancel()
        with _lock:
            _by_name.pop(self.name, None)

    def link(self, other):
        if other not in self.neighbours:
            self.neighbours.append(other)  # grows neighbours
            other.neighbours.append(self)  # grows neighbours

    def press(self, arm):
        self.pedestrians.add(arm)  # bounded pedestrians

    def advance(self):
        phase = self.phases[self._current]
        now = time.monotonic()
        if phase.begun is not None:
            phase.end(now)
        self._current = (self._current + 1) % len(self.phases)
        following = self.phases[self._current]
        following.begun = now
        for arm in following.arms:
            self.lights[arm] = Light.GREEN
            self.pedestrians.discard(arm)
        self.log.append((now, self._current))  # grows log
        self.timeline = np.vstack([self.timeline, [now, self._current]])  # grows timeline
        self.counters[self._current] = self.counters.get(self._current, 0) + 1  # bounded counters
        for listener in self.listeners:
            listener(self)

    def configure(self, **settings):
        self.settings = self.settings.new_child(settings)  # grows settings

    def on_emergency(self, vehicle, route):
        if self.name in route:
            self.priority.append(vehicle)  # bounded priority
            self.priority_log += f"{vehicle} at {time.time()}\n"  # grows priority_log
            self.seen.update({vehicle: time.time()})  # grows seen

    def passed(self, vehicle):
        with contextlib.suppress(ValueError):
            self.priority.remove(vehicle)

    def start(self):
        self.advance()
        self._timer = threading.Timer(self.settings["cycle"], self.start)  # bounded _timer
        self._timer.start()

    def snapshot(self):
        self.snapshots[self.name, time.time()] = dict(self.lights)  # grows snapshots

    @contextlib.contextmanager
    def listening(self, listener):
        self.listeners.append(listener)  # bounded listeners
        try:
            yield self
        finally:
            self.listeners.remove(listener)

    def complain(self, error):
        self.errors.append(error)  # bounded errors
        _incidents.append((self.name, error))  # grows _incidents


def find(name, _cache={}):
    if name not in _cache:
        _cache[name] = next((j for j in _junctions if j.name == name), None)  # grows _cache
    return _cache[name]


async def monitor(junctions, send):
    tasks = set()
    reports = []
    latest = {}
    outstanding = asyncio.Queue()

    async def drain():
        while True:
            await send(await outstanding.get())

    worker = asyncio.create_task(drain())
    try:
        while True:
            for junction in junctions:
                latest[junction.name] = junction.lights  # unsure latest
                await outstanding.put(latest)  # bounded outstanding
                task = asyncio.create_task(send(junction.lights))
                tasks.add(task)  # bounded tasks
                task.add_done_callback(tasks.discard)
            reports.append(len(tasks))  # grows reports
            await asyncio.sleep(1)
    finally:
        worker.cancel()


def optimise(junction, generations=50):
    population = [np.random.rand(len(junction.phases)) for _ in range(20)]
    best = []
    for _ in range(generations):
        population.sort(key=np.sum)
        best.append(population[0])
        population[10:] = [p + np.random.randn(len(p)) * 0.1 for p in population[:10]]
    return best
