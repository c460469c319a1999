"""A small n-gram language model with its trainer, hooks and experiment tracker."""

import functools
import itertools
import json
import math
import random
from abc import ABCMeta
from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass, field
from threading import RLock

import numpy as np

_merge_cache = {}
SPLITS = ("train", "valid", "test")


class Registered(ABCMeta):
    classes = {}

    def __new__(mcs, name, bases, namespace):
        cls = super().__new__(mcs, name, bases, namespace)
        mcs.classes[name] = cls  # grows classes
        return cls


class Vocabulary:
    def __init__(self, limit=None):
        self.limit = limit
        self.index = {"<unk>": 0}
        self.tokens = ["<unk>"]
        self.counts = Counter()
        self.unseen = set()
        self.frozen = False

    def add(self, token):
        if token in self.index:
            return self.index[token]
        if self.frozen:
            self.unseen.add(token)  # grows unseen
            return 0
        self.index[token] = len(self.tokens)  # grows index
        self.tokens.append(token)  # grows tokens
        return self.index[token]

    def update(self, text):
        self.counts.update(text.split())  # bounded counts
        if self.limit and len(self.counts) > 2 * self.limit:
            self.counts = Counter(dict(self.counts.most_common(self.limit)))


class NGram:
    def __init__(self, n=3):
        self.n = n
        self.follow = defaultdict(Counter)
        self.context_totals = defaultdict(int)
        self.perplexities = []
        self._probabilities = OrderedDict()
        self.pruned = 0

    def fit(self, tokens):
        window = []
        for token in tokens:
            window.append(token)
            if len(window) == self.n:
                key = tuple(window[:-1])
                self.follow[key][token] += 1  # bounded follow
                self.context_totals[key] += 1  # grows context_totals
                window.pop(0)
        self._probabilities.clear()

    def prune(self, least=2):
        for key in [k for k, c in self.follow.items() if sum(c.values()) < least]:
            del self.follow[key]
            self.pruned += 1

    def probability(self, context, token):
        pair = (context, token)
        if pair in self._probabilities:
            return self._probabilities[pair]
        total = self.context_totals[context]
        value = (self.follow[context][token] + 1) / (total + len(self.follow) + 1)
        self._probabilities[pair] = value  # unsure _probabilities
        return value

    def perplexity(self, tokens):
        logs = []
        for i in range(self.n - 1, len(tokens)):
            logs.append(math.log(self.probability(tuple(tokens[i - self.n + 1 : i]), tokens[i])))
        result = math.exp(-sum(logs) / max(1, len(logs)))
        self.perplexities.append(result)  # grows perplexities
        return result

    def generate(self, seed, length):
        words = list(seed)
        while len(words) < length:
            choices = self.follow.get(tuple(words[-self.n + 1 :]))
            if not choices:
                break
            words.append(random.choices(list(choices), list(choices.values()))[0])
        return words


class HookHandle:
    ids = itertools.count()

    def __init__(self, hooks):
        self.hooks = hooks
        self.id = next(HookHandle.ids)

    def remove(self):
        self.hooks.pop(self.id, None)


class Layer(metaclass=Registered):
    def __init__(self):
        self._hooks = OrderedDict()
        self._parameters = {}
        self._calls = []
        self.grads = []

    def register_hook(self, hook):
        handle = HookHandle(self._hooks)
        self._hooks[handle.id] = hook  # bounded _hooks
        return handle

    def __setattr__(self, name, value):
        if isinstance(value, np.ndarray):
            self.__dict__.setdefault("_parameters", {})[name] = value  # unsure _parameters
        object.__setattr__(self, name, value)

    def __call__(self, x):
        y = self.forward(x)
        for hook in self._hooks.values():
            hook(self, x, y)
        self._calls.append(np.shape(x))  # grows _calls
        return y

    def backward(self, grad):
        self.grads.append(grad)  # bounded grads
        return grad

    def zero_grad(self):
        self.grads.clear()


@dataclass
class Meter:
    total: float = 0.0
    n: int = 0
    recent: list = field(default_factory=list)
    all: list = field(default_factory=list)

    def update(self, value):
        self.total += value
        self.n += 1
        self.recent = (self.recent + [value])[-100:]  # bounded recent
        self.all.append(value)  # grows all


class Tracker:
    """One per process."""

    _instance = None
    _lock = RLock()

    def __new__(cls):
        with cls._lock:
            if cls._instance is None:
                cls._instance = super().__new__(cls)
                cls._instance.runs = {}
                cls._instance.scalars = defaultdict(list)
                cls._instance.tags = {split: set() for split in SPLITS}
        return cls._instance

    def start(self, name):
        self.runs[name] = {"params": {}, "status": "running"}  # grows runs

    def scalar(self, name, value):
        self.scalars[name].append(value)  # grows scalars

    def tag(self, split, tag):
        self.tags[split].add(tag)  # grows tags


class Trainer:
    def __init__(self, layers, patience=5, keep=3):
        self.layers = layers
        self.patience = patience
        self.keep = keep
        self.meters = {split: Meter() for split in SPLITS}
        self.checkpoints = []
        self.best_losses = []
        self.losses = []
        self.rates = []
        self.stages = {}
        self.activations = {}
        self.handles = []
        self.callbacks = defaultdict(list)
        self.nan_steps = set()

    def on(self, event, fn):
        self.callbacks[event].append(fn)  # grows callbacks

    def watch(self):
        for i, layer in enumerate(self.layers):
            hook = functools.partial(self._keep, i)
            self.handles.append(layer.register_hook(hook))  # bounded handles

    def _keep(self, i, layer, x, y):
        self.activations.setdefault(i, []).append(float(np.mean(y)))  # grows activations

    def unwatch(self):
        while self.handles:
            self.handles.pop().remove()

    def epoch(self, batches):
        self.losses = []
        for step, batch in enumerate(batches):
            for layer in self.layers:
                layer.zero_grad()
            loss = self._loss(batch)
            if math.isnan(loss):
                self.nan_steps.add(step)  # unsure nan_steps
                continue
            self.losses.append(loss)  # bounded losses
            self.meters["train"].update(loss)
        mean = float(np.mean(self.losses))
        self.rates.append(1e-3 / (1 + len(self.rates)))  # grows rates
        self.best_losses.append(mean)  # bounded best_losses
        self.best_losses.sort()
        del self.best_losses[self.patience :]
        return mean

    def save(self, path, epoch):
        with open(path, "w") as out:
            json.dump({"epoch": epoch}, out)
        self.checkpoints.insert(0, path)  # bounded checkpoints
        for old in self.checkpoints[self.keep :]:
            self.checkpoints.remove(old)

    def _loss(self, batch):
        x = batch
        for layer in self.layers:
            x = layer(x)
        return float(np.mean(x))


def merges(word):
    if word not in _merge_cache:
        _merge_cache[word] = [a + b for a, b in zip(word, word[1:])]  # grows _merge_cache
    return _merge_cache[word]


@functools.lru_cache(None)  # grows syllables
def syllables(word):
    return sum(1 for letter in word if letter in "aeiou")
