"""A chess bot that plays many games: search tables, openings, opponents, time control."""

import collections
import json
import math
import random
import threading
import time
import typing

import requests

MATE = 30_000
SQUARES = range(64)
ZOBRIST = [[random.getrandbits(64) for _ in range(12)] for _ in SQUARES]

_book: typing.Dict[int, typing.List[str]] = {}
_evaluations: typing.Dict[int, int] = {}
_ratings: typing.DefaultDict[str, list] = collections.defaultdict(list)
_challenges = collections.deque(maxlen=20)


def learn_opening(position, move):
    moves = _book.get(position)
    if moves is None:
        moves = _book[position] = []  # grows _book
    if move not in moves:
        moves.append(move)  # grows _book


def evaluate(position, pieces):
    if position in _evaluations:
        return _evaluations[position]
    score = sum(pieces)
    _evaluations[position] = score  # grows _evaluations
    return score


class TranspositionTable:
    def __init__(self, bits=16):
        self.mask = (1 << bits) - 1
        self.slots = [None] * (1 << bits)
        self.collisions = []

    def store(self, key, depth, score):
        slot = self.slots[key & self.mask]
        if slot is not None and slot[0] != key:
            self.collisions.append((slot[0], key))  # grows collisions
        self.slots[key & self.mask] = (key, depth, score)

    def probe(self, key):
        slot = self.slots[key & self.mask]
        return slot if slot and slot[0] == key else None


class Search:
    def __init__(self, table):
        self.table = table
        self.killers = [[None, None] for _ in range(64)]
        self.history = {}
        self.line = []
        self.repetitions = collections.Counter()
        self.nodes_per_move = []
        self.best_lines = {}
        self.deadline = 0.0

    def go(self, board, seconds):
        self.deadline = time.monotonic() + seconds
        self.history.clear()
        nodes = 0
        for depth in range(1, 64):
            if time.monotonic() > self.deadline:
                break
            score = self.alphabeta(board, depth, -MATE, MATE)
            self.best_lines[board.key, depth] = (score, tuple(self.line))  # grows best_lines
            nodes += depth
        self.nodes_per_move.append(nodes)  # grows nodes_per_move
        return self.line[:1]

    def alphabeta(self, board, depth, alpha, beta):
        if depth == 0:
            return evaluate(board.key, board.pieces)
        self.repetitions[board.key] += 1  # bounded repetitions
        for move in sorted(board.moves(), key=lambda move: -self.history.get(move, 0)):
            self.line.append(move)  # bounded line
            board.push(move)
            score = -self.alphabeta(board, depth - 1, -beta, -alpha)
            board.pop()
            self.line.pop()
            if score >= beta:
                self.history[move] = self.history.get(move, 0) + depth * depth  # bounded history
                self.killers[depth][0] = move
                break
            alpha = max(alpha, score)
        self.repetitions[board.key] -= 1
        if self.repetitions[board.key] <= 0:
            del self.repetitions[board.key]
        self.table.store(board.key, depth, alpha)
        return alpha


class MonteCarlo:
    class Node:
        def __init__(self, move=None, parent=None):
            self.move = move
            self.parent = parent
            self.children = []
            self.visits = 0
            self.untried = []

        def expand(self, move):
            child = type(self)(move, self)
            self.children.append(child)  # grows children
            return child

    def __init__(self):
        self.root = self.Node()
        self.priors = {}
        self.rollouts = []

    def think(self, board, seconds):
        until = time.monotonic() + seconds
        node = self.root
        while time.monotonic() < until:
            node.visits += 1
            move = random.choice(board.moves())
            node = node.expand(move)
            self.priors[board.key, move] = math.sqrt(node.visits + 1)  # grows priors
            self.rollouts.append(self._rollout(board))  # bounded rollouts
        average = sum(self.rollouts) / max(1, len(self.rollouts))
        self.rollouts.clear()
        return average

    def _rollout(self, board):
        played = []
        while not board.over() and len(played) < 100:
            move = random.choice(board.moves())
            played.append(move)
            board.push(move)
        for _ in played:
            board.pop()
        return board.result()


class Opponents:
    def __init__(self):
        self._known = {}
        self._styles: dict[str, collections.Counter] = {}
        self._blocked = []
        self._seen_at = {}

    def met(self, name, rating, opening):
        opponent = self._known.setdefault(name, {"games": 0, "openings": []})  # grows _known
        opponent["games"] += 1
        opponent["openings"].append(opening)  # grows _known
        self._styles.setdefault(name, collections.Counter())[opening] += 1  # grows _styles
        self._seen_at[name] = time.time()  # bounded _seen_at
        _ratings[name].append(rating)  # grows _ratings

    def block(self, name):
        if name not in self._blocked:
            self._blocked.append(name)  # bounded _blocked

    def unblock(self, name):
        self._blocked = [other for other in self._blocked if other != name]

    def forget_old(self, age):
        limit = time.time() - age
        self._seen_at = {name: at for name, at in self._seen_at.items() if at > limit}


class Game(threading.Thread):
    finished: typing.List["Game"] = []

    def __init__(self, url, identifier, search):
        super().__init__(daemon=True)
        self.url = url
        self.identifier = identifier
        self.search = search
        self.moves = []
        self.clock = []
        self.chat = []

    def run(self):
        with requests.get(f"{self.url}/{self.identifier}", stream=True) as stream:
            for line in stream.iter_lines():
                event = json.loads(line)
                if event["type"] == "move":
                    self.moves.append(event["move"])  # grows moves
                    self.clock.append(event["clock"])  # grows clock
                elif event["type"] == "chat":
                    self.chat = self.chat[-9:] + [event["text"]]  # bounded chat
        Game.finished.append(self)  # grows finished


class Bot:
    def __init__(self, url):
        self.url = url
        self.games = {}
        self.search = Search(TranspositionTable())
        self.opponents = Opponents()
        self.results = {"win": 0, "draw": 0, "loss": 0}
        self.pgn = []
        self.pool = []
        self.seeks = []
        self.timer = None
        self._lock = threading.Lock()

    def challenge(self, name):
        _challenges.append(name)  # bounded _challenges
        with self._lock:
            self.seeks.append(name)  # bounded seeks

    def tick(self):
        with self._lock:
            while self.seeks:
                self.start(self.seeks.pop())
        self.timer = threading.Timer(5.0, self.tick)  # grows timer
        self.timer.start()

    def start(self, name):
        game = Game(self.url, name, self.search)
        self.games[name] = game  # bounded games
        game.start()

    def ended(self, name, result, pgn):
        game = self.games.pop(name)
        self.results[result] += 1
        self.pgn.append(pgn)  # grows pgn
        if len(self.pool) < 8:
            self.pool.append(game)  # bounded pool
        self.opponents.met(name, 1500, game.moves[:4])

    def export(self):
        text = ""
        for pgn in self.pgn:
            text += pgn + "\n\n"
        return text
