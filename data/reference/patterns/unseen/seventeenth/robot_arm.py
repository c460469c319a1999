"""A robot arm that picks parts from a conveyor: joints, gripper, vision, a planner, safety."""

import collections
import itertools
import math
import queue
import threading
import time
from enum import IntEnum


class Joint(IntEnum):
    BASE = 0
    SHOULDER = 1
    ELBOW = 2
    WRIST = 3


_ik_cache = {}
_emergency_handlers = []
_collision_pairs = set()
_tool_offsets = {}


def on_emergency(handler):
    _emergency_handlers.append(handler)  # bounded _emergency_handlers

    def cancel():
        _emergency_handlers.remove(handler)

    return cancel


def inverse_kinematics(x, y, z):
    key = (x, y, z)
    if key in _ik_cache:
        return _ik_cache[key]
    base = math.atan2(y, x)
    reach = math.hypot(x, y)
    angles = (base, math.atan2(z, reach), math.acos(min(1.0, reach / 2)), 0.0)
    _ik_cache[key] = angles  # grows _ik_cache
    return angles


class Moving:
    """Mixin: a mean over a window."""

    window = 50

    def smooth(self, value):
        if not hasattr(self, "_values"):
            self._values = []
        self._values.append(value)  # bounded _values
        if len(self._values) > self.window:
            self._values.pop(0)
        return sum(self._values) / len(self._values)


class Motor(Moving):
    def __init__(self, joint):
        self.joint = joint
        self.angle = 0.0
        self.currents = collections.deque(maxlen=1000)
        self.stalls = []
        self.homed = []
        self.temperatures = [None] * 60
        self._slot = itertools.cycle(range(60))

    def step(self, target, current):
        self.currents.append(current)  # bounded currents
        if self.smooth(current) > 4.0:
            self.stalls.append((time.monotonic(), self.angle))  # grows stalls
            return False
        self.angle += max(-0.1, min(0.1, target - self.angle))
        return True

    def heat(self, celsius):
        self.temperatures[next(self._slot)] = celsius

    def home(self):
        self.angle = 0.0
        if not self.homed:
            self.homed.append(time.time())  # bounded homed


class Camera:
    def __init__(self, device):
        self.device = device
        self.frames = queue.Queue(maxsize=8)
        self.tracks = {}
        self.lost = 0
        self.exposures = {}
        self.unreadable = set()
        self._thread = None

    def start(self):
        if self._thread is None:
            self._thread = threading.Thread(target=self._capture, daemon=True)
            self._thread.start()

    def _capture(self):
        shutter = []
        while True:
            frame = self.device.read()
            shutter.append(frame.exposure)  # grows shutter
            self.frames.put(frame)  # bounded frames
            self.exposures[frame.number] = frame.exposure  # grows exposures

    def detect(self, model):
        frame = self.frames.get()
        boxes = []
        for label, box in model(frame):
            if label not in model.names:
                self.unreadable.add(box.id)  # grows unreadable
                continue
            boxes.append((label, box))
            self.tracks[box.id] = frame.number  # bounded tracks
        self._forget(frame.number - 30)
        return boxes

    def _forget(self, number):
        for key in list(self.tracks):
            if self.tracks[key] < number:
                del self.tracks[key]
                self.lost += 1


class Planner:
    def __init__(self, obstacles):
        self.obstacles = list(obstacles)
        self.waypoints = collections.deque()
        self.plans = []
        self.rejected = ()
        self.by_joint = {joint: [] for joint in Joint}
        self.effort = {}

    def plan(self, start, goal, steps=20):
        path = []
        for i in range(steps + 1):
            ratio = i / steps
            path.append(tuple(a + (b - a) * ratio for a, b in zip(start, goal)))
        for obstacle, point in itertools.product(self.obstacles, path):
            if math.dist(obstacle, point) < 0.05:
                _collision_pairs.add((obstacle, point))  # grows _collision_pairs
                self.rejected += (goal,)  # grows rejected
                return False
        self.waypoints.extend(path)  # bounded waypoints
        self.plans.append(path)  # grows plans
        return True

    def advance(self):
        if not self.waypoints:
            return None
        angles = inverse_kinematics(*self.waypoints.popleft())
        for joint in Joint:
            self.by_joint[joint].append(angles[joint])  # grows by_joint
            self.effort[joint] = self.effort.get(joint, 0) + abs(angles[joint])  # bounded effort
        return angles


class Arm:
    def __init__(self, camera, planner):
        self.camera = camera
        self.planner = planner
        self.motors = [Motor(joint) for joint in Joint]
        self.held = []
        self.placed = collections.Counter()
        self.bins = collections.defaultdict(list)
        self.faults = []
        on_emergency(self.halt)  # grows on_emergency

    def tool(self, name, offset):
        _tool_offsets[name] = offset  # unsure _tool_offsets

    def pick(self, part):
        self.held.append(part)  # bounded held

    def place(self, bin_number):
        part = self.held.pop()
        self.placed[part.label] += 1  # unsure placed
        self.bins[bin_number].append(part)  # grows bins
        return part

    def halt(self):
        self.planner.waypoints.clear()

    def run(self):
        while True:
            angles = self.planner.advance()
            if angles is None:
                time.sleep(0.01)
                continue
            moved = [motor.step(angle, 1.0) for motor, angle in zip(self.motors, angles)]
            if not all(moved):
                self.faults = (self.faults + [moved])[-10:]  # bounded faults
