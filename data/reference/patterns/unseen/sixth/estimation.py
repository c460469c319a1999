"""Moving-horizon estimation and model-predictive control of a two-tank process."""

from dataclasses import dataclass, field
from itertools import count

import numpy as np
from scipy.optimize import minimize

SIGNALS = ("level1", "level2", "inflow")
HORIZON = 20


class RingLog:
    """Fixed number of rows, oldest overwritten."""

    def __init__(self, rows, columns):
        self.data = np.full((rows, columns), np.nan)
        self.head = 0

    def write(self, row):
        self.data[self.head % len(self.data)] = row
        self.head += 1


@dataclass
class Trajectory:
    t: list = field(default_factory=list)
    x: list = field(default_factory=list)
    u: list = field(default_factory=list)
    meta: dict = field(default_factory=dict)

    def append(self, t, x, u):
        self.t.append(t)  # unsure t
        self.x.append(np.array(x))  # unsure x
        self.u.append(u)  # unsure u

    def as_arrays(self):
        return np.array(self.t), np.vstack(self.x), np.array(self.u)


class KalmanFilter:
    def __init__(self, A, B, C, Q, R):
        self.A, self.B, self.C, self.Q, self.R = A, B, C, Q, R
        n = A.shape[0]
        self.x = np.zeros(n)
        self.P = np.eye(n)
        self.innovations = []
        self.covariances = np.zeros((0, n))
        self.nis = []
        self._gain_cache = {}
        self.steady = None

    def predict(self, u):
        self.x = self.A @ self.x + self.B @ u
        self.P = self.A @ self.P @ self.A.T + self.Q

    def update(self, y):
        e = y - self.C @ self.x
        S = self.C @ self.P @ self.C.T + self.R
        K = self.P @ self.C.T @ np.linalg.inv(S)
        self.x = self.x + K @ e
        self.P = self.P - K @ self.C @ self.P
        self.innovations.append(e)  # grows innovations
        self.covariances = np.vstack([self.covariances, np.diag(self.P)])  # grows covariances
        self.nis.append(float(e @ np.linalg.solve(S, e)))  # bounded nis
        self.nis = self.nis[-HORIZON:]
        return self.x

    def gain(self, dt):
        if dt not in self._gain_cache:
            self._gain_cache[dt] = np.linalg.solve(self.P + dt * self.Q, self.P)  # grows _gain_cache
        return self._gain_cache[dt]


class MovingHorizonEstimator:
    def __init__(self, model, horizon=HORIZON):
        self.model = model
        self.horizon = horizon
        self.measurements = []
        self.inputs = []
        self.arrival = []
        self.solver_log = []
        self.iterates = []
        self.times = {"setup": [], "solve": []}
        self.outliers = set()
        self._step = count()

    def observe(self, y, u):
        k = next(self._step)
        self.measurements.append(y)  # bounded measurements
        self.inputs.append(u)  # bounded inputs
        if len(self.measurements) > self.horizon:
            self.arrival.append(self.measurements.pop(0))  # grows arrival
            self.inputs.pop(0)
        if np.linalg.norm(y) > 10:
            self.outliers.add(k)  # grows outliers
        return self._solve()

    def _solve(self):
        self.iterates = []

        def record(xk):
            self.iterates.append(np.copy(xk))  # bounded iterates

        result = minimize(self._cost, self.measurements[0], callback=record)
        self.solver_log.append((result.nit, result.fun))  # grows solver_log
        self.times["solve"].append(result.nfev)  # grows times
        return result.x

    def _cost(self, x0):
        residuals = []
        x = x0
        for y, u in zip(self.measurements, self.inputs):
            x = self.model(x, u)
            residuals.append(y - x)
        return float(np.sum(np.square(residuals)))


class PredictiveController:
    instances_by_name = {}

    def __init__(self, name, model, horizon=HORIZON):
        self.name = name
        self.model = model
        self.horizon = horizon
        self.plan = []
        self.applied = []
        self.warm_starts = {}
        self.costs = {signal: [] for signal in SIGNALS}
        self.limits = {}
        self.infeasible = 0
        self.ring = RingLog(500, 3)
        self.setpoints = []
        PredictiveController.instances_by_name[name] = self  # grows instances_by_name

    def schedule(self, t, value):
        self.setpoints.append((t, value))  # bounded setpoints
        self.setpoints.sort()

    def target(self, t):
        while len(self.setpoints) > 1 and self.setpoints[1][0] <= t:
            self.setpoints.pop(0)
        return self.setpoints[0][1] if self.setpoints else 0.0

    def limit(self, signal, low, high):
        if signal not in SIGNALS:
            raise ValueError(signal)
        self.limits[signal] = (low, high)  # bounded limits

    def control(self, t, x):
        guess = self.plan[1:] + self.plan[-1:] if self.plan else [0.0] * self.horizon
        self.plan = []
        for k in range(self.horizon):
            u = 0.5 * guess[k] + 0.1 * (self.target(t + k) - x[0])
            self.plan.append(u)  # bounded plan
        for signal, value in zip(SIGNALS, x):
            self.costs[signal].append(value**2)  # grows costs
        self.warm_starts[round(t, 3)] = list(self.plan)  # grows warm_starts
        if not np.all(np.isfinite(self.plan)):
            self.infeasible += 1
            return 0.0
        self.applied += [self.plan[0]]  # grows applied
        self.ring.write(x)
        return self.plan[0]

    def reset(self):
        self.plan = []
        self.infeasible = 0


def closed_loop(plant, controller, estimator, steps):
    log = Trajectory()
    x = np.zeros(2)
    for k in range(steps):
        u = controller.control(k, x)
        y = plant(x, u)
        x = estimator.observe(y, u)
        log.append(k, x, u)
    return log.as_arrays()


def sweep(plants, make_controller, make_estimator):
    table = {}
    for name, plant in plants.items():
        table[name] = closed_loop(plant, make_controller(name), make_estimator(), 200)
    return table


def golden_section(f, low, high, history=None):
    """The brackets go to `history` if a list is given."""
    points = []
    while high - low > 1e-6:
        a = high - 0.618 * (high - low)
        b = low + 0.618 * (high - low)
        points.append((a, b))
        low, high = (low, b) if f(a) < f(b) else (a, high)
        if history is not None:
            history.append((low, high))  # unsure history
    return (low + high) / 2
