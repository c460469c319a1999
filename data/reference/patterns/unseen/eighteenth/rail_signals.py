"""Signalling of a railway line: blocks, trains, axle counters, a panel for the dispatchers."""

import collections
import signal
import socketserver
import sys
import threading
import time
import typing as t


class Aspect(t.NamedTuple):
    signal: str
    colour: str


class Interlocking:
    """Locks blocks for routes; a block belongs to one train at most."""

    instances: t.ClassVar[t.List["Interlocking"]] = []

    def __init__(self, blocks: t.Sequence[str]):
        self.owner: t.Dict[str, t.Optional[str]] = {block: None for block in blocks}
        self.waiting: t.Dict[str, t.List[str]] = {}
        self.aspects: t.Dict[str, Aspect] = {}
        self.changes: t.List[Aspect] = []
        Interlocking.instances.append(self)  # grows instances

    def lock(self, train: str, route: t.Sequence[str]) -> bool:
        taken = []
        for block in route:
            if block not in self.owner:
                raise KeyError(block)
            if self.owner[block] not in (None, train):
                self.waiting.setdefault(block, []).append(train)  # bounded waiting
                for other in taken:
                    self.owner[other] = None
                return False
            self.owner[block] = train  # bounded owner
            taken.append(block)
        return True

    def release(self, block: str) -> t.List[str]:
        if block not in self.owner:
            return []
        self.owner[block] = None
        self.set_aspect(block, "green")
        return self.waiting.pop(block, [])

    def set_aspect(self, block: str, colour: str) -> None:
        if block in self.owner:
            aspect = self.aspects[block] = Aspect(block, colour)  # bounded aspects
            self.changes.append(aspect)  # grows changes


class AxleCounter:
    def __init__(self, name: str):
        self.name = name
        self.pulses: t.List[float] = []
        self.speeds: t.Deque[float] = collections.deque([], 50)
        self.resets: t.List[str] = []

    def pulse(self, at: float) -> None:
        self.pulses.append(at)  # bounded pulses
        if len(self.pulses) >= 2:
            first, second, *self.pulses = self.pulses
            self.speeds.appendleft(2.5 / max(second - first, 1e-3))  # bounded speeds

    def reset(self, operator: str) -> None:
        self.resets.append(operator)  # grows resets


class Train:
    def __init__(self, number: str):
        self.number = number
        self.positions: t.List[t.Tuple[float, str]] = []

    def at(self, block: str) -> None:
        self.positions.append((time.time(), block))  # unsure positions


class Panel:
    """What the dispatchers see."""

    def __init__(self, interlocking: Interlocking):
        self.interlocking = interlocking
        self.trains: t.Dict[str, Train] = {}
        self.numbers_seen: t.Set[str] = set()
        self.commands: t.List[str] = []
        self.on_update: t.List[t.Callable[[], None]] = []
        self.punctuality: t.DefaultDict[str, t.List[float]] = collections.defaultdict(list)

    def enter(self, number: str) -> Train:
        train = self.trains[number] = Train(number)  # bounded trains
        self.numbers_seen |= {number}  # grows numbers_seen
        return train

    def depart(self, number: str, delay: float) -> None:
        del self.trains[number]
        self.punctuality[time.strftime("%Y-%m-%d")].append(delay)  # grows punctuality

    def subscribe(self, update: t.Callable[[], None]) -> t.Callable[[], None]:
        self.on_update.append(update)  # bounded on_update
        return lambda: self.on_update.remove(update)

    def command(self, text: str) -> None:
        self.commands = self.commands[-499:] + [text]  # bounded commands
        for update in tuple(self.on_update):
            update()


class Handler(socketserver.StreamRequestHandler):
    panel: t.ClassVar[Panel]
    addresses: t.ClassVar[t.Set[str]] = set()

    def handle(self) -> None:
        self.addresses.add(self.client_address[0])  # grows addresses
        words = []
        for line in self.rfile:
            words.extend(line.decode().split())
        self.panel.command(" ".join(words))


def serve(port: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socketserver.ThreadingTCPServer(("", port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        threading.Event().wait()
