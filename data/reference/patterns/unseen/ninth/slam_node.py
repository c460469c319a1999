"""A robot that maps its surroundings: scans, keyframes, a pose graph and a particle filter."""

import math
import threading
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

_transforms = {}
_subscribers = defaultdict(list)


@dataclass
class Pose:
    x: float
    y: float
    theta: float


@dataclass
class Keyframe:
    id: int
    pose: Pose
    scan: np.ndarray
    neighbours: list = field(default_factory=list)
    descriptors: dict = field(default_factory=dict)


def subscribe(topic, callback):
    _subscribers[topic].append(callback)  # bounded _subscribers


def unsubscribe(topic, callback):
    _subscribers[topic].remove(callback)


def publish(topic, message):
    for callback in tuple(_subscribers[topic]):
        callback(message)


def broadcast(parent, child, matrix):
    _transforms[parent, child] = matrix  # grows _transforms


class TransformBuffer:
    def __init__(self, seconds=10.0):
        self.seconds = seconds
        self.samples = defaultdict(deque)
        self.misses = []
        self.chains = {}

    def put(self, frame, stamp, pose):
        samples = self.samples[frame]
        samples.append((stamp, pose))  # bounded samples
        while samples and samples[0][0] < stamp - self.seconds:
            samples.popleft()

    def get(self, frame, stamp):
        best = None
        for at, pose in self.samples[frame]:
            if best is None or abs(at - stamp) < abs(best[0] - stamp):
                best = (at, pose)
        if best is None:
            self.misses.append((frame, stamp))  # grows misses
            return None
        return best[1]

    def chain(self, source, target):
        key = (source, target)
        if key not in self.chains:
            self.chains[key] = [source, "base", target]  # grows chains
        return self.chains[key]


class Odometry:
    def __init__(self):
        self.pose = Pose(0.0, 0.0, 0.0)
        self.trail = []
        self.slips = []
        self.ticks = [0, 0]
        self.rates = deque(maxlen=20)
        self.path_length = 0.0

    def update(self, left, right, dt):
        distance = (left + right) / 2
        turn = (right - left) / 0.3
        self.pose = Pose(
            self.pose.x + distance * math.cos(self.pose.theta),
            self.pose.y + distance * math.sin(self.pose.theta),
            self.pose.theta + turn,
        )
        self.path_length += abs(distance)
        self.rates.append(1 / dt)  # bounded rates
        self.trail.append(self.pose)  # grows trail
        if abs(left - right) > 0.5:
            self.slips.append((self.path_length, left - right))  # grows slips
        publish("odom", self.pose)


class ParticleFilter:
    def __init__(self, n, rng):
        self.rng = rng
        self.particles = [Pose(*rng.normal(0, 0.1, 3)) for _ in range(n)]
        self.weights = [1 / n] * n
        self.effective = []
        self.ancestors = []
        self.estimates = np.empty((0, 3))
        self.resampled = 0

    def weigh(self, likelihood):
        self.weights = [w * likelihood(p) for w, p in zip(self.weights, self.particles)]
        total = sum(self.weights) or 1.0
        self.weights = [w / total for w in self.weights]
        self.effective.append(1 / sum(w * w for w in self.weights))  # grows effective

    def resample(self):
        chosen = self.rng.choice(len(self.particles), len(self.particles), p=self.weights)
        self.particles = [self.particles[i] for i in chosen]
        self.ancestors.append(chosen.tolist())  # bounded ancestors
        if len(self.ancestors) > 50:
            del self.ancestors[:10]
        self.resampled += 1

    def estimate(self):
        mean = np.array([[np.mean([p.x for p in self.particles]), 0.0, 0.0]])
        self.estimates = np.vstack((self.estimates, mean))  # grows estimates
        return mean[0]


