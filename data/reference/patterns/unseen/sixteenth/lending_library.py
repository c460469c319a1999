"""A lending library: catalogue, loans, reservations, fines, readers' sessions, an index."""

import atexit
import heapq
import re
import threading
import time
import uuid
from abc import ABC
from collections import OrderedDict, defaultdict, namedtuple
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from weakref import WeakKeyDictionary, WeakValueDictionary

Loan = namedtuple("Loan", "reader copy due")

GENRES = {"novel": 1, "poetry": 2, "reference": 3}
_rendered = {}
_patterns = {}
_readers = WeakValueDictionary()
_shelf_marks = WeakKeyDictionary()
_importers = {}
_pool = ThreadPoolExecutor(4)
_futures = []
_local = threading.local()


def importer(kind):
    def register(cls):
        _importers[kind] = cls  # bounded _importers
        return cls

    return register


def pattern(text):
    compiled = _patterns.get(text)
    if compiled is None:
        if len(_patterns) >= 100:
            _patterns.clear()
        compiled = _patterns[text] = re.compile(text)  # bounded _patterns
    return compiled


def render(template, **values):
    key = (template, tuple(sorted(values.items())))
    try:
        return _rendered[key]
    except KeyError:
        return _rendered.setdefault(key, template.format(**values))  # grows _rendered


def submit(work, *arguments):
    future = _pool.submit(work, *arguments)
    _futures.append(future)  # bounded _futures
    _futures[:] = [other for other in _futures if not other.done()]
    return future


def trace(message):
    if not hasattr(_local, "messages"):
        _local.messages = []
    _local.messages.append(message)  # grows messages


class Observable:
    def __init__(self):
        self._observers = defaultdict(set)

    def observe(self, event, fn):
        self._observers[event].add(fn)  # bounded _observers

    def unobserve(self, event, fn):
        self._observers[event].discard(fn)

    def notify(self, event, *arguments):
        for fn in list(self._observers.get(event, ())):
            fn(*arguments)


class Repository(ABC):
    """What all stores have: rows by key and a journal."""

    def __init__(self):
        self.rows = {}
        self.journal = []
        self.dirty = set()

    def save(self, key, row):
        self.rows[key] = row  # grows rows
        self.journal.append(("save", key))  # grows journal
        self.dirty.add(key)  # bounded dirty

    def flush(self):
        written, self.dirty = self.dirty, set()
        return written


class Titles(Repository):
    def __init__(self):
        super().__init__()
        self.words = defaultdict(set)
        self.by_genre = {genre: [] for genre in GENRES}
        self.genre_counts = {}
        self.popular = []
        self.suggestions = OrderedDict()
        self.queries = []

    def add(self, isbn, title, genre):
        self.save(isbn, title)
        for word in title.lower().split():
            self.words[word].add(isbn)  # grows words
        self.by_genre[genre].append(isbn)  # grows by_genre
        if genre in GENRES:
            self.genre_counts[genre] = self.genre_counts.get(genre, 0) + 1  # bounded genre_counts

    def borrow(self, isbn, times):
        heapq.heappush(self.popular, (times, isbn))  # bounded popular
        if len(self.popular) > 25:
            heapq.heappop(self.popular)

    def search(self, query):
        self.queries.insert(0, query)  # grows queries
        if query in self.suggestions:
            self.suggestions.move_to_end(query)
            return self.suggestions[query]
        found = set.intersection(*(self.words.get(word, set()) for word in query.split()))
        self.suggestions[query] = found  # bounded suggestions
        while len(self.suggestions) > 200:
            self.suggestions.popitem(last=False)
        return found


class Reader(Observable):
    def __init__(self, number):
        super().__init__()
        self.number = number
        self.loans = {}
        self.past = []
        self.fines = []
        self.holds = []
        self.preferences = {}
        _readers[number] = self  # bounded _readers

    def borrow(self, copy, days=28):
        loan = Loan(self, copy, time.time() + days * 86400)
        self.loans[copy] = loan  # bounded loans
        return loan

    def give_back(self, copy):
        loan = self.loans.pop(copy)
        self.past.append(loan)  # grows past
        late = time.time() - loan.due
        if late > 0:
            self.fines.append(late / 86400 * 0.2)  # bounded fines
        self.notify("returned", copy)

    def pay(self):
        total = sum(self.fines)
        self.fines = []
        return total

    def prefer(self, **preferences):
        self.preferences.update(preferences)  # unsure preferences

    def hold(self, isbn):
        if len(self.holds) >= 10:
            raise RuntimeError("too many holds")
        self.holds.append(isbn)  # bounded holds


class Desk:
    def __init__(self, titles):
        self.titles = titles
        self.reservations = defaultdict(list)
        self.served = 0
        self.sessions = {}
        self.ended = {}
        self.receipts = SimpleQueue()
        self.printed = []
        self.marks = {}
        self.overdue = {}
        self.reminders = []
        self.cards = []
        self.lock = threading.Lock()
        self.sweeper = threading.Timer(60, self.sweep)
        atexit.register(self.close)  # grows atexit

    def close(self):
        self.sweeper.cancel()

    def reserve(self, isbn, reader):
        with self.lock:
            self.reservations[isbn].append(reader)  # bounded reservations

    def available(self, isbn):
        with self.lock:
            queue = self.reservations.get(isbn)
            if not queue:
                return None
            reader = queue.pop(0)
            if not queue:
                del self.reservations[isbn]
            return reader

    def login(self, reader):
        token = uuid.uuid4().hex
        self.sessions[token] = (reader, time.time())  # bounded sessions
        return token

    def logout(self, token):
        reader, since = self.sessions.pop(token)
        self.ended[token] = time.time() - since  # grows ended

    def sweep(self):
        now = time.time()
        self.sessions = {t: s for t, s in self.sessions.items() if now - s[1] < 1800}

    def receipt(self, loan):
        self.receipts.put(render("{title} until {due}", title=loan.copy, due=loan.due))  # bounded receipts

    def print_all(self, printer):
        while not self.receipts.empty():
            text = self.receipts.get()
            printer.write(text)
            self.printed.append(text)  # grows printed

    def welcome(self, reader):
        reader.observe("returned", self.on_return)  # unsure returned
        self.cards.extend([reader.number, reader.number + 1])  # grows cards

    def on_return(self, copy):
        self.served += 1
        mark = self.marks.setdefault(copy, {"returns": 0})  # grows marks
        mark["returns"] += 1

    def check(self, loans):
        overdue = {}
        for loan in loans:
            if loan.due < time.time():
                overdue.setdefault(loan.reader, []).append(loan)
        self.overdue = overdue
        for reader in overdue:
            self.reminders.append(f"{reader.number}: {len(overdue[reader])} overdue")  # grows reminders

    def remark(self, copy, text):
        _shelf_marks.setdefault(copy, []).append(text)  # unsure _shelf_marks


def serve(desk, connections):
    transcript = ""
    threads = []
    while True:
        line = connections.recv()
        transcript += line  # grows transcript
        thread = threading.Thread(target=desk.titles.search, args=(line,))
        threads.append(thread)  # grows threads
        thread.start()
