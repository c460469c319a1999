"""Newsletters: lists, campaigns, sending in batches, bounces, links that are tracked."""

import hashlib
import logging
import threading
import time
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from string import Template
from typing import Callable, Generic, Iterable, TypeVar

T = TypeVar("T")
logger = logging.getLogger("newsletter")

KINDS = frozenset({"hard", "soft", "complaint"})
_signal_receivers = defaultdict(list)
_senders = {}
_campaign_log = []


def receiver(signal):
    def decorate(fn):
        _signal_receivers[signal].append(fn)  # grows _signal_receivers
        return fn

    return decorate


def retry(times):
    def decorate(fn):
        errors = []

        def inner(*args, **kwargs):
            for attempt in range(times):
                try:
                    return fn(*args, **kwargs)
                except ConnectionError as error:
                    errors.append(error)  # grows errors
                    time.sleep(2**attempt)
            raise errors[-1]

        return inner

    return decorate


def logger_for(campaign):
    log = logging.getLogger(f"newsletter.{campaign}")
    log.addHandler(logging.FileHandler(f"/var/log/{campaign}.log"))  # grows handlers
    return log


class LRU(Generic[T]):
    def __init__(self, size, make: Callable[[str], T]):
        self.size = size
        self.make = make
        self.data: "OrderedDict[str, T]" = OrderedDict()

    def __getitem__(self, key) -> T:
        try:
            self.data.move_to_end(key)
        except KeyError:
            self.data[key] = self.make(key)  # bounded data
            self._evict()
        return self.data[key]

    def _evict(self):
        while len(self.data) > self.size:
            self.data.popitem(last=False)


class Batch(Generic[T]):
    """Calls `flush` with `size` items at a time."""

    def __init__(self, size: int, flush: Callable[[list[T]], None]):
        self.size = size
        self.flush = flush
        self._items: list[T] = []
        self.flushed = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._send()

    def add(self, item: T):
        self._items.append(item)  # bounded _items
        if len(self._items) == self.size:
            self._send()

    def _send(self):
        if self._items:
            self.flush(self._items)
            self.flushed += len(self._items)
        self._items = []


@dataclass
class Subscriber:
    email: str
    lists: set = field(default_factory=set)
    opened: list = field(default_factory=list)
    bounces: int = 0

    def open(self, campaign):
        self.opened.append((campaign, time.time()))  # grows opened

    def join(self, name):
        self.lists.add(name)  # bounded lists

    def leave(self, name):
        self.lists.discard(name)


class SubscriberManager:
    def __init__(self):
        self._by_email = {}
        self._suppressed = set()
        self._bounces = {kind: 0 for kind in KINDS}
        self._soft = {}
        self._tokens = {}

    def subscribe(self, email, *lists):
        person = self._by_email.get(email)
        if person is None:
            person = self._by_email[email] = Subscriber(email)  # bounded _by_email
        for name in lists:
            person.join(name)
        token = hashlib.sha256(email.encode()).hexdigest()
        self._tokens[token] = email  # grows _tokens
        return token

    def unsubscribe(self, token):
        email = self._tokens.get(token)
        self._by_email.pop(email, None)
        self._suppressed.add(email)  # grows _suppressed

    def bounce(self, email, kind):
        if kind not in KINDS:
            raise ValueError(kind)
        self._bounces[kind] += 1  # bounded _bounces
        if kind == "soft":
            self._soft.setdefault(email, []).append(time.time())  # bounded _soft
            if len(self._soft[email]) >= 3:
                del self._soft[email]
                kind = "hard"
        if kind == "hard":
            self._by_email.pop(email, None)

    def members(self, name) -> Iterable[Subscriber]:
        found = []
        for person in self._by_email.values():
            if name in person.lists and person.email not in self._suppressed:
                found.append(person)
        return found


class Campaign:
    _sequence = 0

    def __init__(self, subject, body, people: SubscriberManager):
        Campaign._sequence += 1
        self.number = Campaign._sequence
        self.subject = subject
        self.template = Template(body)
        self.people = people
        self.links = {}
        self.clicks = defaultdict(int)
        self.sent = set()
        self.failures = []
        _campaign_log.append(self)  # grows _campaign_log

    def link(self, url):
        short = hashlib.md5(url.encode()).hexdigest()[:8]
        return self.links.setdefault(short, url)  # unsure links

    def click(self, short):
        if short not in self.links:
            return None
        self.clicks[short] += 1  # unsure clicks
        return self.links[short]

    def run(self, name, transport):
        log = logger_for(self.number)
        with Batch(500, transport.send_many) as batch:
            for person in self.people.members(name):
                try:
                    text = self.template.substitute(email=person.email)
                except KeyError as error:
                    self.failures.append((person.email, error))  # grows failures
                    continue
                batch.add((person.email, self.subject, text))
                self.sent.add(person.email)  # grows sent
        log.info("%d sent", batch.flushed)


class Scheduler:
    def __init__(self):
        self.due = []
        self.lock = threading.Lock()
        self.done = {}
        self.templates = LRU(32, Template)

    def at(self, when, campaign, name, transport):
        with self.lock:
            self.due.append((when, campaign, name, transport))  # bounded due

    def tick(self):
        now = time.time()
        with self.lock:
            ready = [entry for entry in self.due if entry[0] <= now]
            self.due = [entry for entry in self.due if entry[0] > now]
        for when, campaign, name, transport in ready:
            campaign.run(name, transport)
            self.done[campaign.number] = when  # grows done

    def loop(self):
        self.tick()
        timer = threading.Timer(30, self.loop)  # grows timer
        timer.start()


def sender(domain, connect):
    if domain not in _senders:
        _senders[domain] = retry(3)(connect)  # grows _senders
    return _senders[domain]
