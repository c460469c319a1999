"""Event-driven backtesting of portfolios on daily bars."""

import heapq
import math
from collections import defaultdict, deque, namedtuple
from enum import Enum, auto
from functools import lru_cache, reduce
from pathlib import Path

import numpy as np
import pandas as pd

Fill = namedtuple("Fill", "day symbol quantity price")
_calendars = {}
_indicator_registry = {}


class Side(Enum):
    BUY = auto()
    SELL = auto()


def indicator(cls):
    _indicator_registry[cls.__name__.lower()] = cls  # grows _indicator_registry
    return cls


@lru_cache
def business_days(year):
    return tuple(pd.bdate_range(f"{year}-01-01", f"{year}-12-31"))


def calendar(exchange):
    try:
        return _calendars[exchange]
    except KeyError:
        pass
    days = reduce(lambda a, b: a + list(b), map(business_days, range(2000, 2030)), [])
    return _calendars.setdefault(exchange, days)  # grows _calendars


@indicator
class SMA:
    def __init__(self, n):
        self.n = n
        self.window = deque()
        self.total = 0.0
        self.values = []

    def push(self, x):
        self.window.append(x)  # bounded window
        self.total += x
        if len(self.window) > self.n:
            self.total -= self.window.popleft()
        self.values.append(self.total / len(self.window))  # grows values
        return self.values[-1]


@indicator
class Extremum:
    """Highest value of the last n, in constant time each."""

    def __init__(self, n):
        self.n = n
        self.candidates = deque()
        self.i = -1

    def push(self, x):
        self.i += 1
        while self.candidates and self.candidates[-1][1] <= x:
            self.candidates.pop()
        self.candidates.append((self.i, x))  # bounded candidates
        if self.candidates[0][0] <= self.i - self.n:
            self.candidates.popleft()
        return self.candidates[0][1]


class Book:
    """Orders waiting for their price."""

    def __init__(self):
        self.bids = []
        self.open = {}
        self.by_side = {}
        self.cancelled = []
        self.modifications = defaultdict(list)
        self.serial = 0

    def place(self, symbol, side, quantity, limit):
        self.serial += 1
        order = {"id": self.serial, "symbol": symbol, "quantity": quantity, "limit": limit}
        heapq.heappush(self.bids, (limit, self.serial, order))  # bounded bids
        self.open[self.serial] = order  # bounded open
        self.by_side[side] = self.by_side.get(side, 0) + quantity  # bounded by_side
        return self.serial

    def modify(self, number, **changes):
        self.open[number].update(changes)
        self.modifications[number].append(changes)  # grows modifications

    def cancel(self, number):
        self.cancelled.append(self.open.pop(number))  # grows cancelled

    def match(self, price):
        filled = []
        while self.bids and self.bids[0][0] <= price:
            _, number, order = heapq.heappop(self.bids)
            if self.open.pop(number, None) is not None:
                filled.append(order)
        return filled


class Portfolio:
    def __init__(self, cash):
        self.cash = cash
        self.positions = {}
        self.fills = []
        self.equity = pd.DataFrame(columns=["day", "value"])
        self.drawdowns = np.array([])
        self.peak = cash
        self.lots = defaultdict(deque)
        self.dividends = {}
        self.notes = ""
        self.weights = {}

    def apply(self, fill):
        self.fills.append(fill)  # grows fills
        held = self.positions.get(fill.symbol, 0) + fill.quantity
        if held:
            self.positions[fill.symbol] = held  # bounded positions
        else:
            self.positions.pop(fill.symbol, None)
        if fill.quantity > 0:
            self.lots[fill.symbol].append(fill)  # bounded lots
        else:
            remaining = -fill.quantity
            while remaining > 0 and self.lots[fill.symbol]:
                remaining -= self.lots[fill.symbol].popleft().quantity
        self.cash -= fill.quantity * fill.price

    def mark(self, day, prices):
        value = self.cash + sum(n * prices[s] for s, n in self.positions.items())
        self.equity = pd.concat([self.equity, pd.DataFrame([{"day": day, "value": value}])])  # grows equity
        self.peak = max(self.peak, value)
        self.drawdowns = np.append(self.drawdowns, 1 - value / self.peak)  # grows drawdowns
        self.notes += f"{day}: {value:.2f}\n"  # grows notes
        self.weights = {}
        for symbol, n in self.positions.items():
            self.weights[symbol] = n * prices[symbol] / value  # bounded weights

    def pay(self, symbol, day, amount):
        self.dividends.setdefault(symbol, {})[day] = amount  # grows dividends
        self.cash += amount


class Strategy:
    subclasses = []

    def __init_subclass__(cls):
        cls.subclasses.append(cls)  # grows subclasses

    def __init__(self, book):
        self.book = book
        self.signals = {}
        self.journal = []
        self.last_prices = {}
        self.returns = []

    def on_bar(self, day, bar):
        previous = self.last_prices.get(bar.symbol)
        self.last_prices[bar.symbol] = bar.close  # unsure last_prices
        if previous is not None:
            self.returns = [*self.returns[-251:], math.log(bar.close / previous)]  # bounded returns
        signal = self.signal(bar)
        if signal is not None:
            self.journal.append((day, bar.symbol, signal))  # grows journal
            self.signals[day, bar.symbol] = signal  # grows signals
            self.book.place(bar.symbol, signal, 10, bar.close)

    def signal(self, bar):
        raise NotImplementedError


class Crossover(Strategy):
    def __init__(self, book, fast=20, slow=50):
        super().__init__(book)
        self.averages = {}
        self.fast = fast
        self.slow = slow
        self.flips = []

    def signal(self, bar):
        pair = self.averages.get(bar.symbol)
        if pair is None:
            pair = self.averages[bar.symbol] = (SMA(self.fast), SMA(self.slow))  # unsure averages
        fast, slow = (average.push(bar.close) for average in pair)
        self.flips.append(fast > slow)  # bounded flips
        if len(self.flips) < 2:
            return None
        before, after = self.flips[-2:]
        del self.flips[:-2]
        if before == after:
            return None
        return Side.BUY if after else Side.SELL


class Backtest:
    def __init__(self, bars, strategy, portfolio):
        self.bars = bars
        self.strategy = strategy
        self.portfolio = portfolio
        self.results = []
        self.skipped = set()
        self.progress = []
        self.cache = {}

    def run(self):
        self.progress = []
        for day, group in self.bars.groupby("day"):
            prices = dict(zip(group.symbol, group.close))
            for bar in group.itertuples():
                if not math.isfinite(bar.close):
                    self.skipped.add((day, bar.symbol))  # grows skipped
                    continue
                self.strategy.on_bar(day, bar)
                for order in self.strategy.book.match(bar.close):
                    self.portfolio.apply(Fill(day, order["symbol"], order["quantity"], bar.close))
            self.portfolio.mark(day, prices)
            self.progress.append(day)  # bounded progress
        self.results.append(float(self.portfolio.equity["value"].iloc[-1]))  # grows results
        return self.results[-1]

    def load(self, path):
        path = Path(path)
        stamp = path.stat().st_mtime
        if self.cache.get(path, (None, None))[0] != stamp:
            self.cache[path] = (stamp, pd.read_csv(path))  # grows cache
        return self.cache[path][1]


def walk_forward(bars, make, windows):
    table = []
    for start, stop in windows:
        part = bars[(bars.day >= start) & (bars.day < stop)]
        test = make(part)
        table.append((start, stop, test.run()))
    return pd.DataFrame(table, columns=["from", "to", "value"])
