"""Supervises asyncio services: restarts, health, message passing, leases."""

import asyncio
import inspect
import logging
import signal
import time
from collections import OrderedDict, defaultdict, deque
from contextlib import asynccontextmanager
from enum import Enum
from typing import Awaitable, Callable


class State(Enum):
    STARTING = 1
    RUNNING = 2
    FAILED = 3
    STOPPED = 4


log = logging.getLogger("supervisor")
_services: dict[str, "Service"] = {}
_exit_hooks: list[Callable] = []
_state_changes: dict[State, int] = {}
_crash_reports = []


def service(fn=None, *, restarts=3):
    def wrap(inner):
        _services[inner.__name__] = Service(inner, restarts)  # grows _services
        return inner

    return wrap(fn) if fn else wrap


def at_exit(fn):
    _exit_hooks.append(fn)  # grows _exit_hooks
    return fn


class Service:
    def __init__(self, run, restarts):
        self.run = run
        self.restarts = restarts
        self.state = State.STARTING
        self.failures = deque(maxlen=10)
        self.transitions = []
        self.uptime = {}
        self.children = []

    def enter(self, state):
        self.transitions.append((self.state, state, time.time()))  # grows transitions
        self.state = state
        _state_changes[state] = _state_changes.get(state, 0) + 1  # bounded _state_changes

    async def supervise(self):
        for attempt in range(self.restarts):
            self.enter(State.RUNNING)
            started = time.monotonic()
            try:
                await self.run()
                return
            except Exception as error:
                self.failures.append(error)  # bounded failures
                _crash_reports.append({"name": self.run.__name__, "error": error})  # grows _crash_reports
                self.enter(State.FAILED)
            finally:
                self.uptime[started] = time.monotonic() - started  # grows uptime
            await asyncio.sleep(2**attempt)


class Mailbox:
    def __init__(self, limit=0):
        self.limit = limit
        self.messages = deque()
        self.getters = deque()
        self.dead = []
        self.seen = OrderedDict()
        self.by_sender = defaultdict(list)

    def put(self, sender, message):
        if self.limit and len(self.messages) >= self.limit:
            self.dead.append(message)  # grows dead
            return False
        if id(message) in self.seen:
            return False
        self.seen[id(message)] = True  # bounded seen
        while len(self.seen) > 1024:
            self.seen.popitem(last=False)
        self.messages.append((sender, message))  # bounded messages
        self.by_sender[sender].append(message)  # grows by_sender
        while self.getters:
            getter = self.getters.popleft()
            if not getter.done():
                getter.set_result(None)
                break
        return True

    async def get(self):
        while not self.messages:
            getter = asyncio.get_running_loop().create_future()
            self.getters.append(getter)  # bounded getters
            await getter
        return self.messages.popleft()


class Actor:
    def __init__(self, system, name):
        self.system = system
        self.name = name
        self.mailbox = Mailbox(limit=100)
        self.watchers = set()
        self.stash = []
        self.processed = 0
        self.behaviours = []
        self.log = []
        system.actors[name] = self  # bounded actors

    def watch(self, other):
        other.watchers.add(self)  # bounded watchers

    def unwatch(self, other):
        other.watchers.discard(self)

    def become(self, behaviour):
        self.behaviours.append(behaviour)  # bounded behaviours

    def unbecome(self):
        return self.behaviours.pop()

    async def run(self):
        while True:
            sender, message = await self.mailbox.get()
            if message == "stop":
                break
            if not self.behaviours:
                self.stash.append((sender, message))  # bounded stash
                continue
            stashed, self.stash = self.stash, []
            for item in [*stashed, (sender, message)]:
                answer = self.behaviours[-1](*item)
                self.log.append((item, answer))  # grows log
            self.processed += 1
        self.system.stop(self)


class System:
    def __init__(self):
        self.actors = {}
        self.tasks = set()
        self.terminated = []
        self.topics = defaultdict(set)
        self.published = 0
        self.leases = {}
        self.lease_history = {}
        self.health = {}
        self.requests = {}
        self.timings = defaultdict(lambda: deque(maxlen=20))
        self.timeouts = []

    def spawn(self, name):
        actor = Actor(self, name)
        task = asyncio.ensure_future(actor.run())
        self.tasks.add(task)  # bounded tasks
        task.add_done_callback(lambda done: self.tasks.remove(done))
        return actor

    def stop(self, actor):
        self.actors.pop(actor.name, None)
        for members in self.topics.values():
            members.discard(actor)
        self.terminated.append(actor)  # grows terminated

    def subscribe(self, topic, actor):
        self.topics[topic].add(actor)  # bounded topics

    def publish(self, topic, message):
        self.published += 1
        for actor in self.topics.get(topic, ()):
            actor.mailbox.put(topic, message)

    @asynccontextmanager
    async def lease(self, resource, owner):
        if resource in self.leases:
            raise RuntimeError(f"{resource} is taken")
        self.leases[resource] = owner  # bounded leases
        self.lease_history.setdefault(resource, []).append(owner)  # grows lease_history
        try:
            yield
        finally:
            del self.leases[resource]

    async def ask(self, actor, question, timeout=5.0):
        number = len(self.timeouts) + len(self.requests)
        future = self.requests[number] = asyncio.Future()  # bounded requests
        actor.mailbox.put(number, question)
        started = time.monotonic()
        try:
            return await asyncio.wait_for(future, timeout)
        except asyncio.TimeoutError:
            self.timeouts.append((actor.name, question))  # grows timeouts
            return None
        finally:
            self.requests.pop(number)
            self.timings[actor.name].append(time.monotonic() - started)  # unsure timings

    def report(self, name, healthy, detail=""):
        if healthy:
            self.health.pop(name, None)
        else:
            self.health[name] = detail  # bounded health


async def heartbeat(system, interval=1.0):
    beats = []
    window = []
    while True:
        beats.append(time.time())  # grows beats
        window.append(len(system.actors))  # bounded window
        if len(window) > 60:
            del window[0]
        await asyncio.sleep(interval)


async def collect(sources, limit):
    found = []
    async for item in sources:
        found.append(item)
        if len(found) >= limit:
            break
    return found


def install(system: System):
    loop = asyncio.get_event_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: [task.cancel() for task in system.tasks])
    members = {name: kind for name, kind in inspect.getmembers(system) if not name.startswith("_")}
    log.info("%d members", len(members))


async def drain(work: list[Awaitable]):
    done = []
    pending = set(asyncio.ensure_future(one) for one in work)
    while pending:
        finished, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        done.extend(finished)
    return done
