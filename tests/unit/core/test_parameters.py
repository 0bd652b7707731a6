"""The values of a pipeline's parameters."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.core.parameters import defaults_of, filled, named_in, values_of

DEFINITION = {
    "Parameters": [
        {"Name": "Role", "Type": "String", "DefaultValue": "r"},
        {"Name": "Epochs", "Type": "Integer", "DefaultValue": 0},
        {"Name": "Rate", "Type": "Float"},
        {"Name": "Fast", "Type": "Boolean"},
        {"Name": "Type", "Type": "String", "EnumValues": ["ml.m5.large", "ml.m5.xlarge"]},
    ]
}


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("Role", "x", "x"),
        ("Epochs", "12", 12),
        ("Epochs", 12, 12),
        ("Rate", "0.5", 0.5),
        ("Rate", 1, 1.0),
        ("Fast", "True", True),
        ("Fast", False, False),
        ("Type", "ml.m5.xlarge", "ml.m5.xlarge"),
    ],
)
def test_values(name: str, arguments: Any, value: Any) -> None:
    """They get the declared type, also if they are strings of a command line."""
    values = values_of(DEFINITION, {name: arguments})
    assert {name: value} == values
    assert type(value) is type(values[name])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"role": "x"}, "has no parameter 'role'; it has .*Did you mean 'Role'?"),
        ({"zzz": "x"}, r"has no parameter 'zzz'; it has [^?]*\.$"),
        ({"Epochs": "many"}, "'Epochs' takes a value of type Integer; got 'many'"),
        ({"Epochs": True}, "of type Integer; got True"),
        ({"Role": 1}, "of type String; got 1"),
        ({"Role": None}, "of type String; got None"),
        ({"Fast": "yes"}, "of type Boolean; got 'yes'"),
        ({"Rate": []}, "of type Float"),
        ({"Type": "ml.p4d"}, "takes one of 'ml.m5.large', 'ml.m5.xlarge'; got 'ml.p4d'"),
    ],
)
def test_invalid_values(arguments: Any, expected: str) -> None:
    """The message names the parameter, the expected type and the value."""
    with pytest.raises(ValueError, match=expected):
        values_of(DEFINITION, arguments)


def test_a_pipeline_without_parameters() -> None:
    """The message says that it has no parameters."""
    with pytest.raises(ValueError, match="it has no parameters at all"):
        values_of({"Steps": []}, {"Role": "x"})
    assert {} == values_of({"Steps": []}, None)


def test_defaults_and_references() -> None:
    """Falsy defaults count, and references are found at any depth."""
    assert {"Role": "r", "Epochs": 0} == defaults_of(DEFINITION)
    value = {"a": [{"Get": "Parameters.Role"}, {"Std:Join": {"Values": [{"Get": "Parameters.N"}]}}]}
    assert ["Role", "N"] == list(named_in(value))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"Get": "Parameters.A"}, "a"),
        ({"Get": "Parameters.B"}, {"Get": "Parameters.B"}),
        ({"Get": "Steps.A.B"}, {"Get": "Steps.A.B"}),
        ({"Get": "A"}, {"Get": "A"}),
        ({"Std:Join": {"On": "", "Values": ["x", {"Get": "Parameters.A"}, 1]}}, "xa1"),
        (
            {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.A"}, {"Get": "Parameters.B"}]}},
            {"Std:Join": {"On": "", "Values": ["a", {"Get": "Parameters.B"}]}},
        ),
        (
            {"Std:Join": {"On": "/", "Values": [True]}},
            {"Std:Join": {"On": "/", "Values": [True]}},
        ),
        ([{"x": {"Get": "Parameters.A"}}, None, 1], [{"x": "a"}, None, 1]),
    ],
)
def test_values_in_their_places(value: Any, wanted: Any) -> None:
    """A reference to an unknown value stays an expression."""
    assert wanted == filled(value, {"A": "a"})


def test_an_object_with_one_key_is_not_a_reference() -> None:
    """A parameter without a name replaces nothing."""
    assert {"a": {"Get": "b"}} == filled({"a": {"Get": "b"}}, {"": "x"})
