"""Expressions of a definition, without moto."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.embedded.executions.expressions import (
    MISSING,
    pick,
    resolve,
    stand_in,
)

from .definitions import get

OUTPUTS = {"Outputs": [{"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}}]}


def join(*values: Any, on: str = "/") -> Any:
    return {"Std:Join": {"On": on, "Values": list(values)}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Outputs['train'].S3Output.S3Uri", "s3://b/train"),
        ('Outputs["train"].S3Output.S3Uri', "s3://b/train"),
        ("Outputs[0].OutputName", "train"),
        ("Outputs[1].OutputName", MISSING),
        ("Outputs['test']", MISSING),
        ("Nothing.There", MISSING),
    ],
)
def test_a_path_selects_by_name_and_by_index(path: str, expected: Any) -> None:
    """A property path leads through objects and lists, by number and by name."""
    assert expected == pick(OUTPUTS, path)


def test_nested_joins_are_resolved() -> None:
    """Other values stay as they are."""
    value = {"a": join("s3:/", get("Parameters.B"), join(1, True, on="-")), "b": [1, None, "x"]}

    resolved = resolve(value, {"Parameters.B": "bucket"}.__getitem__)

    assert resolved == {"a": "s3://bucket/1-true", "b": [1, None, "x"]}


def test_resolving_does_not_change_the_definition() -> None:
    """Resolving returns a copy."""
    value = {"a": get("Parameters.B")}

    resolve(value, lambda path: "changed")

    assert {"a": get("Parameters.B")} == value


@pytest.mark.parametrize(
    "value",
    [
        {"Std:JsonGet": {"PropertyFile": get("Steps.E.PropertyFiles.R"), "Path": "m.v"}},
        {"Std:JsonGet": {"S3Uri": join("s3:/", "b"), "Path": "m.v"}},
        {"Std:JsonGet": "nonsense"},
        {"Std:JsonGet": {}},
    ],
)
def test_json_get_resolves_to_a_placeholder(value: Any) -> None:
    """The content of a property file is unknown."""
    assert resolve(value, stand_in).startswith("stand-in-JsonGet")


def test_a_join_without_values_is_empty() -> None:
    """A join without values is empty."""
    assert resolve({"Std:Join": None}, stand_in) == ""
