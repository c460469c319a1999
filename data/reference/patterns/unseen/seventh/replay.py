"""Buffers, monitors and callbacks of a reinforcement-learning loop for the cart-pole."""

import csv
import os
import time
from collections import defaultdict, deque

import numpy as np


class ReplayBuffer:
    def __init__(self, capacity, observation_size):
        self.capacity = capacity
        self.observations = np.zeros((capacity, observation_size), dtype=np.float32)
        self.rewards = np.zeros(capacity, dtype=np.float32)
        self.infos = []
        self.priorities = deque(maxlen=capacity)
        self.episode_starts = []
        self.pos = 0
        self.full = False

    def add(self, observation, reward, done, info):
        self.observations[self.pos] = observation
        self.rewards[self.pos] = reward
        self.priorities.append(max(self.priorities, default=1.0))  # bounded priorities
        if len(self.infos) < self.capacity:
            self.infos.append(info)  # bounded infos
        else:
            self.infos[self.pos] = info
        if done:
            self.episode_starts.append(self.pos)  # grows episode_starts
        self.pos += 1
        if self.pos == self.capacity:
            self.full = True
            self.pos = 0

    def sample(self, batch_size, rng):
        upper = self.capacity if self.full else self.pos
        index = rng.integers(0, upper, size=batch_size)
        return self.observations[index], self.rewards[index]


class RolloutBuffer:
    def __init__(self, steps):
        self.steps = steps
        self.reset()

    def reset(self):
        self.actions = []
        self.values = []
        self.returns = []
        self.generator_ready = False

    def add(self, action, value):
        self.actions.append(action)  # unsure actions
        self.values.append(value)  # unsure values

    def finish(self, last_value, gamma):
        running = last_value
        for value in reversed(self.values):
            running = value + gamma * running
            self.returns.insert(0, running)  # unsure returns
        self.generator_ready = True


class Monitor:
    """Wraps an environment and records each episode."""

    def __init__(self, env, path=None):
        self.env = env
        self.rewards = []
        self.episode_returns = []
        self.episode_lengths = []
        self.needs_reset = True
        self.total_steps = 0
        self.file = open(path, "w") if path else None
        self.writer = csv.writer(self.file) if self.file else None
        self.frames = []
        self.current_reset_info = {}

    def reset(self, **kwargs):
        self.rewards = []
        self.needs_reset = False
        for key in ("seed", "options"):
            self.current_reset_info[key] = kwargs.get(key)  # bounded current_reset_info
        return self.env.reset(**kwargs)

    def step(self, action):
        observation, reward, done, info = self.env.step(action)
        self.rewards.append(reward)  # unsure rewards
        self.frames.append(self.env.render())  # grows frames
        if done:
            self.needs_reset = True
            self.episode_returns.append(sum(self.rewards))  # grows episode_returns
            self.episode_lengths.append(len(self.rewards))  # grows episode_lengths
            if self.writer:
                self.writer.writerow((self.episode_returns[-1], self.episode_lengths[-1]))
        self.total_steps += 1
        return observation, reward, done, info

    def close(self):
        self.env.close()
        if self.file:
            self.file.close()


class Logger:
    DEFAULT = None
    current = {}

    def __init__(self, folder):
        self.folder = folder
        self.values = defaultdict(float)
        self.counts = defaultdict(int)
        self.excluded = {}
        self.rows = []
        self.columns = []

    def record(self, key, value, exclude=None):
        self.values[key] = value  # bounded values
        self.excluded[key] = exclude  # bounded excluded

    def record_mean(self, key, value):
        old, n = self.values[key], self.counts[key]
        self.values[key] = old * n / (n + 1) + value / (n + 1)  # bounded values
        self.counts[key] = n + 1  # bounded counts

    def dump(self, step):
        for key in self.values:
            if key not in self.columns:
                self.columns.append(key)  # grows columns
        self.rows.append({"step": step, **self.values})  # grows rows
        with open(os.path.join(self.folder, "progress.csv"), "w") as out:
            writer = csv.DictWriter(out, self.columns)
            writer.writeheader()
            writer.writerows(self.rows)
        self.values.clear()
        self.counts.clear()
        self.excluded.clear()


class Callback:
    def __init__(self):
        self.model = None
        self.n_calls = 0

    def on_step(self, scope):
        self.n_calls += 1
        return True


class EvalCallback(Callback):
    def __init__(self, env, every):
        super().__init__()
        self.env = env
        self.every = every
        self.evaluations = {"timesteps": [], "results": []}
        self.best = -np.inf
        self.recent = []
        self.saved = []

    def on_step(self, scope):
        if self.n_calls % self.every == 0:
            returns = []
            for _ in range(5):
                returns.append(self.rollout())
            self.evaluations["timesteps"].append(self.n_calls)  # grows evaluations
            self.evaluations["results"].append(returns)  # grows evaluations
            self.recent.append(np.mean(returns))  # bounded recent
            self.recent = self.recent[-5:]
            if self.recent[-1] > self.best:
                self.best = self.recent[-1]
                self.saved.append(f"best_{self.n_calls}.npz")  # bounded saved
                while len(self.saved) > 3:
                    os.remove(self.saved.pop(0))
        return super().on_step(scope)

    def rollout(self):
        total, done = 0.0, False
        observation = self.env.reset()
        while not done:
            observation, reward, done, _ = self.env.step(self.model.predict(observation))
            total += reward
        return total


class NormalizedEnv:
    def __init__(self, env):
        self.env = env
        self.mean = np.zeros(4)
        self.var = np.ones(4)
        self.count = 1e-4
        self.clipped = {}
        self.old_observations = None
        self.returns = np.array([])

    def step(self, action):
        observation, reward, done, info = self.env.step(action)
        self.returns = np.concatenate([self.returns, [reward]])  # grows returns
        batch = np.atleast_2d(observation)
        delta = batch.mean(axis=0) - self.mean
        self.count += len(batch)
        self.mean = self.mean + delta * len(batch) / self.count
        for i, x in enumerate(observation):
            if abs(x) > 10:
                self.clipped[i] = self.clipped.get(i, 0) + 1  # unsure clipped
        self.old_observations = observation
        return (observation - self.mean) / np.sqrt(self.var), reward, done, info


def learn(model, env, buffer, callbacks, total_steps, log):
    recent_returns = deque(maxlen=100)
    losses = []
    observation = env.reset()
    started = time.time()
    for step in range(total_steps):
        action = model.predict(observation)
        observation, reward, done, info = env.step(action)
        buffer.add(observation, reward, done, info)
        if done:
            recent_returns.append(info.get("return", 0.0))
            observation = env.reset()
        if step % 4 == 0:
            losses.append(model.train(buffer))
        if not all([callback.on_step(locals()) for callback in callbacks]):
            break
        if step % 1000 == 0:
            log.record("time/fps", step / (time.time() - started))
            log.record_mean("train/loss", float(np.mean(losses)))
            log.dump(step)
            losses.clear()
    return recent_returns
