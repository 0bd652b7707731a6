"""Condition operators of IAM policies.

Source: IAM user guide, "Policy elements: Condition operators" and "Single-valued vs. multivalued
context keys".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

from .kleene import Truth, Unknown, all_of, any_of, negated
from .patterns import Context, Template, matches, texts

_QUANTIFIERS = ("ForAllValues", "ForAnyValue")
_IF_EXISTS = "IfExists"


@dataclass(frozen=True)
class _Operator:
    """How an operator compares a policy's value with the request's.

    Args:
        read: parses a value of the policy; raises ``ValueError`` if it is invalid.
        holds: compares the parsed value with a value of the request; ``None`` if IAM's guide
            doesn't define the result.
        negates: whether the operator holds if no value compares equal.
    """

    read: Callable[[str, bool], Any]
    holds: Callable[[Any, str], bool | None]
    negates: bool = False


@dataclass(frozen=True)
class Condition:
    """One key under one operator.

    Args:
        name: the operator as written in the policy, such as ``ForAnyValue:StringLike``.
        key: the condition key.
        wanted: the policy's values, parsed.
    """

    name: str
    key: str
    wanted: tuple[Any, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys that it tests, in variables too."""
        templates = (value for value in self.wanted if isinstance(value, Template))
        return (self.key, *(key for template in templates for key in template.keys))

    def holds(self, context: Context) -> Truth:
        """Test whether a request fulfils it."""
        quantifier, base, if_exists = _parts(self.name)
        actual = context.get(self.key)
        if isinstance(actual, Unknown):
            return actual
        if base == "Null":
            return any_of((actual is None) == wanted for wanted in self.wanted)
        if actual is None and if_exists:
            return True
        operator_ = _operators()[base]
        if quantifier == "ForAllValues":
            return all_of(self._holds_for(value, operator_, context) for value in actual or ())
        if quantifier == "ForAnyValue":
            return any_of(self._holds_for(value, operator_, context) for value in actual or ())
        if actual is None:
            return operator_.negates
        if len(actual) == 1:
            return self._holds_for(actual[0], operator_, context)
        # The guide doesn't define several values without ForAllValues or ForAnyValue.
        return Unknown.of(self.key)

    def _holds_for(self, value: str, operator_: _Operator, context: Context) -> Truth:
        """Compare one value of the request with all values of the policy."""
        result = any_of(self._compare(operator_, wanted, value, context) for wanted in self.wanted)
        return negated(result) if operator_.negates else result

    def _compare(self, operator_: _Operator, wanted: Any, value: str, context: Context) -> Truth:
        if isinstance(wanted, Template):
            wanted = wanted.fill(context)
            if wanted is None or isinstance(wanted, Unknown):
                return wanted or False
        result = operator_.holds(wanted, value)
        return Unknown.of(self.key) if result is None else result


def read_conditions(block: Mapping[str, Any], *, variables: bool) -> Iterator[Condition]:
    """Parse a statement's ``Condition``.

    Args:
        block: maps operators to keys to values.
        variables: whether ``${…}`` are variables in it.

    Raises:
        ValueError: if an operator, a key or a value is invalid; names its location.
    """
    for name, keys in block.items():
        base = _parts(name)[1] if isinstance(name, str) else ""
        if base not in _operators() and name != "Null":
            raise ValueError(f"Condition has the unknown operator {name!r}")
        if not isinstance(keys, Mapping) or not keys or not all(isinstance(k, str) for k in keys):
            raise ValueError(f"Condition.{name} is {keys!r}; wanted an object of condition keys")
        for key, values in keys.items():
            many = values if isinstance(values, list) else [values]
            if not many or not all(isinstance(v, (str, int, float, bool)) for v in many):
                raise ValueError(
                    f"Condition.{name}.{key} is {values!r}; wanted a string, a number, a boolean "
                    "or a list of these"
                )
            parse = _boolean if base == "Null" else _operators()[base].read
            try:
                yield Condition(name, key, tuple(parse(v, variables) for v in texts(many)))
            except (ValueError, ArithmeticError) as error:
                raise ValueError(f"Condition.{name}.{key} is {values!r}: {error}") from None


