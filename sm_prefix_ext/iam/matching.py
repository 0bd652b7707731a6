"""Patterns with ``*``, ``?`` and policy variables, and whether they match.

A pattern is kept as a string in which two private characters stand for the wildcards, so that a
literal ``*``, written ``${*}`` or found in a tag's value, stays itself.

Sources: IAM user guide, "Policy elements: Resource", "Policy elements: variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .truth import Truth, Unknown

MANY, ONE = "\ue000", "\ue001"
_WILD = str.maketrans({"*": MANY, "?": ONE})
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_S3 = re.compile(r"arn:[^:]*:s3:")
_KEY = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")


class Context:
    """The condition keys of a request.

    Args:
        values: a key to its value or values; booleans and numbers as JSON has them.
        unknown: the keys whose values nobody can know beforehand. One that is in both is unknown.

    Key names have no case: ``aws:PrincipalTag/Team`` and ``aws:principaltag/team`` are one.
    """

    def __init__(self, values: Mapping[str, object] = {}, unknown: Iterable[str] = ()) -> None:
        self._values = {key.lower(): texts(value) for key, value in values.items()}
        self._unknown = {key.lower(): key for key in unknown}

    def get(self, key: str) -> tuple[str, ...] | Unknown | None:
        """The values of a key; ``None`` where the request hasn't got it."""
        key = key.lower()
        if key in self._unknown:
            return Unknown.of(self._unknown[key])
        return self._values.get(key)


def texts(value: object) -> tuple[str, ...]:
    """A value or a list of values, as the strings that IAM compares."""
    many = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in many)


@dataclass(frozen=True)
class Template:
    """A string of a policy, before its variables have values.

    Args:
        text: as the policy has it.
        wildcards: whether ``*`` and ``?`` are wildcards in it.
        variables: whether ``${…}`` are variables in it: in documents of version 2012-10-17 alone.
    """

    text: str
    wildcards: bool = True
    variables: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys that its variables name."""
        if not self.variables:
            return ()
        inner = (_KEY.fullmatch(found) for found in _VARIABLE.findall(self.text))
        return tuple(found[1] for found in inner if found and found[1] not in ("*", "?", "$"))

    def fill(self, context: Context) -> str | Unknown | None:
        """The pattern, with the request's values in it.

        Returns:
            The pattern; ``None`` where a variable has no value and no default, so that nothing
            matches it; unknown where a value is, or where IAM's guide doesn't say what it is.
        """
        if not self.variables or "${" not in self.text:
            return self._literal(self.text)
        parts, last, missing = [], 0, False
        unknown: list[str] = []
        for found in _VARIABLE.finditer(self.text):
            parts.append(self._literal(self.text[last : found.start()]))
            last = found.end()
            value = _value(found[1], context)
            if isinstance(value, Unknown):
                unknown += value.keys
            elif value is None:
                missing = True
            else:
                parts.append(value)
        if missing or unknown:
            return None if missing else Unknown.of(*unknown)
        return "".join([*parts, self._literal(self.text[last:])])

    def _literal(self, text: str) -> str:
        return glob(text) if self.wildcards else text


def _value(inner: str, context: Context) -> str | Unknown | None:
    if inner in ("*", "?", "$"):
        return inner
    form = _KEY.fullmatch(inner)
    if form is None:
        return Unknown.of(f"${{{inner}}}")
    values = context.get(form[1])
    if values is None or isinstance(values, Unknown):
        return form[2] if values is None else values
    return values[0] if len(values) == 1 else Unknown.of(form[1])


def glob(text: str) -> str:
    """A text with wildcards as a pattern."""
    return text.translate(_WILD)


def matches(pattern: str, subject: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern matches a subject, or all that a subject with wildcards stands for."""
    return _expression(pattern, ignore_case).fullmatch(subject) is not None


def meets(pattern: str, resource: str) -> Truth:
    """Whether a pattern matches a request's resource.

    A resource with ``*`` or ``?`` in it asks about all that it stands for; where the pattern
    matches a part of that, the answer is unknown. The key of an S3 object may have both
    characters in it, so there they stand for themselves.
    """
    subject = resource if _S3.match(resource) else glob(resource)
    if matches(pattern, subject):
        return True
    return Unknown() if subject != resource and _overlap(pattern, subject) else False


@lru_cache(maxsize=8192)
def _expression(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    first, *others = (
        "".join(f"[^{MANY}]" if char == ONE else re.escape(char) for char in part)
        for part in re.sub(f"{MANY}+", MANY, pattern).split(MANY)
    )
    if others:
        *middle, last = others
        # A lookahead keeps the leftmost match of a part, so that nothing is ever tried twice.
        found = (f"(?=(.*?{part}))\\{number}" for number, part in enumerate(middle, 1))
        first = f"{first}{''.join(found)}.*{last}"
    return re.compile(first, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _overlap(one: str, other: str) -> bool:
    """Whether there is a string that both patterns match."""
    start = 0
    for a, b in zip(one, other):
        if MANY in (a, b):
            break
        if a != b and ONE not in (a, b):
            return False
        start += 1
    one, other = one[start:], other[start:]
    # The places in `other` that some beginning of `one` may have led to.
    places = _skipping({0}, other)
    for char in one:
        if char == MANY:
            places = set(range(min(places), len(other) + 1))
        else:
            places = _skipping(
                {
                    place if other[place] == MANY else place + 1
                    for place in places
                    if place < len(other) and (other[place] in (MANY, ONE, char) or char == ONE)
                },
                other,
            )
        if not places:
            return False
    return len(other) in places


def _skipping(places: set[int], pattern: str) -> set[int]:
    """The places, and those behind a ``*`` that stands for nothing."""
    found = set(places)
    for place in places:
        while place < len(pattern) and pattern[place] == MANY:
            place += 1
            found.add(place)
    return found
