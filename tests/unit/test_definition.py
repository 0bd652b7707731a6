"""Walking definitions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_prefix_ext.definition import is_stand_in, load, role_slots, steps


def step(name: str, step_type: str = "Training", **arguments: Any) -> dict[str, Any]:
    """A step of a definition."""
    return {"Name": name, "Type": step_type, "Arguments": arguments}


def test_paths_of_nested_steps() -> None:
    """If, else and each, to any depth, a step before what is in it."""
    inner = step("Inner", "Condition", IfSteps=[step("A")], ElseSteps=[step("B", "Fail")])
    loop = step("Loop", "ForEach", ForEachBody=[step("C")])
    outer = step("Outer", "Condition", IfSteps=[inner], ElseSteps=[loop])
    assert [
        "Outer",
        "Outer/if/Inner",
        "Outer/if/Inner/if/A",
        "Outer/if/Inner/else/B",
        "Outer/else/Loop",
        "Outer/else/Loop/each/C",
    ] == [view.path for view in steps({"Steps": [outer]})]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "got a list"),
        ("null", "got null"),
        ('{"Version": "x"}', "it has no 'Steps'"),
        ('{"Steps": {}}', "'Steps' is an object; wanted a list"),
        ('{"Steps": [3]}', "'Steps'[0] is a number; wanted a step"),
        ('{"Steps": [{"Type": "Fail"}]}', "'Steps'[0] has no 'Name'"),
        ('{"Steps": [{"Name": "A", "Type": ""}]}', "'Steps'[0] has no 'Type'"),
        ('{"Steps": [{"Name": "A", "Type": "T", "Arguments": []}]}', "(A): 'Arguments' is a list"),
        (
            json.dumps({"Steps": [step("C", "Condition", IfSteps=[{"Name": "A"}])]}),
            "'Steps'[0] (C): 'IfSteps'[0] has no 'Type'",
        ),
        (
            json.dumps({"Steps": [step("C", "Condition", ElseSteps="x")]}),
            "'Steps'[0] (C): 'ElseSteps' is a string; wanted a list",
        ),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_definition(text: str, said: str) -> None:
    """One sentence that says where, what was got and what is wanted."""
    with pytest.raises(ValueError) as raised:
        load(text, "d.json")
    assert said in str(raised.value)
    assert str(raised.value).startswith("d.json")
    assert "\n" not in str(raised.value)


def test_role_slots() -> None:
    """A path leads to each place that there is, through lists too."""
    arguments = {"Ones": [{"RoleArn": "a"}, {}], "One": {"RoleArn": "b"}}
    slots = [*role_slots(arguments, "Ones[].RoleArn"), *role_slots(arguments, "One.RoleArn")]
    assert ["a", None, "b"] == [holder.get(key) for holder, key in slots]
    assert [] == list(role_slots(arguments, "No.RoleArn"))
    assert [(arguments, "RoleArn")] == list(role_slots(arguments, "RoleArn"))


IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/img:1"


@pytest.mark.parametrize(
    ("wanted", "name", "made"),
    [
        (True, "img", step("A", "Processing", AppSpecification={"ImageUri": IMAGE})),
        (True, "img-job", step("A", AlgorithmSpecification={"TrainingImage": IMAGE})),
        (False, "img-job", step("A", "Processing", AppSpecification={"ImageUri": IMAGE})),
        (True, "clarify-job", step("A", "ClarifyCheck")),
        (False, "clarify", step("A", "ClarifyCheck")),
        (True, "img", step("A", "Model", Containers=[{"Image": IMAGE}])),
        (False, "img", step("A", "Model", PrimaryContainer={"Image": IMAGE})),
        (False, "team", step("A", AlgorithmSpecification={"TrainingImage": IMAGE})),
        (False, "img", step("A", AlgorithmSpecification={"TrainingImage": {"Get": "x"}})),
        (True, "automl", step("A", "AutoML")),
        (False, "automl", step("A", "Training")),
        (True, "transform-job", step("A", "Transform")),
        (True, "baseline-job", step("A", "QualityCheck")),
        (True, "model-1a2b3c4d", step("A", "Model")),
        (False, "model-x", step("A", "Model")),
    ],
)
def test_stand_ins(wanted: bool, name: str, made: dict[str, Any]) -> None:
    """The names that the SDK makes up are known for the kinds that get them."""
    [view] = steps({"Steps": [made]})
    assert wanted is is_stand_in(view, name)
