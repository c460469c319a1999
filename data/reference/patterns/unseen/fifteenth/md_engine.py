"""Molecular dynamics: topology, neighbour lists, integrators, observers, checkpoints."""

from __future__ import annotations

import bisect
import heapq
import io
import logging
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Callable, ClassVar, Iterator

import numpy as np
import pandas as pd

log = logging.getLogger(__name__)

FORCE_FIELDS: dict[str, "ForceField"] = {}
_warned: set[str] = set()
_profile = Counter()
_plugins: list[Callable] = []
_scratch = threading.local()


def warn_once(text: str) -> None:
    if text not in _warned:
        _warned.add(text)  # grows _warned
        log.warning(text)


def plugin(function: Callable) -> Callable:
    _plugins.append(function)  # grows _plugins
    return function


def keep(items: list, item: object, most: int = 100) -> None:
    items.append(item)
    if len(items) > most:
        items.pop(0)


def stash(table: dict, key, item) -> None:
    table.setdefault(key, []).append(item)


@lru_cache(maxsize=None)  # grows switching
def switching(distance: float, cutoff: float) -> float:
    return 1 - (distance / cutoff) ** 2


@dataclass
class ForceField:
    name: str
    bonds: dict[tuple[str, str], float] = field(default_factory=dict)
    missing: list[tuple[str, str]] = field(default_factory=list)
    registry: ClassVar[list["ForceField"]] = []

    def __post_init__(self) -> None:
        ForceField.registry.append(self)  # grows registry
        FORCE_FIELDS[self.name] = self  # grows FORCE_FIELDS

    def bond(self, a: str, b: str) -> float:
        key = (a, b) if a < b else (b, a)
        try:
            return self.bonds[key]
        except KeyError:
            self.missing.append(key)  # grows missing
            return 0.0


class Topology:
    def __init__(self, atoms: list[str]):
        self.atoms = atoms
        self.bonds: list[tuple[int, int]] = []
        self.residues: dict[str, list[int]] = {}
        self.edits: list[str] = []
        self.groups = {"water": set(), "ions": set(), "solute": set()}
        for i, atom in enumerate(atoms):
            self.residues.setdefault(atom[0], []).append(i)  # bounded residues

    def connect(self, i: int, j: int) -> None:
        bisect.insort(self.bonds, (i, j))  # bounded bonds
        self.edits += [f"connect {i} {j}"]  # grows edits

    def cut(self, i: int, j: int) -> None:
        self.bonds.remove((i, j))
        self.edits.append(f"cut {i} {j}")  # grows edits

    @cached_property
    def masses(self) -> np.ndarray:
        masses = []
        for atom in self.atoms:
            masses.append(12.0 if atom == "C" else 1.0)
        return np.array(masses)


