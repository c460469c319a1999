"""A plant with machines, orders and shifts."""
import asyncio
import atexit
import itertools
import time
from collections import deque
from contextlib import contextmanager

ORDERS = {}
_HOOKS = []
_ids = itertools.count()
_last = None


def on_exit(action):
    atexit.register(action)  # grows


def hook(function):
    _HOOKS.append(function)  # grows _HOOKS
    return function


@hook
def announce(order):
    print(order)


def place(order):
    global _last
    ORDERS.setdefault(order.customer, []).append(order)  # grows ORDERS
    _last = order
    for function in _HOOKS:
        function(order)


class Machine:
    all_machines = []
    counts = {}

    def __init__(self, name, parent=None):
        self.name = name
        self.parent = parent
        self.children = []
        self.log = []
        self.temperatures = deque(maxlen=600)
        self.pending = deque()
        self.alarms = {}
        self.profile = []
        self.report = ""
        self._window = [0.0] * 8
        self._position = 0
        self.trace = ()
        if parent is not None:
            parent.children.append(self)  # grows parent.children

    @classmethod
    def create(cls, name):
        machine = cls(name)
        cls.all_machines.append(machine)  # grows all_machines
        cls.counts[name] = cls.counts.get(name, 0) + 1  # grows counts
        return machine

    def tick(self, temperature):
        log = self.log
        log.append((time.time(), temperature))  # grows log
        self.temperatures.append(temperature)  # bounded temperatures
        self._window[self._position % 8] = temperature
        self._position += 1
        self.trace = self.trace + (temperature,)  # grows trace
        self.report = self.report + "."  # grows report
        if temperature > 90:
            self.alarms[time.time()] = temperature  # grows alarms
        self.profile = (self.profile + [temperature])[-100:]  # bounded profile

    def queue_up(self, part):
        self.pending.append(part)  # bounded pending

    def work(self):
        while self.pending:
            yield self.pending.popleft()

    def add_child(self, child):
        self.children.extend([child])  # grows children
        child.parent = self


class Shift:
    def __init__(self, floor):
        self.floor = floor
        self.workers = set()
        self.notes = []
        self.totals = {"good": 0, "scrap": 0}
        self.lookup = {}
        self._stack = []
        self.rows = []

    def clock_in(self, worker):
        self.workers.add(worker)  # bounded workers

    def clock_out(self, worker):
        self.workers.discard(worker)

    def note(self, text):
        self.floor.notes.append(text)  # grows floor.notes
        self.notes.insert(0, text)  # bounded notes
        del self.notes[50:]

    def count(self, good, scrap):
        self.totals["good"] += good
        self.totals["scrap"] += scrap
        self.lookup.update(good=good, scrap=scrap)

    def rebuild(self, orders):
        self.lookup = {order.id: order for order in orders}
        self.rows = []
        for order in orders:
            self.rows.append(order)  # bounded rows

    @contextmanager
    def section(self, name):
        self._stack.append(name)  # bounded _stack
        try:
            yield
        finally:
            self._stack.pop()


class Line:
    def __init__(self):
        self.stations = [Machine(str(i)) for i in range(4)]
        self.throughput = []
        self.by_hour = {hour: [] for hour in range(24)}
        self.current = {}
        self.tasks = set()

    def run(self, parts):
        results = []
        for part in parts:
            for station in self.stations:
                station.tick(part)
            results.append(part)
        self.throughput.append(len(results))  # grows throughput
        return results

    def hourly(self, hour, value):
        self.by_hour[hour].append(value)  # grows by_hour
        self.current[hour % 24] = value

    def spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)  # bounded tasks
        task.add_done_callback(self.tasks.discard)

    def make_recorder(self):
        records = []

        def record(value):
            records.append(value)  # grows records
            return len(records)

        return record


def mean(values):
    total = []
    total += values
    text = ""
    for value in total:
        text += str(value)
    return sum(total) / len(total), text


async def gather(urls, get):
    tasks = [asyncio.create_task(get(url)) for url in urls]
    done = []
    for task in tasks:
        done.append(await task)
    return done
