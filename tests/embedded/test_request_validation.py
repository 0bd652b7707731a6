"""Validation of requests by their shapes, compared with botocore's validator."""

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
    """A complete request of a kind."""
    created = {**deepcopy(LEAST[kind.step_type]), kind.name_field: "team-a"}
    if kind.step_type == "Tuning":
        created["TrainingJobDefinition"]["RoleArn"] = ROLE
    elif kind.role_fields:
        created[kind.role_fields[0]] = ROLE
    return created


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in a request."""
    actual = [path] if path else []
    if isinstance(value, (dict, list)):
        for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
            actual += paths(inside, (*path, key))
    return actual


def changed(created: Any, path: tuple[Any, ...], to: Any) -> Any:
    """A request with another value at a path, or without the value."""
    copy = deepcopy(created)
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    if to is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = to
    return copy


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.step_type)
def test_a_complete_request_is_valid(kind: Any) -> None:
    """It is the least request of each kind of job."""
    assert validation_error(kind.actions[0], request(kind)) is None


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.step_type)
def test_violations_agree_with_botocores_validator(kind: Any) -> None:
    """They agree on required and unknown members, types and minimum sizes."""
    shape, created = input_shape(kind.actions[0]), request(kind)
    dice = random.Random(kind.step_type)
    for path in paths(created):
        for to in (None, 7, 1.5, "", "text", [], {"Nope": 1}, [{}], {}):
            arguments = changed(created, path, to)
            if dice.random() < 0.2:
                arguments = {**arguments, "Unknown": 1}
            botocore_refuses = ParamValidator().validate(arguments, shape).has_errors()
            own_violations = [
                violation for violation in violations(arguments, shape) if violation.rule in _SAME
            ]
            # botocore accepts an empty string and an empty union where the service refuses them.
            assert botocore_refuses == bool(own_violations) or _only_minimums(own_violations), (
                path,
                to,
                own_violations,
            )


def _only_minimums(actual: Any) -> bool:
    return bool(actual) and all(violation.rule == "min" for violation in actual)


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
def test_a_violation_has_the_services_message(change: dict[str, Any], expected: str) -> None:
    """It begins with the number of validation errors."""
    [kind] = (entry for entry in CASES if entry.step_type == "Training")
    actual = validation_error("CreateTrainingJob", {**request(kind), **change})
    assert actual is not None
    assert re.match(r"\d validation errors? detected: ", actual)
    assert expected in actual


def test_patterns_of_pipeline_operations_can_be_compiled() -> None:
    """Python supports every pattern of these operations."""
    model = get_service_model("sagemaker")
    for name in model.operation_names:
        if "Pipeline" in name:
            for shape in model.operation_model(name).input_shape.members.values():
                re.compile(shape.metadata.get("pattern", ""))
