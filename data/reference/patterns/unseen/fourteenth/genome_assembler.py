"""Assembles reads as they come off a sequencer: k-mers, overlaps, contigs, annotation."""

from __future__ import annotations

import gzip
import itertools
import logging
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Optional, Set, Tuple

log = logging.getLogger(__name__)

BASES = "ACGT"
COMPLEMENT = str.maketrans("ACGT", "TGCA")
_codon_usage: Dict[str, int] = {a + b + c: 0 for a in BASES for b in BASES for c in BASES}
_reference_cache: Dict[Path, str] = {}
_run_ids: List[str] = []
_annotators: Dict[str, type] = {}


@lru_cache(maxsize=None)  # grows reverse_complement
def reverse_complement(kmer: str) -> str:
    return kmer.translate(COMPLEMENT)[::-1]


@lru_cache(maxsize=65536)
def hash_kmer(kmer: str) -> int:
    value = 0
    for base in kmer:
        value = value * 4 + BASES.index(base)
    return value


def reference(path: Path) -> str:
    try:
        return _reference_cache[path]
    except KeyError:
        pass
    with gzip.open(path, "rt") as lines:
        parts = []
        for line in lines:
            if not line.startswith(">"):
                parts.append(line.strip())
    _reference_cache[path] = "".join(parts)  # grows _reference_cache
    return _reference_cache[path]


@dataclass
class Contig:
    name: str
    sequence: str = ""
    coverage: List[int] = field(default_factory=list)
    features: Set[Tuple[int, int, str]] = field(default_factory=set)

    def extend(self, bases: str) -> None:
        self.sequence += bases  # grows sequence
        self.coverage.extend([1] * len(bases))  # grows coverage

    def annotate(self, start: int, end: int, kind: str) -> None:
        self.features.add((start, end, kind))  # grows features

    @cached_property
    def gc(self) -> float:
        return sum(base in "GC" for base in self.sequence) / max(1, len(self.sequence))


class Annotator:
    def __init_subclass__(cls, kind: str = "", **kwargs) -> None:
        super().__init_subclass__(**kwargs)
        _annotators[kind] = cls  # unsure _annotators

    def find(self, contig: Contig) -> Iterator[Tuple[int, int]]:
        raise NotImplementedError


class OpenReadingFrames(Annotator, kind="orf"):
    def __init__(self) -> None:
        self.lengths: List[int] = []
        self.starts = 0

    def find(self, contig: Contig) -> Iterator[Tuple[int, int]]:
        start: Optional[int] = None
        for at in range(0, len(contig.sequence) - 2, 3):
            codon = contig.sequence[at : at + 3]
            _codon_usage[codon] += 1
            if codon == "ATG" and start is None:
                start = at
                self.starts += 1
            elif codon in {"TAA", "TAG", "TGA"} and start is not None:
                self.lengths.append(at - start)  # grows lengths
                yield start, at + 3
                start = None


class KmerTable:
    """Counts k-mers; rare ones are dropped at times, common ones stay."""

    __slots__ = ("k", "counts", "first_seen", "masked", "_pruned")

    def __init__(self, k: int = 31) -> None:
        self.k = k
        self.counts: Counter[str] = Counter()
        self.first_seen: Dict[str, int] = {}
        self.masked: Set[str] = set()
        self._pruned: List[int] = []

    def add(self, read: str, number: int) -> None:
        for at in range(len(read) - self.k + 1):
            kmer = read[at : at + self.k]
            if kmer in self.masked:
                continue
            self.counts[kmer] += 1  # bounded counts
            self.first_seen.setdefault(kmer, number)  # grows first_seen
        if len(self.counts) > 1_000_000:
            self.prune()

    def prune(self) -> None:
        rare = [kmer for kmer, count in self.counts.items() if count < 2]
        for kmer in rare:
            del self.counts[kmer]
        self._pruned.append(len(rare))  # grows _pruned

    def mask(self, kmers: Iterable[str]) -> None:
        self.masked |= set(kmers)  # grows masked


