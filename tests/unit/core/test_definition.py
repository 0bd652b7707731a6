"""Walking definitions."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

import pytest

from sm_prefix_ext import Plan, PrefixPolicy
from sm_prefix_ext.core.definition import copied, is_generated_name, load, role_slots, steps
from sm_prefix_ext.enforcement.enforce import enforce


def step(name: str, step_type: str = "Training", **arguments: Any) -> dict[str, Any]:
    """A step of a definition."""
    return {"Name": name, "Type": step_type, "Arguments": arguments}


def test_paths_of_nested_steps() -> None:
    """They have if, else and each, at any depth, and a step comes before the steps in it."""
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
    ("text", "expected"),
    [
        ("{", "is not JSON"),
        ("[]", "got a list"),
        ("null", "got null"),
        ('{"Version": "x"}', "it has no 'Steps'"),
        ('{"Steps": {}}', "'Steps' is an object; wanted a list"),
        ('{"Steps": [3]}', "'Steps'[0] is a number; wanted a step"),
        ('{"Steps": [{"Type": "Fail"}]}', "'Steps'[0] has no 'Name'"),
        ('{"Steps": [{"Name": "A", "Type": ""}]}', "'Steps'[0] has no 'Type'"),
        ('{"Steps": [{"Name": 3, "Type": "Fail"}]}', "'Steps'[0]: 'Name' is a number; wanted a"),
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
        ('{"Steps": [' + "9" * 5000 + "]}", "is not JSON: Exceeds the limit"),
        ('{"Steps": [], "Steps": []}', "has the key 'Steps' twice in one object, with [] and []"),
        (
            '{"Steps": [{"Name": "A", "Type": "Training", "Arguments": '
            '{"TrainingJobName": "rogue", "TrainingJobName": "team-a-x"}}]}',
            "has the key 'TrainingJobName' twice in one object, with 'rogue' and 'team-a-x'",
        ),
        ('{"Steps": [{"Name": "a\\u001b", "Type": "T", "Arguments": 1}]}', r"(a\x1b): 'Arguments'"),
    ],
)
def test_invalid_definitions(text: str, expected: str) -> None:
    """The message has one line: where, what was found and what is wanted."""
    with pytest.raises(ValueError) as raised:
        load(text, "d.json")
    assert expected in str(raised.value)
    assert str(raised.value).startswith("d.json")
    assert "\n" not in str(raised.value)


def test_role_slots() -> None:
    """A path leads to each existing location, through lists too."""
    arguments = {"Ones": [{"RoleArn": "a"}, {}], "One": {"RoleArn": "b"}}
    slots = [*role_slots(arguments, "Ones[].RoleArn"), *role_slots(arguments, "One.RoleArn")]
    assert ["a", None, "b"] == [holder.get(key) for holder, key in slots]
    assert [] == list(role_slots(arguments, "No.RoleArn"))
    assert [(arguments, "RoleArn")] == list(role_slots(arguments, "RoleArn"))


IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/img:1"


@pytest.mark.parametrize(
    ("wanted", "name", "generated"),
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
def test_generated_names(wanted: bool, name: str, generated: dict[str, Any]) -> None:
    """A name is recognised as generated only for the step types that get it."""
    [view] = steps({"Steps": [generated]})
    assert wanted is is_generated_name(view, name)


def nested(depth: int) -> dict[str, Any]:
    """A definition with a training step below so many conditions, with as many lists in it."""
    values: list[Any] = []
    for _ in range(depth):
        values = [values]
    innermost = step("Train", HyperParameters={"deep": values})
    for number in range(depth):
        innermost = step(f"C{number}", "Condition", IfSteps=[innermost])
    return {"Steps": [innermost]}


def test_a_definition_may_be_nested_to_any_depth() -> None:
    """Walking, copying, enforcement and plans work below Python's recursion limit."""
    document = nested(5_000)
    *_, last = steps(document)
    assert last.path.endswith("C0/if/Train")
    definition, findings = enforce(document, PrefixPolicy("team-a"), {})
    assert () == findings
    [job] = Plan.from_definition(definition)
    assert "team-a-Train-*" == job.name_pattern
    *_, untouched = steps(document)
    assert "TrainingJobName" not in untouched.arguments


@pytest.mark.parametrize("value", [5, None, "x", [], object()])
def test_invalid_documents_raise_a_value_error(value: Any) -> None:
    """This holds for every function that takes a definition as data."""
    with pytest.raises(ValueError, match="is not a pipeline definition: wanted an object"):
        enforce(value, PrefixPolicy())
    with pytest.raises(ValueError, match="is not a pipeline definition"):
        Plan.from_definition(value if not isinstance(value, str) else '"x"')


def test_a_document_must_not_contain_itself() -> None:
    """Walking it would never end; a document may contain the same part twice."""
    part = [step("A")]
    twice = {"Steps": [step("C", "Condition", IfSteps=part, ElseSteps=part)]}
    assert ["C", "C/if/A", "C/else/A"] == [view.path for view in steps(twice)]
    assert twice == copied(twice)
    circle = step("C", "Condition", IfSteps=part)
    part.append(circle)
    for walk in (lambda d: list(steps(d)), copied):
        with pytest.raises(ValueError, match="contains itself"):
            walk({"Steps": [circle]})


def test_the_characters_of_names_count() -> None:
    """A definition as data may contain members of enumerations."""
    word = Enum("Word", {"NAME": "Train", "TYPE": "Training", "JOB": "team-a-x"}, type=str)
    definition = {"Steps": [step(word.NAME, word.TYPE, TrainingJobName=word.JOB)]}
    [view] = steps(definition)
    assert ("Train", "Training", True) == (view.path, view.step_type, view.kind is not None)
    assert (
        "team-a-x"
        == json.loads(json.dumps(enforce(definition, PrefixPolicy("team-a"))[0]))["Steps"][0][
            "Arguments"
        ]["TrainingJobName"]
    )
