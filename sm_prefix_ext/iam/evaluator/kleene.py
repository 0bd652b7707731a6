"""Three answers: true, false, and unknown with the keys that would tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unknown:
    """Neither true nor false.

    Args:
        keys: the condition keys that it hinges on; none where a pattern in the request's resource
            is met in part.
    """

    keys: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *keys: str) -> Unknown:
        """What hinges on some keys."""
        return cls(frozenset(keys))


Truth = bool | Unknown


def all_of(answers: Iterable[Truth]) -> Truth:
    """Whether all hold: one that doesn't decides, whatever is unknown."""
    return _decided(answers, by=False)


def any_of(answers: Iterable[Truth]) -> Truth:
    """Whether one holds: one that does decides, whatever is unknown."""
    return _decided(answers, by=True)


def _decided(answers: Iterable[Truth], by: bool) -> Truth:
    keys: frozenset[str] | None = None
    for answer in answers:
        if answer is by:
            return by
        if isinstance(answer, Unknown):
            keys = answer.keys | (keys or frozenset())
    return not by if keys is None else Unknown(keys)


def negated(answer: Truth) -> Truth:
    """The opposite; of unknown, unknown."""
    return answer if isinstance(answer, Unknown) else not answer
