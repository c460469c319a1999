"""A tiny web framework with what an application hangs on it."""

import atexit
import inspect
import logging
import queue
import sys
import threading
import time
import uuid
import weakref
from collections import OrderedDict, deque, namedtuple
from contextlib import ExitStack, closing
from contextvars import ContextVar
from functools import partial, wraps

current = ContextVar("current")
Route = namedtuple("Route", "method path view")
log = logging.getLogger(__name__)
signals = {}
_view_names = set()


def connect(name, receiver, weak=True):
    reference = weakref.ref(receiver) if weak else receiver
    signals.setdefault(name, []).append(reference)  # grows signals


def send(name, **payload):
    dead = []
    for reference in signals.get(name, ()):
        receiver = reference() if isinstance(reference, weakref.ref) else reference
        if receiver is None:
            dead.append(reference)
        else:
            receiver(**payload)
    return len(dead)


class Blueprint:
    def __init__(self, name):
        self.name = name
        self.deferred = []
        self.errors = {}

    def route(self, path, method="GET"):
        def decorate(view):
            self.deferred.append(lambda app: app.add_route(method, path, view))  # grows deferred
            return view

        return decorate

    def register(self, app):
        for action in self.deferred:
            action(app)


class Application:
    def __init__(self):
        self.routes = []
        self.before = {None: []}
        self.teardown = []
        self.blueprints = OrderedDict()
        self.view_cache = {}
        self.extensions = {}
        self.requests = 0
        self.in_progress = {}
        self.status_counts = {}
        self.slow = deque(maxlen=64)
        self.trace_ids = []
        self.flashes = {}
        self.response_sizes = []
        self.last_error = None

    def add_route(self, method, path, view):
        self.routes.append(Route(method, path, view))  # grows routes
        _view_names.add(view.__qualname__)  # grows _view_names

    def before_request(self, fn, blueprint=None):
        self.before.setdefault(blueprint, []).append(fn)  # grows before
        return fn

    def register_blueprint(self, blueprint):
        if blueprint.name in self.blueprints:
            raise ValueError(blueprint.name)
        self.blueprints[blueprint.name] = blueprint  # grows blueprints
        blueprint.register(self)

    def flash(self, session, text):
        self.flashes.setdefault(session, []).append(text)  # bounded flashes

    def take_flashes(self, session):
        return self.flashes.pop(session, [])

    def match(self, method, path):
        key = (method, path)
        if key in self.view_cache:
            return self.view_cache[key]
        for route in self.routes:
            if route.method == method and route.path == path:
                self.view_cache[key] = route.view  # unsure view_cache
                return route.view
        return None

    def __call__(self, environ, start_response):
        trace = uuid.uuid4().hex
        self.requests += 1
        self.in_progress[trace] = time.monotonic()  # bounded in_progress
        token = current.set(trace)
        self.trace_ids.append(trace)  # grows trace_ids
        cleanups = ExitStack()
        try:
            for fn in self.before[None]:
                fn(environ)
            view = self.match(environ["REQUEST_METHOD"], environ["PATH_INFO"])
            status, body = (200, view(environ)) if view else (404, b"")
            self.status_counts[status] = self.status_counts.get(status, 0) + 1  # bounded status_counts
            self.response_sizes.append(len(body))  # grows response_sizes
            start_response(str(status), [])
            return [body]
        except Exception:
            self.last_error = sys.exc_info()
            raise
        finally:
            took = time.monotonic() - self.in_progress.pop(trace)
            if took > 1:
                self.slow.append((trace, took))  # bounded slow
            current.reset(token)
            cleanups.close()


class ConnectionPool:
    def __init__(self, connect, size=5):
        self.connect = connect
        self.idle = queue.LifoQueue(size)
        self.checked_out = weakref.WeakSet()
        self.opened = []
        self.waits = []
        self.events = {"checkout": [], "checkin": []}
        self._local = threading.local()
        self.invalidated = set()

    def listen(self, event, fn):
        self.events[event].append(fn)  # grows events

    def acquire(self):
        started = time.monotonic()
        try:
            connection = self.idle.get_nowait()
        except queue.Empty:
            connection = self.connect()
            self.opened.append(weakref.ref(connection))  # grows opened
        self.checked_out.add(connection)  # bounded checked_out
        self.waits.append(time.monotonic() - started)  # bounded waits
        if len(self.waits) % 100 == 0:
            log.info("mean wait %f", sum(self.waits) / 100)
            self.waits.clear()
        return connection

    def release(self, connection):
        if connection in self.invalidated:
            self.invalidated.remove(connection)
            connection.close()
            return
        self.idle.put(connection)  # bounded idle

    def invalidate(self, connection):
        self.invalidated.add(connection)  # bounded invalidated


class Cache:
    """Least recently used out first, and none older than its time."""

    def __init__(self, size=1024, ttl=60):
        self.size = size
        self.ttl = ttl
        self.data = OrderedDict()
        self.tags = {}
        self.misses = []
        self.locks = {}

    def get(self, key, make):
        now = time.time()
        entry = self.data.get(key)
        if entry and entry[0] > now:
            self.data.move_to_end(key)
            return entry[1]
        self.misses.append(key)  # grows misses
        lock = self.locks.setdefault(key, threading.Lock())  # grows locks
        with lock:
            value = make()
            self.data[key] = (now + self.ttl, value)  # bounded data
            self.data.move_to_end(key)
            if len(self.data) > self.size:
                self.data.popitem(last=False)
        return value

    def tag(self, key, *tags):
        for tag in tags:
            self.tags.setdefault(tag, set()).add(key)  # bounded tags

    def invalidate(self, tag):
        for key in self.tags.pop(tag, ()):
            self.data.pop(key, None)


def rate_limited(per_minute):
    stamps = {}

    def decorate(view):
        @wraps(view)
        def inner(environ):
            client = environ["REMOTE_ADDR"]
            now = time.time()
            recent = [at for at in stamps.get(client, []) if now - at < 60]
            if len(recent) >= per_minute:
                return b"slow down"
            stamps[client] = recent + [now]  # grows stamps
            return view(environ)

        return inner

    return decorate


def counted(view):
    view.calls = []

    @wraps(view)
    def inner(*args):
        view.calls.append(time.time())  # grows calls
        return view(*args)

    return inner


def background(fn):
    work = queue.Queue()
    failures = []

    def run():
        while True:
            args = work.get()
            try:
                fn(*args)
            except Exception as error:
                failures.append(error)  # grows failures

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    atexit.register(thread.join, 0.1)  # grows atexit
    return partial(_enqueue, work)


def _enqueue(work, *args):
    work.put(args)  # unsure work


def read_all(open_file, path):
    chunks = []
    with closing(open_file(path)) as stream:
        while chunk := stream.read(65536):
            chunks.append(chunk)
    return b"".join(chunks)


def signature(view, known={}):
    name = view.__name__
    if name not in known:
        known[name] = inspect.signature(view)  # grows known
    return known[name]