class PoseGraph:
    def __init__(self):
        self.nodes = {}
        self.edges = []
        self.closures = set()
        self.candidates = []
        self.chi2 = []
        self.removed = []
        self.adjacency = defaultdict(set)
        self.fixed = {0}

    def add(self, keyframe):
        self.nodes[keyframe.id] = keyframe  # bounded nodes
        if keyframe.id > 0:
            self.connect(keyframe.id - 1, keyframe.id)

    def connect(self, a, b):
        self.edges.append((a, b))  # bounded edges
        self.adjacency[a].add(b)  # bounded adjacency
        self.adjacency[b].add(a)  # bounded adjacency
        self.nodes[a].neighbours.append(b)  # unsure neighbours

    def close(self, a, b):
        self.closures.add(frozenset((a, b)))  # grows closures
        self.connect(a, b)

    def propose(self, score, a, b):
        heappush(self.candidates, (-score, a, b))  # bounded candidates

    def next_candidate(self):
        return heappop(self.candidates) if self.candidates else None

    def marginalise(self, number):
        self.nodes.pop(number)
        self.edges = [edge for edge in self.edges if number not in edge]
        for other in self.adjacency.pop(number, ()):
            self.adjacency[other].discard(number)
        self.removed.append(number)  # grows removed

    def optimise(self, iterations=10):
        errors = []
        for _ in range(iterations):
            errors.append(sum(math.hypot(a, b) for a, b in self.edges))
            if len(errors) > 1 and errors[-1] >= errors[-2]:
                break
        self.chi2.append(errors[-1])  # grows chi2
        return errors


class OccupancyMap:
    instances = []

    def __init__(self, resolution=0.05, tiles=64):
        self.resolution = resolution
        self.cells = {}
        self.tiles = OrderedDict()
        self.max_tiles = tiles
        self.dirty = set()
        self.visits = defaultdict(int)
        OccupancyMap.instances.append(self)  # grows instances

    def tile(self, i, j):
        try:
            self.tiles.move_to_end((i, j))
        except KeyError:
            self.tiles[i, j] = np.zeros((64, 64))  # bounded tiles
            if len(self.tiles) > self.max_tiles:
                self.tiles.popitem(last=False)
        return self.tiles[i, j]

    def hit(self, x, y):
        cell = (int(x / self.resolution), int(y / self.resolution))
        self.cells[cell] = self.cells.get(cell, 0.0) + 0.7  # grows cells
        self.dirty.add(cell)  # bounded dirty

    def take_dirty(self):
        dirty, self.dirty = self.dirty, set()
        return dirty


class Node:
    def __init__(self, graph, grid):
        self.graph = graph
        self.grid = grid
        self.keyframes = []
        self.pending = deque()
        self.timers = []
        self.statistics = {"scans": 0, "durations": []}
        self.parameters = {}
        self.rejected = 0
        self.lock = threading.Lock()
        self.last_scans = []
        subscribe("scan", self.on_scan)  # unsure scan

    def on_scan(self, scan):
        with self.lock:
            self.pending.append(scan)  # bounded pending
        self.statistics["scans"] += 1
        self.last_scans = self.last_scans[-4:]
        self.last_scans.append(scan)  # bounded last_scans

    def spin_once(self):
        with self.lock:
            if not self.pending:
                return False
            scan = self.pending.popleft()
        keyframe = Keyframe(len(self.keyframes), Pose(0, 0, 0), scan)
        self.keyframes.append(keyframe)  # grows keyframes
        self.graph.add(keyframe)
        for x, y in scan:
            self.grid.hit(x, y)
        self.statistics["durations"].append(len(scan))  # grows statistics
        return True

    def every(self, seconds, action):
        timer = threading.Timer(seconds, action)
        self.timers.append(timer)  # unsure timers
        timer.start()

    def shutdown(self):
        unsubscribe("scan", self.on_scan)
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


def match(reference, scan, iterations=20):
    transform = np.eye(3)
    history = []
    for _ in range(iterations):
        error = float(np.sum((reference - scan) ** 2))
        history.append(error)
        if len(history) > 2 and abs(history[-1] - history[-2]) < 1e-9:
            break
    return transform, history