def _parts(name: str) -> tuple[str, str, bool]:
    """Split ``ForAnyValue:StringLikeIfExists`` into quantifier, operator and whether IfExists."""
    quantifier, colon, base = name.partition(":")
    if not colon or quantifier not in _QUANTIFIERS:
        quantifier, base = "", name
    return quantifier, base.removesuffix(_IF_EXISTS), base.endswith(_IF_EXISTS)


def _pattern(text: str, variables: bool) -> Template:
    return Template(text, variables=variables)


def _literal(text: str, variables: bool) -> Template:
    return Template(text, wildcards=False, variables=variables)


def _without_case(wanted: str, got: str) -> bool:
    return wanted.casefold() == got.casefold()


def _number(text: str, variables: bool = False) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("wanted a number") from None


def _boolean(text: str, variables: bool = False) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("wanted true or false")
    return text.lower() == "true"


_DATE = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.](\d{1,6})\d*)?)?"
    r"(Z|[+-]\d\d:?\d\d)?)?)?"
)


def _date(text: str, variables: bool = False) -> datetime:
    """Parse a W3C ISO 8601 date, in UTC if it has no zone, or seconds since 1970."""
    if re.fullmatch(r"\d+([.]\d+)?", text):
        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=float(text))
    parsed = _DATE.fullmatch(text)
    if parsed is None:
        raise ValueError("wanted a date such as 2026-11-24T09:00:00Z, or seconds since 1970")
    year, month, day, hour, minute, second = (int(part or "0") for part in parsed.groups()[:6])
    fraction, zone = int((parsed[7] or "0").ljust(6, "0")), (parsed[8] or "Z").replace(":", "")
    offset = timedelta() if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    moment = datetime(year, month, day or 1, hour, minute, second, fraction, timezone.utc)
    return moment + offset if zone[0] == "-" else moment - offset


def _network(text: str, variables: bool = False) -> Any:
    return ip_network(text, strict=False)


def _same_arn(wanted: str, got: str) -> bool | None:
    """Compare ARNs part by part: a wildcard doesn't cross one of the first five colons.

    Source: IAM user guide, "Policy elements: Condition operators", ARN condition operators.
    """
    wanted_parts, got_parts = wanted.split(":", 5), got.split(":", 5)
    if len(wanted_parts) != 6 or len(got_parts) != 6:
        return None
    return all(matches(pattern, part) for pattern, part in zip(wanted_parts, got_parts))


def _reading(
    read: Callable[[str], Any], compare: Callable[[Any, Any], bool]
) -> Callable[[Any, str], bool | None]:
    """Return a comparison that parses the request's value first; ``None`` if it can't be parsed."""

    def holds(wanted: Any, got: str) -> bool | None:
        try:
            return compare(read(got), wanted)
        except (ValueError, ArithmeticError):
            return None

    return holds


def _ordered(name: str, read: Callable[..., Any]) -> Iterator[tuple[str, _Operator]]:
    for word, compare, negates in (
        ("Equals", operator.eq, False),
        ("NotEquals", operator.eq, True),
        ("LessThan", operator.lt, False),
        ("LessThanEquals", operator.le, False),
        ("GreaterThan", operator.gt, False),
        ("GreaterThanEquals", operator.ge, False),
    ):
        yield f"{name}{word}", _Operator(read, _reading(read, compare), negates)


def _pairs(
    yes: str, no: str, read: Callable[..., Any], holds: Callable[[Any, str], bool | None]
) -> Iterator[tuple[str, _Operator]]:
    yield yes, _Operator(read, holds)
    yield no, _Operator(read, holds, negates=True)


_IS_IN = _reading(ip_address, lambda address, network: address in network)


@cache
def _operators() -> Mapping[str, _Operator]:
    return dict(
        [
            *_pairs("StringEquals", "StringNotEquals", _literal, operator.eq),
            *_pairs("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _literal, _without_case),
            *_pairs("StringLike", "StringNotLike", _pattern, matches),
            *_pairs("ArnEquals", "ArnNotEquals", _pattern, _same_arn),
            *_pairs("ArnLike", "ArnNotLike", _pattern, _same_arn),
            *_pairs("IpAddress", "NotIpAddress", _network, _IS_IN),
            *_ordered("Numeric", _number),
            *_ordered("Date", _date),
            ("Bool", _Operator(_boolean, _reading(_boolean, operator.eq))),
            ("BinaryEquals", _Operator(lambda text, variables: text, operator.eq)),
        ]
    )
