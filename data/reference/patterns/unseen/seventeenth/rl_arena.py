"""Reinforcement learning in self play: replay memory, league of opponents, actors, callbacks."""

import heapq
import random
from abc import ABC, abstractmethod
from collections import defaultdict, deque, namedtuple
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import torch
from torch import nn

Transition = namedtuple("Transition", "state action reward next_state done")

_timers = defaultdict(float)
_encoders = {}
_hooks = []


@lru_cache(maxsize=None)  # grows discount
def discount(gamma, steps):
    return gamma**steps


@lru_cache(maxsize=4096)
def legal_moves(board):
    return tuple(i for i, cell in enumerate(board) if cell == 0)


def register_encoder(name):
    def wrap(cls):
        if name in _encoders:
            raise ValueError(f"{name} is taken")
        _encoders[name] = cls  # grows _encoders
        return cls

    return wrap


@contextmanager
def activations_of(module):
    captured = []
    handle = module.register_forward_hook(lambda m, i, output: captured.append(output.detach()))
    try:
        yield captured
    finally:
        handle.remove()


class Memory(ABC):
    @abstractmethod
    def add(self, transition, priority=1.0): ...

    @abstractmethod
    def sample(self, count): ...


class UniformMemory(Memory):
    def __init__(self, capacity):
        self.capacity = capacity
        self.items = []
        self.position = 0

    def add(self, transition, priority=1.0):
        if len(self.items) < self.capacity:
            self.items.append(transition)  # bounded items
        else:
            self.items[self.position] = transition
        self.position = (self.position + 1) % self.capacity

    def sample(self, count):
        return random.sample(self.items, min(count, len(self.items)))


class PrioritisedMemory(Memory):
    def __init__(self, capacity):
        self.capacity = capacity
        self.heap = []
        self.evicted = []
        self.counter = 0

    def add(self, transition, priority=1.0):
        self.counter += 1
        entry = (priority, self.counter, transition)
        if len(self.heap) >= self.capacity:
            self.evicted.append(heapq.heappushpop(self.heap, entry))  # grows evicted
        else:
            heapq.heappush(self.heap, entry)  # bounded heap

    def sample(self, count):
        return [transition for _, _, transition in heapq.nlargest(count, self.heap)]


class League:
    """Earlier selves to play against."""

    def __init__(self, size=12):
        self.size = size
        self.members = []
        self.ratings = {}
        self.matches = []
        self.wins = np.zeros(0)

    def enter(self, name, weights):
        self.members.append((name, weights))  # bounded members
        if len(self.members) > self.size:
            worst = min(self.members, key=lambda member: self.ratings.get(member[0], 0))
            self.members.remove(worst)
        self.ratings[name] = 1000.0  # grows ratings

    def result(self, winner, loser):
        self.matches.append((winner, loser))  # grows matches
        self.wins = np.append(self.wins, winner == "self")[-500:]  # bounded wins
        self.ratings.update({winner: self.ratings.get(winner, 1000) + 8})  # grows ratings


class Policy(nn.Module):
    def __init__(self, cells, hidden=128):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(cells, hidden), nn.ReLU(), nn.Linear(hidden, cells))
        self.entropies = []

    def forward(self, board):
        logits = self.body(board)
        probabilities = logits.softmax(-1)
        self.entropies.append(-(probabilities * probabilities.log()).sum())  # grows entropies
        return logits


class Learner:
    def __init__(self, policy, memory: Memory, league):
        self.policy = policy
        self.memory = memory
        self.league = league
        self.optimiser = torch.optim.Adam(policy.parameters())
        self.history = {"loss": [], "length": []}
        self.recent = deque(maxlen=100)
        self.gradient_norms = torch.empty(0)
        self.callbacks = []
        self.best = []
        self.episode = 0

    def callback(self, fn):
        self.callbacks.append(fn)  # grows callbacks
        return fn

    def play(self, environment):
        state, done = environment.reset(), False
        rewards, states = [], []
        while not done:
            with torch.no_grad():
                action = int(self.policy(torch.as_tensor(state)).argmax())
            next_state, reward, done = environment.step(action)
            self.memory.add(Transition(state, action, reward, next_state, done))
            rewards.append(reward)
            states.append(state)
            state = next_state
        return sum(r * discount(0.99, i) for i, r in enumerate(rewards))

    def learn(self, batch_size=64):
        batch = self.memory.sample(batch_size)
        losses = []
        for transition in batch:
            target = transition.reward + 0.99 * float(not transition.done)
            losses.append((self.policy(torch.as_tensor(transition.state))[transition.action] - target) ** 2)
        loss = torch.stack(losses).mean()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        norm = sum(p.grad.norm() for p in self.policy.parameters())
        self.gradient_norms = torch.cat([self.gradient_norms, norm.view(1)])  # grows gradient_norms
        self.history["loss"].append(loss.item())  # grows history
        return loss

    def train(self, environment, episodes):
        returns = []
        for _ in range(episodes):
            self.episode += 1
            total = self.play(environment)
            returns.append(total)
            self.recent.append(total)  # bounded recent
            loss = self.learn()
            heapq.heappush(self.best, (total, self.episode))  # bounded best
            self.best = heapq.nlargest(10, self.best)
            _timers["episode"] += 1
            if self.episode % 500 == 0:
                self.league.enter(f"v{self.episode}", self.policy.state_dict())
                _hooks.append(self.policy.register_forward_hook(lambda m, i, o: None))  # grows _hooks
            for fn in self.callbacks:
                fn(self.episode, loss)
        return returns
