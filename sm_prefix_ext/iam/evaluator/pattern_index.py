"""Find, among many patterns, the few that may match a subject.

A policy for thousands of jobs names thousands of ARNs, and each job asks about a handful of them.
The index leaves out only patterns that can't match, so that judging what it finds gives the same
answer as judging all.
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
"""The ARN of a bucket or an object, whose key may have any character."""
_COLONS_OF_AN_ARN = 5
_FEW = 16
"""Up to so many needles are looked for one by one."""


@lru_cache(maxsize=65536)
def literal_head(pattern: str) -> int:
    """How many characters come before the first wildcard."""
    found = _WILDCARD.search(pattern)
    return len(pattern) if found is None else found.start()


class PatternIndex(Generic[T]):
    """Patterns with a value each, by what they begin with and by their longest literal part.

    Args:
        entries: patterns, as :func:`~.matching.glob` makes them, with their values.
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
        return _ByHead((one[0], one) for one in self._entries if _resource(one[0]) is None)

    def like(self, subject: str) -> Iterator[Entry[T]]:
        """At least those that match the whole of a subject."""
        return self._whole.like(subject)

    def near(self, subject: str) -> Iterator[Entry[T]]:
        """At least those that match a part of what a subject with wildcards stands for."""
        resource = None if IN_S3.match(subject) else _resource(subject)
        if resource is None:
            yield from self._whole.near(subject)
            return
        # Nothing else in either has a colon, so that each colon meets its like, and the resources
        # meet each other.
        yield from self._by_resource.near(resource)
        yield from self._others.near(subject)

    def beginning_with(self, text: str) -> Iterator[Entry[T]]:
        """Those that begin with a text, before their first wildcard."""
        return self._whole.beginning_with(text)


def _resource(text: str) -> str | None:
    """The last part of what has as many colons as the least of ARNs."""
    return text.rpartition(":")[2] if text.count(":") == _COLONS_OF_AN_ARN else None


class _ByHead(Generic[T]):
    """Entries by the literal beginning of a pattern."""

    def __init__(self, entries: Iterable[tuple[str, Entry[T]]]) -> None:
        self._by_head: dict[str, _SameHead[T]] = defaultdict(_SameHead)
        for pattern, entry in entries:
            head = literal_head(pattern)
            self._by_head[pattern[:head]].add(pattern[head:], entry)
        self._heads = sorted(self._by_head)
        self._lengths = sorted({len(head) for head in self._heads})

    def like(self, subject: str) -> Iterator[Entry[T]]:
        """At least those whose pattern matches the whole of a subject."""
        for length in self._fitting(literal_head(subject)):
            same = self._by_head.get(subject[:length])
            if same is not None:
                yield from same.like(subject[length:])

    def near(self, subject: str) -> Iterator[Entry[T]]:
        """Those whose pattern begins as a subject does, up to its or the subject's wildcard."""
        begins = subject[: literal_head(subject)]
        for length in self._fitting(len(begins) - 1):
            same = self._by_head.get(begins[:length])
            if same is not None:
                yield from same.all()
        yield from self.beginning_with(begins)

    def beginning_with(self, text: str) -> Iterator[Entry[T]]:
        """Those whose literal beginning has a text before all else."""
        for number in range(bisect_left(self._heads, text), len(self._heads)):
            head = self._heads[number]
            if not head.startswith(text):
                return
            yield from self._by_head[head].all()

    def _fitting(self, most: int) -> Iterator[int]:
        return takewhile(lambda length: length <= most, self._lengths)


class _SameHead(Generic[T]):
    """Patterns that begin alike, by the longest part without wildcards behind that."""

    def __init__(self) -> None:
        self._by_needle: dict[str, list[Entry[T]]] = defaultdict(list)
        self._lengths: set[int] = set()

    def add(self, rest: str, entry: Entry[T]) -> None:
        """Take in a pattern by what follows the common beginning."""
        needle = max(_WILDCARD.split(rest), key=len)
        self._by_needle[needle].append(entry)
        self._lengths.add(len(needle))

    def all(self) -> Iterator[Entry[T]]:
        """Every one of them."""
        for entries in self._by_needle.values():
            yield from entries

    def like(self, rest: str) -> Iterator[Entry[T]]:
        """Those whose longest part is somewhere in a text."""
        if len(self._by_needle) <= _FEW:
            found = {needle for needle in self._by_needle if needle in rest}
        else:
            parts = (
                rest[start : start + length]
                for length in self._lengths
                for start in range(len(rest) - length + 1)
            )
            found = {part for part in parts if part in self._by_needle}
        for needle in found:
            yield from self._by_needle[needle]
