"""References between steps."""

from __future__ import annotations

from sm_prefix_ext.core.references import paths, references


def get(path: str) -> dict[str, str]:
    return {"Get": path}


def test_references_are_found_in_joins_and_property_files_at_any_depth() -> None:
    """Parameters are no references."""
    report = {"Std:JsonGet": {"PropertyFile": get("Steps.Eval.PropertyFiles.Report"), "Path": "a"}}
    join = {"Std:Join": {"On": "/", "Values": ["s3:/", get("Steps.Train.TrainingJobName")]}}

    value = [report, {"deep": [join]}, get("Parameters.P")]

    assert list(references(value)) == ["Eval", "Train"]


def test_a_value_may_be_nested_deeper_than_the_stack_of_python() -> None:
    """The reference in it is read."""
    value: object = get("Steps.Train.Arn")
    for _ in range(5_000):
        value = [value]

    assert list(paths(value)) == ["Steps.Train.Arn"]


def test_an_object_with_more_keys_is_no_reference() -> None:
    """It is a value of the user's."""
    assert list(paths({"Get": "Steps.Train.Arn", "Other": 1})) == []
