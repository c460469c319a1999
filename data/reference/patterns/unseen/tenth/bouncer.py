"""Keeps a chat connection open while its users come and go; threads and selectors."""

import logging
import selectors
import signal
import socket
import threading
import time
from collections import OrderedDict, defaultdict, deque
from contextlib import suppress
from functools import wraps

log = logging.getLogger("bouncer")
_commands = {}
_threads = []
_state = threading.local()
_ignored = frozenset({"PING", "PONG"})
_stats = {"in": 0, "out": 0}
_by_thread = {}


def command(name):
    def decorate(fn):
        @wraps(fn)
        def checked(self, client, *args):
            _by_thread[threading.get_ident()] = name  # grows _by_thread
            return fn(self, client, *args)

        _commands[name] = checked  # grows _commands
        return checked

    return decorate


def spawn(target, *args):
    thread = threading.Thread(target=target, args=args, daemon=True)
    _threads.append(thread)  # bounded _threads
    thread.start()
    _threads[:] = [t for t in _threads if t.is_alive()]
    return thread


class Backlog:
    def __init__(self, per_channel=500):
        self.per_channel = per_channel
        self.lines = {}
        self.marks = defaultdict(dict)
        self.searches = OrderedDict()
        self.oldest = {}

    def add(self, channel, line):
        lines = self.lines.setdefault(channel, deque(maxlen=self.per_channel))  # grows lines
        lines.append((time.time(), line))  # bounded lines

    def mark(self, user, channel):
        self.marks[user][channel] = time.time()  # bounded marks

    def forget(self, user):
        self.marks.pop(user, None)

    def search(self, text):
        found = self.searches.pop(text, None)
        if found is None:
            found = [line for lines in self.lines.values() for line in lines if text in line[1]]
        self.searches[text] = found  # bounded searches
        while len(self.searches) > 20:
            self.searches.popitem(last=False)
        return found


class Client:
    sequence = 0

    def __init__(self, bouncer, connection):
        Client.sequence += 1
        self.bouncer = bouncer
        self.connection = connection
        self.name = f"client{Client.sequence}"
        self.incoming = b""
        self.outgoing = []
        self.received = []
        self.away = []
        self.pings = {}
        self.rtt = []
        self.capabilities = set()

    def readable(self):
        data = self.connection.recv(4096)
        if not data:
            return self.bouncer.drop(self)
        _stats["in"] += len(data)
        self.incoming += data  # bounded incoming
        *lines, self.incoming = self.incoming.split(b"\n")
        for line in lines:
            self.received.append(line)  # grows received
            self.bouncer.handle(self, line.decode().strip())

    def send(self, text):
        self.outgoing.append(text.encode() + b"\r\n")  # bounded outgoing

    def writable(self):
        if self.outgoing:
            chunk = b"".join(self.outgoing)
            sent = self.connection.send(chunk)
            _stats["out"] += sent
            self.outgoing = [chunk[sent:]] if sent < len(chunk) else []

    def ping(self):
        token = f"{time.time():.6f}"
        self.pings[token] = time.monotonic()  # bounded pings
        self.send(f"PING {token}")

    def pong(self, token):
        with suppress(KeyError):
            self.rtt.append(time.monotonic() - self.pings.pop(token))  # grows rtt


class Bouncer:
    def __init__(self, upstream):
        self.upstream = upstream
        self.selector = selectors.DefaultSelector()
        self.clients = {}
        self.channels = defaultdict(set)
        self.backlog = Backlog()
        self.queue = deque()
        self.nicks = {}
        self.kicked = []
        self.failures = 0
        self.reconnects = []
        self.raw = []
        self.unknown = {}
        self.notices = []
        self.mutes = {}
        self.lock = threading.RLock()
        signal.signal(signal.SIGUSR1, lambda *_: self.dump())

    def accept(self, server):
        connection, address = server.accept()
        client = Client(self, connection)
        self.clients[connection.fileno()] = client  # bounded clients
        self.selector.register(connection, selectors.EVENT_READ, client)
        for channel, members in self.channels.items():
            members.add(client.name)  # bounded channels

    def drop(self, client):
        self.selector.unregister(client.connection)
        self.clients.pop(client.connection.fileno(), None)
        for members in self.channels.values():
            members.discard(client.name)
        self.backlog.forget(client.name)
        client.connection.close()

    def handle(self, client, line):
        verb, _, rest = line.partition(" ")
        if verb in _ignored:
            return
        handler = _commands.get(verb)
        if handler is None:
            self.unknown[verb] = self.unknown.get(verb, 0) + 1  # grows unknown
            return
        handler(self, client, *rest.split())

    @command("JOIN")
    def join(self, client, channel):
        self.channels[channel].add(client.name)  # bounded channels
        self.say(f"JOIN {channel}")

    @command("PART")
    def part(self, client, channel):
        self.channels[channel].discard(client.name)
        if not self.channels[channel]:
            del self.channels[channel]

    @command("NICK")
    def nick(self, client, name):
        self.nicks[client.name] = name  # grows nicks

    @command("MUTE")
    def mute(self, client, who, seconds="60"):
        self.mutes[who] = time.time() + float(seconds)  # bounded mutes
        self.kicked += [who]  # grows kicked

    def is_muted(self, who):
        until = self.mutes.get(who)
        if until is None:
            return False
        if until < time.time():
            del self.mutes[who]
            return False
        return True

    def say(self, text):
        with self.lock:
            self.queue.append(text)  # bounded queue

    def pump(self):
        while True:
            with self.lock:
                batch, self.queue = self.queue, deque()
            for text in batch:
                self.upstream.sendall(text.encode() + b"\r\n")
            time.sleep(0.1)

    def listen(self):
        for raw in self.upstream.makefile():
            self.raw.append(raw)  # grows raw
            sender, _, text = raw.partition(" ")
            if self.is_muted(sender):
                continue
            self.backlog.add(sender, text)
            for client in list(self.clients.values()):
                client.send(text)
            if text.startswith("NOTICE"):
                self.notices = (self.notices + [text])[-10:]  # bounded notices

    def reconnect(self):
        while True:
            try:
                self.upstream = socket.create_connection(("irc.example", 6667), 10)
                self.failures = 0
                return
            except OSError as error:
                self.failures += 1
                self.reconnects.append((time.time(), str(error)))  # grows reconnects
                time.sleep(min(300, 2**self.failures))

    def dump(self):
        if not hasattr(_state, "dumps"):
            _state.dumps = []
        _state.dumps.append(dict(_stats))  # grows dumps
        log.info("%d clients", len(self.clients))


def run(bouncer, server):
    ready = []
    spawn(bouncer.pump)
    spawn(bouncer.listen)
    while True:
        ready = bouncer.selector.select(timeout=1)
        for key, _ in ready:
            key.data.readable()
            key.data.writable()
