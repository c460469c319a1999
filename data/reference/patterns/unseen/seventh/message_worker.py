"""Actors, a broker in memory and the worker that serves them."""

import heapq
import inspect
import logging
import threading
import time
import traceback
import uuid
from collections import defaultdict, deque
from itertools import chain
from queue import Empty, PriorityQueue, Queue

_global_broker = None
_signals = defaultdict(list)
_actor_names = []


def set_broker(broker):
    global _global_broker
    _global_broker = broker


def connect_signal(name, receiver):
    _signals[name].append(receiver)  # grows _signals


def actor(fn=None, *, queue="default", priority=0):
    def decorate(inner):
        _actor_names.append(inner.__name__)  # grows _actor_names
        return Actor(inner, _global_broker, queue, priority)

    return decorate(fn) if fn else decorate


class Message:
    __slots__ = ("queue", "name", "args", "options", "id")

    def __init__(self, queue, name, args, options=None):
        self.queue = queue
        self.name = name
        self.args = args
        self.options = options or {}
        self.id = str(uuid.uuid4())

    def copy(self, **options):
        return Message(self.queue, self.name, self.args, {**self.options, **options})


class Actor:
    def __init__(self, fn, broker, queue, priority):
        self.fn = fn
        self.broker = broker
        self.queue = queue
        self.priority = priority
        self.sent = 0
        self.durations = []
        broker.declare_actor(self)

    def send(self, *args):
        self.sent += 1
        return self.broker.enqueue(Message(self.queue, self.fn.__name__, args))

    def __call__(self, *args):
        started = time.monotonic()
        try:
            return self.fn(*args)
        finally:
            self.durations.append(time.monotonic() - started)  # grows durations


class Middleware:
    def before_process(self, broker, message): ...

    def after_process(self, broker, message, result=None, error=None): ...


class Results(Middleware):
    def __init__(self, ttl=600):
        self.ttl = ttl
        self.results = {}
        self.waiters = defaultdict(threading.Event)

    def after_process(self, broker, message, result=None, error=None):
        self.results[message.id] = (time.time(), result, error)  # bounded results
        self.waiters[message.id].set()  # grows waiters
        for key in [k for k, (at, *_) in self.results.items() if time.time() - at > self.ttl]:
            self.results.pop(key, None)

    def get(self, message, timeout):
        if not self.waiters[message.id].wait(timeout):  # unsure waiters
            raise TimeoutError(message.id)
        _, result, error = self.results[message.id]
        if error:
            raise error
        return result


class Retries(Middleware):
    def __init__(self, limit=3):
        self.limit = limit
        self.attempts = {}
        self.dead = []
        self.tracebacks = deque(maxlen=20)
        self.by_exception = {}

    def after_process(self, broker, message, result=None, error=None):
        if error is None:
            self.attempts.pop(message.id, None)
            return
        self.tracebacks.append(traceback.format_exception(error))  # bounded tracebacks
        kind = type(error).__name__
        self.by_exception[kind] = self.by_exception.get(kind, 0) + 1  # bounded by_exception
        count = self.attempts[message.id] = self.attempts.get(message.id, 0) + 1  # unsure attempts
        if count > self.limit:
            self.dead.append(message)  # grows dead
        else:
            broker.enqueue(message, delay=2**count)


class Broker:
    def __init__(self, middleware=()):
        self.middleware = list(middleware)
        self.actors = {}
        self.queues = {}
        self.delayed = []
        self.unacked = {}
        self.rejected = []
        self.enqueued_by_actor = defaultdict(int)
        self.lock = threading.Lock()
        self.log = []

    def add_middleware(self, middleware, before=None):
        if before is not None:
            index = [type(m) for m in self.middleware].index(before)
            self.middleware.insert(index, middleware)  # grows middleware
        else:
            self.middleware.append(middleware)  # grows middleware

    def declare_actor(self, actor):
        self.actors[actor.fn.__name__] = actor  # grows actors
        if actor.queue not in self.queues:
            self.queues[actor.queue] = Queue()  # grows queues

    def enqueue(self, message, delay=0):
        self.enqueued_by_actor[message.name] += 1  # unsure enqueued_by_actor
        if delay:
            with self.lock:
                heapq.heappush(self.delayed, (time.time() + delay, message.id, message))  # bounded delayed
        else:
            self.queues[message.queue].put(message)  # bounded queues
        self.log.append(f"{time.time():.3f} {message.name}")  # grows log
        return message

    def move_due(self):
        with self.lock:
            while self.delayed and self.delayed[0][0] <= time.time():
                _, _, message = heapq.heappop(self.delayed)
                self.queues[message.queue].put(message)  # bounded queues

    def consume(self, queue, timeout=1.0):
        try:
            message = self.queues[queue].get(timeout=timeout)
        except Empty:
            return None
        self.unacked[message.id] = message  # bounded unacked
        return message

    def ack(self, message):
        self.unacked.pop(message.id)

    def nack(self, message):
        self.rejected.append(self.unacked.pop(message.id))  # grows rejected


class Worker:
    def __init__(self, broker, threads=8):
        self.broker = broker
        self.threads = []
        self.work = PriorityQueue(maxsize=threads * 2)
        self.busy = {}
        self.heartbeats = {}
        self.running = False
        self.slow = []
        for number in range(threads):
            thread = threading.Thread(target=self._loop, args=(number,), daemon=True)
            self.threads.append(thread)  # bounded threads

    def start(self):
        self.running = True
        for thread in self.threads:
            thread.start()
        for receiver in chain(_signals["start"], _signals["ready"]):
            receiver(self)

    def _loop(self, number):
        while self.running:
            self.heartbeats[number] = time.time()  # unsure heartbeats
            self.broker.move_due()
            message = self.broker.consume("default")
            if message is None:
                continue
            self.busy[number] = message  # bounded busy
            self._process(message)
            del self.busy[number]

    def _process(self, message):
        result = error = None
        started = time.time()
        try:
            for middleware in self.broker.middleware:
                middleware.before_process(self.broker, message)
            result = self.broker.actors[message.name](*message.args)
            self.broker.ack(message)
        except Exception as caught:
            error = caught
            self.broker.nack(message)
        finally:
            for middleware in self.broker.middleware:
                middleware.after_process(self.broker, message, result, error)
            if time.time() - started > 1:
                self.slow += [(message.name, started)]  # grows slow

    def stop(self):
        self.running = False
        for thread in self.threads:
            thread.join()
        self.threads.clear()


def signature_of(fn, cache={}):
    if fn not in cache:
        cache[fn] = inspect.signature(fn)  # grows cache
    return cache[fn]
