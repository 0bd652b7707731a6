"""Requests against their shapes, beside botocore's own validator."""

from __future__ import annotations

import random
import re
from copy import deepcopy
from typing import Any

import pytest
from botocore.validate import ParamValidator
from moto.core.utils import get_service_model

from sm_prefix_ext.core.step_types import JOB_KINDS
from sm_prefix_ext.embedded.request_validation import (
    has_operation,
    input_shape,
    validation_error,
    violations,
)

from .definitions import LEAST

ROLE = "arn:aws:iam::123456789012:role/pipeline"
CASES = [kind for kind in JOB_KINDS if has_operation(kind.actions[0])]
_SAME = {"required", "unknown", "type", "opening", "min"}
"""The rules that botocore's validator checks too."""


def request(kind: Any) -> dict[str, Any]:
    """A request of a kind that is whole."""
    made = {**deepcopy(LEAST[kind.step_type]), kind.name_field: "team-a"}
    if kind.step_type == "Tuning":
        made["TrainingJobDefinition"]["RoleArn"] = ROLE
    elif kind.role_fields:
        made[kind.role_fields[0]] = ROLE
    return made


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a request."""
    found = [path] if path else []
    if isinstance(value, (dict, list)):
        for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inside, (*path, key))
    return found


def changed(made: Any, path: tuple[Any, ...], to: Any) -> Any:
    """A request with something else in a place, or with nothing there."""
    copy = deepcopy(made)
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    if to is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = to
    return copy


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.step_type)
def test_what_is_whole_has_no_fault(kind: Any) -> None:
    """The least request of every kind of job."""
    assert validation_error(kind.actions[0], request(kind)) is None


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.step_type)
def test_botocore_agrees(kind: Any) -> None:
    """On required and unknown members, types and least sizes, wherever a request is changed."""
    shape, made = input_shape(kind.actions[0]), request(kind)
    dice = random.Random(kind.step_type)
    for path in places(made):
        for to in (None, 7, 1.5, "", "text", [], {"Nope": 1}, [{}], {}):
            given = changed(made, path, to)
            if dice.random() < 0.2:
                given = {**given, "Unknown": 1}
            theirs = ParamValidator().validate(given, shape).has_errors()
            ours = [fault for fault in violations(given, shape) if fault.rule in _SAME]
            # botocore takes an empty string and a union with no member where the service doesn't.
            assert theirs == bool(ours) or _only_here(ours), (path, to, ours)


def _only_here(found: Any) -> bool:
    return bool(found) and all(fault.rule == "min" for fault in found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"RoleArn": None},
            "Value null at 'roleArn' failed to satisfy constraint: Member must not",
        ),
        (
            {
                "ResourceConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.nope",
                    "VolumeSizeInGB": 1,
                }
            },
            "Value 'ml.nope' at 'resourceConfig.instanceType' failed to satisfy constraint: Member "
            "must satisfy enum value set: [ml.",
        ),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 0}},
            "Value '0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            {"Tags": [{"Key": "a" * 129, "Value": "b"}]},
            "at 'tags.1.member.key' failed to satisfy constraint: Member must have length less",
        ),
        ({"Nope": 1}, "Unknown member 'Nope' at 'the request'"),
        ({"HyperParameters": {"a": 1}}, "at 'hyperParameters.a.member'"),
        ({"HyperParameters": []}, "Member must be a Json Object"),
        ({"InputDataConfig": {}}, "Member must be a Json Array"),
        ({"EnableNetworkIsolation": 1}, "Member must be of type Boolean"),
        ({"RoleArn": "role"}, "Member must satisfy regular expression pattern: arn:aws"),
    ],
)
def test_words(change: dict[str, Any], expected: str) -> None:
    """What breaks a request is worded as the service words it for every call."""
    [kind] = (one for one in CASES if one.step_type == "Training")
    found = validation_error("CreateTrainingJob", {**request(kind), **change})
    assert found is not None
    assert re.match(r"\d validation errors? detected: ", found)
    assert expected in found


def test_every_pipeline_operation_has_a_shape_that_is_read() -> None:
    """No pattern of the pipelines' own operations is one that Python can't compile."""
    model = get_service_model("sagemaker")
    for name in model.operation_names:
        if "Pipeline" in name:
            for shape in model.operation_model(name).input_shape.members.values():
                re.compile(shape.metadata.get("pattern", ""))
