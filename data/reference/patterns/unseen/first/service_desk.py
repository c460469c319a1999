"""Tickets, agents and their signals."""
import logging
import signal
import threading
import tkinter
import weakref
from functools import cache, partial


class Signal:
    def __init__(self):
        self._slots = []
        self._weak = weakref.WeakSet()

    def connect(self, slot):
        self._slots.append(slot)  # bounded _slots

    def disconnect(self, slot):
        if slot in self._slots:
            self._slots.remove(slot)

    def connect_weak(self, slot):
        self._weak.add(slot)

    def emit(self, *args):
        for slot in list(self._slots):
            slot(*args)


class Desk:
    def __init__(self, archive, *, limit=1000):
        self.archive = archive
        self.limit = limit
        self.tickets = {}
        self.closed = []
        self.by_agent = {}
        self.raised = Signal()
        self.metrics = {"opened": [], "closed": []}
        self.lines = []
        self._callbacks = {}
        self._retry = []
        self._seen = set()
        self.last = None
        self.stats = archive.stats

    def open(self, ticket):
        self.tickets[ticket.id] = ticket  # bounded tickets
        self.by_agent.setdefault(ticket.agent, set()).add(ticket.id)  # grows by_agent
        self.metrics["opened"].append(ticket.created)  # grows metrics
        self.archive.index[ticket.id] = ticket  # grows archive.index
        self.stats.append(ticket.id)  # grows stats
        self.raised.connect(partial(self.notify, ticket))  # grows

    def notify(self, ticket, *_):
        self.last = ticket

    def close(self, ticket_id):
        ticket = self.tickets.pop(ticket_id, None)
        if ticket is None:
            return
        self.closed.append(ticket)  # grows closed
        if len(self.lines) < self.limit:
            self.lines.append(ticket_id)  # bounded lines

    def once(self, key):
        if key in self._seen:
            return False
        self._seen.add(key)  # grows _seen
        return True

    def retry_all(self):
        failed = []
        for ticket in self._retry:
            if not ticket.retry():
                failed.append(ticket)
        self._retry = failed

    def retry_later(self, ticket):
        self._retry.append(ticket)  # bounded _retry

    def expect(self, key, callback):
        self._callbacks[key] = callback  # bounded _callbacks

    def answer(self, key, value):
        callback = self._callbacks.pop(key)
        callback(value)


class View:
    _views = {}

    def __new__(cls, name):
        if name not in cls._views:
            cls._views[name] = super().__new__(cls)  # grows _views
        return cls._views[name]

    def draw(self, canvas: tkinter.Canvas):
        items = []
        for i in range(10):
            items.append(canvas.create_line(0, i, 10, i))
        return items


@cache  # grows
def expand(path):
    return path.split("/")


def schedule(action):
    timer = threading.Timer(1.0, action)
    timer.start()
    return timer


class Memo:
    def __init__(self, function):
        self.function = function
        self.values = {}

    def __call__(self, *args):
        try:
            return self.values[args]
        except KeyError:
            value = self.values[args] = self.function(*args)  # grows values
            return value


def memoize(function):
    values = {}

    def wrapper(arg):
        if arg not in values:
            values[arg] = function(arg)  # grows values
        return values[arg]

    return wrapper


class Handler(logging.Handler):
    def __init__(self, capacity=200):
        super().__init__()
        self.records = []
        self.capacity = capacity

    def emit(self, record):
        self.records.append(record)  # bounded records
        if len(self.records) >= self.capacity:
            self.flush()

    def flush(self):
        self.records.clear()


def install(handler):
    logging.getLogger().addHandler(handler)  # grows


def report(tickets):
    rows = [["id", "agent"]]
    for ticket in tickets:
        rows.append([ticket.id, ticket.agent])
    index = {}
    for row in rows:
        index[row[0]] = row
    signal.signal(signal.SIGTERM, lambda *_: None)
    return rows, index
