"""A parser for a wiki's markup: a tokeniser, blocks, macros, cross references, incremental edits."""

from __future__ import annotations

import enum
import re
import weakref
from collections import ChainMap, deque
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Iterator, NamedTuple


class Kind(enum.Enum):
    TEXT = enum.auto()
    HEADING = enum.auto()
    ITEM = enum.auto()
    MACRO = enum.auto()


class Token(NamedTuple):
    kind: Kind
    text: str
    line: int


PATTERNS = {
    Kind.HEADING: r"=+\s*(.+?)\s*=+$",
    Kind.ITEM: r"\*\s+(.+)",
    Kind.MACRO: r"\{\{(\w+)(?:\|(.*))?\}\}",
}
_compiled: dict[Kind, re.Pattern] = {}
_kind_counts: dict[Kind, int] = {}
_anchors: set[str] = set()
_live_documents: "weakref.WeakSet[Document]" = weakref.WeakSet()
_macro_classes: list[type] = []


def pattern(kind: Kind) -> re.Pattern:
    try:
        return _compiled[kind]
    except KeyError:
        _compiled[kind] = re.compile(PATTERNS[kind])  # bounded _compiled
        return _compiled[kind]


def anchor(text: str) -> str:
    name = re.sub(r"\W+", "-", text.lower())
    number = 1
    while name in _anchors:
        number += 1
        name = f"{name}-{number}"
    _anchors.add(name)  # grows _anchors
    return name


def tokenise(text: str) -> Iterator[Token]:
    for number, line in enumerate(text.splitlines()):
        for kind in PATTERNS:
            if match := pattern(kind).match(line):
                _kind_counts[kind] = _kind_counts.get(kind, 0) + 1  # bounded _kind_counts
                yield Token(kind, match[1], number)
                break
        else:
            yield Token(Kind.TEXT, line, number)


@dataclass
class Node:
    token: Token
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


class Macro:
    name = ""
    uses: list[int] = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        _macro_classes.append(cls)  # grows _macro_classes

    def expand(self, argument: str) -> str:
        self.uses.append(len(argument))  # grows uses
        return argument


class Today(Macro):
    name = "today"


class Expander:
    def __init__(self, macros: dict[str, Macro]):
        self.macros = macros
        self.scopes = ChainMap({})
        self.active: list[str] = []
        self.cycles: list[tuple[str, ...]] = []
        self.memo: dict[tuple[str, str], str] = {}
        self.missing: dict[str, int] = {}

    def expand(self, name: str, argument: str) -> str:
        key = name, argument
        if key in self.memo:
            return self.memo[key]
        if name in self.active:
            self.cycles.append(tuple(self.active))  # grows cycles
            return ""
        if name not in self.macros:
            self.missing[name] = self.missing.get(name, 0) + 1  # grows missing
            return f"unknown {name}"
        self.active.append(name)  # bounded active
        try:
            text = self.macros[name].expand(argument)
        finally:
            self.active.pop()
        if len(self.memo) > 10_000:
            for old in list(islice(self.memo, 5_000)):
                del self.memo[old]
        self.memo[key] = text  # bounded memo
        return text

    def begin(self, **values):
        self.scopes = self.scopes.new_child(values)  # bounded scopes

    def end(self):
        self.scopes = self.scopes.parents


class Document:
    def __init__(self, text: str, expander: Expander):
        self.text = text
        self.expander = expander
        self.undo_stack: deque[str] = deque()
        self.redo_stack: list[str] = []
        self.dirty: set[int] = set()
        self.diagnostics: list[str] = []
        self.edits: list[tuple[int, str]] = []
        self.line_hashes: dict[int, int] = {}
        _live_documents.add(self)  # bounded _live_documents

    def replace(self, line: int, text: str) -> None:
        lines = self.text.split("\n")
        self.undo_stack.append(self.text)  # bounded undo_stack
        while len(self.undo_stack) > 200:
            self.undo_stack.popleft()
        self.redo_stack.clear()
        lines[line : line + 1] = text.split("\n")
        self.text = "\n".join(lines)
        self.dirty.add(line)  # bounded dirty
        self.edits.append((line, text))  # grows edits

    def undo(self) -> None:
        if self.undo_stack:
            self.redo_stack.append(self.text)  # bounded redo_stack
            self.text = self.undo_stack.pop()

    def redo(self) -> None:
        if self.redo_stack:
            self.text = self.redo_stack.pop()

    def parse(self) -> Node:
        root = Node(Token(Kind.TEXT, "", 0))
        section = root
        self.diagnostics = []
        self.line_hashes = {}
        for token in tokenise(self.text):
            self.line_hashes[token.line] = hash(token.text)  # bounded line_hashes
            node = Node(token)
            if token.kind is Kind.HEADING:
                root.children.append(node)
                section = node
            else:
                section.children.append(node)
            if token.kind is Kind.TEXT and len(token.text) > 1000:
                self.diagnostics.append(f"{token.line}: long line")  # bounded diagnostics
        self.dirty.clear()
        return root

    def render(self) -> str:
        out: list[str] = []
        for node in self.parse().walk():
            kind, text, _ = node.token
            if kind is Kind.HEADING:
                out.append(f'<h2 id="{anchor(text)}">{text}</h2>')
            elif kind is Kind.MACRO:
                out.append(self.expander.expand(text, ""))
            else:
                out += [f"<p>{text}</p>"]
        return "\n".join(out)

    @cached_property
    def words(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for word in self.text.split():
            counts[word] = counts.get(word, 0) + 1
        return counts
