"""A shop in the manner of a large web framework: models, signals, middleware, caches."""

import copy
import functools
import re
import threading
import time
import weakref
from collections import ChainMap, defaultdict, namedtuple
from contextlib import contextmanager

_local = threading.local()
_url_patterns = []
_template_cache = {}
_compiled = {}
_models = {}
_audit = []
_feature_flags = {"new_basket": False, "fast_search": True}
_translations = {}
_slow_views = defaultdict(list)

Line = namedtuple("Line", "sku amount")


class Signal:
    def __init__(self):
        self.receivers = []
        self.weak_receivers = weakref.WeakSet()
        self.sent = []

    def connect(self, receiver, weak=False):
        if weak:
            self.weak_receivers.add(receiver)
        else:
            self.receivers.append(receiver)  # bounded receivers

    def disconnect(self, receiver):
        self.receivers = [known for known in self.receivers if known is not receiver]

    def send(self, sender, **kwargs):
        answers = []
        for receiver in self.receivers:
            answers.append((receiver, receiver(sender, **kwargs)))
        self.sent.append((sender, kwargs))  # grows sent
        return answers


order_placed = Signal()
order_cancelled = Signal()


class ModelBase(type):
    def __new__(mcs, name, bases, namespace):
        cls = super().__new__(mcs, name, bases, namespace)
        cls._fields = [key for key, value in namespace.items() if isinstance(value, Field)]
        _models[name] = cls  # grows _models
        return cls


class Field:
    created = 0

    def __init__(self, default=None):
        Field.created += 1
        self.default = default
        self.validators = []
        self.values = weakref.WeakKeyDictionary()

    def __get__(self, instance, owner):
        if instance is None:
            return self
        return self.values.get(instance, self.default)

    def __set__(self, instance, value):
        self.values[instance] = value

    def validate(self, fn):
        self.validators += [fn]  # grows validators
        return fn


class QuerySet:
    def __init__(self, model, filters=()):
        self.model = model
        self.filters = list(filters)
        self._result_cache = None

    def filter(self, **conditions):
        clone = copy.copy(self)
        clone.filters = self.filters + [conditions]
        return clone

    def __iter__(self):
        if self._result_cache is None:
            self._result_cache = list(self.model.objects.all())
        return iter(self._result_cache)


class Manager:
    def __init__(self):
        self.rows = {}
        self.sequence = 0
        self.deleted = []
        self.versions = {}

    def all(self):
        return list(self.rows.values())

    def create(self, row):
        self.sequence += 1
        self.rows[self.sequence] = row  # bounded rows
        self.versions[self.sequence] = [copy.deepcopy(row)]  # grows versions
        return self.sequence

    def update(self, key, **changes):
        self.rows[key].update(changes)
        self.versions[key].append(changes)  # grows versions

    def delete(self, key):
        row = self.rows.pop(key)
        self.deleted.append(row)  # grows deleted


class Basket:
    def __init__(self, session):
        self.session = session
        self.lines = []
        self.coupons = set()

    def add(self, sku, amount=1):
        self.lines.append(Line(sku, amount))  # bounded lines

    def apply(self, coupon):
        self.coupons.add(coupon)  # grows coupons

    def remove(self, sku):
        self.lines[:] = [line for line in self.lines if line.sku != sku]

    def checkout(self):
        lines = tuple(self.lines)
        self.lines.clear()
        order_placed.send(self, lines=lines)
        return lines


class SessionStore:
    _stores = []

    def __init__(self, lifetime=3600):
        self.lifetime = lifetime
        self.sessions = {}
        self.touched = {}
        self.csrf = {}
        self.logins = defaultdict(int)
        SessionStore._stores.append(self)  # grows _stores

    def load(self, key):
        self.touched[key] = time.time()  # bounded touched
        return self.sessions.setdefault(key, {})  # bounded sessions

    def token(self, key):
        if key not in self.csrf:
            self.csrf[key] = hash((key, time.time()))  # grows csrf
        return self.csrf[key]

    def login(self, user):
        self.logins[user] += 1  # grows logins

    def clear_expired(self):
        limit = time.time() - self.lifetime
        stale = [key for key, at in self.touched.items() if at < limit]
        for key in stale:
            self.touched.pop(key)
            self.sessions.pop(key, None)


class Template:
    def __init__(self, source):
        self.parts = re.split(r"({{.*?}})", source)
        self.blocks = {}
        self.stack = []
        self.errors = []

    def render(self, context):
        out = []
        layers = ChainMap(context)
        self.stack.append(layers)  # bounded stack
        for part in self.parts:
            if part.startswith("{{"):
                name = part[2:-2].strip()
                try:
                    out.append(str(layers[name]))
                except KeyError:
                    self.errors.append(name)  # grows errors
            else:
                out.append(part)
        self.stack.pop()
        return "".join(out)

    @contextmanager
    def block(self, name):
        self.blocks[name] = []  # bounded blocks
        yield self.blocks[name]
        del self.blocks[name]


def get_template(source):
    template = _template_cache.get(source)
    if template is None:
        template = _template_cache[source] = Template(source)  # grows _template_cache
    return template


def path(pattern, view, name=None):
    _url_patterns.append((re.compile(pattern), view, name))  # grows _url_patterns


def compiled(pattern):
    if pattern not in _compiled:
        if len(_compiled) > 200:
            _compiled.clear()
        _compiled[pattern] = re.compile(pattern)  # bounded _compiled
    return _compiled[pattern]


def translate(language, text):
    try:
        return _translations[language, text]
    except KeyError:
        _translations[language, text] = text  # grows _translations
        return text


def timed(view):
    samples = []
    calls = 0

    @functools.wraps(view)
    def inner(request, *args, **kwargs):
        nonlocal calls
        calls += 1
        started = time.perf_counter()
        try:
            return view(request, *args, **kwargs)
        finally:
            elapsed = time.perf_counter() - started
            samples.append(elapsed)  # grows samples
            if elapsed > 0.5:
                _slow_views[view.__name__].append(request)  # grows _slow_views

    inner.samples = samples
    return inner


def audited(action, details={}):
    details[time.time()] = action  # grows details
    _audit.append(action)  # grows _audit


def set_flag(name, value):
    if name not in _feature_flags:
        raise KeyError(name)
    _feature_flags[name] = value  # bounded _feature_flags


class Middleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.paths = set()
        self.response_times = []
        self.per_method = {}

    def __call__(self, request):
        _local.messages = []
        started = time.time()
        response = self.get_response(request)
        self.paths.add(request.path)  # grows paths
        self.response_times.append(time.time() - started)  # bounded response_times
        del self.response_times[:-1000]
        if request.method in ("GET", "POST"):
            self.per_method[request.method] = self.per_method.get(request.method, 0) + 1  # bounded per_method
        return response


def message(text):
    _local.messages.append(text)  # bounded messages
