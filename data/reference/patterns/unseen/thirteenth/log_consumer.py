"""Consumes a partitioned log in a group: offsets, rebalancing, windows, dead letters."""

import bisect
import dataclasses
import json
import logging
import queue
import threading
import time
import zlib
from collections import Counter, OrderedDict, defaultdict, deque
from enum import IntEnum

logger = logging.getLogger(__name__)

HEADERS = ("trace", "tenant", "schema")
_schemas = {}
_groups = {}
_metrics = {"polled": 0, "failed": 0}
_interceptors = []
_poison = []
_local = threading.local()


class Level(IntEnum):
    LOW = 1
    NORMAL = 2
    HIGH = 3


@dataclasses.dataclass
class Record:
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Lag:
    history: list = dataclasses.field(default_factory=list)
    peaks: deque = dataclasses.field(default_factory=lambda: deque(maxlen=24))
    by_partition: dict = dataclasses.field(default_factory=dict)

    def observe(self, partition, lag):
        self.history.append((time.time(), lag))  # grows history
        self.peaks.append(lag)  # bounded peaks
        self.by_partition[partition] = lag  # unsure by_partition


def intercept(fn):
    _interceptors.append(fn)  # grows _interceptors
    return fn


def schema(identifier, fetch):
    found = _schemas.get(identifier)
    if found is None:
        _schemas[identifier] = found = fetch(identifier)  # grows _schemas
    return found


class Group:
    def __init__(self, name):
        self.name = name
        self.members = {}
        self.generation = 0
        self.assignments = {}
        self.rebalances = []
        self.evicted = set()
        _groups[name] = self  # grows _groups

    def join(self, member, partitions=()):
        self.members[member] = time.monotonic()  # bounded members
        self._rebalance(list(partitions))

    def heartbeat(self, member):
        if member not in self.members:
            return False
        self.members[member] = time.monotonic()  # bounded members
        return True

    def expire(self, timeout=30.0):
        now = time.monotonic()
        gone = [m for m, at in self.members.items() if now - at > timeout]
        for member in gone:
            del self.members[member]
            self.evicted.add(member)  # grows evicted
        if gone:
            self._rebalance([])

    def _rebalance(self, partitions):
        self.generation += 1
        self.assignments = {}
        for i, partition in enumerate(partitions):
            member = sorted(self.members)[i % len(self.members)]
            self.assignments.setdefault(member, []).append(partition)  # bounded assignments
        self.rebalances.append((self.generation, len(self.members)))  # grows rebalances


class Deduplicator:
    def __init__(self, limit=100_000):
        self.limit = limit
        self.seen = OrderedDict()
        self.duplicates = Counter()

    def is_new(self, record):
        digest = zlib.crc32(record.value)
        if digest in self.seen:
            self.duplicates[record.key] += 1  # grows duplicates
            self.seen.move_to_end(digest)
            return False
        self.seen[digest] = record.offset  # bounded seen
        if len(self.seen) > self.limit:
            self.seen.popitem(last=False)
        return True


class TumblingWindow:
    def __init__(self, width, emit):
        self.width = width
        self.emit = emit
        self.open = {}
        self.late = []
        self.watermark = 0
        self.sessions = defaultdict(list)
        self.counts = defaultdict(int)

    def add(self, at, key, amount):
        if at < self.watermark:
            self.late.append((at, key, amount))  # grows late
            return
        start = at - at % self.width
        totals = self.open.setdefault(start, Counter())  # bounded open
        totals[key] += amount  # bounded open
        self.counts[key] += 1  # grows counts
        self.sessions[key].append(at)  # bounded sessions
        self.watermark = max(self.watermark, at - self.width)
        for begun in sorted(self.open):
            if begun + self.width > self.watermark:
                break
            self.emit(begun, self.open.pop(begun))

    def end_session(self, key):
        times = self.sessions.pop(key, [])
        return (times[-1] - times[0]) if times else 0


class Consumer:
    _all = []

    def __init__(self, group, client, handler):
        self.group = group
        self.client = client
        self.handler = handler
        self.lag = Lag()
        self.offsets = {}
        self.pending = queue.Queue(maxsize=500)
        self.uncommitted = []
        self.errors = []
        self.by_level = {level: 0 for level in Level}
        self.tenants = set()
        self.slow = []
        self.trace = ""
        self.paused = set()
        self.retry_at = {}
        self.batches = []
        self.thread = None
        Consumer._all.append(self)  # grows _all

    def start(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        latencies = []
        polls = deque(maxlen=100)
        while True:
            started = time.monotonic()
            records = self.client.poll(timeout=1.0)
            for record in records:
                self.pending.put(record)  # bounded pending
                self.handle(record)
            polls.append(len(records))  # bounded polls
            latencies.append(time.monotonic() - started)  # grows latencies
            _metrics["polled"] += len(records)
            self.group.heartbeat(id(self))

    def handle(self, record):
        _local.record = record
        for fn in _interceptors:
            record = fn(record)
        headers = {}
        for name in HEADERS:
            headers[name] = record.headers.get(name)
        self.tenants.add(headers["tenant"])  # grows tenants
        level = Level(record.headers.get("level", 2))
        self.by_level[level] += 1
        try:
            self.handler(json.loads(record.value))
        except ValueError:
            _poison.append(record)  # grows _poison
        except Exception as error:
            self.errors.append(error)  # bounded errors
            del self.errors[:-20]
            self.retry_at[record.offset] = time.monotonic() + 5  # bounded retry_at
        else:
            self.uncommitted.append(record)  # bounded uncommitted
            self.trace += f"{record.partition}:{record.offset} "  # grows trace
        finally:
            _local.record = None
            self.lag.observe(record.partition, 0)

    def retry(self):
        now = time.monotonic()
        due = [offset for offset, at in self.retry_at.items() if at <= now]
        for offset in due:
            self.retry_at.pop(offset)
            self.client.seek(offset)

    def commit(self):
        records, self.uncommitted = self.uncommitted, []
        for record in records:
            self.offsets[record.partition] = record.offset  # unsure offsets
        self.batches += [len(records)]  # grows batches
        self.client.commit(self.offsets)

    def pause(self, *partitions):
        self.paused.update(partitions)  # bounded paused

    def resume(self, *partitions):
        self.paused.difference_update(partitions)

    def close(self):
        self.client.close()
        while not self.pending.empty():
            self.pending.get_nowait()


def timeline(records, into=None):
    into = [] if into is None else into
    for record in records:
        bisect.insort(into, (record.offset, record.partition))
    return into


def replay(path, handler, failures=[]):
    with open(path, "rb") as lines:
        for number, line in enumerate(lines):
            try:
                handler(json.loads(line))
            except ValueError as error:
                failures.append((number, error))  # grows failures
    return len(failures)