class OverlapGraph:
    def __init__(self) -> None:
        self.edges: Dict[str, Dict[str, int]] = defaultdict(dict)
        self.indegree = Counter()
        self.tips: deque[str] = deque()
        self.collapsed: List[Tuple[str, str]] = []
        self.bubbles: Dict[Tuple[str, str], List[str]] = {}
        self.visited: Set[str] = set()

    def link(self, left: str, right: str, overlap: int) -> None:
        self.edges[left][right] = overlap  # bounded edges
        self.indegree[right] += 1  # grows indegree
        if not self.edges.get(right):
            self.tips.append(right)  # bounded tips

    def clip(self) -> int:
        clipped = 0
        while self.tips:
            tip = self.tips.popleft()
            self.edges.pop(tip, None)
            clipped += 1
        return clipped

    def collapse(self, left: str, right: str) -> None:
        targets = self.edges.pop(right, {})
        self.edges[left].update(targets)  # bounded edges
        self.collapsed.append((left, right))  # grows collapsed

    def bubble(self, source: str, sink: str, path: str) -> None:
        if (source, sink) not in self.bubbles:
            self.bubbles[source, sink] = []  # grows bubbles
        self.bubbles[source, sink].append(path)  # grows bubbles

    def walk(self, start: str) -> List[str]:
        self.visited = {start}
        path = [start]
        node = start
        while self.edges.get(node):
            node = max(self.edges[node], key=self.edges[node].__getitem__)
            if node in self.visited:
                break
            self.visited.add(node)  # bounded visited
            path.append(node)
        return path


class Assembler:
    instances = 0
    shared_adapters: Set[str] = set()

    def __init__(self, run: str, k: int = 31, keep: int = 5) -> None:
        self.run = run
        self.keep = keep
        self.table = KmerTable(k)
        self.graph = OverlapGraph()
        self.contigs: Dict[str, Contig] = {}
        self.reads: List[str] = []
        self.qualities = defaultdict(list)
        self.checkpoints: List[Path] = []
        self.rejected = {"short": [], "adapter": []}
        self.report = ""
        self.by_length = [0] * 512
        self.recent: List[str] = []
        _run_ids.append(run)  # grows _run_ids
        type(self).instances += 1

    @classmethod
    def adapter(cls, sequence: str) -> None:
        cls.shared_adapters.add(sequence)  # grows shared_adapters

    def feed(self, lane: int, read: str, quality: bytes) -> None:
        if len(read) < self.table.k:
            self.rejected["short"].append(read)  # grows rejected
            return
        for adapter in self.shared_adapters:
            if read.startswith(adapter):
                self.rejected["adapter"].append(read)  # grows rejected
                read = read[len(adapter) :]
        self.reads.append(read)  # bounded reads
        self.qualities[lane].append(sum(quality) / len(quality))  # grows qualities
        self.by_length[min(len(read), 511)] += 1
        self.recent = (self.recent + [read])[-100:]  # bounded recent
        self.table.add(read, len(self.reads))
        if len(self.reads) >= 10_000:
            self.assemble()

    def assemble(self) -> None:
        batch = self.reads
        self.reads = []
        for left, right in itertools.pairwise(sorted(batch)):
            overlap = next((n for n in range(len(left), 20, -1) if right.startswith(left[-n:])), 0)
            if overlap:
                self.graph.link(left, right, overlap)
        self.graph.clip()
        for number, read in enumerate(batch):
            name = f"{self.run}-{number}"
            contig = self.contigs.get(name)
            if contig is None:
                contig = self.contigs[name] = Contig(name)  # bounded contigs
            contig.extend("".join(self.graph.walk(read)))
        self.report += f"{len(batch)} reads\n"  # grows report

    def checkpoint(self, folder: Path) -> None:
        path = folder / f"{self.run}.{len(self.checkpoints)}.gz"
        self.checkpoints.append(path)  # bounded checkpoints
        while len(self.checkpoints) > self.keep:
            self.checkpoints.pop(0).unlink(missing_ok=True)

    def finish(self) -> List[Contig]:
        done = list(self.contigs.values())
        self.contigs = {}
        for contig in done:
            for kind, annotator in _annotators.items():
                for start, end in annotator().find(contig):
                    contig.annotate(start, end, kind)
        return done
