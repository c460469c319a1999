"""A chat bot: commands, cooldowns, voice queues and a small web panel."""

import asyncio
import inspect
import random
import re
import time
import weakref
from collections import ChainMap, Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache, partial, wraps
from typing import Any, ClassVar

EMOJI = {"ok": "+1", "no": "-1"}
_patterns: dict[str, re.Pattern] = {}
_usage = Counter()
_contexts = []


class Plugin:
    registry: ClassVar[list[type]] = []
    loaded: ClassVar[dict[str, "Plugin"]] = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Plugin.registry.append(cls)  # grows registry

    @classmethod
    def load(cls, bot):
        plugin = cls()
        cls.loaded[cls.__name__] = plugin  # bounded loaded
        return plugin

    @classmethod
    def unload(cls, name):
        return cls.loaded.pop(name, None)


def pattern(text):
    try:
        return _patterns[text]
    except KeyError:
        compiled = _patterns[text] = re.compile(text)  # grows _patterns
        return compiled


def command(name=None, **options):
    def decorate(fn):
        fn.__command__ = {"name": name or fn.__name__, **options}

        @wraps(fn)
        async def run(self, ctx, *args):
            _usage[fn.__name__] += 1  # unsure _usage
            return await fn(self, ctx, *args)

        return run

    return decorate


@contextmanager
def context(**values):
    _contexts.append(values)  # bounded _contexts
    try:
        yield ChainMap(*reversed(_contexts))
    finally:
        _contexts.pop()


class Cooldown:
    def __init__(self, rate, per):
        self.rate = rate
        self.per = per
        self.hits = defaultdict(list)
        self.denied = []

    def check(self, user):
        now = time.time()
        self.hits[user] = [t for t in self.hits[user] if now - t < self.per]  # unsure hits
        if len(self.hits[user]) >= self.rate:
            self.denied.append((user, now))  # grows denied
            return False
        self.hits[user].append(now)  # bounded hits
        return True


class VoiceQueue:
    """Songs of one guild."""

    def __init__(self, guild):
        self.guild = guild
        self.songs = deque()
        self.played = []
        self.skips = set()
        self.volume_log = deque([], 50)
        self._wake = asyncio.Event()

    def enqueue(self, song):
        self.songs.append(song)  # bounded songs
        self._wake.set()

    def vote_skip(self, user, needed):
        self.skips.add(user)  # bounded skips
        if len(self.skips) >= needed:
            self.skips = set()
            return True
        return False

    def volume(self, value):
        self.volume_log.append(value)  # bounded volume_log

    async def play(self, player):
        while True:
            while not self.songs:
                self._wake.clear()
                await self._wake.wait()
            song = self.songs.popleft()
            await player(song)
            self.played.append(song)  # grows played


class Bot:
    def __init__(self, gateway):
        self.gateway = gateway
        self.commands = {}
        self.handlers = defaultdict(list)
        self.waiting = {}
        self.voice = weakref.WeakValueDictionary()
        self.guilds = {}
        self.cooldown = Cooldown(5, 10.0)
        self.recent = {}
        self.pool = ThreadPoolExecutor(4)
        self.futures = []
        self.errors = []
        self.seen_users = set()
        self.latency = []
        self.tasks = weakref.WeakSet()
        self.history = defaultdict(partial(deque, maxlen=100))
        self.afk = {}
        self.heartbeat = None

    def add_cog(self, cog):
        for name, member in inspect.getmembers(cog):
            if hasattr(member, "__command__"):
                self.commands[name] = member  # grows commands

    def listen(self, event):
        def register(fn):
            self.handlers[event].append(fn)  # grows handlers
            return fn

        return register

    async def wait_for(self, event, timeout=60):
        future = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(event, []).append(future)  # bounded waiting
        try:
            return await asyncio.wait_for(future, timeout)
        finally:
            self.waiting[event].remove(future)

    async def on_message(self, message):
        self.seen_users.add(message.author)  # grows seen_users
        self.history[message.channel.id].append(message)  # unsure history
        self.afk.pop(message.author, None)
        for future in self.waiting.get("message", []):
            if not future.done():
                future.set_result(message)
        if not message.text.startswith("!"):
            return
        name, *args = message.text[1:].split()
        fn = self.commands.get(name)
        if fn is None or not self.cooldown.check(message.author):
            return
        started = time.perf_counter()
        try:
            with context(author=message.author, command=name) as ctx:
                await fn(ctx, *args)
        except Exception as error:
            self.errors.append(error)  # bounded errors
            if len(self.errors) > 100:
                self.errors.clear()
        finally:
            self.latency = (self.latency + [time.perf_counter() - started])[-500:]  # bounded latency

    async def on_guild_join(self, guild):
        self.guilds[guild.id] = guild  # bounded guilds
        queue = VoiceQueue(guild)
        self.voice[guild.id] = queue  # bounded voice
        self.tasks.add(asyncio.create_task(queue.play(self.gateway.play)))  # bounded tasks

    async def on_guild_remove(self, guild):
        del self.guilds[guild.id]

    @command()
    async def afk_command(self, ctx, *reason):
        self.afk[ctx["author"]] = " ".join(reason)  # bounded afk

    def render(self, template, **values):
        future = self.pool.submit(template.format, **values)
        self.futures.append(future)  # bounded futures
        self.futures = [f for f in self.futures if not f.done()]
        return future

    @lru_cache(maxsize=None)  # grows permissions
    def permissions(self, user, channel):
        return self.gateway.permissions(user, channel)

    async def beat(self):
        sent = []
        while True:
            sent.append(time.time())  # unsure sent
            await self.gateway.ping(len(sent))
            await asyncio.sleep(30)

    @asynccontextmanager
    async def typing(self, channel):
        task = asyncio.ensure_future(self.gateway.typing(channel))
        self.recent[channel] = task  # bounded recent
        try:
            yield
        finally:
            self.recent.pop(channel).cancel()


class Dice:
    rolls: list[int] = []

    def __init__(self, sides=6):
        self.sides = sides
        self.sums = {}

    def roll(self, count):
        values = [random.randint(1, self.sides) for _ in range(count)]
        self.rolls.extend(values)  # grows rolls
        total = sum(values)
        self.sums[total] = self.sums.get(total, 0) + 1  # unsure sums
        return total
