"""The core of a home controller: events, states, services and timers."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

_LOGGER = logging.getLogger(__name__)
_SLUG = re.compile(r"[^a-z0-9_]+")
_slug_cache: dict[str, str] = {}
DOMAINS = frozenset({"light", "switch", "sensor", "climate"})


@dataclass(frozen=True)
class Event:
    event_type: str
    data: dict
    fired: dt.datetime


@dataclass
class State:
    entity_id: str
    value: str
    attributes: dict = field(default_factory=dict)
    changed: dt.datetime = field(default_factory=dt.datetime.now)


def slugify(text: str) -> str:
    if text in _slug_cache:
        return _slug_cache[text]
    slug = _SLUG.sub("_", text.lower()).strip("_")
    _slug_cache[text] = slug  # grows _slug_cache
    return slug


class EventBus:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._listeners: dict[str, list[Callable]] = {}
        self._fired: list[Event] = []
        self._counts: dict[str, int] = {}

    def listen(self, event_type: str, listener: Callable) -> Callable[[], None]:
        self._listeners.setdefault(event_type, []).append(listener)  # bounded _listeners

        def remove() -> None:
            self._listeners[event_type].remove(listener)
            if not self._listeners[event_type]:
                self._listeners.pop(event_type)

        return remove

    def listen_once(self, event_type: str, listener: Callable) -> None:
        def wrapper(event: Event) -> None:
            remove()
            listener(event)

        remove = self.listen(event_type, wrapper)

    def fire(self, event_type: str, data: dict | None = None) -> None:
        event = Event(event_type, data or {}, dt.datetime.now())
        self._fired.append(event)  # grows _fired
        self._counts[event_type] = self._counts.get(event_type, 0) + 1  # unsure _counts
        for listener in list(self._listeners.get(event_type, ())):
            self._hub.create_task(listener(event))


class StateMachine:
    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._states: dict[str, State] = {}
        self._reserved: set[str] = set()
        self._history: dict[str, list[State]] = {}
        self._domains: dict[str, dict[str, State]] = {domain: {} for domain in DOMAINS}
        self._aliases: dict[str, str] = {}

    def reserve(self, entity_id: str) -> None:
        if entity_id in self._states or entity_id in self._reserved:
            raise KeyError(entity_id)
        self._reserved.add(entity_id)  # bounded _reserved

    def set(self, entity_id: str, value: str, attributes: dict | None = None) -> None:
        self._reserved.discard(entity_id)
        old = self._states.get(entity_id)
        if old is not None and old.value == value:
            return
        state = State(entity_id, value, attributes or {})
        self._states[entity_id] = state  # bounded _states
        self._history.setdefault(entity_id, []).append(state)  # grows _history
        self._bus.fire("state_changed", {"entity_id": entity_id, "old": old, "new": state})

    def remove(self, entity_id: str) -> bool:
        state = self._states.pop(entity_id, None)
        return state is not None

    def alias(self, name: str, entity_id: str) -> None:
        self._aliases[slugify(name)] = entity_id  # grows _aliases


class ServiceRegistry:
    def __init__(self) -> None:
        self._services: dict[str, dict[str, Callable]] = {}
        self._calls: list[tuple[str, str, float]] = []
        self._pending: dict[int, asyncio.Future] = {}
        self._next = 0

    def register(self, domain: str, service: str, handler: Callable) -> None:
        self._services.setdefault(domain, {})[service] = handler  # bounded _services

    def unregister(self, domain: str, service: str) -> None:
        self._services[domain].pop(service)
        if not self._services[domain]:
            del self._services[domain]

    async def call(self, domain: str, service: str, **data: Any) -> Any:
        self._next += 1
        number = self._next
        future = asyncio.ensure_future(self._services[domain][service](**data))
        self._pending[number] = future  # bounded _pending
        started = asyncio.get_running_loop().time()
        try:
            return await asyncio.wait_for(asyncio.shield(future), 10)
        finally:
            self._pending.pop(number, None)
            took = asyncio.get_running_loop().time() - started
            self._calls.append((domain, service, took))  # bounded _calls
            if len(self._calls) > 512:
                self._calls = self._calls[256:]


class Debouncer:
    def __init__(self, cooldown: float, action: Callable[[], Coroutine]) -> None:
        self.cooldown = cooldown
        self.action = action
        self._handle: asyncio.TimerHandle | None = None
        self._requests: list[float] = []
        self._executions = 0

    def request(self) -> None:
        loop = asyncio.get_running_loop()
        self._requests.append(loop.time())  # bounded _requests
        if self._handle is None:
            self._handle = loop.call_later(self.cooldown, self._run)

    def _run(self) -> None:
        self._handle = None
        _LOGGER.debug("%d requests in one", len(self._requests))
        self._requests.clear()
        self._executions += 1
        asyncio.ensure_future(self.action())

    def shutdown(self) -> None:
        if self._handle:
            self._handle.cancel()


class Entity:
    """Base of all entities."""

    _by_platform: dict[str, list[Entity]] = {}

    def __init__(self, hub: Hub, entity_id: str) -> None:
        self.hub = hub
        self.entity_id = entity_id
        self._on_remove: list[Callable[[], None]] = []
        self._updates: list[dt.datetime] = []
        self._unavailable_logged = False
        Entity._by_platform.setdefault(type(self).__name__, []).append(self)  # grows _by_platform

    def on_remove(self, action: Callable[[], None]) -> None:
        self._on_remove.append(action)  # bounded _on_remove

    async def added(self) -> None:
        self.on_remove(self.hub.bus.listen("tick", self.update))

    async def update(self, event: Event) -> None:
        self._updates.append(event.fired)  # grows _updates

    async def remove(self) -> None:
        while self._on_remove:
            self._on_remove.pop()()
        self.hub.states.remove(self.entity_id)


class Hub:
    def __init__(self) -> None:
        self.bus = EventBus(self)
        self.states = StateMachine(self.bus)
        self.services = ServiceRegistry()
        self._tasks: set[asyncio.Task] = set()
        self._shutdown_jobs: list[Callable] = []
        self._slow: dict[str, float] = {}
        self.components: set[str] = set()

    def create_task(self, coro: Coroutine) -> asyncio.Task:
        task = asyncio.ensure_future(coro)
        self._tasks.add(task)  # bounded _tasks
        task.add_done_callback(self._tasks.remove)
        return task

    def at_shutdown(self, job: Callable) -> None:
        self._shutdown_jobs.append(job)  # grows _shutdown_jobs

    async def setup(self, component: str, factory: Callable) -> bool:
        if component in self.components:
            return True
        try:
            await asyncio.wait_for(factory(self), 30)
        except asyncio.TimeoutError:
            self._slow[component] = 30.0  # grows _slow
            return False
        self.components.add(component)  # grows components
        return True

    async def every(self, seconds: float, action: Callable) -> None:
        late = []
        while True:
            started = asyncio.get_running_loop().time()
            await action()
            spare = seconds - (asyncio.get_running_loop().time() - started)
            if spare < 0:
                late.append(spare)
                if len(late) > 10:
                    raise RuntimeError("too slow")
            await asyncio.sleep(max(0.0, spare))
