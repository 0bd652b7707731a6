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
from os.path import commonprefix

from .truth import Truth, Unknown, any_of

MANY, ONE = "\ue000", "\ue001"
_WILD = str.maketrans({"*": MANY, "?": ONE})
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_FEW = 2
_WILDCARD = re.compile(f"[{MANY}{ONE}]")
_S3 = re.compile(r"arn:[^:]*:s3:")
_KEY = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")


class Context:
    """The condition keys of a request.

    Args:
        values: a key to its value or values; booleans and numbers as JSON has them. A key whose
            value is ``None`` is absent.
        unknown: the keys whose values nobody can know beforehand. One that is in both is unknown.

    Key names have no case: ``aws:PrincipalTag/Team`` and ``aws:principaltag/team`` are one.
    """

    def __init__(self, values: Mapping[str, object] = {}, unknown: Iterable[str] = ()) -> None:
        given = ((key, value) for key, value in values.items() if value is not None)
        self._values = {key.lower(): texts(value) for key, value in given}
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
    subject = _subject(resource)
    if matches(pattern, subject):
        return True
    return Unknown() if _is_wild(subject) and _overlap(pattern, subject) else False


class Patterns:
    """Templates of which one has to match.

    Most have no variables. Those are put into one expression, since a statement may name hundreds.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        self._fixed: list[str] = []
        self._others: list[Template] = []
        for template in templates:
            if template.variables and "${" in template.text:
                self._others.append(template)
            else:
                self._fixed.append(template.fill(Context()))  # type: ignore[arg-type]  # no variables
        simple = [one for one in self._fixed if one.count(MANY) <= _FEW]
        self._hard = [one for one in self._fixed if one.count(MANY) > _FEW]
        heads = [one[: _literal_head(one)] for one in self._fixed]
        self._head = commonprefix(heads) + MANY  # noqa: RUF071  # letter by letter is meant
        self._all = re.compile("|".join(map(_plainly, simple)) or "(?!)", re.DOTALL)

    def meet(self, resource: str, context: Context) -> Truth:
        """Whether one of them matches a request's resource, as :func:`meets`."""
        subject = _subject(resource)
        if self._all.fullmatch(subject) or any(matches(one, subject) for one in self._hard):
            return True
        filled = (template.fill(context) for template in self._others)
        found = any_of(
            meets(one, resource) if isinstance(one, str) else one or False for one in filled
        )
        if found is False and _is_wild(subject) and _overlap(self._head, subject):
            return any_of(Unknown() for one in self._fixed if _overlap(one, subject))
        return found


def _subject(resource: str) -> str:
    return resource if _S3.match(resource) else glob(resource)


def _is_wild(subject: str) -> bool:
    return MANY in subject or ONE in subject


def _plainly(pattern: str) -> str:
    """A pattern as a regular expression that may try again, which two wildcards can afford."""
    wild = {MANY: ".*", ONE: f"[^{MANY}]"}
    return "".join(wild.get(char) or re.escape(char) for char in pattern)


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


@lru_cache(maxsize=65536)
def _overlap(one: str, other: str) -> bool:
    """Whether there is a string that both patterns match."""
    head = min(_literal_head(one), _literal_head(other))
    if one[:head] != other[:head]:
        return False
    # Bit n of `places` tells that the part of `one` read so far may end before other[n].
    one, other = one[head:], other[head:]
    at: dict[str, int] = {}
    for number, char in enumerate(other):
        at[char] = at.get(char, 0) | 1 << number
    many, end = at.get(MANY, 0), 1 << len(other)
    places = _skipping(1, many)
    for char in one:
        if char == MANY:
            places = (end << 1) - (places & -places)
            continue
        step = (end - 1) & ~many if char == ONE else at.get(char, 0) | at.get(ONE, 0)
        places = _skipping(places & many | (places & step) << 1, many)
        if not places:
            return False
    return bool(places & end)


def _skipping(places: int, many: int) -> int:
    """The places, and those behind a ``*`` that stands for nothing."""
    while more := (places & many) << 1 & ~places:
        places |= more
    return places


@lru_cache(maxsize=8192)
def _literal_head(pattern: str) -> int:
    """How many characters come before the first wildcard."""
    found = _WILDCARD.search(pattern)
    return len(pattern) if found is None else found.start()
