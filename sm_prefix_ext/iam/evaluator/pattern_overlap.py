"""Patterns against a resource that stands for many: whether they match all of it, or a part.

A preflight asks about jobs whose names only the run decides: ``training-job/team-a-*``. In such a
resource ``?`` stands for a character of a name, never ``:`` or ``/``, and ``*`` for any number of
characters, ``:`` not among them where it would be another part of the ARN. So a statement about
``…:domain/*`` doesn't meet a training job, whatever ``*`` in a policy may cover.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from .kleene import Truth, Unknown, any_of
from .pattern_index import IN_S3, PatternIndex, literal_head
from .patterns import MANY, ONE, Context, Template, glob, matches

_PARTS_OF_AN_ARN = 6


def meets(pattern: str, resource: str) -> Truth:
    """Whether a pattern matches a request's resource.

    Args:
        pattern: as :func:`~.matching.glob` makes it.
        resource: an ARN or ``*``.

    A resource with ``*`` or ``?`` in it asks about all that it stands for; where the pattern
    matches a part of that, the answer is unknown. The key of an S3 object may have both
    characters in it, so there they stand for themselves.
    """
    subject = subject_of(resource)
    if matches(pattern, subject):
        return True
    return Unknown() if _is_wild(subject) and _overlap(pattern, subject) else False


class Patterns:
    """Templates of which one has to match.

    Most have no variables. Those are indexed, since a statement may name hundreds.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        fixed: list[str] = []
        self._others: list[Template] = []
        for template in templates:
            pattern = template.fixed
            if pattern is None:
                self._others.append(template)
            else:
                fixed.append(pattern)
        self._index = PatternIndex((one, None) for one in fixed)

    def meet(self, resource: str, context: Context) -> Truth:
        """Whether one of them matches a request's resource, as :func:`meets`."""
        subject = subject_of(resource)
        if any(matches(one, subject) for one, _ in self._index.like(subject)):
            return True
        filled = (template.fill(context) for template in self._others)
        found = any_of(
            meets(one, resource) if isinstance(one, str) else one or False for one in filled
        )
        if found is False and _is_wild(subject):
            return any_of(
                Unknown() for one, _ in self._index.near(subject) if _overlap(one, subject)
            )
        return found


def subject_of(resource: str) -> str:
    """What patterns are compared with, for a request's resource."""
    return resource if IN_S3.match(resource) else glob(resource)


def _is_wild(subject: str) -> bool:
    return MANY in subject or ONE in subject


@lru_cache(maxsize=65536)
def _overlap(pattern: str, subject: str) -> bool:
    """Whether a pattern matches a part of what a subject stands for."""
    head = min(literal_head(pattern), literal_head(subject))
    if pattern[:head] != subject[:head]:
        return False
    colons = max(_may_hold_colons(subject) - head, 0)
    pattern, subject = pattern[head:], subject[head:]
    # The pattern is read letter by letter. Bit n of `places` tells that what was read so far may
    # end before subject[n]; `at` has the bits of each character of the subject, `end` the one
    # behind it. A letter moves on by one, or stays where the subject has a `*`.
    at: dict[str, int] = {}
    for number, char in enumerate(subject):
        at[char] = at.get(char, 0) | 1 << number
    many, one, end = at.get(MANY, 0), at.get(ONE, 0), 1 << len(subject)
    places = _skipping(1, many)
    for char in pattern:
        if char == MANY:
            places = (end << 1) - (places & -places)
            continue
        if char == ONE:
            step, staying = (end - 1) & ~many, many
        else:
            step = at.get(char, 0) | (0 if char in ":/" else one)
            staying = many >> colons << colons if char == ":" else many
        places = _skipping(places & staying | (places & step) << 1, many)
        if not places:
            return False
    return bool(places & end)


def _may_hold_colons(subject: str) -> int:
    """From where on a ``*`` in a subject may stand for a ``:`` too."""
    parts = subject.split(":", _PARTS_OF_AN_ARN - 1)
    if len(parts) < _PARTS_OF_AN_ARN or IN_S3.match(subject):
        return 0
    # What has a colon already, such as a function, may go on with one.
    return len(subject) - len(parts[-1]) if ":" in parts[-1] else len(subject)


def _skipping(places: int, many: int) -> int:
    """The places, and those behind a ``*`` that stands for nothing."""
    while more := (places & many) << 1 & ~places:
        places |= more
    return places
