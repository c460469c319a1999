"""Signals from market data: frames of quotes, rolling features, a paper portfolio."""

import bisect
import collections
import heapq
import operator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pandas as pd

HORIZONS = (5, 20, 60)
_loaded = {}
_universe = set()
_alerts: "list[str]" = []
_fits = []


def load(symbol, reader=pd.read_csv):
    if symbol in _loaded:
        return _loaded[symbol]
    frame = reader(f"{symbol}.csv")
    _loaded[symbol] = frame  # grows _loaded
    _universe.add(symbol)  # grows _universe
    return frame


class RollingWindow:
    def __init__(self, size):
        self.size = size
        self.values = np.zeros(size)
        self.count = 0
        self.sorted = []
        self.order = collections.deque()

    def push(self, value):
        self.values[self.count % self.size] = value
        self.count += 1
        bisect.insort(self.sorted, value)  # bounded sorted
        self.order.append(value)  # bounded order
        if len(self.order) > self.size:
            self.sorted.remove(self.order.popleft())

    def median(self):
        return self.sorted[len(self.sorted) // 2]


class FeatureStore:
    def __init__(self, symbols):
        self.windows = {symbol: {h: RollingWindow(h) for h in HORIZONS} for symbol in symbols}
        self.frame = pd.DataFrame()
        self.columns = {}
        self.last = {}
        self.gaps = []
        self.means = {h: 0.0 for h in HORIZONS}
        self.rows = []
        self.dropped_columns = []

    def update(self, symbol, at, price):
        if symbol not in self.windows:
            return
        for horizon, window in self.windows[symbol].items():
            window.push(price)
            self.means[horizon] = 0.99 * self.means[horizon] + 0.01 * price
        previous = self.last.get(symbol)
        self.last[symbol] = at  # bounded last
        if previous is not None and at - previous > 60:
            self.gaps.append((symbol, previous, at))  # grows gaps
        self.rows.append({"symbol": symbol, "at": at, "price": price})  # bounded rows
        if len(self.rows) >= 1000:
            self.frame = pd.concat([self.frame, pd.DataFrame(self.rows)])  # grows frame
            self.rows.clear()

    def column(self, name, compute):
        self.columns[name] = compute(self.frame)  # grows columns
        return self.columns[name]

    def prune(self, threshold):
        for name in self.frame.columns:
            if self.frame[name].isna().mean() > threshold:
                self.frame = self.frame.drop(columns=name)
                self.dropped_columns.append(name)  # grows dropped_columns


@dataclass
class Position:
    symbol: str
    amount: float = 0.0
    fills: list = field(default_factory=list)

    def fill(self, amount, price):
        self.amount += amount
        self.fills.append((amount, price))  # grows fills


@dataclass
class Portfolio:
    cash: float
    positions: dict = field(default_factory=dict)
    equity: list = field(default_factory=list)
    pending: list = field(default_factory=list)
    rejected: set = field(default_factory=set)
    drawdowns: collections.deque = field(default_factory=lambda: collections.deque([], 250))
    journal: str = ""

    def order(self, symbol, amount, limit):
        if amount == 0:
            self.rejected.add((symbol, limit))  # grows rejected
            return
        heapq.heappush(self.pending, (limit, symbol, amount))  # bounded pending

    def match(self, quotes):
        while self.pending and self.pending[0][0] >= quotes.get(self.pending[0][1], float("inf")):
            limit, symbol, amount = heapq.heappop(self.pending)
            position = self.positions.get(symbol)
            if position is None:
                position = self.positions[symbol] = Position(symbol)  # bounded positions
            position.fill(amount, limit)
            self.cash -= amount * limit
            self.journal += f"{symbol},{amount},{limit}\n"  # grows journal
            if position.amount == 0:
                del self.positions[symbol]

    def mark(self, quotes):
        value = self.cash
        for position in self.positions.values():
            value += position.amount * quotes[position.symbol]
        self.equity.append(value)  # grows equity
        peak = max(self.equity)
        self.drawdowns.append(1 - value / peak)  # bounded drawdowns
        return value


class Strategy:
    registry = []

    def __init__(self, name, portfolio):
        self.name = name
        self.portfolio = portfolio
        self.signals = collections.defaultdict(list)
        self.parameters = {}
        self.trained = None
        self.scores = np.empty(0)
        self.errors = collections.Counter()
        self.recent = []
        self.registry.append(self)  # grows registry

    def signal(self, symbol, value):
        history = self.signals[symbol]  # unsure signals
        history.append(value)  # bounded signals
        while len(history) > 60:
            history.pop(0)
        if abs(value) > 3:
            _alerts.append(f"{self.name}: {symbol}")  # grows _alerts

    def train(self, frame, seed):
        rng = np.random.default_rng(seed)
        losses = []
        for _ in range(100):
            losses.append(float(rng.normal()))
        self.trained = min(losses)
        self.scores = np.append(self.scores, self.trained)  # grows scores
        _fits.append({"name": self.name, "losses": losses})  # grows _fits
        self.recent.insert(0, self.trained)  # bounded recent
        self.recent = self.recent[:10]

    def step(self, symbol, price):
        try:
            self.signal(symbol, price - self.parameters[symbol])
        except KeyError as error:
            self.errors[str(error)] += 1  # grows errors
            self.parameters[symbol] = price  # grows parameters


def resample(ticks, width):
    bars = []
    current = None
    for at, price in ticks:
        bucket = at // width
        if current is None or current["bucket"] != bucket:
            current = {"bucket": bucket, "prices": []}
            bars.append(current)
        current["prices"].append(price)
    return [(bar["bucket"], max(bar["prices"])) for bar in bars]


def stream(feed, book=None):
    book = book if book is not None else {}
    trades = []
    for message in feed:
        side = book.setdefault(message["symbol"], {"bids": [], "asks": []})  # grows book
        if message["kind"] == "bid":
            bisect.insort(side["bids"], message["price"])  # bounded bids
            del side["bids"][:-50]
        elif message["kind"] == "trade":
            trades.append(message["price"])  # unsure trades
            yield sum(islice(reversed(trades), 20)) / 20


def correlate(frames):
    matrix = {}
    for a in frames:
        for b in frames:
            matrix[a, b] = frames[a]["price"].corr(frames[b]["price"])
    return sorted(matrix.items(), key=operator.itemgetter(1))
