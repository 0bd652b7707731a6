"""Match patterns with ``*``, ``?`` and policy variables.

A pattern is a string in which two private-use characters stand for the wildcards, so that a literal
``*``, from ``${*}`` or the value of a tag, stays literal.

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
        values: maps keys to a value or values; booleans and numbers as in JSON. The request
            doesn't have a key whose value is ``None``.
        unknown: the keys, or the one key, with an unknown value. This wins over ``values``.

    Keys are case-insensitive: ``aws:PrincipalTag/Team`` and ``aws:principaltag/team`` are the same
    (IAM user guide, "Condition", on condition key names).
    """

    def __init__(self, values: Mapping[str, object] = {}, unknown: Iterable[str] = ()) -> None:
        present = ((key, value) for key, value in values.items() if value is not None)
        self._values = {key.lower(): texts(value) for key, value in present}
        keys = (unknown,) if isinstance(unknown, str) else unknown
        self._unknown = {key.lower(): key for key in keys}

    def get(self, key: str) -> tuple[str, ...] | Unknown | None:
        """Return the values of a key; ``None`` if the request doesn't have it."""
        key = key.lower()
        if key in self._unknown:
            return Unknown.of(self._unknown[key])
        return self._values.get(key)


def texts(value: object) -> tuple[str, ...]:
    """Convert a value or a list of values to the strings that IAM compares."""
    many = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
    return tuple(without_markers(str(v).lower() if isinstance(v, bool) else str(v)) for v in many)


def without_markers(text: str) -> str:
    """Return a text after checking that it doesn't contain the characters for wildcards.

    Raises:
        ValueError: if it does.
    """
    if MANY in text or ONE in text:
        raise ValueError(
            f"{text!r} contains U+E000 or U+E001, which this evaluator uses for wildcards; "
            "remove that character"
        )
    return text


@dataclass(frozen=True)
class Template:
    """A string of a policy, before its variables have values.

    Args:
        text: the string as written in the policy.
        wildcards: whether ``*`` and ``?`` are wildcards.
        variables: whether ``${…}`` are variables, as in documents of version 2012-10-17 only.
    """

    text: str
    wildcards: bool = True
    variables: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys of its variables."""
        if not self.variables:
            return ()
        parsed = (_KEY.fullmatch(variable) for variable in _VARIABLE.findall(self.text))
        return tuple(match[1] for match in parsed if match and match[1] not in ("*", "?", "$"))

    @property
    def fixed(self) -> str | None:
        """The pattern, or ``None`` if it contains a variable."""
        return None if self.variables and "${" in self.text else self._literal(self.text)

    def fill(self, context: Context) -> str | Unknown | None:
        """Replace the variables by the request's values.

        Returns:
            The pattern; ``None`` if a variable has neither a value nor a default, so that nothing
            matches; unknown if a value is unknown or IAM's guide doesn't define it.
        """
        fixed = self.fixed
        if fixed is not None:
            return fixed
        parts, last, missing = [], 0, False
        unknown: list[str] = []
        for variable in _VARIABLE.finditer(self.text):
            parts.append(self._literal(self.text[last : variable.start()]))
            last = variable.end()
            value = _value(variable[1], context)
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
    """Return the value of a variable, given the text between its braces."""
    if inner in ("*", "?", "$"):
        return inner
    parsed = _KEY.fullmatch(inner)
    if parsed is None:
        return Unknown.of(f"${{{inner}}}")
    key, default = parsed[1], parsed[2]
    values = context.get(key)
    if values is None:
        return default
    if isinstance(values, Unknown):
        return values
    # The guide doesn't define a variable whose key has several values.
    return values[0] if len(values) == 1 else Unknown.of(key)


@lru_cache(maxsize=65536)
def glob(text: str) -> str:
    """Convert a text with wildcards to a pattern."""
    return text.translate(_WILD)


def matches(pattern: str, subject: str, *, ignore_case: bool = False) -> bool:
    """Test whether a pattern matches a subject."""
    if ignore_case or ONE in pattern:
        return _expression(pattern, ignore_case).fullmatch(subject) is not None
    first, *rest = pattern.split(MANY)
    if not rest:
        return pattern == subject
    # Most patterns are used once, so compiling an expression for each would not pay.
    *middle, last = rest
    start, end = len(first), len(subject) - len(last)
    if start > end or not (subject.startswith(first) and subject.endswith(last)):
        return False
    for part in middle:
        position = subject.find(part, start, end)
        if position < 0:
            return False
        start = position + len(part)
    return True


@lru_cache(maxsize=8192)
def _expression(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    first, *rest = (
        re.escape(part).replace(ONE, f"[^{MANY}]")
        for part in re.sub(f"{MANY}+", MANY, pattern).split(MANY)
    )
    if rest:
        *middle, last = rest
        # A lookahead with a backreference acts as an atomic group, which `re` lacks before Python
        # 3.11: it keeps the leftmost match of a part, so that matching never backtracks.
        atomic = (f"(?=(.*?{part}))\\{number}" for number, part in enumerate(middle, 1))
        first = f"{first}{''.join(atomic)}.*{last}"
    return re.compile(first, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
