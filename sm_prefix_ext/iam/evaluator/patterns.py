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

from .kleene import Unknown

MANY, ONE = "\ue000", "\ue001"
_WILD = str.maketrans({"*": MANY, "?": ONE})
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_KEY = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")


class Context:
    """The condition keys of a request.

    Args:
        values: a key to its value or values; booleans and numbers as JSON has them. A key whose
            value is ``None`` is absent.
        unknown: the keys, or the one key, whose values nobody can know beforehand. One that is in
            both is unknown.

    Key names have no case: ``aws:PrincipalTag/Team`` and ``aws:principaltag/team`` are one.
    """

    def __init__(self, values: Mapping[str, object] = {}, unknown: Iterable[str] = ()) -> None:
        given = ((key, value) for key, value in values.items() if value is not None)
        self._values = {key.lower(): texts(value) for key, value in given}
        keys = (unknown,) if isinstance(unknown, str) else unknown
        self._unknown = {key.lower(): key for key in keys}

    def get(self, key: str) -> tuple[str, ...] | Unknown | None:
        """The values of a key; ``None`` where the request hasn't got it."""
        key = key.lower()
        if key in self._unknown:
            return Unknown.of(self._unknown[key])
        return self._values.get(key)


def texts(value: object) -> tuple[str, ...]:
    """A value or a list of values, as the strings that IAM compares."""
    many = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
    return tuple(unmarked(str(v).lower() if isinstance(v, bool) else str(v)) for v in many)


def unmarked(text: str) -> str:
    """The text, which must not have the characters that stand for wildcards here.

    Raises:
        ValueError: where it has.
    """
    if MANY in text or ONE in text:
        raise ValueError(f"{text!r} has U+E000 or U+E001 in it, which stand for wildcards here")
    return text


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

    @property
    def fixed(self) -> str | None:
        """The pattern, where no variable is in it."""
        return None if self.variables and "${" in self.text else self._literal(self.text)

    def fill(self, context: Context) -> str | Unknown | None:
        """The pattern, with the request's values in it.

        Returns:
            The pattern; ``None`` where a variable has no value and no default, so that nothing
            matches it; unknown where a value is, or where IAM's guide doesn't say what it is.
        """
        fixed = self.fixed
        if fixed is not None:
            return fixed
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


@lru_cache(maxsize=65536)
def glob(text: str) -> str:
    """A text with wildcards as a pattern."""
    return text.translate(_WILD)


def matches(pattern: str, subject: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern matches a subject."""
    if ignore_case or ONE in pattern:
        return _expression(pattern, ignore_case).fullmatch(subject) is not None
    first, *others = pattern.split(MANY)
    if not others:
        return pattern == subject
    # Most patterns are met once, so that an expression for each would cost more than it saves.
    *middle, last = others
    start, end = len(first), len(subject) - len(last)
    if start > end or not (subject.startswith(first) and subject.endswith(last)):
        return False
    for part in middle:
        found = subject.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


@lru_cache(maxsize=8192)
def _expression(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    first, *others = (
        re.escape(part).replace(ONE, f"[^{MANY}]")
        for part in re.sub(f"{MANY}+", MANY, pattern).split(MANY)
    )
    if others:
        *middle, last = others
        # A lookahead keeps the leftmost match of a part, so that nothing is ever tried twice.
        found = (f"(?=(.*?{part}))\\{number}" for number, part in enumerate(middle, 1))
        first = f"{first}{''.join(found)}.*{last}"
    return re.compile(first, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
