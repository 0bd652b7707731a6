"""An index that finds, among many patterns, the few that may match a subject.

A policy for thousands of jobs has thousands of ARNs, and only a handful of them can match one job.
The index leaves out only patterns that can't match, so evaluating its results gives the same
decision as evaluating all patterns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Generic, TypeVar

from .patterns import MANY, ONE

T = TypeVar("T")
Entry = tuple[str, T]

_WILDCARD = re.compile(f"[{MANY}{ONE}]")
IN_S3 = re.compile(r"arn:[^:]*:s3:")
"""The ARN of a bucket or an object, whose key may contain any character."""
_COLONS_OF_AN_ARN = 5
_FEW = 16
"""Up to this many needles, testing each is faster than looking up every part of a text."""


@lru_cache(maxsize=65536)
def literal_head(pattern: str) -> int:
    """Return how many characters come before the first wildcard."""
    wildcard = _WILDCARD.search(pattern)
    return len(pattern) if wildcard is None else wildcard.start()


class PatternIndex(Generic[T]):
    """Patterns with a value each, indexed by their literal beginning and longest literal part.

    Args:
        entries: patterns from :func:`~.patterns.glob`, with their values.
    """

    def __init__(self, entries: Iterable[Entry[T]]) -> None:
        self._entries = list(entries)

    @cached_property
    def _whole(self) -> _ByHead[T]:
        return _ByHead((pattern, (pattern, value)) for pattern, value in self._entries)

    @cached_property
    def _by_resource(self) -> _ByHead[T]:
        resources = ((_resource(pattern), (pattern, value)) for pattern, value in self._entries)
        return _ByHead((resource, entry) for resource, entry in resources if resource is not None)

    @cached_property
    def _others(self) -> _ByHead[T]:
        return _ByHead((entry[0], entry) for entry in self._entries if _resource(entry[0]) is None)

    def like(self, subject: str) -> Iterator[Entry[T]]:
        """Yield at least the entries whose pattern matches the whole of a subject."""
        return self._whole.like(subject)

    def near(self, subject: str) -> Iterator[Entry[T]]:
        """Yield at least the entries that match some of the texts that a subject represents."""
        resource = None if IN_S3.match(subject) else _resource(subject)
        if resource is None:
            yield from self._whole.near(subject)
            return
        # Pattern and subject have five colons each, so the colons pair up in order, and resource
        # matches resource. Comparing resources alone leaves out more than comparing whole ARNs.
        yield from self._by_resource.near(resource)
        yield from self._others.near(subject)

    def beginning_with(self, text: str) -> Iterator[Entry[T]]:
        """Yield the entries whose pattern begins with a text, before its first wildcard."""
        return self._whole.beginning_with(text)


def _resource(text: str) -> str | None:
    """Return the resource of an ARN with exactly five colons, else ``None``."""
    return text.rpartition(":")[2] if text.count(":") == _COLONS_OF_AN_ARN else None


class _ByHead(Generic[T]):
    """Entries, indexed by the literal beginning of a pattern."""

    def __init__(self, entries: Iterable[tuple[str, Entry[T]]]) -> None:
        self._by_head: dict[str, _SameHead[T]] = defaultdict(_SameHead)
        for pattern, entry in entries:
            head = literal_head(pattern)
            self._by_head[pattern[:head]].add(pattern[head:], entry)
        self._heads = sorted(self._by_head)
        self._lengths = sorted({len(head) for head in self._heads})

    def like(self, subject: str) -> Iterator[Entry[T]]:
        """Yield at least the entries whose pattern matches the whole of a subject."""
        for length in self._fitting(literal_head(subject)):
            same = self._by_head.get(subject[:length])
            if same is not None:
                yield from same.like(subject[length:])

    def near(self, subject: str) -> Iterator[Entry[T]]:
        """Yield the entries that agree with a subject up to the first wildcard of either."""
        begins = subject[: literal_head(subject)]
        for length in self._fitting(len(begins) - 1):
            same = self._by_head.get(begins[:length])
            if same is not None:
                yield from same.all()
        yield from self.beginning_with(begins)

    def beginning_with(self, text: str) -> Iterator[Entry[T]]:
        """Yield the entries whose literal beginning starts with a text."""
        for number in range(bisect_left(self._heads, text), len(self._heads)):
            head = self._heads[number]
            if not head.startswith(text):
                return
            yield from self._by_head[head].all()

    def _fitting(self, most: int) -> Iterator[int]:
        return takewhile(lambda length: length <= most, self._lengths)


class _SameHead(Generic[T]):
    """Patterns with the same beginning, indexed by their longest literal part behind it."""

    def __init__(self) -> None:
        self._by_needle: dict[str, list[Entry[T]]] = defaultdict(list)
        self._lengths: set[int] = set()

    def add(self, rest: str, entry: Entry[T]) -> None:
        """Add a pattern by what follows the common beginning."""
        needle = max(_WILDCARD.split(rest), key=len)
        self._by_needle[needle].append(entry)
        self._lengths.add(len(needle))

    def all(self) -> Iterator[Entry[T]]:
        """Yield every entry."""
        for entries in self._by_needle.values():
            yield from entries

    def like(self, rest: str) -> Iterator[Entry[T]]:
        """Yield the entries whose longest literal part is somewhere in a text."""
        if len(self._by_needle) <= _FEW:
            needles = {needle for needle in self._by_needle if needle in rest}
        else:
            parts = (
                rest[start : start + length]
                for length in self._lengths
                for start in range(len(rest) - length + 1)
            )
            needles = {part for part in parts if part in self._by_needle}
        for needle in needles:
            yield from self._by_needle[needle]
