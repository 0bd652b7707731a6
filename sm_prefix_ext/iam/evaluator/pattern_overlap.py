"""Match patterns against a resource with wildcards of its own: wholly, in part or not at all.

A preflight asks about jobs whose names are only known at run time: ``training-job/team-a-*``. In
such a resource ``?`` stands for one character of a name, never ``:`` or ``/``. ``*`` stands for any
number of characters, but not for a ``:`` that would start another part of the ARN. Otherwise a
statement about ``…:domain/*`` would partly match every training job.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from .kleene import Truth, Unknown, any_of
from .pattern_index import IN_S3, PatternIndex, literal_head
from .patterns import MANY, ONE, Context, Template, glob, matches

_PARTS_OF_AN_ARN = 6


def meets(pattern: str, resource: str) -> Truth:
    """Test whether a pattern matches a request's resource.

    Args:
        pattern: from :func:`~.patterns.glob`.
        resource: an ARN or ``*``.

    Returns:
        True if the pattern matches every ARN that the resource stands for, false if it matches
        none, else unknown. In ARNs of S3, ``*`` and ``?`` are literal, since keys may contain both.
    """
    subject = subject_of(resource)
    if matches(pattern, subject):
        return True
    return Unknown() if _is_wild(subject) and _overlap(pattern, subject) else False


class Patterns:
    """The resource patterns of a statement, of which one has to match.

    Most have no variables. Those are indexed, since a statement may have hundreds.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        fixed: list[str] = []
        self._with_variables: list[Template] = []
        for template in templates:
            pattern = template.fixed
            if pattern is None:
                self._with_variables.append(template)
            else:
                fixed.append(pattern)
        self._index = PatternIndex((pattern, None) for pattern in fixed)

    def meet(self, resource: str, context: Context) -> Truth:
        """Test whether one of them matches a request's resource, as :func:`meets` does."""
        subject = subject_of(resource)
        if any(matches(pattern, subject) for pattern, _ in self._index.like(subject)):
            return True
        filled = (template.fill(context) for template in self._with_variables)
        result = any_of(
            # None stands for a variable without a value, which matches nothing.
            meets(pattern, resource) if isinstance(pattern, str) else pattern or False
            for pattern in filled
        )
        if result is False and _is_wild(subject):
            return any_of(
                Unknown() for pattern, _ in self._index.near(subject) if _overlap(pattern, subject)
            )
        return result


def subject_of(resource: str) -> str:
    """Return a request's resource in the form with which patterns are compared."""
    return resource if IN_S3.match(resource) else glob(resource)


def _is_wild(subject: str) -> bool:
    return MANY in subject or ONE in subject


@lru_cache(maxsize=65536)
def _overlap(pattern: str, subject: str) -> bool:
    """Test whether some string matches both a pattern and a subject with wildcards.

    The algorithm is Shift-And (Baeza-Yates and Gonnet, 1992; with wildcards, Wu and Manber, 1992):
    it simulates a nondeterministic automaton whose set of states is the bits of one integer. Here
    the subject is the automaton and the pattern is its input.
    """
    head = min(literal_head(pattern), literal_head(subject))
    if pattern[:head] != subject[:head]:
        return False
    colons = max(_may_hold_colons(subject) - head, 0)
    pattern, subject = pattern[head:], subject[head:]
    # Bit n of `states` means: the pattern up to here can match subject[:n]. Each character of the
    # pattern moves a state past an equal character of the subject, or keeps it at a `*`.
    #
    # Pattern `ab*`, subject `a*c`; the `*` of the subject is bit 1, its end is bit 3:
    #   start     {0}
    #   read a    {1, 2}       0 moves to 1; a `*` may also stand for nothing, so 2 as well
    #   read b    {1, 2}       1 stays at the `*`; at 2, `b` isn't `c`
    #   read *    {1, 2, 3}    the lowest state and all behind it
    # Bit 3 is set, so the two overlap, for instance in `abc`.
    positions: dict[str, int] = {}
    for number, char in enumerate(subject):
        positions[char] = positions.get(char, 0) | 1 << number
    stars, question_marks = positions.get(MANY, 0), positions.get(ONE, 0)
    end = 1 << len(subject)
    states = _past_stars(1, stars)
    for char in pattern:
        if char == MANY:
            states = (end << 1) - (states & -states)
            continue
        if char == ONE:
            moving, staying = end - 1, stars
        else:
            moving = positions.get(char, 0) | (0 if char in ":/" else question_marks)
            staying = stars >> colons << colons if char == ":" else stars
        states = _past_stars(states & staying | (states & moving) << 1, stars)
        if not states:
            return False
    return bool(states & end)


def _may_hold_colons(subject: str) -> int:
    """Return the position from which a ``*`` in a subject may stand for a ``:`` too."""
    parts = subject.split(":", _PARTS_OF_AN_ARN - 1)
    if len(parts) < _PARTS_OF_AN_ARN or IN_S3.match(subject):
        return 0
    # A resource that has a colon already, such as `function:name`, may continue with another one.
    return len(subject) - len(parts[-1]) if ":" in parts[-1] else len(subject)


def _past_stars(states: int, stars: int) -> int:
    """Add the states behind each ``*`` that a state has reached, since it may match nothing."""
    while more := (states & stars) << 1 & ~states:
        states |= more
    return states
