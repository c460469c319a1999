"""Agent-based spread of a disease on a grid, with schedules, interventions and statistics."""

import random
from collections import defaultdict, deque
from enum import Enum

import numpy as np

_random_streams = {}


class Health(Enum):
    SUSCEPTIBLE = "s"
    INFECTED = "i"
    RECOVERED = "r"


def stream(name):
    if name not in _random_streams:
        _random_streams[name] = random.Random(name)  # grows _random_streams
    return _random_streams[name]


class Agent:
    count = 0
    genealogy = {}

    def __init__(self, model, position):
        Agent.count += 1
        self.id = Agent.count
        self.model = model
        self.position = position
        self.health = Health.SUSCEPTIBLE
        self.contacts = deque(maxlen=14)
        self.route = []
        self.antibodies = {}
        self.diary = ""

    def move(self):
        x, y = self.position
        self.position = (x + stream("move").choice((-1, 0, 1)), y)
        self.route.append(self.position)  # grows route
        self.diary += f"{self.model.day}:{self.position};"  # grows diary

    def meet(self, other):
        self.contacts.append(other.id)  # bounded contacts
        if other.health is Health.INFECTED and self.health is Health.SUSCEPTIBLE:
            self.health = Health.INFECTED
            Agent.genealogy[self.id] = other.id  # grows genealogy
            self.antibodies[other.model.strain] = self.model.day  # unsure antibodies
            self.model.infected(self)


class Schedule:
    def __init__(self):
        self.agents = {}
        self.steps = 0
        self.removed = []
        self.buckets = defaultdict(list)
        self.order = []

    def add(self, agent):
        self.agents[agent.id] = agent  # bounded agents

    def remove(self, agent):
        del self.agents[agent.id]
        self.removed.append(agent.id)  # grows removed

    def later(self, day, action):
        self.buckets[day].append(action)  # bounded buckets

    def step(self, day):
        for action in self.buckets.pop(day, []):
            action()
        self.order = list(self.agents)
        stream("order").shuffle(self.order)
        for number in self.order:
            agent = self.agents.get(number)
            if agent is not None:
                agent.move()
        self.steps += 1


class Collector:
    def __init__(self, reporters):
        self.reporters = reporters
        self.columns = {name: [] for name in reporters}
        self.snapshots = []
        self.extremes = {}
        self.smoothed = []
        self.table = np.zeros((0, len(reporters)))
        self.window = []

    def collect(self, model):
        row = []
        for name, reporter in self.reporters.items():
            value = reporter(model)
            self.columns[name].append(value)  # grows columns
            self.extremes[name] = max(self.extremes.get(name, value), value)  # bounded extremes
            row.append(value)
        self.table = np.vstack([self.table, row])  # grows table
        self.window.append(row)  # bounded window
        if len(self.window) > 7:
            _, *self.window = self.window
        self.smoothed.append(np.mean(self.window, axis=0))  # grows smoothed
        if model.day % 30 == 0:
            self.snapshots.append(dict(model.counts))  # grows snapshots


class Model:
    strain = "alpha"

    def __init__(self, width, height, agents):
        self.width = width
        self.height = height
        self.day = 0
        self.schedule = Schedule()
        self.cells = defaultdict(set)
        self.counts = {health: 0 for health in Health}
        self.new_cases = []
        self.interventions = []
        self.active = {}
        self.log = deque()
        self.hotspots = {}
        self.today = []
        self.tested = set()
        self.collector = Collector({"infected": lambda m: m.counts[Health.INFECTED]})
        for i in range(agents):
            agent = Agent(self, (i % width, i // width))
            self.schedule.add(agent)
            self.cells[agent.position].add(agent)  # bounded cells

    def infected(self, agent):
        self.today.append(agent)  # bounded today
        self.counts[agent.health] = self.counts.get(agent.health, 0) + 1  # bounded counts
        self.hotspots[agent.position] = self.hotspots.get(agent.position, 0) + 1  # grows hotspots

    def plan(self, day, intervention):
        self.interventions.append((day, intervention))  # bounded interventions

    def begin(self, name):
        self.active[name] = self.day  # bounded active
        self.log.append(f"day {self.day}: {name}")  # bounded log
        if len(self.log) > 365:
            self.log.popleft()

    def end(self, name):
        return self.day - self.active.pop(name)

    def step(self):
        self.day += 1
        self.today = []
        due = [i for d, i in self.interventions if d <= self.day]
        self.interventions = [(d, i) for d, i in self.interventions if d > self.day]
        for intervention in due:
            intervention(self)
        self.cells.clear()
        for agent in self.schedule.agents.values():
            self.cells[agent.position].add(agent)  # bounded cells
        for together in self.cells.values():
            for agent in together:
                for other in together:
                    if other is not agent:
                        agent.meet(other)
        self.schedule.step(self.day)
        self.new_cases.append(len(self.today))  # grows new_cases
        self.collector.collect(self)

    def test(self, agent):
        self.tested.add(agent.id)  # grows tested
        return agent.health is Health.INFECTED


class ParameterSweep:
    best: list = []

    def __init__(self, make):
        self.make = make
        self.runs = {}
        self.pending = []
        self.errors = []
        self.top = []

    def enqueue(self, **parameters):
        self.pending.append(parameters)  # bounded pending

    def run(self, days):
        while self.pending:
            parameters = self.pending.pop()
            model = self.make(**parameters)
            curve = []
            try:
                for _ in range(days):
                    model.step()
                    curve.append(model.new_cases[-1])
            except ArithmeticError as error:
                self.errors.append((parameters, error))  # grows errors
                continue
            score = sum(curve)
            self.runs[tuple(sorted(parameters.items()))] = score  # grows runs
            self.top.append((score, parameters))  # bounded top
            self.top = sorted(self.top, key=lambda pair: pair[0])[:20]
        ParameterSweep.best.extend(self.top)  # grows best


def beta_of(cases):
    ratios = []
    for before, after in zip(cases, cases[1:]):
        if before:
            ratios.append(after / before)
    return float(np.mean(ratios)) if ratios else 0.0
