"""Three-valued logic (Kleene's): true, false, and unknown with the keys on which it depends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unknown:
    """Neither true nor false.

    Args:
        keys: the condition keys on which the value depends; empty if a pattern matches only some
            of the ARNs that the request's resource represents.
    """

    keys: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *keys: str) -> Unknown:
        """Return the value that depends on some condition keys."""
        return cls(frozenset(keys))


Truth = bool | Unknown


def all_of(values: Iterable[Truth]) -> Truth:
    """Return the conjunction: one false value makes it false, whatever is unknown."""
    return _combined(values, decisive=False)


def any_of(values: Iterable[Truth]) -> Truth:
    """Return the disjunction: one true value makes it true, whatever is unknown."""
    return _combined(values, decisive=True)


def _combined(values: Iterable[Truth], decisive: bool) -> Truth:
    keys: frozenset[str] | None = None
    for value in values:
        if value is decisive:
            return decisive
        if isinstance(value, Unknown):
            keys = value.keys | (keys or frozenset())
    return not decisive if keys is None else Unknown(keys)


def negated(value: Truth) -> Truth:
    """Return the opposite; the opposite of unknown is unknown."""
    return value if isinstance(value, Unknown) else not value
