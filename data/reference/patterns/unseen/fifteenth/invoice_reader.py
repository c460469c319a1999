"""Reads invoices: upload, page images, recognition, fields, suppliers, review, export."""

import functools
import hashlib
import logging
import re
import shelve
import sys
import tempfile
import threading
import uuid
from collections import Counter, defaultdict, namedtuple
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import ContextVar
from pathlib import Path

from django.dispatch import receiver
from django.db.models.signals import post_save

from .models import Invoice, Supplier

logger = logging.getLogger(__name__)

Field = namedtuple("Field", "name value confidence")

EXTRACTORS = {}
TEMPLATES = {}
_hooks = {"before": [], "after": []}
_patterns = {}
_jobs = {}
_finished = []
_local_errors: ContextVar[list] = ContextVar("errors")
_suppliers_by_tax_number = {}
_request_ids = set()
rejected_mimes = Counter()


def extractor(*names):
    def decorate(function):
        for name in names:
            EXTRACTORS[name] = function  # grows EXTRACTORS
        return function

    return decorate


def hook(when, function):
    _hooks[when].append(function)  # grows _hooks


def pattern(text):
    compiled = _patterns.get(text)
    if compiled is None:
        if len(_patterns) >= 200:
            _patterns.pop(next(iter(_patterns)))
        compiled = _patterns[text] = re.compile(text)  # bounded _patterns
    return compiled


def memoise(function):
    results = {}

    @functools.wraps(function)
    def wrapper(*args):
        if args not in results:
            results[args] = function(*args)  # grows results
        return results[args]

    return wrapper


@memoise
def normalise(word):
    return word.strip().lower().replace("€", "eur")


@extractor("total", "net", "tax")
def amount(page, name):
    match = pattern(rf"{name}\D*([\d.,]+)").search(page.text)
    return Field(name, match and match[1], 0.9 if match else 0.0)


@receiver(post_save, sender=Supplier)
def supplier_saved(sender, instance, **_):
    _suppliers_by_tax_number[instance.tax_number] = instance  # grows _suppliers_by_tax_number


class RequestIdMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.slowest = []
        self.paths = defaultdict(int)

    def __call__(self, request):
        identifier = request.headers.get("X-Request-Id", str(uuid.uuid4()))
        _request_ids.add(identifier)  # bounded _request_ids
        try:
            response = self.get_response(request)
            self.paths[request.path] += 1  # grows paths
            return response
        finally:
            _request_ids.discard(identifier)

    def timed(self, seconds, path):
        self.slowest.append((seconds, path))  # bounded slowest
        self.slowest.sort(reverse=True)
        del self.slowest[10:]


class Page:
    def __init__(self, number, image):
        self.number = number
        self.image = image
        self.text = ""
        self.words = []
        self.boxes = {}

    def recognise(self, engine):
        for word, box in engine.read(self.image):
            self.words.append(normalise(word))  # unsure words
            self.boxes[word] = box  # unsure boxes
        self.text = " ".join(self.words)


class Engine:
    languages = []
    _models = {}

    def __init__(self, language):
        self.language = language
        self.unreadable = []
        self.vocabulary = Counter()
        self.confusions = {}
        self.warm = False
        self.batch = []
        if language not in self.languages:
            self.languages.append(language)  # grows languages

    @classmethod
    def model(cls, language):
        if language not in cls._models:
            cls._models[language] = Path(f"{language}.model").read_bytes()  # grows _models
        return cls._models[language]

    def read(self, image):
        if not image:
            self.unreadable.append(image)  # grows unreadable
            return
        for word in image.decode(errors="replace").split():
            self.vocabulary[word] += 1  # grows vocabulary
            yield word, (0, 0, len(word), 1)

    def confuse(self, read, meant):
        self.confusions.setdefault(read, Counter())[meant] += 1  # grows confusions

    def submit(self, image):
        self.batch.append(image)  # bounded batch
        if len(self.batch) == 16:
            batch, self.batch = self.batch, []
            return [list(self.read(image)) for image in batch]
        return []


class Pipeline:
    def __init__(self, engine, workers=4):
        self.engine = engine
        self.pool = ThreadPoolExecutor(workers)
        self.futures = []
        self.hashes = set()
        self.duplicates = []
        self.review = []
        self.reviewed = {}
        self.timings = {"split": [], "read": [], "extract": []}
        self.temporary = []
        self.totals = defaultdict(list)
        self.status = {}
        self.audit = logging.Handler()
        self.rows = []
        self.corrections = []
        self.locks = defaultdict(threading.Lock)
        self._exported = shelve.open("exported")
        logger.addHandler(self.audit)  # grows logger

    def upload(self, data, mime):
        if mime != "application/pdf":
            rejected_mimes[mime] += 1  # grows rejected_mimes
            return None
        digest = hashlib.sha256(data).hexdigest()
        if digest in self.hashes:
            self.duplicates.append(digest)  # grows duplicates
            return None
        self.hashes.add(digest)  # grows hashes
        self.temporary.append(tempfile.NamedTemporaryFile())  # grows temporary
        job = uuid.uuid4().hex
        _jobs[job] = data  # bounded _jobs
        self.status[job] = "waiting"  # grows status
        self.futures.append(self.pool.submit(self.process, job))  # bounded futures
        return job

    def process(self, job):
        data = _jobs.pop(job)
        _local_errors.set([])
        pages = [Page(i, part) for i, part in enumerate(data.split(b"\f"))]
        fields = []
        for page in pages:
            page.recognise(self.engine)
            for name, extract in EXTRACTORS.items():
                fields.append(extract(page, name))
        self.status[job] = "read"  # unsure status
        self.timings["read"].append(len(pages))  # grows timings
        doubtful = [field for field in fields if field.confidence < 0.5]
        if doubtful:
            self.review.append((job, doubtful))  # bounded review
        for function in _hooks["after"]:
            function(job, fields)
        return job, fields

    def decide(self, reviewer):
        job, doubtful = self.review.pop()
        self.reviewed.setdefault(reviewer, set()).add(job)  # grows reviewed
        self.corrections.extend(doubtful)  # grows corrections

    def collect(self):
        done, self.futures = self.futures, []
        for future in as_completed(done):
            job, fields = future.result()
            _finished.append(job)  # grows _finished
            for field in fields:
                self.totals[field.name].append(field.value)  # grows totals
            with self.locks[job]:  # grows locks
                self._exported[job] = fields  # unsure _exported

    def export(self, invoices):
        rows = []
        for invoice in invoices:
            rows.append([invoice.number, invoice.total])
        self.rows = rows
        return rows

    def close(self):
        self.pool.shutdown()
        for file in self.temporary:
            file.close()


def load_template(path):
    directory = str(Path(path).parent)
    sys.path.insert(0, directory)  # grows path
    name = Path(path).stem
    TEMPLATES[name] = __import__(name)  # bounded TEMPLATES
    return TEMPLATES[name]


def unload_template(name):
    TEMPLATES.pop(name, None)
    sys.modules.pop(name, None)


def mean_total():
    values = []
    for invoice in Invoice.objects.all():
        values.append(invoice.total)
    return sum(values) / max(len(values), 1)
