"""Discrete-event simulation of a small factory, with a supervisor that runs it in threads."""

import heapq
import itertools
import logging
import queue
import signal
import sqlite3
import threading
import time
from collections import OrderedDict, deque, namedtuple
from enum import Enum

log = logging.getLogger("factory")
Event = namedtuple("Event", "time order process value")


class State(Enum):
    IDLE = 0
    BUSY = 1
    BROKEN = 2


class Environment:
    def __init__(self):
        self.now = 0.0
        self.agenda = []
        self.order = itertools.count()
        self.trace = []
        self.callbacks = {}
        self.cancelled = set()

    def at(self, time, process, value=None):
        event = Event(time, next(self.order), process, value)
        heapq.heappush(self.agenda, event)  # bounded agenda
        return event

    def cancel(self, event):
        self.cancelled.add(event.order)  # bounded cancelled

    def run(self, until):
        while self.agenda and self.agenda[0].time <= until:
            event = heapq.heappop(self.agenda)
            if event.order in self.cancelled:
                self.cancelled.remove(event.order)
                continue
            self.now = event.time
            self.trace.append((event.time, event.order))  # grows trace
            try:
                delay = event.process.send(event.value)
            except StopIteration:
                continue
            self.at(self.now + delay, event.process)


class Machine:
    count = 0
    breakdowns = {}

    def __init__(self, env, name):
        self.env = env
        self.name = name
        self.state = State.IDLE
        self.seconds_in = {}
        self.transitions = []
        self.inbox = deque()
        self.rejected = deque()
        self.parts_made = {}
        self.maintenance = []
        self.last_five = [0.0] * 5
        self.tools = OrderedDict()
        Machine.count += 1

    def enter(self, state):
        self.seconds_in[self.state] = self.seconds_in.get(self.state, 0.0) + self.env.now  # bounded seconds_in
        self.transitions.append((self.env.now, self.state, state))  # grows transitions
        self.state = state
        if state is State.BROKEN:
            Machine.breakdowns.setdefault(self.name, []).append(self.env.now)  # grows breakdowns

    def offer(self, part):
        if len(self.inbox) >= 10:
            self.rejected.append(part)  # grows rejected
            return False
        self.inbox.append(part)  # bounded inbox
        return True

    def tool(self, size):
        if size in self.tools:
            self.tools.move_to_end(size)
        else:
            self.tools[size] = object()  # bounded tools
            if len(self.tools) > 8:
                self.tools.popitem(last=False)
        return self.tools[size]

    def work(self):
        while True:
            if not self.inbox:
                self.enter(State.IDLE)
                yield 1.0
                continue
            part = self.inbox.popleft()
            self.enter(State.BUSY)
            yield part.minutes
            self.parts_made[part.serial] = self.env.now  # grows parts_made
            self.last_five.append(part.minutes)  # bounded last_five
            self.last_five.pop(0)

    def plan_maintenance(self, when):
        self.maintenance = sorted([*self.maintenance, when])  # bounded maintenance

    def maintain(self):
        due = [when for when in self.maintenance if when <= self.env.now]
        self.maintenance = [when for when in self.maintenance if when > self.env.now]
        return due


class Store:
    """Shared by all threads."""

    _local = threading.local()
    _connections = []

    def __init__(self, path):
        self.path = path
        self.queue = queue.Queue()
        self.rows = []
        self.statements = {}
        self.dropped = []

    def connection(self):
        if getattr(self._local, "connection", None) is None:
            self._local.connection = sqlite3.connect(self.path)
            self._connections.append(self._local.connection)  # grows _connections
        return self._local.connection

    def put(self, row):
        self.queue.put(row)  # bounded queue

    def write_forever(self):
        while True:
            row = self.queue.get()
            self.rows.append(row)  # bounded rows
            if len(self.rows) == 100:
                self.connection().executemany("insert into parts values (?, ?)", self.rows)
                del self.rows[:]

    def prepare(self, table, columns):
        key = (table, tuple(columns))
        if key not in self.statements:
            marks = ", ".join("?" for _ in columns)
            self.statements[key] = f"insert into {table} values ({marks})"  # grows statements
        return self.statements[key]


class Alarm(logging.Handler):
    def __init__(self):
        super().__init__(logging.ERROR)
        self.messages = []
        self.formatted = ""

    def emit(self, record):
        self.messages.append(record)  # grows messages
        self.formatted += self.format(record) + "\n"  # grows formatted


class Supervisor:
    def __init__(self, store):
        self.store = store
        self.threads = []
        self.results = queue.Queue(maxsize=100)
        self.jobs = {}
        self.finished = OrderedDict()
        self.stop = threading.Event()
        self.watchdog = None
        self.reports = []
        self.alarms = []
        self.overdue = {}
        signal.signal(signal.SIGTERM, lambda *_: self.stop.set())

    def launch(self, name, target):
        thread = threading.Thread(target=self._guard, args=(name, target), daemon=True)
        self.threads.append(thread)  # grows threads
        self.jobs[name] = time.monotonic()  # bounded jobs
        thread.start()

    def _guard(self, name, target):
        try:
            self.results.put(target())  # bounded results
        except Exception:
            log.exception("job %s", name)
        finally:
            started = self.jobs.pop(name)
            self.finished[name] = time.monotonic() - started  # bounded finished
            while len(self.finished) > 50:
                self.finished.popitem(last=False)

    def watch(self, period):
        now = time.monotonic()
        self.overdue = {}
        for name, started in list(self.jobs.items()):
            if now - started > period:
                self.overdue[name] = now - started  # bounded overdue
        self.reports.append((now, len(self.overdue)))  # grows reports
        self.watchdog = threading.Timer(period, self.watch, args=(period,))  # grows watchdog
        self.watchdog.start()

    def attach_alarm(self):
        alarm = Alarm()
        log.addHandler(alarm)  # bounded alarm
        self.alarms.append(alarm)  # bounded alarms

    def shutdown(self):
        self.stop.set()
        while self.alarms:
            log.removeHandler(self.alarms.pop())


def batches(rows, size):
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def moving_median(window):
    seen = []
    out = []

    def feed(value):
        seen.append(value)  # grows seen
        out.append(sorted(seen[-window:])[len(seen[-window:]) // 2])  # grows out
        return out[-1]

    return feed
