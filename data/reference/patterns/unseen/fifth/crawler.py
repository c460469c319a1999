"""An asyncio crawler with polite per-host limits, and the little server that shows its progress."""

import asyncio
import contextlib
import json
import logging
import signal
import time
import weakref
from collections import Counter, defaultdict, deque
from contextvars import ContextVar

log = logging.getLogger(__name__)
request_id: ContextVar[str] = ContextVar("request_id", default="-")

_background = set()
_robots = {}
_listeners = weakref.WeakSet()
_slow_hosts = []
_sessions_opened = []


def spawn(coro):
    task = asyncio.create_task(coro)
    _background.add(task)  # bounded _background
    task.add_done_callback(_background.discard)
    return task


class HostLimiter:
    """At most so many requests a second to one host."""

    def __init__(self, rate):
        self.rate = rate
        self.locks = {}
        self.stamps = defaultdict(deque)
        self.waits = defaultdict(float)

    async def __call__(self, host):
        lock = self.locks.get(host)
        if lock is None:
            lock = self.locks[host] = asyncio.Lock()  # grows locks
        async with lock:
            stamps = self.stamps[host]
            now = time.monotonic()
            while stamps and now - stamps[0] > 1.0:
                stamps.popleft()
            if len(stamps) >= self.rate:
                self.waits[host] += 1.0 - (now - stamps[0])  # grows waits
                await asyncio.sleep(1.0 - (now - stamps[0]))
            stamps.append(time.monotonic())  # bounded stamps


class Crawler:
    def __init__(self, fetch, workers=8):
        self.fetch = fetch
        self.workers = workers
        self.frontier = asyncio.Queue(maxsize=10_000)
        self.overflow = []
        self.seen = set()
        self.depths = {}
        self.in_progress = set()
        self.outcomes = Counter()
        self.content_types = Counter()
        self.retries = {}
        self.failed = []
        self.pages = {}
        self.latency = deque(maxlen=1000)
        self.log_lines = deque()
        self.subscribers = []
        self.limiter = HostLimiter(5)
        self.tasks = []

    async def add(self, url, depth=0):
        if url in self.seen:
            return
        self.seen.add(url)  # grows seen
        self.depths[url] = depth  # grows depths
        try:
            self.frontier.put_nowait(url)  # bounded frontier
        except asyncio.QueueFull:
            self.overflow.append(url)  # bounded overflow

    async def refill(self):
        while self.overflow:
            await self.frontier.put(self.overflow.pop())  # bounded frontier

    async def worker(self, number):
        while True:
            url = await self.frontier.get()
            self.in_progress.add(url)  # bounded in_progress
            started = time.perf_counter()
            try:
                await self.limiter(url.split("/")[2])
                page = await self.fetch(url)
                self.pages[url] = page.title  # grows pages
                self.content_types[page.type] += 1  # grows content_types
                self.outcomes["ok"] += 1
                for link in page.links:
                    await self.add(link, self.depths[url] + 1)
                self.retries.pop(url, None)
            except OSError as error:
                count = self.retries.get(url, 0) + 1
                self.retries[url] = count  # bounded retries
                if count < 3:
                    spawn(self._later(url, 2**count))
                else:
                    self.failed.append((url, repr(error)))  # grows failed
                    self.outcomes["failed"] += 1
            finally:
                self.in_progress.discard(url)
                self.latency.append(time.perf_counter() - started)  # bounded latency
                self.frontier.task_done()
            self._log(f"worker {number} {url}")

    async def _later(self, url, delay):
        await asyncio.sleep(delay)
        await self.frontier.put(url)  # bounded frontier

    def _log(self, line):
        self.log_lines.append(line)  # bounded log_lines
        while len(self.log_lines) > 500:
            self.log_lines.popleft()
        for queue in self.subscribers:
            queue.put_nowait(line)

    @contextlib.contextmanager
    def follow(self):
        queue = asyncio.Queue()
        self.subscribers.append(queue)  # bounded subscribers
        try:
            yield queue
        finally:
            self.subscribers.remove(queue)

    async def run(self, seeds):
        for url in seeds:
            await self.add(url)
        self.tasks = [asyncio.create_task(self.worker(i)) for i in range(self.workers)]
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self.stop)
        await self.frontier.join()
        self.stop()

    def stop(self):
        for task in self.tasks:
            task.cancel()
        self.tasks.clear()


class Progress:
    """Server-sent events for whoever looks."""

    visitors = 0
    user_agents = {}

    def __init__(self, crawler):
        self.crawler = crawler
        self.history = []
        self.connections = {}
        self.buffer = ""
        self.samples = []
        _listeners.add(self)  # bounded _listeners

    async def handle(self, reader, writer):
        Progress.visitors += 1
        peer = writer.get_extra_info("peername")
        self.connections[peer] = writer  # bounded connections
        headers = []
        try:
            while (line := await reader.readline()) not in (b"\r\n", b""):
                headers.append(line.decode())
            agent = next((h for h in headers if h.startswith("User-Agent")), "?")
            Progress.user_agents[agent] = Progress.user_agents.get(agent, 0) + 1  # grows user_agents
            with self.crawler.follow() as queue:
                while True:
                    writer.write(f"data: {await queue.get()}\n\n".encode())
                    await writer.drain()
        finally:
            del self.connections[peer]
            writer.close()

    async def sample(self):
        while True:
            snapshot = dict(self.crawler.outcomes)
            self.samples.append(snapshot)  # grows samples
            self.history = self.history[-99:] + [snapshot]  # bounded history
            self.buffer += json.dumps(snapshot) + "\n"  # bounded buffer
            if len(self.buffer) > 65536:
                await asyncio.to_thread(self._write, self.buffer)
                self.buffer = ""
            await asyncio.sleep(1)

    def _write(self, text):
        with open("progress.jsonl", "a") as out:
            out.write(text)


async def robots(host, fetch):
    if host not in _robots:
        _robots[host] = await fetch(f"https://{host}/robots.txt")  # grows _robots
    return _robots[host]


async def ping(host, fetch):
    started = time.monotonic()
    await fetch(f"https://{host}/")
    if (took := time.monotonic() - started) > 5:
        _slow_hosts.append((host, took))  # bounded _slow_hosts
        del _slow_hosts[:-20]


async def main(seeds, fetch):
    crawler = Crawler(fetch)
    progress = Progress(crawler)
    server = await asyncio.start_server(progress.handle, port=8080)
    sampler = asyncio.create_task(progress.sample())
    async with server:
        await crawler.run(seeds)
    sampler.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sampler
