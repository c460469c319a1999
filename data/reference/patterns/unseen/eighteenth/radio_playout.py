"""Plays a radio station: rotation, a schedule, requests of listeners, silence detection."""

import asyncio
import heapq
import random
from datetime import datetime, timedelta

from aiohttp import web


class Track:
    __slots__ = ("title", "artist", "seconds", "plays")

    def __init__(self, title, artist, seconds):
        self.title = title
        self.artist = artist
        self.seconds = seconds
        self.plays = []


class Rotation:
    RECENT = 40

    def __init__(self, tracks):
        self.tracks = list(tracks)
        self.recent = []
        self.skipped = {}
        self.weights = {track.title: 1.0 for track in self.tracks}

    def pick(self):
        candidates = []
        for track in self.tracks:
            if track.artist not in self.recent:
                candidates.append(track)
        track = random.choice(candidates or self.tracks)
        self.recent.insert(0, track.artist)  # bounded recent
        del self.recent[self.RECENT:]
        return track

    def skip(self, title, listener):
        if title not in self.weights:
            return
        self.weights[title] *= 0.9
        self.skipped.setdefault(title, []).append(listener)  # grows skipped

    def add(self, track):
        self.tracks.append(track)  # bounded tracks
        self.weights[track.title] = 1.0  # grows weights

    def retire(self, title):
        self.tracks = [track for track in self.tracks if track.title != title]


class Schedule:
    def __init__(self):
        self._slots = []
        self._missed = []

    def book(self, at, name):
        heapq.heappush(self._slots, (at, name))  # bounded _slots

    def due(self, now):
        names = []
        while self._slots and self._slots[0][0] <= now:
            at, name = heapq.heappop(self._slots)
            if now - at > timedelta(minutes=5):
                self._missed.append(name)  # grows _missed
            else:
                names.append(name)
        return names


class Silence:
    def __init__(self, seconds=10):
        self.levels = [0.0] * seconds
        self.position = 0
        self.incidents = ()

    def level(self, value):
        self.levels[self.position % len(self.levels)] = value
        self.position += 1
        if max(self.levels) < 0.01:
            self.incidents += (datetime.now(),)  # grows incidents


class Station:
    def __init__(self, rotation):
        self.rotation = rotation
        self.schedule = Schedule()
        self.silence = Silence()
        self.requests = asyncio.Queue(maxsize=100)
        self.listeners = set()
        self.log = []
        self.phone_numbers = set()

    async def stream(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        queue = asyncio.Queue(maxsize=8)
        self.listeners.add(queue)  # bounded listeners
        try:
            while (chunk := await queue.get()) is not None:
                await response.write(chunk)
        finally:
            self.listeners.discard(queue)
        return response

    async def request(self, phone, track):
        await self.requests.put(track)  # bounded requests
        self.phone_numbers.add(phone)  # grows phone_numbers

    async def play(self):
        while True:
            now = datetime.now()
            for jingle in self.schedule.due(now):
                await self.send(jingle)
            track = self.rotation.pick() if self.requests.empty() else self.requests.get_nowait()
            await self.send(track)

    async def send(self, item):
        self.log.append((datetime.now(), str(item)))  # grows log
        if isinstance(item, Track):
            item.plays.append(datetime.now())  # grows plays
        for queue in self.listeners:
            if not queue.full():
                queue.put_nowait(str(item).encode())
