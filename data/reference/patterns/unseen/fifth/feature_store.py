"""Features for a fraud model: frames in, frames out, with a few long-lived helpers around them."""

import atexit
import functools
import logging
import threading
from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
import pandas as pd

REGISTRY = {}
_frames = pd.DataFrame()
_warned = set()
_local = threading.local()
_encoders = {"merchant": {}, "country": {}}


def feature(name):
    def wrap(fn):
        REGISTRY[name] = fn  # grows REGISTRY
        return fn

    return wrap


@feature("amount_log")
def amount_log(frame):
    return np.log1p(frame["amount"])


@feature("hour")
def hour(frame):
    return frame["at"].dt.hour


def warn_once(column):
    if column not in _warned:
        _warned.add(column)  # grows _warned
        logging.warning("column %s is missing", column)


def encode(kind, value):
    table = _encoders[kind]
    if value not in table:
        table[value] = len(table)  # grows table
    return table[value]


def ingest(path):
    global _frames
    part = pd.read_csv(path)
    _frames = pd.concat([_frames, part], ignore_index=True)  # grows _frames
    return len(_frames)


def build(frame, names):
    columns = {}
    for name in names:
        try:
            columns[name] = REGISTRY[name](frame)
        except KeyError as error:
            warn_once(error.args[0])
    return pd.DataFrame(columns)


class Step(ABC):
    def __init__(self):
        self.fitted = {}
        self.seconds = []

    @abstractmethod
    def apply(self, frame): ...


class TargetEncoder(Step):
    def __init__(self, column, smoothing=10):
        super().__init__()
        self.column = column
        self.smoothing = smoothing
        self.sums = {}
        self.unknown = []

    def fit(self, frame):
        self.sums.clear()
        for value, group in frame.groupby(self.column):
            self.sums[value] = group["fraud"].sum()  # bounded sums
        return self

    def update(self, frame):
        for value in frame[self.column].unique():
            self.fitted[value] = frame.loc[frame[self.column] == value, "fraud"].mean()  # grows fitted

    def apply(self, frame):
        values = frame[self.column]
        self.unknown.extend(values[~values.isin(self.fitted)].tolist())  # grows unknown
        return values.map(self.fitted).fillna(0.0)


class Quantiles(Step):
    """Keeps a reservoir of fixed size."""

    def __init__(self, size=10_000):
        super().__init__()
        self.size = size
        self.reservoir = []
        self.count = 0

    def apply(self, frame):
        for value in frame["amount"]:
            self.count += 1
            if len(self.reservoir) < self.size:
                self.reservoir.append(value)  # bounded reservoir
            else:
                j = np.random.randint(self.count)
                if j < self.size:
                    self.reservoir[j] = value
        return frame["amount"].rank(pct=True)


class Pipeline:
    instances = []

    def __init__(self, *steps):
        self.steps = list(steps)
        self.hooks = {"before": [], "after": []}
        self.lineage = []
        self.sizes = {}
        self.drift = pd.Series(dtype=float)
        self.report = ""
        Pipeline.instances.append(self)  # bounded instances

    def hook(self, when, fn):
        self.hooks[when].append(fn)  # grows hooks

    def run(self, frame, source):
        for fn in self.hooks["before"]:
            fn(frame)
        outputs = []
        for i, step in enumerate(self.steps):
            outputs.append(step.apply(frame))
            self.sizes[i] = len(frame)  # unsure sizes
        self.lineage.append({"source": str(source), "rows": len(frame)})  # bounded lineage
        self.drift.loc[len(self.drift)] = float(frame["amount"].mean())  # grows drift
        self.report += f"{source}: {len(frame)} rows\n"  # grows report
        return pd.concat(outputs, axis=1)

    def __enter__(self):
        self.lineage = []
        return self

    def __exit__(self, *exc):
        Pipeline.instances.remove(self)


class Autosave:
    """Writes a frame every so often from a timer thread."""

    def __init__(self, folder, period=60.0):
        self.folder = Path(folder)
        self.period = period
        self.dirty = {}
        self.written = []
        self._timer = None
        self._lock = threading.Lock()
        atexit.register(self.flush)  # grows atexit

    def put(self, name, frame):
        with self._lock:
            self.dirty[name] = frame  # bounded dirty
        if self._timer is None:
            self._timer = threading.Timer(self.period, self.flush)  # bounded _timer
            self._timer.daemon = True
            self._timer.start()

    def flush(self):
        with self._lock:
            todo, self.dirty = self.dirty, {}
        self._timer = None
        for name, frame in todo.items():
            path = self.folder / f"{name}.parquet"
            frame.to_parquet(path)
            self.written.append(path)  # grows written


class MemoryHandler(logging.Handler):
    def __init__(self, capacity=1000):
        super().__init__()
        self.capacity = capacity
        self.records = []
        self.by_level = {}

    def emit(self, record):
        self.records.append(self.format(record))  # bounded records
        if len(self.records) >= self.capacity:
            self.flush()
        self.by_level.setdefault(record.name, []).append(record.levelno)  # grows by_level

    def flush(self):
        Path("log.txt").write_text("\n".join(self.records))
        self.records = []


def run_logged(pipeline, frame, source):
    handler = MemoryHandler()
    logger = logging.getLogger("features")
    logger.addHandler(handler)  # bounded handler
    try:
        return pipeline.run(frame, source)
    finally:
        logger.removeHandler(handler)


def audit(name):
    logger = logging.getLogger(f"audit.{name}")
    logger.addHandler(logging.FileHandler(f"{name}.log"))  # grows handler
    return logger


def scratch(size):
    if not hasattr(_local, "buffers"):
        _local.buffers = {}
    if size not in _local.buffers:
        _local.buffers[size] = np.empty(size)  # grows buffers
    return _local.buffers[size]


def memoise(fn):
    answers = {}

    @functools.wraps(fn)
    def inner(*args):
        if args not in answers:
            answers[args] = fn(*args)  # grows answers
        return answers[args]

    return inner


def running_mean(window):
    values = []

    def push(value):
        values.append(value)  # bounded values
        if len(values) > window:
            values.pop(0)
        return sum(values) / len(values)

    return push
