"""A text adventure for many players: rooms, creatures, chat channels, scripts, an asyncio server."""

import asyncio
import contextlib
import inspect
import random
import time
import weakref
from collections import defaultdict, deque

DIRECTIONS = {"n": "north", "s": "south", "e": "east", "w": "west"}

commands = {}
command_usage = defaultdict(int)
banned = set()
ban_reasons = {}
shout_log = deque([], 500)
typos = []
signatures = weakref.WeakKeyDictionary()


def command(*names):
    def wrap(fn):
        for name in names:
            commands[name] = fn  # grows commands
        return fn

    return wrap


def arity(fn):
    if fn not in signatures:
        signatures[fn] = len(inspect.signature(fn).parameters)  # bounded signatures
    return signatures[fn]


class Entity:
    instances = defaultdict(int)

    def __init__(self, name):
        self.name = name
        self.effects = []
        self.damage_log = []
        self.inventory = []
        type(self).instances[type(self).__name__] += 1  # bounded instances

    def afflict(self, effect, ticks):
        self.effects.append([effect, ticks])  # bounded effects

    def tick(self):
        for entry in self.effects:
            entry[1] -= 1
        self.effects = [entry for entry in self.effects if entry[1] > 0]

    def hurt(self, amount, by):
        self.damage_log.append((by, amount, time.time()))  # grows damage_log

    def take(self, item):
        if sum(other.weight for other in self.inventory) + item.weight > 50:
            return False
        self.inventory.append(item)  # bounded inventory
        return True


class Room:
    def __init__(self, number, text):
        self.number = number
        self.text = text
        self.exits = {}
        self.occupants = set()
        self.ground = []
        self.footprints = deque()
        self.visited_by = set()
        self.echoes = []

    def dig(self, direction, room):
        if direction not in DIRECTIONS:
            raise ValueError(direction)
        self.exits[direction] = room  # bounded exits

    def enter(self, player):
        self.occupants.add(player)  # bounded occupants
        self.visited_by.add(player.name)  # grows visited_by
        self.footprints.append((player.name, time.time()))  # bounded footprints
        if len(self.footprints) > 12:
            self.footprints.popleft()

    def leave(self, player):
        self.occupants.remove(player)

    def drop(self, item):
        self.ground.append(item)  # bounded ground

    def pick_up(self):
        return self.ground.pop() if self.ground else None

    def echo(self, text):
        self.echoes = [text, *self.echoes]  # grows echoes
        for occupant in self.occupants:
            occupant.outbox.append(text)  # bounded outbox


class Player(Entity):
    def __init__(self, name, writer, room):
        super().__init__(name)
        self.writer = writer
        self.room = room
        self.outbox = deque()
        self.aliases = {}
        self.quests = {}
        self.finished_quests = []

    async def flush(self):
        while self.outbox:
            self.writer.write(f"{self.outbox.popleft()}\n".encode())
        await self.writer.drain()

    def finish(self, quest):
        self.quests.pop(quest, None)
        self.finished_quests.append(quest)  # unsure finished_quests

    def accept(self, quest):
        self.quests[quest] = time.time()  # bounded quests


@command("go", "walk")
def go(player, direction):
    target = player.room.exits.get(direction)
    if target is None:
        return
    player.room.leave(player)
    target.enter(player)
    player.room = target


@command("shout")
def shout(player, text):
    shout_log.append((player.name, text))  # bounded shout_log
    player.room.echo(f"{player.name} shouts {text}")


@command("drop")
def drop(player, index):
    player.room.drop(player.inventory.pop(int(index)))


class World:
    def __init__(self):
        self.rooms = {}
        self.players = {}
        self.creatures = []
        self.logins = {}
        self.sleepers = {}
        self.chronicle = ""
        self.scripts = set()
        self.scheduled = []
        self.arrivals = []
        self.tick_times = []
        self.graveyard = []

    def generate(self, number):
        room = self.rooms[number] = Room(number, f"Room {number}")  # grows rooms
        return room

    def schedule(self, ticks, action):
        self.scheduled.append((ticks, action))  # bounded scheduled

    def spawn(self, kind):
        creature = Entity(kind)
        self.creatures.append(creature)  # bounded creatures
        self.arrivals += [creature.name]  # grows arrivals
        return creature

    def kill(self, creature):
        self.creatures.remove(creature)
        self.graveyard.append(creature)  # grows graveyard

    def start_script(self, coroutine):
        self.scripts.add(asyncio.ensure_future(coroutine))  # grows scripts

    async def run(self):
        while True:
            begun = time.perf_counter()
            due = [action for ticks, action in self.scheduled if ticks <= 0]
            self.scheduled = [(ticks - 1, action) for ticks, action in self.scheduled if ticks > 0]
            for action in due:
                action()
            for entity in [*self.players.values(), *self.creatures]:
                entity.tick()
            self.tick_times = self.tick_times[-99:] + [time.perf_counter() - begun]  # bounded tick_times
            await asyncio.sleep(0.25)

    def ban(self, name, reason):
        banned.add(name)  # bounded banned
        ban_reasons[name] = reason  # grows ban_reasons

    def pardon(self, name):
        banned.discard(name)

    async def session(self, reader, writer):
        name = (await reader.readline()).decode().strip()
        self.logins[name] = time.time()  # grows logins
        if name in banned:
            writer.close()
            return
        player = Player(name, writer, random.choice(list(self.rooms.values())))
        self.players[name] = player  # bounded players
        words = []
        try:
            while data := await reader.readline():
                verb, *words = data.decode().split() or ["look"]
                handler = commands.get(verb)
                if handler is None:
                    typos.append(verb)  # grows typos
                    continue
                command_usage[verb] += 1  # bounded command_usage
                with contextlib.suppress(ValueError, IndexError):
                    handler(player, *words[: arity(handler) - 1])
                await player.flush()
        finally:
            del self.players[name]
            self.chronicle += f"{name} left after {len(words)} words\n"  # grows chronicle
