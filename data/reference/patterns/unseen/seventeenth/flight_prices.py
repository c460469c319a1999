"""A pipeline of flight fares: feeds, cleaning, joins over windows, alerts, sinks."""

import bisect
import csv
import io
import json
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, List, Optional, Set, Tuple

CABINS = ("economy", "premium", "business", "first")

_rates: Dict[str, float] = {"EUR": 1.0}
_seen_offers: Set[str] = set()
_schema_errors: List[dict] = []


@dataclass(frozen=True)
class Fare:
    route: str
    carrier: str
    cabin: str
    departs: str
    price: float
    currency: str = "EUR"


def pipeline(*stages: Callable[[Iterator], Iterator]) -> Callable[[Iterable], Iterator]:
    def run(source: Iterable) -> Iterator:
        stream = iter(source)
        for stage in stages:
            stream = stage(stream)
        return stream

    return run


def parse(lines: Iterator[str]) -> Iterator[Fare]:
    for line in lines:
        row = json.loads(line)
        try:
            yield Fare(**row)
        except TypeError:
            _schema_errors.append(row)  # grows _schema_errors


def unique(fares: Iterator[Fare]) -> Iterator[Fare]:
    for fare in fares:
        key = f"{fare.route}{fare.carrier}{fare.departs}{fare.price}"
        if key not in _seen_offers:
            _seen_offers.add(key)  # grows _seen_offers
            yield fare


def in_euro(fares: Iterator[Fare]) -> Iterator[Fare]:
    converted = 0
    for fare in fares:
        if fare.currency != "EUR":
            converted += 1
            fare = replace(fare, price=fare.price / _rates[fare.currency], currency="EUR")
        yield fare


def chunks(items: Iterable, size: int) -> Iterator[list]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


class Window:
    """Fares of the last `seconds`."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.entries: "deque[Tuple[float, Fare]]" = deque()
        self.late: List[Fare] = []
        self.totals: Counter = Counter()
        self.sizes: List[int] = []

    def push(self, at: float, fare: Fare) -> None:
        if self.entries and at < self.entries[-1][0]:
            self.late.append(fare)  # grows late
            return
        self.entries.append((at, fare))  # bounded entries
        self.totals[fare.route] += 1  # bounded totals
        while self.entries[0][0] < at - self.seconds:
            _, old = self.entries.popleft()
            self.totals[old.route] -= 1
            if not self.totals[old.route]:
                del self.totals[old.route]
        self.sizes.append(len(self.entries))  # bounded sizes
        if len(self.sizes) % 1000 == 0:
            self.sizes.clear()


class Joiner:
    """Matches outward and return flights that arrive in any order."""

    def __init__(self):
        self.waiting: Dict[str, Fare] = {}
        self.pairs: List[Tuple[Fare, Fare]] = []
        self.matched = 0

    def offer(self, key: str, fare: Fare) -> Optional[Tuple[Fare, Fare]]:
        other = self.waiting.pop(key, None)
        if other is None:
            self.waiting[key] = fare  # bounded waiting
            return None
        self.matched += 1
        self.pairs.append((other, fare))  # grows pairs
        return other, fare


class Statistics:
    def __init__(self):
        self.sorted_prices: Dict[str, List[float]] = defaultdict(list)
        self.cheapest: Dict[str, Fare] = {}
        self.by_cabin: Dict[str, int] = {}
        self.quantiles: Dict[str, Tuple[float, ...]] = {}
        self.sample: List[Fare] = []
        self.count = 0

    def add(self, fare: Fare) -> None:
        self.count += 1
        bisect.insort(self.sorted_prices[fare.route], fare.price)  # grows sorted_prices
        best = self.cheapest.get(fare.route)
        if best is None or fare.price < best.price:
            self.cheapest[fare.route] = fare  # grows cheapest
        if fare.cabin in CABINS:
            self.by_cabin[fare.cabin] = self.by_cabin.get(fare.cabin, 0) + 1  # bounded by_cabin
        if len(self.sample) < 1000:
            self.sample.append(fare)  # bounded sample
        else:
            self.sample[self.count % 1000] = fare

    def refresh(self) -> None:
        fresh = {}
        for route, prices in self.sorted_prices.items():
            fresh[route] = tuple(prices[int(len(prices) * q)] for q in (0.1, 0.5, 0.9))
        self.quantiles = fresh


class Alerts:
    def __init__(self):
        self.rules: Dict[int, Callable[[Fare], bool]] = {}
        self.fired: Dict[int, List[Fare]] = {}
        self.muted: Dict[str, float] = {}
        self.next_id = 0

    def add(self, rule: Callable[[Fare], bool]) -> int:
        self.next_id += 1
        self.rules[self.next_id] = rule  # bounded rules
        self.fired[self.next_id] = []  # grows fired
        return self.next_id

    def remove(self, number: int) -> None:
        self.rules.pop(number, None)

    def check(self, fare: Fare) -> None:
        now = time.time()
        self.muted = {route: until for route, until in self.muted.items() if until > now}
        for number, rule in self.rules.items():
            if fare.route not in self.muted and rule(fare):
                self.fired[number].append(fare)  # grows fired
                self.muted[fare.route] = now + 60  # bounded muted


class CsvSink:
    def __init__(self, folder: Path):
        self.folder = folder
        self.buffer = io.StringIO()
        self.rows = 0
        self.files: List[Path] = []
        self.writer = csv.writer(self.buffer)

    def write(self, fare: Fare) -> None:
        self.writer.writerow([fare.route, fare.carrier, fare.price])
        self.rows += 1
        if self.rows >= 5000:
            self.roll()

    def roll(self) -> None:
        path = self.folder / f"{time.time_ns()}.csv"
        path.write_text(self.buffer.getvalue())
        self.files.append(path)  # grows files
        self.buffer = io.StringIO()
        self.writer = csv.writer(self.buffer)
        self.rows = 0


def main(window: Window, statistics: Statistics, alerts: Alerts, sink: CsvSink) -> None:
    latencies = []
    for batch in chunks(pipeline(parse, unique, in_euro)(sys.stdin), 100):
        started = time.time()
        routes = {route: list(group) for route, group in groupby(batch, key=lambda fare: fare.route)}
        for fares in routes.values():
            for fare in fares:
                window.push(started, fare)
                statistics.add(fare)
                alerts.check(fare)
                sink.write(fare)
        latencies.append(time.time() - started)  # unsure latencies
