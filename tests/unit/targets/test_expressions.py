"""Definitions in which some values are known only at deployment."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from sm_prefix_ext.targets.expressions import definition_of_object, definition_of_parts
from sm_prefix_ext.targets.intrinsics import joined

TEAM = {"Ref": "Team"}
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}


def read(*parts: Any) -> tuple[Any, str | None]:
    """The definition that is joined from parts."""
    return definition_of_parts(list(parts), joined, "t.yaml")


def test_expressions_inside_and_outside_of_strings() -> None:
    """A string that has one becomes an expression; one that stands for a number does, too."""
    definition, not_read = read(
        '{"Steps": [{"Name": "A", "Type": "Training", "Arguments": {"TrainingJobName": "x-',
        TEAM,
        '", "Role": "',
        ROLE,
        r'", "Quoted": "a \" b ',
        TEAM,
        r'\\", "Count": ',
        {"Ref": "Count"},
        ', "List": [',
        {"Fn::Split": [",", "a"]},
        "]}}]}",
    )
    assert not_read is None
    assert {
        "TrainingJobName": {"Fn::Sub": "x-${Team}"},
        "Role": ROLE,
        "Quoted": {"Fn::Sub": 'a " b ${Team}\\'},
        "Count": {"Ref": "Count"},
        "List": [{"Fn::Split": [",", "a"]}],
    } == definition["Steps"][0]["Arguments"]


def test_a_steps_own_name_stays_a_text() -> None:
    """Its path needs one, and nothing is to be found in what nobody knows."""
    nested = '{"Name": "${x}", "Type": "Condition", "Arguments": {"IfSteps": [{"Name": "'
    definition, _ = read('{"Steps": [', nested, TEAM, '-in", "Type": "Fail"}]}}]}')
    assert "Team-in" == definition["Steps"][0]["Arguments"]["IfSteps"][0]["Name"]
    imported = {"Fn::Select": [0, {"Fn::ImportValue": "x.y"}]}
    definition, _ = read('{"Steps": [{"Type": "Fail", "Name": "a', imported, '"}]}')
    assert "a-x-y" == definition["Steps"][0]["Name"]
    definition, _ = read('{"Steps": [{"Type": "Fail", "Name": "', {"Ref": "_"}, '"}]}')
    assert "unknown" == definition["Steps"][0]["Name"]


@pytest.mark.parametrize(
    ("parts", "not_read"),
    [
        ([TEAM], "its definition is known only after deployment, from {'Ref': 'Team'}"),
        (["\n ", TEAM], "its definition is known only after deployment, from {'Ref': 'Team'}"),
        (
            ['{"Steps": ', TEAM, "}"],
            "its steps are known only after deployment, from {'Ref': 'Team'}",
        ),
        (
            [{"Ref": "x" * 100}],
            "its definition is known only after deployment, from {'Ref': '" + "x" * 70 + "…",
        ),
        (
            ['{"Steps": [], ', TEAM, "}"],
            "its definition is not JSON until deployment provides {'Ref': 'Team'}",
        ),
    ],
)
def test_what_hides_steps_is_said(parts: list[Any], not_read: str) -> None:
    """A job that can't be seen is not judged in silence."""
    assert (None, not_read) == definition_of_parts(parts, joined, "t.yaml")


GOOD = '{"Name": "A", "Type": "Training", "Arguments": {"TrainingJobName": "a"}}'


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            ['{"Steps": [', GOOD, ", ", TEAM, "]}"],
            {"Name": "Team", "Type": "Ref of 'Team'", "Arguments": {}},
        ),
        (
            ['{"Steps": [', GOOD, ', {"Name": "B", "Type": "Training", "Arguments": ', TEAM, "}]}"],
            {"Name": "B", "Type": "Training", "Arguments": {"TrainingJobName": TEAM}},
        ),
        (
            ['{"Steps": [', GOOD, ', {"Name": "B", "Type": "', TEAM, '", "Arguments": {}}]}'],
            {"Name": "B", "Type": "Ref of 'Team'", "Arguments": {}},
        ),
        (
            ['{"Steps": [', GOOD, "]", TEAM, "}"],
            {"Name": "Team", "Type": "Ref of 'Team'", "Arguments": {}},
        ),
    ],
)
def test_what_is_unknown_beside_a_step_hides_nothing(parts: list[Any], expected: Any) -> None:
    """Each step that can be read is judged; what may be a step is one of an unknown type."""
    definition, not_read = read(*parts)
    assert not_read is None
    assert [json.loads(GOOD), expected] == definition["Steps"]


def test_a_number_of_several_expressions() -> None:
    """They are one value, with the digits beside them."""
    definition, _ = read('{"Steps": [], "Count": 1', TEAM, {"Ref": "Zeros"}, "0}")
    assert {"Steps": [], "Count": {"Fn::Sub": "1${Team}${Zeros}0"}} == definition


def test_no_object_of_a_text_is_an_expression() -> None:
    """Only what a template puts in its place is one."""
    lambdas = {"Name": "L", "Type": "Condition", "Arguments": {"Ref": "x"}}
    definition, _ = read(json.dumps({"Steps": [lambdas]})[:-1], ', "x": "', TEAM, '"}')
    assert {"Steps": [lambdas], "x": TEAM} == definition
    assert ({"Steps": [lambdas]}, None) == definition_of_object({"Steps": [lambdas]}, "t.yaml")


def test_a_wrong_definition_is_an_error() -> None:
    """Where no expression can be the reason for it."""
    with pytest.raises(ValueError, match=r"t\.yaml: 'Steps' is null; wanted a list of steps"):
        read('{"Steps": null}')
    with pytest.raises(ValueError, match=r"t\.yaml: 'Steps' is a number"):
        definition_of_object({"Steps": 3}, "t.yaml")
    with pytest.raises(ValueError, match=r"t\.yaml is not a pipeline definition"):
        definition_of_object([TEAM["Ref"]], "t.yaml")


def test_a_placeholder_of_the_users_own() -> None:
    """A number that no expression has stays a text."""
    text = json.dumps({"Steps": [], "Note": "\ue0007\ue001"}, ensure_ascii=False)
    definition, _ = read(text[:-1], ', "x": "', TEAM, '"}')
    assert {"Steps": [], "Note": "7", "x": TEAM} == definition


def test_a_text_without_an_end_takes_no_time() -> None:
    """A string that is never closed, with as many quotes as you like in it."""
    begin = time.process_time()
    definition, not_read = read('{"' + '\\"' * 500_000, TEAM, "\\")
    assert definition is None
    assert not_read == "its definition is not JSON until deployment provides {'Ref': 'Team'}"
    assert time.process_time() - begin < 5
    begin = time.process_time()
    read('{"Steps": [], "x": ' + "a" * 500_000, {"Fn::x": TEAM}, " ", TEAM)
    read('{"Steps": [], "x": ' + "a" * 500_000 + " ", TEAM)
    assert time.process_time() - begin < 5
