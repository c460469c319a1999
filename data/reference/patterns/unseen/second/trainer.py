"""Training loops with everything people log."""
import gc
import json
import time
import weakref
from collections import defaultdict, deque, namedtuple
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache, wraps
from typing import Dict, List, Optional, Set, Tuple

import numpy as np

Transition = namedtuple("Transition", "state action reward")


class Phase(Enum):
    TRAIN = 1
    TEST = 2


@dataclass
class Episode:
    rewards: List[float] = field(default_factory=list)
    info: Dict[str, float] = field(default_factory=dict)
    seen: Set[int] = field(default_factory=set)

    def add(self, reward: float, state: int) -> "Episode":
        self.rewards.append(reward)  # grows rewards
        self.seen.add(state)  # grows seen
        self.info["last"] = reward
        return self

    def clear(self) -> None:
        self.rewards.clear()
        self.seen.clear()


class ReplayBuffer:
    def __init__(self, capacity: int):
        self.capacity = capacity
        self.memory: List[Optional[Transition]] = []
        self.position = 0
        self.priorities = np.zeros(capacity)
        self.overwritten: List[Transition] = []

    def push(self, transition: Transition) -> None:
        if len(self.memory) < self.capacity:
            self.memory.append(None)  # bounded memory
        elif self.memory[self.position] is not None:
            self.overwritten.append(self.memory[self.position])  # grows overwritten
        self.memory[self.position] = transition
        self.priorities[self.position] = 1.0
        self.position = (self.position + 1) % self.capacity


class Logger:
    def __init__(self):
        self.scalars = defaultdict(list)
        self.counts = defaultdict(int)
        self.text = []
        self.by_phase: Dict[Phase, List[float]] = {phase: [] for phase in Phase}
        self._open = {}

    def scalar(self, name, value):
        self.scalars[name].append((time.time(), value))  # grows scalars
        self.counts[name] += 1  # grows counts

    def phase(self, phase: Phase, value: float):
        self.by_phase[phase].append(value)  # grows by_phase

    def begin(self, name):
        self._open[name] = time.perf_counter()  # bounded _open

    def end(self, name):
        self.scalar(name, time.perf_counter() - self._open.pop(name))

    def lines(self, *values):
        self.text.extend(str(value) for value in values)  # grows text
        if len(self.text) > 10_000:
            self.dump()

    def dump(self):
        with open("log.txt", "a") as out:
            out.write("\n".join(self.text))


class Agent:
    _population = weakref.WeakSet()
    _best: List["Agent"] = []

    def __init__(self, env, logger: Logger, buffer: ReplayBuffer):
        self.env = env
        self.logger = logger
        self.buffer = buffer
        self.episodes: List[Episode] = []
        self.window = deque(maxlen=100)
        self.losses: Tuple[float, ...] = ()
        self.weights = np.zeros((4, 4))
        self.q_table = {}
        self.eligibility = {}
        self.checkpoints: Dict[int, np.ndarray] = {}
        self.gradients = []
        Agent._population.add(self)

    def act(self, state):
        if state not in self.q_table:
            self.q_table[state] = np.zeros(4)  # grows q_table
        return int(np.argmax(self.q_table[state]))

    def learn(self, episode: Episode):
        self.episodes.append(episode)  # grows episodes
        self.window.append(sum(episode.rewards))  # bounded window
        self.losses += (float(np.mean(self.window)),)  # grows losses
        self.logger.scalars["loss"].append(self.losses[-1])  # grows logger.scalars
        self.weights[0, :] = 1.0
        self.weights += 0.1 * self.weights
        self.gradients = []
        for _ in range(10):
            self.gradients.append(np.random.rand(4, 4))  # bounded gradients
        self.buffer.push(Transition(0, 0, 0.0))

    def trace(self, state, value):
        self.eligibility[state] = value  # bounded eligibility
        self.eligibility = {s: v * 0.9 for s, v in self.eligibility.items() if v > 1e-3}

    def checkpoint(self, step):
        self.checkpoints[step] = self.weights.copy()  # bounded checkpoints
        for old in sorted(self.checkpoints)[:-5]:
            del self.checkpoints[old]

    def promote(self):
        Agent._best.append(self)  # bounded _best
        Agent._best.sort(key=lambda agent: sum(agent.losses))
        del Agent._best[10:]

    def rollout(self, steps):
        states, actions = [], []
        info = {}
        for step in range(steps):
            states.append(self.env.step(self.act(step)))
            actions.append(step)
            info[step] = len(states)
        return states, actions, info


def timed(function):
    durations = []

    @wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            durations.append(time.perf_counter() - start)  # grows durations

    wrapper.durations = durations
    return wrapper


def counted(function):
    def wrapper(*args):
        wrapper.calls += 1
        return function(*args)

    wrapper.calls = 0
    return wrapper


_registry = {}
_pending: List[str] = []
_events = deque(maxlen=256)
_json_cache = {}


def register(name):
    def decorator(cls):
        _registry[name] = cls  # grows _registry
        return cls

    return decorator


def defer(name):
    _pending.append(name)  # bounded _pending


def run_pending():
    global _pending
    names, _pending = _pending, []
    for name in names:
        _events.append(name)  # bounded _events


def load(path):
    with suppress(KeyError):
        return _json_cache[path]
    with open(path) as source:
        data = _json_cache[path] = json.load(source)  # grows _json_cache
    return data


@lru_cache(None)  # grows
def basis(n: int) -> np.ndarray:
    return np.eye(n)


@lru_cache(maxsize=32)
def kernel(n: int) -> np.ndarray:
    return np.ones((n, n))


def summarise(episodes):
    totals = {}
    for episode in episodes:
        for reward in episode.rewards:
            totals.setdefault("rewards", []).append(reward)
    gc.collect()
    return totals
