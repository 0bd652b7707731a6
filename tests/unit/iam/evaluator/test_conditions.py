"""Conditions at their boundaries: the nearest value that passes, and the nearest that doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.iam.evaluator.conditions import Condition, read_conditions
from sm_prefix_ext.iam.evaluator.kleene import Truth, Unknown
from sm_prefix_ext.iam.evaluator.patterns import (
    Context,
)

X, Z = (Unknown.of(key) for key in "xz")


def condition(operator: Any, wanted: Any, key: str = "x", variables: bool = True) -> Condition:
    """Parse one condition."""
    [parsed] = read_conditions({operator: {key: wanted}}, variables=variables)
    return parsed


def holds(operator: str, wanted: Any, *values: Any, **other: Any) -> Truth:
    """Whether a request with some values of ``x`` fulfils a condition."""
    context = {**({"x": list(values)} if values else {}), **other}
    return condition(operator, wanted).holds(Context(context, unknown=["unknown"]))


@pytest.mark.parametrize(
    ("operator", "absent"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("NumericNotEquals", True),
        ("NumericLessThan", False),
        ("NumericEquals", False),
        ("NotIpAddress", True),
        ("ArnNotLike", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
    ],
)
def test_a_key_that_the_request_does_not_have(operator: str, absent: bool) -> None:
    """The operator decides what an absent key means."""
    wanted = {"NumericLess": "1", "NumericEqua": "1", "NumericNotE": "1", "NotIpAddres": "::/0"}
    assert absent is holds(operator, wanted.get(operator[:11], "a"))


@pytest.mark.parametrize(
    ("wanted", "present", "absent"),
    [("true", False, True), ("false", True, False), (["true", "false"], True, True)],
)
def test_null(wanted: Any, present: bool, absent: bool) -> None:
    """``Null`` tests for absence; one of its values has to hold."""
    assert (present, absent) == (holds("Null", wanted, "a"), holds("Null", wanted))
    context = Context({}, unknown=["Unknown"])
    assert Unknown.of("Unknown") == condition("Null", wanted, "UNKNOWN").holds(context)


@pytest.mark.parametrize(
    ("operator", "wanted", "values", "result"),
    [
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEquals", ["a", "b"], ["c"], False),
        ("StringEquals", "a", ["A"], False),
        ("StringEquals", "a*", ["a*"], True),
        ("StringEquals", "a*", ["ab"], False),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", ["a", "b"], ["c"], True),
        ("StringEqualsIgnoreCase", "stra\u00dfe", ["STRASSE"], True),
        ("StringEqualsIgnoreCase", "a", ["b"], False),
        ("StringNotEqualsIgnoreCase", "a", ["A"], False),
        ("StringLike", "a*", ["ab"], True),
        ("StringLike", "a?", ["abc"], False),
        ("StringNotLike", "a*", ["ab"], False),
        ("StringEquals", "a", ["a", "b"], X),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
        ("ForAllValues:StringNotEquals", ["a"], ["a", "b"], False),
        ("NumericEquals", 10, ["10.0"], True),
        ("NumericEquals", 10, ["11"], False),
        ("NumericNotEquals", 10, ["10.0"], False),
        ("NumericNotEquals", 10, ["11"], True),
        ("NumericLessThan", 10, ["9.9"], True),
        ("NumericLessThan", 10, ["10"], False),
        ("NumericLessThanEquals", 10, ["10"], True),
        ("NumericLessThanEquals", 10, ["10.1"], False),
        ("NumericGreaterThan", 10, ["10.1"], True),
        ("NumericGreaterThan", 10, ["10"], False),
        ("NumericGreaterThanEquals", 10, ["10"], True),
        ("NumericGreaterThanEquals", 10, ["9.9"], False),
        ("NumericEquals", 10, ["ten"], X),
        ("NumericNotEquals", 10, ["ten"], X),
        ("NumericLessThan", 10, ["NaN"], X),
        ("Bool", "TRUE", ["true"], True),
        ("Bool", "False", ["FALSE"], True),
        ("Bool", "true", ["false"], False),
        ("Bool", False, ["true"], False),
        ("Bool", True, ["yes"], X),
        ("BinaryEquals", "QQ==", ["QQ=="], True),
        ("BinaryEquals", "${*}", ["${*}"], True),
        ("IpAddress", "10.0.0.1/31", ["10.0.0.0"], True),
        ("IpAddress", "10.0.0.1/31", ["10.0.0.2"], False),
        ("IpAddress", "10.0.0.1", ["10.0.0.1"], True),
        ("NotIpAddress", "10.0.0.1/31", ["10.0.0.0"], False),
        ("NotIpAddress", "10.0.0.1/31", ["10.0.0.2"], True),
        ("IpAddress", "10.0.0.1", ["home"], X),
        ("ArnEquals", "arn:aws:iam::1:role/*", ["arn:aws:iam::1:role/a:b"], True),
        ("ArnEquals", "arn:aws:iam::1:role/a", ["arn:aws:iam::2:role/a"], False),
        ("ArnLike", "arn:aws:*:1:role/a", ["arn:aws:iam::1:role/a"], X),
        ("ArnLike", "arn:aws:*::1:role/a", ["arn:aws:iam::1:role/a"], True),
        ("ArnLike", "arn:aws:iam::1:role", ["arn:aws:iam::1"], X),
        ("ArnNotLike", "arn:aws:iam::1:role/a", ["arn:aws:iam::1:role/b"], True),
        ("ArnNotEquals", "arn:aws:iam::1:role/a", ["arn:aws:iam::1:role/a"], False),
        ("ArnNotEquals", "arn:aws:iam::1:role/a", ["a"], X),
    ],
)
def test_operators(operator: str, wanted: Any, values: list[str], result: Truth) -> None:
    """Each operator at the nearest values that pass and fail; what the guide omits is unknown."""
    assert result == holds(operator, wanted, *values)


@pytest.mark.parametrize(
    ("date", "other"),
    [
        ("2026-01", "2026-01-01T00:00:00Z"),
        ("2026-01-02", "2026-01-02T00:00Z"),
        ("2026-01-02T03:04", "2026-01-02T03:04:00Z"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05.000000Z"),
        ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000Z"),
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.123456Z"),
        ("2026-01-02T03:04:05+02:30", "2026-01-02T00:34:05Z"),
        ("2026-01-02T03:04:05-0230", "2026-01-02T05:34:05Z"),
        ("2026-01-02T23:04:05+12:45", "2026-01-02T10:19:05Z"),
        ("0", "1970-01-01T00:00:00Z"),
        ("86400", "1970-01-02"),
        ("0.5", "1970-01-01T00:00:00.5Z"),
    ],
)
def test_dates(date: str, other: str) -> None:
    """Parts that a date omits have their first value, in UTC; a date equals its other forms."""
    assert True is holds("DateEquals", date, other) is holds("DateEquals", other, date)
    assert False is holds("DateNotEquals", date, other)


@pytest.mark.parametrize(
    ("operator", "before", "at", "after"),
    [
        ("DateEquals", False, True, False),
        ("DateNotEquals", True, False, True),
        ("DateLessThan", True, False, False),
        ("DateLessThanEquals", True, True, False),
        ("DateGreaterThan", False, False, True),
        ("DateGreaterThanEquals", False, True, True),
    ],
)
def test_the_order_of_dates(operator: str, before: bool, at: bool, after: bool) -> None:
    """An operator at a date, a second before it, and a second after it."""
    results = [
        holds(operator, "2026-11-24T09:08:07Z", f"2026-11-24T09:08:{s}Z")
        for s in ("06", "07", "08")
    ]
    assert [before, at, after] == results


@pytest.mark.parametrize(
    "value", ["2026-1", "2026-01-02T03", "2026-01-02 03:04", "1.", "-1", "2026-02-30", "1e3"]
)
def test_what_is_no_date(value: str) -> None:
    """An invalid date is unknown in a request and an error in a policy."""
    assert X == holds("DateEquals", "2026-01-02", value)
    with pytest.raises(ValueError, match=r"Condition\.DateEquals\.x is "):
        condition("DateEquals", value)


def test_a_date_that_python_cannot_hold_is_an_error_of_the_policy() -> None:
    """Seconds beyond the last year raise like any other invalid value."""
    with pytest.raises(ValueError, match=r"^Condition\.DateLessThan\.x is '9{20}': "):
        condition("DateLessThan", "9" * 20)
    assert X == holds("DateLessThan", "2026-01", "9" * 20)


def test_a_variable_in_a_condition() -> None:
    """An absent variable equals nothing, an unknown one is unknown, and a default counts."""
    assert True is holds("StringEquals", "${y}-b", "a-b", y="a")
    assert False is holds("StringEquals", "${y}", "a")
    assert True is holds("StringNotEquals", "${y}", "a")
    assert True is holds("StringEquals", "${y, 'a'}", "a")
    assert Unknown.of("unknown") == holds("StringEquals", "${unknown}", "a")
    assert Unknown.of("unknown") == holds("StringNotEquals", "${unknown}", "a")
    for quantifier in ("ForAllValues", "ForAnyValue"):
        assert True is holds(f"{quantifier}:StringEquals", "${y}", "a", "a", y="a")
        assert False is holds(f"{quantifier}:StringEquals", "${y}", "b", "b", y="a")
    literal = condition("StringEquals", "${y}", variables=False)
    assert True is literal.holds(Context({"x": "${y}", "y": "a"}))
    assert True is condition("StringLike", "${y}*", variables=False).holds(Context({"x": "${y}z"}))


def test_the_keys_of_a_condition() -> None:
    """A condition depends on its own key and on those of its variables."""
    assert ("x", "aws:a", "b") == condition("StringLike", ["${aws:a}-${*}", "c", "${b}"]).keys
    assert ("x",) == condition("StringLike", "${aws:a}", variables=False).keys
    assert ("x",) == condition("Bool", "true").keys


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"X": {"a": "b"}}, "Condition has the unknown operator 'X'"),
        ({"": {"a": "b"}}, "Condition has the unknown operator ''"),
        ({7: {"a": "b"}}, "Condition has the unknown operator 7"),
        ({"NullIfExists": {"a": "true"}}, "Condition has the unknown operator 'NullIfExists'"),
        (
            {"ForAnyValue:Null": {"a": "true"}},
            "Condition has the unknown operator 'ForAnyValue:Null'",
        ),
        ({"For:Bool": {"a": "true"}}, "Condition has the unknown operator 'For:Bool'"),
        ({"Bool": "x"}, "Condition.Bool is 'x'; wanted an object of condition keys"),
        ({"Bool": {}}, "Condition.Bool is {}; wanted an object of condition keys"),
        (
            {"Bool": {"a": "true", 7: "true"}},
            "Condition.Bool is {'a': 'true', 7: 'true'}; wanted an object of condition keys",
        ),
        (
            {"Bool": {"a": ["true", None]}},
            "Condition.Bool.a is ['true', None]; wanted a string, a number, a boolean or a list of "
            "these",
        ),
        (
            {"Bool": {"a": []}},
            "Condition.Bool.a is []; wanted a string, a number, a boolean or a list of these",
        ),
        ({"Bool": {"a": "yes"}}, "Condition.Bool.a is 'yes': wanted true or false"),
        ({"Null": {"a": 1}}, "Condition.Null.a is 1: wanted true or false"),
        ({"NumericEquals": {"a": "x"}}, "Condition.NumericEquals.a is 'x': wanted a number"),
        (
            {"DateEquals": {"a": "x"}},
            "Condition.DateEquals.a is 'x': wanted a date such as 2026-11-24T09:00:00Z, or seconds "
            "since 1970",
        ),
    ],
)
def test_invalid_conditions(block: Any, message: str) -> None:
    """The error has the operator, the key, the value and what is wanted."""
    with pytest.raises(ValueError) as raised:
        list(read_conditions(block, variables=True))
    assert message == str(raised.value)


def test_conditions_in_order() -> None:
    """Each key of each operator is one condition, with its name as written."""
    block = {"Bool": {"a": "true", "b": ["false", True]}, "ForAnyValue:BinaryEquals": {"c": "d"}}
    assert [
        Condition("Bool", "a", (True,)),
        Condition("Bool", "b", (False, True)),
        Condition("ForAnyValue:BinaryEquals", "c", ("d",)),
    ] == list(read_conditions(block, variables=True))
