"""A gateway for private networks: peers, leases of addresses, replay windows, log-ins, routes, traffic."""

import asyncio
import ipaddress
import secrets
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple


class Lease(NamedTuple):
    address: str
    until: float


class Pool:
    def __init__(self, network):
        self.free = [str(host) for host in ipaddress.ip_network(network).hosts()]
        self.leases = {}
        self.previous = {}

    def take(self, peer):
        self.expire()
        address = self.previous.get(peer)
        if address in self.free:
            self.free.remove(address)
        else:
            address = self.free.pop()
        self.leases[peer] = Lease(address, time.time() + 3600)  # bounded leases
        self.previous[peer] = address  # grows previous
        return address

    def expire(self):
        now = time.time()
        for peer in [peer for peer, lease in self.leases.items() if lease.until < now]:
            self.free.append(self.leases.pop(peer).address)  # bounded free


class ReplayWindow:
    SIZE = 64

    def __init__(self):
        self.top = 0
        self.seen = set()

    def accept(self, number):
        if number in self.seen or number <= self.top - self.SIZE:
            return False
        self.seen.add(number)  # bounded seen
        self.top = max(self.top, number)
        self.seen = {other for other in self.seen if other > self.top - self.SIZE}
        return True


class Tunnel(asyncio.DatagramProtocol):
    def __init__(self, gateway):
        self.gateway = gateway
        self.windows = {}

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if len(data) < 16:
            return
        window = self.windows.get(address)
        if window is None:
            window = self.windows[address] = ReplayWindow()  # grows windows
        if window.accept(int.from_bytes(data[:8], "big")):
            self.gateway.forward(address, data[16:])


class Gateway:
    def __init__(self):
        self.pool = Pool("10.8.0.0/24")
        self.sessions = {}
        self.handshakes = {}
        self.bytes_by_user = {}
        self.routes = []
        self.bad_logins = {}
        self.used_nonces = set()
        self.pending = set()
        self.events = asyncio.Queue()

    def challenge(self, address):
        nonce = secrets.token_bytes(16)
        loop = asyncio.get_running_loop()
        self.handshakes[address] = nonce  # bounded handshakes
        loop.call_later(10, self.handshakes.pop, address, None)
        return nonce

    def login(self, user, address, nonce):
        if nonce in self.used_nonces or self.handshakes.get(address) != nonce:
            count, first = self.bad_logins.get(address, (0, time.time()))
            self.bad_logins[address] = (count + 1, first)  # grows bad_logins
            return None
        self.used_nonces.add(nonce)  # grows used_nonces
        self.sessions[address] = user  # bounded sessions
        self.events.put_nowait(("login", user))  # grows events
        return self.pool.take(user)

    def forward(self, address, packet):
        user = self.sessions.get(address)
        if user is None:
            return
        self.bytes_by_user[user] = self.bytes_by_user.get(user, 0) + len(packet)  # grows bytes_by_user
        task = asyncio.ensure_future(self.write(packet))
        self.pending.add(task)  # bounded pending
        task.add_done_callback(self.pending.remove)

    async def write(self, packet):
        await asyncio.sleep(0)

    def logout(self, address):
        self.sessions.pop(address, None)

    @asynccontextmanager
    async def route(self, network):
        self.routes.append(network)  # bounded routes
        try:
            yield network
        finally:
            self.routes.remove(network)

    async def run(self, networks):
        async with AsyncExitStack() as stack:
            for network in networks:
                await stack.enter_async_context(self.route(network))
            await asyncio.Event().wait()