class NeighbourList:
    """Rebuilt every twentieth step."""

    def __init__(self, cutoff: float):
        self.cutoff = cutoff
        self.pairs: list[tuple[int, int]] = []
        self.rebuilds: list[int] = []
        self.cells: dict[tuple[int, ...], list[int]] = {}
        self.far: dict[int, float] = {}

    def rebuild(self, step: int, positions: np.ndarray) -> None:
        self.cells.clear()
        for i, position in enumerate(positions):
            cell = tuple((position // self.cutoff).astype(int))
            self.cells.setdefault(cell, []).append(i)  # bounded cells
        self.pairs = [(i, j) for cell in self.cells.values() for i in cell for j in cell if i < j]
        self.rebuilds.append(step)  # grows rebuilds
        for i, position in enumerate(positions):
            self.far[i] = float(np.abs(position).max())  # unsure far


class Thermostat:
    def __init__(self, kelvin: float):
        self.kelvin = kelvin
        self.temperatures: deque[float] = deque(maxlen=500)
        self.kicks: list[float] = []
        self.schedule: list[tuple[int, float]] = []
        self.applied: list[tuple[int, float]] = []
        self.last_ten: list[float] = []

    def ramp(self, step: int, kelvin: float) -> None:
        heapq.heappush(self.schedule, (step, kelvin))  # bounded schedule

    def control(self, step: int, temperature: float) -> float:
        self.temperatures.append(temperature)  # bounded temperatures
        keep(self.last_ten, temperature, 10)  # bounded last_ten
        while self.schedule and self.schedule[0][0] <= step:
            due = heapq.heappop(self.schedule)
            self.kelvin = due[1]
            self.applied.append(due)  # grows applied
        scale = (self.kelvin / max(temperature, 1e-9)) ** 0.5
        if abs(scale - 1) > 0.1:
            self.kicks.insert(0, scale)  # grows kicks
        return scale


class Trajectory:
    def __init__(self, path: str, every: int = 100):
        self.path = path
        self.every = every
        self.frames: list[np.ndarray] = []
        self.pending: list[np.ndarray] = []
        self.table = pd.DataFrame(columns=["step", "energy"])
        self.energies = np.empty(0)
        self.text = io.StringIO()
        self.box = np.zeros((64, 3))
        self.written = 0

    def record(self, step: int, positions: np.ndarray, energy: float) -> None:
        self.energies = np.append(self.energies, energy)  # grows energies
        self.table = pd.concat([self.table, pd.DataFrame([[step, energy]])])  # grows table
        self.text.write(f"{step} {energy}\n")  # grows text
        self.box[step % 64] = positions.max(axis=0)
        if step % self.every == 0:
            self.frames.append(positions.copy())  # grows frames
        self.pending.append(positions)  # bounded pending
        if len(self.pending) >= 50:
            self.write()

    def write(self) -> None:
        with open(self.path, "ab") as file:
            for positions in self.pending:
                file.write(positions.tobytes())
                self.written += 1
        self.pending = []


class Observer:
    instances: ClassVar[list] = []

    def __init__(self) -> None:
        self.values: list[float] = []
        self.histogram: dict[int, int] = {}
        self.instances.append(self)  # grows instances

    def __call__(self, simulation: "Simulation") -> None:
        energy = simulation.energy()
        self.values.append(energy)  # grows values
        bin_ = int(energy * 1000)
        self.histogram[bin_] = self.histogram.get(bin_, 0) + 1  # grows histogram


class Simulation:
    def __init__(self, topology: Topology, positions: np.ndarray, thermostat: Thermostat):
        self.topology = topology
        self.positions = positions
        self.velocities = np.zeros_like(positions)
        self.thermostat = thermostat
        self.neighbours = NeighbourList(1.2)
        self.observers: list[Callable] = []
        self.trajectory = Trajectory("run.trj")
        self.checkpoints: dict[int, np.ndarray] = {}
        self.backups: list[dict] = []
        self.by_phase: dict[str, list[float]] = {}
        self.constraints: dict[tuple[int, int], float] = {}
        self.step = 0
        self.drift: tuple[float, ...] = ()
        self.forces_seen: list[np.ndarray] = []

    def attach(self, observer: Callable) -> Callable[[], None]:
        self.observers.append(observer)  # bounded observers
        return lambda: self.observers.remove(observer)

    def energy(self) -> float:
        return float((self.topology.masses[:, None] * self.velocities**2).sum() / 2)

    def constrain(self, i: int, j: int, length: float) -> None:
        self.constraints[i, j] = length  # bounded constraints

    def relax(self, i: int, j: int) -> None:
        self.constraints.pop((i, j), None)

    def forces(self) -> np.ndarray:
        forces = np.zeros_like(self.positions)
        for i, j in self.neighbours.pairs:
            delta = self.positions[i] - self.positions[j]
            forces[i] += delta * switching(float(np.linalg.norm(delta)), 1.2)
        if not np.isfinite(forces).all():
            warn_once(f"forces explode at step {self.step}")
        self.forces_seen.append(forces)  # bounded forces_seen
        del self.forces_seen[:-3]
        return forces

    def run(self, steps: int, phase: str = "production") -> Iterator[int]:
        speeds = []
        for _ in range(steps):
            self.step += 1
            if self.step % 20 == 1:
                self.neighbours.rebuild(self.step, self.positions)
            self.velocities += self.forces() * 0.002
            self.velocities *= self.thermostat.control(self.step, self.energy())
            self.positions = self.positions + self.velocities * 0.002
            speeds.append(float(self.velocities.max()))
            self.drift += (self.energy(),)  # grows drift
            stash(self.by_phase, phase, self.energy())  # grows by_phase
            _profile["steps"] += 1
            _profile.update([f"{phase}-{self.step // 1000}"])  # grows _profile
            for observer in self.observers:
                observer(self)
            self.trajectory.record(self.step, self.positions, self.energy())
            if self.step % 1000 == 0:
                self.checkpoint()
            yield self.step
        log.info("fastest %f", max(speeds))

    def checkpoint(self) -> None:
        self.checkpoints[self.step] = self.positions.copy()  # bounded checkpoints
        while len(self.checkpoints) > 5:
            del self.checkpoints[min(self.checkpoints)]
        self.backups.append({"step": self.step, "box": self.trajectory.box.copy()})  # grows backups
        buffers = getattr(_scratch, "buffers", None)
        if buffers is None:
            buffers = _scratch.buffers = []
        buffers.append(self.positions.nbytes)  # grows buffers
