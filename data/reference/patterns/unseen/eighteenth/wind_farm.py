"""Supervises a wind farm: turbines, alarms, curtailment, vibration."""

import logging
import math
import threading
from collections import Counter, OrderedDict, defaultdict, deque
from enum import Enum

log = logging.getLogger(__name__)

STATES = ("idle", "run", "brake", "service")
_parsers = {}
_turbines = {}
_spectra = OrderedDict()
_grid_orders = []


class Alarm(Enum):
    OVERSPEED = 1
    ICING = 2
    VIBRATION = 3


def parser(protocol):
    def decorate(cls):
        _parsers[protocol] = cls()  # grows _parsers
        return cls

    return decorate


@parser("modbus")
class Modbus:
    def decode(self, registers):
        values = {}
        for address, raw in registers:
            values[address] = raw / 100
        return values


def spectrum(signal):
    key = hash(tuple(signal))
    if key in _spectra:
        _spectra.move_to_end(key)
        return _spectra[key]
    bins = []
    for k in range(len(signal) // 2):
        bins.append(abs(sum(x * math.cos(2 * math.pi * k * i / len(signal)) for i, x in enumerate(signal))))
    _spectra[key] = bins  # bounded _spectra
    while len(_spectra) > 128:
        _spectra.popitem(last=False)
    return bins


class Turbine:
    def __init__(self, name, rated=3000):
        self.name = name
        self.rated = rated
        self.state = "idle"
        self.power = deque(maxlen=144)
        self.seconds = dict.fromkeys(STATES, 0.0)
        self.alarms = Counter()
        self.errors = Counter()
        self.vibration = []
        self.curve = {}

    def sample(self, wind, power, state):
        self.power.append(power)  # bounded power
        self.curve.setdefault(min(int(wind), 30), []).append(power)  # grows curve
        if state in STATES:
            self.seconds[state] += 1.0
        self.state = state

    def alarm(self, alarm: Alarm, text):
        self.alarms[alarm] += 1  # bounded alarms
        self.errors[text] += 1  # grows errors

    def shake(self, acceleration):
        self.vibration.append(acceleration)  # bounded vibration
        if len(self.vibration) == 256:
            peaks = spectrum(self.vibration)
            self.vibration.clear()
            return max(peaks)
        return None


def turbine(name):
    try:
        return _turbines[name]
    except KeyError:
        return _turbines.setdefault(name, Turbine(name))  # grows _turbines


class Farm:
    def __init__(self, names):
        self.names = list(names)
        self.setpoints = {}
        self.lost = defaultdict(float)
        self._lock = threading.Lock()

    def curtail(self, order):
        _grid_orders.append(order)  # bounded _grid_orders
        for name in self.names:
            self.setpoints[name] = order["limit"] / len(self.names)  # bounded setpoints

    def settle(self, month):
        with self._lock:
            orders, _grid_orders[:] = list(_grid_orders), []
        for order in orders:
            self.lost[order["id"]] += order["limit"] * order["hours"]  # grows lost
        log.info("%s: %d orders", month, len(orders))
