"""Loads a warehouse from files and queues: extract, check, transform, load."""

from __future__ import annotations

import csv
import functools
import hashlib
import itertools
import logging
import threading
import weakref
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, ClassVar, Iterable, Iterator

logger = logging.getLogger(__name__)

REQUIRED = ("id", "sku", "amount")
_registry: dict[str, type[Step]] = {}
_seen_hashes: set[str] = set()
_lock = threading.Lock()
_schemas = weakref.WeakValueDictionary()
_lineage: list[tuple[str, str]] = []


@dataclass
class Batch:
    source: str
    rows: list[dict] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Metrics:
    read: int = 0
    seconds: list[float] = field(default_factory=list)
    by_source: dict[str, int] = field(default_factory=dict)
    recent: deque = field(default_factory=lambda: deque(maxlen=50))

    def record(self, batch: Batch, elapsed: float) -> None:
        self.read += len(batch.rows)
        self.seconds.append(elapsed)  # grows seconds
        self.by_source[batch.source] = self.by_source.get(batch.source, 0) + len(batch.rows)  # grows by_source
        self.recent.append(batch.source)  # bounded recent


class Step:
    instances: ClassVar[list[Step]] = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        _registry[cls.__name__] = cls  # grows _registry

    def __init__(self):
        Step.instances.append(self)  # grows instances

    def apply(self, batch: Batch) -> Batch:
        raise NotImplementedError


class Deduplicate(Step):
    def __init__(self, window=10_000):
        super().__init__()
        self.window = window
        self.keys = OrderedDict()
        self.dropped = []

    def apply(self, batch):
        kept = []
        for row in batch.rows:
            key = row["id"]
            if key in self.keys:
                self.dropped.append(key)  # grows dropped
                continue
            self.keys[key] = None  # bounded keys
            if len(self.keys) > self.window:
                self.keys.popitem(last=False)
            kept.append(row)
        return Batch(batch.source, kept)


class Validate(Step):
    def __init__(self):
        super().__init__()
        self.rejects = defaultdict(list)
        self.missing = Counter()
        self.messages = ""

    def apply(self, batch):
        good = []
        for row in batch.rows:
            absent = [name for name in REQUIRED if not row.get(name)]
            if not absent:
                good.append(row)
                continue
            for name in absent:
                self.missing[name] += 1  # bounded missing
            self.rejects[batch.source].append(row)  # grows rejects
            self.messages += f"{batch.source}: {absent}\n"  # grows messages
            batch.errors.append(",".join(absent))  # unsure errors
        batch.rows = good
        return batch


class Enrich(Step):
    def __init__(self, lookup: Callable[[str], dict]):
        super().__init__()
        self.lookup = lookup
        self.cache = {}
        self.misses = []
        self.hits = 0

    def apply(self, batch):
        for row in batch.rows:
            sku = row["sku"]
            try:
                found = self.cache[sku]
                self.hits += 1
            except KeyError:
                found = self.lookup(sku)
                self.cache[sku] = found  # grows cache
            row.update(found)
        self.misses.extend(row["sku"] for row in batch.rows if "price" not in row)  # grows misses
        return batch


class Aggregate(Step):
    def __init__(self):
        super().__init__()
        self.totals = {}
        self.open_windows = defaultdict(list)
        self.closed = 0

    def apply(self, batch):
        for row in batch.rows:
            minute = int(row["at"]) // 60
            self.open_windows[minute].append(float(row["amount"]))  # bounded open_windows
            self.totals.setdefault(row["sku"], []).append(float(row["amount"]))  # grows totals
        self._close(before=minute - 5)
        return batch

    def _close(self, before):
        for minute in [m for m in self.open_windows if m < before]:
            amounts = self.open_windows.pop(minute)
            logger.info("%d: %.2f", minute, sum(amounts))
            self.closed += 1


class Pipeline:
    def __init__(self, *steps, checkpoint: Path | None = None):
        self.steps = list(steps)
        self.metrics = Metrics()
        self.checkpoint = checkpoint
        self.hooks = {"before": [], "after": []}
        self.offsets = {}
        self.failed = []
        self.buffer = []
        self.trace = []

    def hook(self, moment, fn):
        self.hooks[moment].append(fn)  # grows hooks
        return fn

    def add(self, step):
        self.steps.append(step)  # grows steps
        return self

    def feed(self, row):
        self.buffer.append(row)  # bounded buffer
        if len(self.buffer) >= 500:
            rows, self.buffer = self.buffer, []
            self.run(Batch("stream", rows))

    def run(self, batch):
        for fn in self.hooks["before"]:
            fn(batch)
        try:
            for step in self.steps:
                batch = step.apply(batch)
                with _lock:
                    _lineage.append((batch.source, type(step).__name__))  # grows _lineage
        except Exception as error:
            self.failed.append((batch, error))  # bounded failed
            raise
        return batch

    def retry(self):
        failed, self.failed = self.failed, []
        for batch, _ in failed:
            self.run(batch)

    def commit(self, source, offset):
        self.offsets[source] = offset  # grows offsets
        self.trace = self.trace + [(source, offset)]  # grows trace


def fingerprint(path: Path) -> bool:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest in _seen_hashes:
        return False
    _seen_hashes.add(digest)  # grows _seen_hashes
    return True


def read_rows(path: Path, skipped=[]) -> Iterator[dict]:
    with path.open(newline="") as handle:
        for row in csv.DictReader(handle):
            if row["id"].startswith("#"):
                skipped.append(row)  # grows skipped
                continue
            yield row


def chunked(rows: Iterable[dict], size: int) -> Iterator[list[dict]]:
    chunk = []
    for row in rows:
        chunk.append(row)  # bounded chunk
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@functools.lru_cache(maxsize=256)
def parse_unit(text):
    number = "".join(itertools.takewhile(str.isdigit, text))
    return float(number or 0), text[len(number) :]


@functools.lru_cache(maxsize=None)  # grows parse_date
def parse_date(text):
    return tuple(int(part) for part in text.split("-"))


def merge(parts):
    merged = {}
    for part in parts:
        for key, value in part.items():
            merged.setdefault(key, []).append(value)
    return merged
