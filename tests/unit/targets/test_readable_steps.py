"""Steps, or parts of them, that are known only at deployment."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.targets import readable_steps
from sm_prefix_ext.targets.expressions import definition_of_object
from sm_prefix_ext.targets.intrinsics import is_intrinsic

NOTHING = {"Ref": "AWS::NoValue"}
OPEN = {"Fn::GetAtt": ["Some", "Thing"]}
WORDS = "Fn::GetAtt of ['Some', 'Thing']"


def job(name: str, step: str = "A", step_type: Any = "Training") -> dict[str, Any]:
    """A step of a training job."""
    return {"Name": step, "Type": step_type, "Arguments": {"TrainingJobName": name}}


def either(yes: Any, no: Any, condition: str = "C") -> dict[str, Any]:
    """An open condition."""
    return {"Fn::If": [condition, yes, no]}


def read(listed: Any) -> list[Any]:
    """The steps of a template's definition."""
    definition, not_read = definition_of_object({"Steps": listed}, "t.yaml", is_intrinsic)
    assert (definition is None) == (not_read is not None)
    return [] if definition is None else definition["Steps"]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([job("x"), either(job("y", "B"), NOTHING)], [job("x"), job("y", "B")]),
        ([either(job("x"), job("y"))], [job("x"), job("y")]),
        ([either(job("x"), job("x"))], [job("x")]),
        ([job("x"), job("x")], [job("x"), job("x")]),
        ([either([job("x"), job("y", "B")], NOTHING)], [job("x"), job("y", "B")]),
        (either([job("x")], [job("x"), job("y")]), [job("x"), job("y")]),
        (either([job("x")], NOTHING), [job("x")]),
        (
            either([job("x")], OPEN),
            [job("x"), {"Name": "Some-Thing", "Type": WORDS, "Arguments": {}}],
        ),
        (
            [{**job("x"), "Arguments": either({"TrainingJobName": "x"}, OPEN)}],
            [job("x"), {**job("x"), "Arguments": {"TrainingJobName": OPEN}}],
        ),
        ([job("x", step_type=OPEN)], [job("x", step_type=WORDS)]),
        (
            [job("x", step_type=either("Training", "Transform"))],
            [job("x"), job("x", step_type="Transform")],
        ),
    ],
)
def test_both_branches_of_an_open_condition(listed: Any, expected: list[Any]) -> None:
    """Each is a step of the definition; AWS::NoValue gives none, and the same step counts once."""
    assert expected == read(listed)


def test_a_condition_has_one_value_in_a_step() -> None:
    """A type of one branch never meets the arguments of the other; other conditions may."""
    transform = {"TransformJobName": "y"}
    step = {
        "Name": "A",
        "Type": either("Training", "Transform"),
        "Arguments": either({"TrainingJobName": "x"}, transform),
    }
    assert [job("x"), {"Name": "A", "Type": "Transform", "Arguments": transform}] == read([step])
    other = {**step, "Arguments": either({"TrainingJobName": "x"}, transform, "D")}
    assert 4 == len(read([other]))


@pytest.mark.parametrize(
    ("step_type", "expected"),
    [
        ("Tuning", {"Type": "Tuning", "Arguments": {"HyperParameterTuningJobName": OPEN}}),
        ("Lambda", {"Type": "Lambda", "Arguments": {}}),
        ("Endpoint", {"Type": "Endpoint", "Arguments": {}}),
        ("Newest", {"Type": "Newest", "Arguments": {}}),
        ("Condition", {"Type": WORDS, "Arguments": {}}),
        ("ForEach", {"Type": WORDS, "Arguments": {}}),
    ],
)
def test_arguments_that_are_an_expression(step_type: str, expected: dict[str, Any]) -> None:
    """A job has a name that is an expression; what may hold steps is of an unknown type."""
    step = {"Name": "A", "Type": step_type, "Arguments": OPEN}
    assert [{"Name": "A", **expected}] == read([step])


def test_nested_steps() -> None:
    """Lists in arguments are read as the definition's own is."""
    arguments = {"IfSteps": OPEN, "ElseSteps": [either(job("x"), NOTHING)], "Conditions": OPEN}
    definition, _ = definition_of_object(
        {"Steps": [{"Name": "C", "Type": "Condition", "Arguments": arguments}]},
        "t.yaml",
        is_intrinsic,
    )
    assert definition is not None
    views = [(view.path, view.step_type) for view in steps(definition)]
    assert [("C", "Condition"), ("C/if/Some-Thing", WORDS), ("C/else/A", "Training")] == views
    assert OPEN == definition["Steps"][0]["Arguments"]["Conditions"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"Steps": OPEN}, "its steps are"),
        ({"Steps": either(OPEN, OPEN)}, "its steps are"),
        (OPEN, "its definition is"),
        ({"Version": "1", "Fn::Transform": {"Name": "AWS::Include"}}, "its steps are"),
    ],
)
def test_a_list_of_which_nothing_is_known(document: Any, words: str) -> None:
    """It is not read, which is said."""
    definition, not_read = definition_of_object(document, "t.yaml", is_intrinsic)
    assert definition is None
    assert str(not_read).startswith(f"{words} known only after deployment, from {{'Fn::")


@pytest.mark.parametrize(
    "listed", [None, 3, [3], [[job("x")]], [either(3, NOTHING)], [either(job("x"), "A")]]
)
def test_what_is_no_step_in_any_case(listed: Any) -> None:
    """An expression elsewhere is no excuse."""
    document = {"Steps": listed, "Metadata": OPEN}
    with pytest.raises(ValueError, match="wanted a"):
        definition_of_object(document, "t.yaml", is_intrinsic)


def test_conditions_that_give_too_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conditions within each other can stand for billions of steps."""
    monkeypatch.setattr(readable_steps, "MOST_STEPS", 8)
    step = job("x", step_type=either("Training", "Transform", "0"))
    assert 2 == len(read([step]))
    for number in range(1, 40):
        step = {
            "Name": f"S{number}",
            "Type": either("Condition", "Fail", str(number)),
            "Arguments": {"IfSteps": [step]},
        }
    with pytest.raises(ValueError, match=r"t\.yaml has conditions that give more than 8 steps"):
        read([step])
