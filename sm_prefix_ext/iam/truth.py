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
    return negated(any_of(negated(answer) for answer in answers))


def any_of(answers: Iterable[Truth]) -> Truth:
    """Whether one holds: one that does decides, whatever is unknown."""
    unknown: list[Unknown] = []
    for answer in answers:
        if answer is True:
            return True
        if isinstance(answer, Unknown):
            unknown.append(answer)
    return Unknown(frozenset().union(*(one.keys for one in unknown))) if unknown else False


def negated(answer: Truth) -> Truth:
    """The opposite; of unknown, unknown."""
    return answer if isinstance(answer, Unknown) else not answer
