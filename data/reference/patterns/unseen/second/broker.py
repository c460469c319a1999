"""A message broker on asyncio."""
import asyncio
import logging
from itertools import count

from .store import Store

logger = logging.getLogger(__name__)
CONNECTIONS = set()
SUBSCRIBERS = {}
HISTORY = []
ROUTES = {"ping": 1, "pong": 2}


class Topic:
    def __init__(self, name, retain=10):
        self.name = name
        self.retain = retain
        self.subscribers = set()
        self.messages = []
        self.waiters = []
        self.acks = {}
        self.dead = asyncio.Queue()
        self.inbox = asyncio.Queue(maxsize=100)

    def publish(self, message):
        self.messages.append(message)  # bounded messages
        self.messages[: -self.retain] = []
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(message)
        self.waiters.clear()
        HISTORY.append((self.name, message))  # grows HISTORY

    async def next(self):
        future = asyncio.get_running_loop().create_future()
        self.waiters.append(future)  # bounded waiters
        return await future

    def subscribe(self, connection):
        self.subscribers.add(connection)  # bounded subscribers
        connection.topics.append(self)  # grows connection.topics

    def unsubscribe(self, connection):
        self.subscribers -= {connection}

    def ack(self, message):
        self.acks[message.id] = message.time  # grows acks

    async def fail(self, message):
        await self.dead.put(message)  # grows dead
        await self.inbox.put(message)  # bounded inbox


class Connection:
    ids = count()
    live = {}

    def __init__(self, reader, writer):
        self.id = next(self.ids)
        self.reader = reader
        self.writer = writer
        self.topics = []
        self.buffer = b""
        self.sent = 0
        self.errors = []
        self.headers = {}
        Connection.live[self.id] = self  # bounded live

    async def run(self):
        CONNECTIONS.add(self)  # bounded CONNECTIONS
        try:
            while True:
                chunk = await self.reader.read(1024)
                if not chunk:
                    break
                self.buffer += chunk  # bounded buffer
                while b"\n" in self.buffer:
                    line, _, self.buffer = self.buffer.partition(b"\n")
                    self.handle(line)
        finally:
            CONNECTIONS.discard(self)
            del Connection.live[self.id]

    def handle(self, line):
        try:
            name, value = line.split(b"=")
            self.headers[name] = value  # grows headers
        except ValueError as error:
            self.errors.append(error)  # grows errors
            logger.error("bad line")


class Broker:
    def __init__(self, store: Store):
        self.store = store
        self.topics = {}
        self.tasks = []
        self.stats = {"in": 0, "out": 0, "slow": []}
        self.latencies = []
        self.middlewares = []
        self._loop = asyncio.get_event_loop()

    def topic(self, name):
        try:
            return self.topics[name]
        except KeyError:
            self.topics[name] = topic = Topic(name)  # grows topics
            return topic

    def use(self, middleware):
        self.middlewares = [*self.middlewares, middleware]  # grows middlewares
        return self

    def spawn(self, coroutine):
        self.tasks.append(self._loop.create_task(coroutine))  # bounded tasks
        self.tasks = [task for task in self.tasks if not task.done()]

    def measure(self, seconds):
        self.stats["in"] += 1
        if seconds > 1:
            self.stats["slow"].append(seconds)  # grows stats
        self.latencies.append(seconds)  # bounded latencies
        if len(self.latencies) >= 1000:
            self._report()

    def _report(self):
        logger.info("mean %s", sum(self.latencies) / len(self.latencies))
        self.latencies.clear()

    def remember(self, key, value):
        self.store.items[key.id] = value  # grows store.items
        self.store.log.append(key)  # grows store.log

    def poll(self):
        self._loop.call_later(1.0, self.poll)

    def install(self):
        self._loop.add_signal_handler(15, self.stop)

    def stop(self):
        for task in self.tasks:
            task.cancel()


def subscribe(name, callback):
    SUBSCRIBERS.setdefault(name, set()).add(callback)  # bounded SUBSCRIBERS


def unsubscribe(name, callback):
    SUBSCRIBERS[name].discard(callback)


def build(rows):
    index = {}
    for row in rows:
        index.setdefault(row.key, []).append(row)
    table = [None] * 10
    for i, row in enumerate(rows):
        table[i % 10] = row
    return index, table


def pipeline(*steps):
    results = []

    def run(value):
        for step in steps:
            value = step(value)
        results.append(value)  # grows results
        return value

    return run


class Matrix:
    def __init__(self, n):
        self.rows = []
        for i in range(n):
            self.rows.append([0.0] * n)  # bounded rows
        self.cache = {}
        self.diagonal = [0.0] * n

    def set(self, i, j, value):
        self.rows[i][j] = value
        self.diagonal[i] = value
        self.cache.clear()

    def power(self, n):
        if n not in self.cache:
            self.cache[n] = n * 2  # bounded cache
        return self.cache[n]
