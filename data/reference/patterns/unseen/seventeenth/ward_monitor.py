"""Bedside monitors of a hospital ward: an asyncio server, vital signs, alarms, nurses' stations."""

import asyncio
import json
import logging
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Optional

logger = logging.getLogger(__name__)

VITALS = ("pulse", "spo2", "pressure", "breath")
LIMITS = {"pulse": (45, 130), "spo2": (90, 100), "pressure": (80, 180), "breath": (8, 30)}

_firmware: dict = {}
_decode_errors = Counter()
_background = set()


def spawn(coroutine):
    task = asyncio.create_task(coroutine)
    _background.add(task)  # bounded _background
    task.add_done_callback(_background.discard)
    return task


@dataclass
class Alarm:
    vital: str
    value: float
    raised: float = field(default_factory=time.time)
    notes: list = field(default_factory=list)


@dataclass
class Bed:
    number: int
    patient: Optional[str] = None
    traces: dict = field(default_factory=lambda: {vital: deque(maxlen=900) for vital in VITALS})
    trend: list = field(default_factory=list)
    alarms: dict = field(default_factory=dict)
    past_alarms: list = field(default_factory=list)
    doses: list = field(default_factory=list)

    def admit(self, patient):
        self.patient = patient
        self.doses = []

    def dose(self, drug, amount):
        self.doses.append((time.time(), drug, amount))  # bounded doses

    def measure(self, vital, value):
        if vital not in VITALS:
            _decode_errors[vital] += 1  # grows _decode_errors
            return None
        self.traces[vital].append(value)  # bounded traces
        low, high = LIMITS[vital]
        if low <= value <= high:
            alarm = self.alarms.pop(vital, None)
            if alarm is not None:
                self.past_alarms.append(alarm)  # grows past_alarms
            return None
        if vital in self.alarms:
            return None
        self.alarms[vital] = Alarm(vital, value)  # bounded alarms
        return self.alarms[vital]

    def summarise(self):
        means = []
        for trace in self.traces.values():
            means.append(sum(trace) / max(1, len(trace)))
        self.trend.append(means)  # bounded trend
        self._thin()
        return means

    def _thin(self):
        if len(self.trend) > 2000:
            self.trend = self.trend[::2]


class Station:
    """What the nurses look at."""

    def __init__(self):
        self.queues = {}
        self.unseen = []
        self.acknowledged = {}
        self.handovers = []
        self.latest = {}

    def open(self, screen):
        queue = asyncio.Queue(maxsize=100)
        self.queues[screen] = queue  # bounded queues
        return queue

    def close(self, screen):
        self.queues.pop(screen, None)

    def raise_alarm(self, bed, alarm):
        self.unseen.append((bed.number, alarm))  # bounded unseen
        for queue in self.queues.values():
            if not queue.full():
                queue.put_nowait((bed.number, alarm.vital))  # bounded queue

    def acknowledge(self, nurse):
        seen, self.unseen = self.unseen, []
        for number, alarm in seen:
            self.acknowledged[number, alarm.raised] = nurse  # grows acknowledged
        return len(seen)

    def hand_over(self, shift):
        self.handovers.insert(0, (shift, len(self.unseen)))  # bounded handovers
        del self.handovers[30:]


class Ward:
    def __init__(self, beds, station):
        self.beds = {number: Bed(number) for number in range(1, beds + 1)}
        self.station = station
        self.writers = set()
        self.raw = bytearray()
        self.disconnects = []
        self.by_patient = defaultdict(list)
        self.reports = []

    async def handle(self, reader, writer):
        self.writers.add(writer)  # bounded writers
        peer = writer.get_extra_info("peername")
        parts = []
        try:
            while line := await reader.readline():
                self.raw += line  # grows raw
                message = json.loads(line)
                if "firmware" in message:
                    _firmware[message["serial"]] = message["firmware"]  # grows _firmware
                    continue
                self.receive(message)
                parts.append(len(line))  # unsure parts
        finally:
            self.writers.discard(writer)
            self.disconnects.append((peer, sum(parts), time.time()))  # grows disconnects

    def receive(self, message):
        bed = self.beds[message["bed"]]
        if "patient" in message:
            bed.admit(message["patient"])
            return
        alarm = bed.measure(message["vital"], message["value"])
        if alarm:
            alarm.notes.append("raised by monitor")
            self.station.raise_alarm(bed, alarm)
        if bed.patient:
            self.by_patient[bed.patient].append(message["value"])  # grows by_patient

    async def report_hourly(self):
        while True:
            rows = {number: bed.summarise() for number, bed in self.beds.items()}
            self.reports = self.reports + [rows]  # grows reports
            await asyncio.sleep(3600)

    async def serve(self, port):
        server = await asyncio.start_server(self.handle, port=port)
        spawn(self.report_hourly())
        async with server:
            await server.serve_forever()
