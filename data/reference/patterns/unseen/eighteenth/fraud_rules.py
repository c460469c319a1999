"""Judges card payments: rules, velocity windows, a graph of devices, cases, feedback."""

from __future__ import annotations

import functools
import hashlib
import itertools
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Callable, Literal

Verdict = Literal["accept", "review", "reject"]
Rule = Callable[["Payment"], "str | None"]

_rules: list[tuple[int, Rule]] = []
_counter = itertools.count(1)


@dataclass(slots=True)
class Payment:
    card: str
    amount: float
    merchant: str
    device: str
    country: str
    at: float = field(default_factory=time.time)
    reasons: list[str] = field(default_factory=list)


def rule(weight: int):
    def wrap(fn: Rule) -> Rule:
        _rules.append((weight, fn))  # grows _rules
        _rules.sort(key=lambda pair: -pair[0])
        return fn

    return wrap


@functools.cache  # grows fingerprint
def fingerprint(device: str, salt: str = "") -> str:
    return hashlib.sha256((device + salt).encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=1000)
def country_risk(country: str) -> float:
    return (sum(map(ord, country)) % 10) / 10


@rule(40)
def high_amount(payment: Payment):
    return "amount" if payment.amount > 5000 else None


@rule(20)
def risky_country(payment: Payment):
    return "country" if country_risk(payment.country) > 0.8 else None


class Velocity:
    """Counts payments of a card within a window."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._times: dict[str, deque[float]] = {}

    def hit(self, card: str, now: float) -> int:
        times = self._times.get(card)
        if times is None:
            times = self._times[card] = deque()  # grows _times
        times.append(now)  # bounded times
        while times and times[0] < now - self.seconds:
            times.popleft()
        return len(times)


class DeviceGraph:
    def __init__(self):
        self.edges: defaultdict[str, set[str]] = defaultdict(set)

    def link(self, card: str, device: str) -> None:
        self.edges[card].add(device)  # grows edges
        self.edges[device] |= {card}  # grows edges

    def component(self, start: str) -> set[str]:
        seen, stack = {start}, [start]
        while stack:
            for other in self.edges.get(stack.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return seen


class Engine:
    def __init__(self):
        self.velocity = Velocity(600)
        self.graph = DeviceGraph()
        self.cases: dict[int, Payment] = {}
        self.labels: list[tuple[float, bool]] = []
        self.scores: list[float] = []
        self.allowed: set[str] = set()

    def judge(self, payment: Payment) -> Verdict:
        if payment.card in self.allowed:
            return "accept"
        score = 0
        for weight, check in _rules:
            reason = check(payment)
            if reason is not None:
                payment.reasons.append(reason)
                score += weight
        score += self.velocity.hit(payment.card, payment.at)
        self.graph.link(payment.card, fingerprint(payment.device))
        self.scores.append(score)  # bounded scores
        if len(self.scores) > 2000:
            self.scores = self.scores[1000:]
        verdict: Verdict = "reject" if score > 60 else "review" if score > 30 else "accept"
        if verdict == "review":
            self.cases[next(_counter)] = payment  # bounded cases
        return verdict

    def decide(self, case: int, fraud: bool) -> None:
        payment = self.cases.pop(case)
        self.labels.append((payment.amount, fraud))  # grows labels
        if not fraud:
            self.allowed.add(payment.card)  # grows allowed
