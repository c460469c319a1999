"""Recommends articles: online factors, nearest neighbours, experiments, feedback."""

import functools
import heapq
import itertools
import math
import random
import weakref
from collections import defaultdict, deque, namedtuple
from contextlib import contextmanager

import numpy as np

Interaction = namedtuple("Interaction", "user item weight")

_models = weakref.WeakSet()
_experiments = {}
_stopwords = {"the", "a", "of"}
_ids = itertools.count()
_embedding_cache = {}
_cold_items = []


class Vocabulary:
    def __init__(self, limit=None):
        self.limit = limit
        self.index = {}
        self.words = []
        self.unknown = defaultdict(int)

    def __getitem__(self, word):
        if word in self.index:
            return self.index[word]
        if self.limit is not None and len(self.words) >= self.limit:
            self.unknown[word] += 1  # grows unknown
            return -1
        self.index[word] = len(self.words)  # unsure index
        self.words.append(word)  # unsure words
        return self.index[word]

    def encode(self, text):
        codes = []
        for word in text.split():
            if word not in _stopwords:
                codes.append(self[word])
        return codes


class Factors:
    def __init__(self, size=16, rate=0.05):
        self.size = size
        self.rate = rate
        self.users = {}
        self.items = {}
        self.loss = []
        self.touched = set()
        self.average = 0.0
        self.norms = np.array([])
        _models.add(self)

    def user(self, user):
        if user not in self.users:
            self.users[user] = np.random.normal(size=self.size)  # grows users
        return self.users[user]

    def item(self, item):
        try:
            return self.items[item]
        except KeyError:
            vector = self.items[item] = np.random.normal(size=self.size)  # bounded items
            return vector

    def learn(self, interaction):
        u, v = self.user(interaction.user), self.item(interaction.item)
        error = interaction.weight - float(u @ v)
        u += self.rate * error * v
        v += self.rate * error * u
        self.loss.append(error * error)  # grows loss
        self.average += 0.01 * (error - self.average)
        self.touched.add(interaction.item)  # bounded touched
        self.norms = np.concatenate([self.norms, [np.linalg.norm(u)]])  # grows norms

    def publish(self, store):
        for item in self.touched:
            store.put(item, self.items[item])
        self.touched.clear()

    def retire(self, item):
        self.items.pop(item, None)


class Neighbours:
    def __init__(self, k=10):
        self.k = k
        self.lists = {}
        self.edges = defaultdict(set)
        self.queries = []
        self.candidates = []

    def offer(self, item, other, score):
        best = self.lists.setdefault(item, [])  # grows lists
        heapq.heappush(best, (score, other))  # bounded lists
        if len(best) > self.k:
            heapq.heappop(best)
        self.edges[item].add(other)  # grows edges

    def query(self, vector, items):
        self.candidates = []
        for name, other in items:
            self.candidates.append((float(vector @ other), name))  # bounded candidates
        self.queries.append(vector)  # grows queries
        return heapq.nlargest(self.k, self.candidates)


class Experiment:
    def __init__(self, name, arms):
        self.name = name
        self.arms = tuple(arms)
        self.shown = {arm: 0 for arm in self.arms}
        self.assigned = {}
        self.rewards = {arm: deque(maxlen=1000) for arm in self.arms}
        self.events = []
        self.stopped = False

    def arm(self, user):
        arm = self.assigned.get(user)
        if arm is None:
            arm = self.assigned[user] = random.choice(self.arms)  # grows assigned
        self.shown[arm] += 1
        return arm

    def reward(self, user, amount):
        arm = self.assigned[user]
        self.rewards[arm].append(amount)  # bounded rewards
        self.events.append((user, arm, amount))  # grows events

    def summary(self):
        rows = {}
        for arm in self.arms:
            rewards = self.rewards[arm]
            rows[arm] = sum(rewards) / max(1, len(rewards))
        return rows


def experiment(name, arms):
    if name in _experiments:
        return _experiments[name]
    _experiments[name] = Experiment(name, arms)  # bounded _experiments
    return _experiments[name]


def conclude(name):
    _experiments.pop(name).stopped = True


class Feed:
    def __init__(self, factors):
        self.factors = factors
        self.history = defaultdict(lambda: deque(maxlen=200))
        self.shown = {}
        self.hidden = {}
        self.clicks = []
        self.dwell = {}
        self.filters = []
        self.explanations = {}
        self.pages = OrderedPages(50)
        self.rng = random.Random(1)

    def record(self, user, item, seconds):
        recent = self.history[user]  # grows history
        recent.append(item)  # bounded history
        self.clicks.append(Interaction(user, item, math.log1p(seconds)))  # bounded clicks
        self.dwell[user, item] = seconds  # grows dwell
        if len(self.clicks) >= 100:
            for click in self.clicks:
                self.factors.learn(click)
            self.clicks.clear()

    def hide(self, user, item):
        self.hidden.setdefault(user, set()).add(item)  # bounded hidden

    def unhide(self, user, item):
        hidden = self.hidden.get(user)
        if hidden:
            hidden.discard(item)
            if not hidden:
                del self.hidden[user]

    @contextmanager
    def only(self, predicate):
        self.filters.append(predicate)  # bounded filters
        try:
            yield
        finally:
            self.filters.pop()

    def recommend(self, user, items, n=10):
        vector = self.factors.user(user)
        scored = []
        for item in items:
            if item in self.hidden.get(user, ()) or item in self.history[user]:  # unsure history
                continue
            if not all(keep(item) for keep in self.filters):
                continue
            score = float(vector @ self.factors.item(item))
            scored.append((score, item))
            self.explanations[user, item] = score  # grows explanations
        if not scored:
            _cold_items.extend(items)  # grows _cold_items
        best = [item for _, item in sorted(scored, reverse=True)[:n]]
        self.shown[user] = best  # grows shown
        self.pages.put(user, best)
        return best


class OrderedPages:
    def __init__(self, size):
        self.size = size
        self.order = deque()
        self.pages = {}

    def put(self, key, page):
        if key not in self.pages:
            self.order.append(key)  # bounded order
            if len(self.order) > self.size:
                self.pages.pop(self.order.popleft(), None)
        self.pages[key] = page  # bounded pages


def embed(text, model):
    key = hash(text)
    if key not in _embedding_cache:
        _embedding_cache[key] = model(text)  # grows _embedding_cache
    return _embedding_cache[key]


@functools.cache  # grows similarity
def similarity(a, b):
    return len(set(a) & set(b)) / len(set(a) | set(b))


def counted(fn):
    calls = []

    def inner(*args):
        calls.append(args)  # grows calls
        return fn(*args)

    inner.calls = calls
    inner.number = next(_ids)
    return inner


def evaluate(model, held_out):
    ranks = []
    for interaction in held_out:
        ranks.append(model.rank(interaction.user, interaction.item))
    return sum(1 / rank for rank in ranks) / len(ranks)
