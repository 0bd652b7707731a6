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
    assert wanted is is_generated_name(view, name)


def nested(depth: int) -> dict[str, Any]:
    """A definition with a training step in so many conditions, and as many lists in it."""
    values: list[Any] = []
    for _ in range(depth):
        values = [values]
    made = step("Train", HyperParameters={"deep": values})
    for number in range(depth):
        made = step(f"C{number}", "Condition", IfSteps=[made])
    return {"Steps": [made]}


def test_a_definition_may_be_nested_to_any_depth() -> None:
    """Deeper than Python's stack: it is walked, copied, judged and planned."""
    document = nested(5_000)
    *_, last = steps(document)
    assert last.path.endswith("C0/if/Train")
    made, found = enforce(document, PrefixPolicy("team-a"), {})
    assert () == found
    [job] = Plan.from_definition(made)
    assert "team-a-Train-*" == job.name_pattern
    *_, untouched = steps(document)
    assert "TrainingJobName" not in untouched.arguments


@pytest.mark.parametrize("value", [5, None, "x", [], object()])
def test_what_is_no_document_is_a_value_error(value: Any) -> None:
    """Wherever a definition is taken as plain data."""
    with pytest.raises(ValueError, match="is not a pipeline definition: wanted an object"):
        enforce(value, PrefixPolicy())
    with pytest.raises(ValueError, match="is not a pipeline definition"):
        Plan.from_definition(value if not isinstance(value, str) else '"x"')


def test_a_document_that_holds_itself_is_none() -> None:
    """It could be walked for ever; one that holds the same part twice is fine."""
    part = [step("A")]
    twice = {"Steps": [step("C", "Condition", IfSteps=part, ElseSteps=part)]}
    assert ["C", "C/if/A", "C/else/A"] == [view.path for view in steps(twice)]
    assert twice == copied(twice)
    circle = step("C", "Condition", IfSteps=part)
    part.append(circle)
    for walk in (lambda d: list(steps(d)), copied):
        with pytest.raises(ValueError, match="it holds itself"):
            walk({"Steps": [circle]})


def test_steps_are_known_by_the_characters_of_their_names() -> None:
    """A definition as plain data may hold members of enumerations."""
    word = Enum("Word", {"NAME": "Train", "TYPE": "Training", "JOB": "team-a-x"}, type=str)
    made = {"Steps": [step(word.NAME, word.TYPE, TrainingJobName=word.JOB)]}
    [view] = steps(made)
    assert ("Train", "Training", True) == (view.path, view.step_type, view.kind is not None)
    assert (
        "team-a-x"
        == json.loads(json.dumps(enforce(made, PrefixPolicy("team-a"))[0]))["Steps"][0][
            "Arguments"
        ]["TrainingJobName"]
    )
