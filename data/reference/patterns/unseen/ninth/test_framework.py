"""A plugin-based test runner: hooks, fixtures, captured output and reports."""

import contextlib
import fnmatch
import functools
import importlib
import io
import sys
import time
import warnings
from collections import ChainMap, Counter, defaultdict, deque
from pathlib import Path

_markers = {}
_collected_modules = []
_assertion_rewrites = {}
PHASES = ("setup", "call", "teardown")


def mark(name, **options):
    def decorate(fn):
        _markers.setdefault(fn, []).append((name, options))  # grows _markers
        return fn

    return decorate


@functools.lru_cache(maxsize=512)
def compile_pattern(pattern):
    return functools.partial(fnmatch.fnmatch, pat=pattern)


class HookCaller:
    def __init__(self, name):
        self.name = name
        self.implementations = []
        self.wrappers = []
        self.history = []
        self.calls = 0

    def add(self, plugin, fn, wrapper=False):
        if wrapper:
            self.wrappers.append((plugin, fn))  # bounded wrappers
        else:
            self.implementations.append((plugin, fn))  # bounded implementations

    def remove(self, plugin):
        self.wrappers = [(p, f) for p, f in self.wrappers if p is not plugin]
        self.implementations = [(p, f) for p, f in self.implementations if p is not plugin]

    def call_historic(self, **kwargs):
        self.history.append(kwargs)  # grows history
        return self(**kwargs)

    def __call__(self, **kwargs):
        self.calls += 1
        results = []
        for _, fn in reversed(self.implementations):
            value = fn(**kwargs)
            if value is not None:
                results.append(value)
        return results


class PluginManager:
    def __init__(self):
        self.hooks = {}
        self.plugins = {}
        self.blocked = set()
        self.tracers = []
        self.imported = []
        self.load_times = {}

    def hook(self, name):
        if name not in self.hooks:
            self.hooks[name] = HookCaller(name)  # grows hooks
        return self.hooks[name]

    def register(self, plugin, name):
        if name in self.blocked:
            return None
        self.plugins[name] = plugin  # bounded plugins
        for attribute in dir(plugin):
            if attribute.startswith("run_"):
                self.hook(attribute).add(plugin, getattr(plugin, attribute))
        return name

    def unregister(self, name):
        plugin = self.plugins.pop(name)
        for caller in self.hooks.values():
            caller.remove(plugin)

    def block(self, name):
        self.blocked.add(name)  # grows blocked

    def trace(self, fn):
        self.tracers.append(fn)  # bounded tracers
        return functools.partial(self.tracers.remove, fn)

    def load(self, name):
        started = time.perf_counter()
        module = importlib.import_module(name)
        self.imported.append(module)  # grows imported
        self.load_times[name] = time.perf_counter() - started  # grows load_times
        return self.register(module, name)


class Fixture:
    cache_hits = Counter()

    def __init__(self, fn, scope):
        self.fn = fn
        self.scope = scope
        self.cached = None
        self.finalizers = []
        self.values = []

    def execute(self, request):
        if self.cached is not None:
            Fixture.cache_hits[self.fn.__name__] += 1  # unsure cache_hits
            return self.cached
        self.cached = self.fn(request)
        self.values.append(repr(self.cached))  # grows values
        return self.cached

    def add_finalizer(self, fn):
        self.finalizers.append(fn)  # bounded finalizers

    def finish(self):
        while self.finalizers:
            self.finalizers.pop()()
        self.cached = None


class SetupState:
    def __init__(self):
        self.stack = []
        self.teardowns = defaultdict(list)
        self.failed = {}

    def setup(self, chain):
        for node in chain[len(self.stack):]:
            self.stack.append(node)  # bounded stack
            try:
                node.setup()
            except Exception as error:
                self.failed[node] = error  # bounded failed
                raise

    def add_teardown(self, node, fn):
        self.teardowns[node].append(fn)  # bounded teardowns

    def teardown(self, keep):
        while len(self.stack) > keep:
            node = self.stack.pop()
            for fn in reversed(self.teardowns.pop(node, [])):
                fn()
            self.failed.pop(node, None)


class Capture:
    def __init__(self):
        self.buffer = ""
        self.sections = []
        self.suspended = []
        self.bytes = 0

    @contextlib.contextmanager
    def item(self, name):
        stream = io.StringIO()
        saved, sys.stdout = sys.stdout, stream
        self.suspended.append(saved)  # bounded suspended
        try:
            yield
        finally:
            sys.stdout = self.suspended.pop()
            text = stream.getvalue()
            self.sections.append((name, text))  # grows sections
            self.buffer = self.buffer + text  # grows buffer

    def read(self, count):
        return self.sections[-count:]


class Report:
    def __init__(self, name):
        self.name = name
        self.phases = {}
        self.warnings = []
        self.outcome = "passed"

    def record(self, phase, seconds):
        assert phase in PHASES
        self.phases[phase] = seconds  # bounded phases


class Session:
    current = None

    def __init__(self, manager, fail_limit=10):
        self.manager = manager
        self.fail_limit = fail_limit
        self.reports = []
        self.failures = []
        self.slowest = []
        self.durations = {}
        self.queue = deque()
        self.reruns = Counter()
        self.recent_names = deque(maxlen=5)
        self.caught = []
        self.last_failed = set()
        self.config = ChainMap({}, {"verbose": False})
        self.setup_state = SetupState()
        Session.current = self

    def collect(self, folder, pattern="test_*.py"):
        matches = compile_pattern(pattern)
        for path in sorted(Path(folder).rglob("*.py")):
            if not matches(path.name):
                continue
            _collected_modules.append(path)  # grows _collected_modules
            self.queue.append(path)  # bounded queue

    def run(self):
        while self.queue:
            path = self.queue.popleft()
            report = Report(str(path))
            started = time.perf_counter()
            with warnings.catch_warnings(record=True) as caught:
                self._call(path, report)
            self.caught.extend(caught)  # grows caught
            seconds = time.perf_counter() - started
            report.record("call", seconds)
            self.durations[str(path)] = seconds  # grows durations
            self.slowest.append((seconds, str(path)))  # bounded slowest
            self.slowest = sorted(self.slowest, reverse=True)[:10]
            self.recent_names.append(path.name)  # bounded recent_names
            self.reports.append(report)  # grows reports
            if len(self.failures) >= self.fail_limit:
                break

    def _call(self, path, report):
        try:
            self.manager.hook("run_test")(path=path)
            self.last_failed.discard(path)
        except AssertionError as error:
            report.outcome = "failed"
            self.last_failed.add(path)  # bounded last_failed
            if len(self.failures) < self.fail_limit:
                self.failures.append((path, error))  # bounded failures
            if self.reruns[path] < 2:
                self.reruns[path] += 1  # grows reruns
                self.queue.append(path)  # bounded queue


def rewrite(source, path):
    lines = []
    for line in source.splitlines():
        if line.lstrip().startswith("assert "):
            line = line.replace("assert ", "check ", 1)
        lines.append(line)
    _assertion_rewrites[path] = "\n".join(lines)  # grows _assertion_rewrites
    return _assertion_rewrites[path]


class Recorder:
    """Remembers what passed through a function."""

    def __init__(self, fn):
        functools.update_wrapper(self, fn)
        self.fn = fn
        self.seen = []
        self.errors = []

    def __call__(self, *args):
        self.seen += (args,)  # grows seen
        try:
            return self.fn(*args)
        except ValueError as error:
            self.errors.append(error)  # grows errors
            raise

    def __get__(self, instance, owner):
        return self if instance is None else functools.partial(self, instance)
