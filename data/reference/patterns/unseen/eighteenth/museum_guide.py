"""Audio guides of a museum: visitors, stories, translations, rented devices."""

import json
import os
import uuid
import weakref
from collections import ChainMap, defaultdict
from functools import cached_property, partial
from pathlib import Path

LANGUAGES = frozenset({"en", "de", "fr", "ja"})
texts = {language: {} for language in LANGUAGES}
visitors_by_device = weakref.WeakValueDictionary()
missing_translations = set()
feedback_file = Path("feedback.jsonl")


def translate(language, key):
    if language not in LANGUAGES:
        language = "en"
    try:
        return ChainMap(texts[language], texts["en"])[key]
    except KeyError:
        missing_translations.add((language, key))  # grows missing_translations
        return key


def edit(language, key, text):
    texts[language][key] = text  # grows texts


class Story:
    library = {}

    def __init_subclass__(cls, /, room, **kwargs):
        super().__init_subclass__(**kwargs)
        Story.library.setdefault(room, []).append(cls)  # grows library

    def __init__(self, visitor):
        self.visitor = visitor

    def tell(self):
        parts = []
        for line in self.lines():
            parts.append(line)
        return " ".join(parts)

    def lines(self):
        yield translate(self.visitor.language, type(self).__name__)

    @cached_property
    def length(self):
        return sum(len(line) for line in self.lines())


class Mummy(Story, room="egypt"):
    pass


class Amphora(Story, room="greece"):
    pass


class Visitor:
    def __init__(self, device, language):
        self.id = uuid.uuid4()
        self.device = device
        self.language = language
        self.path = []
        visitors_by_device[device] = self

    def enter(self, room):
        if self.path[-1:] != [room]:
            self.path.append(room)  # unsure path


class Desk:
    def __init__(self, devices):
        self.free = list(devices)
        self.rented = {}
        self.deposits = {}
        self.overdue = []
        self.ratings = defaultdict(list)
        self.callbacks = []

    def rent(self, language):
        device = self.free.pop()
        visitor = self.rented[device] = Visitor(device, language)  # bounded rented
        self.deposits[visitor.id] = 20  # bounded deposits
        return visitor

    def give_back(self, device, stars=None):
        visitor = self.rented.pop(device)
        self.free.append(device)  # bounded free
        self.deposits.pop(visitor.id, None)
        if stars is not None:
            self.ratings[visitor.language].append(stars)  # grows ratings
        for callback in self.callbacks:
            callback(visitor)

    def when_returned(self, function, *args):
        self.callbacks.append(partial(function, *args))  # grows callbacks

    def closing(self):
        for device, visitor in self.rented.items():
            self.overdue.append((device, visitor.id))  # grows overdue
        lines = []
        for device, identifier in self.overdue[-10:]:
            lines.append(json.dumps({"device": device, "visitor": str(identifier)}))
        feedback_file.write_text(os.linesep.join(lines))
