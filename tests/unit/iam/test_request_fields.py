"""Condition keys, held against AWS's service reference and botocore for every operation."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from sm_prefix_ext.core.arns import ArnScope
from sm_prefix_ext.core.definition import StepView
from sm_prefix_ext.core.service_data import condition_keys, service_data
from sm_prefix_ext.core.step_types import FULL_NAME_LIMITS, JOB_KINDS, KINDS
from sm_prefix_ext.iam.request_context import facts_of
from sm_prefix_ext.iam.request_fields import (
    DEPRECATED,
    FIELDS,
    NOT_READ,
    REQUEST_KEYS,
    absent_keys,
)

OPERATIONS = sorted(service_data()["operations"])
TAG_KEYS = {"aws:RequestTag/${TagKey}", "aws:TagKeys"}
"""Facts.of and facts_of have them for every operation alike."""
OF_STEPS = {kind.actions[0] for kind in JOB_KINDS} | {
    f"Create{noun}" for noun in FULL_NAME_LIMITS if noun in KINDS and not KINDS[noun].makes_job
}
NO_KEY_KNOWN = {
    "CreateLabelingJob": "No step starts one, so every key of its request is unknown.",
    "CreateMonitoringSchedule": "No step makes one, so every key of its request is unknown.",
    "UpdateMonitoringSchedule": "No step makes one, so every key of its request is unknown.",
}


def listed(operation: str) -> set[str]:
    """Return the keys that the reference lists for an action, except those of tags."""
    keys = condition_keys(operation)
    assert keys is not None, f"{operation} needs python -m tools.service_data --reference FILE"
    return set(keys) - TAG_KEYS


@pytest.mark.parametrize("operation", sorted({*OF_STEPS, *FIELDS, *NOT_READ}))
def test_every_key_of_a_request_is_read_or_has_its_reason(operation: str) -> None:
    """The keys of the reference and no other: with fields, or with why they are unknown."""
    read, not_read = set(FIELDS.get(operation, ())), NOT_READ.get(operation, {})
    assert listed(operation) == (read - set(DEPRECATED.values())) | set(not_read)
    assert set() == read & set(not_read)
    assert all(reason.endswith(".") for reason in not_read.values())


@pytest.mark.parametrize("operation", sorted({*OPERATIONS} - {*FIELDS, *NOT_READ}))
def test_no_other_request_has_these_keys(operation: str) -> None:
    """Facts of other requests state that the keys of a create request are absent."""
    if operation in NO_KEY_KNOWN:
        assert listed(operation) & REQUEST_KEYS
        view = StepView("", "", operation.removeprefix("Create"), {}, None)
        facts = facts_of(view, ArnScope(), None, operation)
        assert not any(facts.is_determined(key) for key in REQUEST_KEYS)
    else:
        assert set() == listed(operation) & REQUEST_KEYS


@pytest.mark.parametrize("operation", sorted(FIELDS))
def test_a_deprecated_key_has_the_fields_of_its_successor(operation: str) -> None:
    """A deprecated key has its successor's fields and is present with it."""
    fields = FIELDS[operation]
    for successor, deprecated in DEPRECATED.items():
        assert fields.get(successor) == fields.get(deprecated)


@pytest.mark.parametrize("operation", sorted(FIELDS))
def test_fields_are_those_of_the_request(operation: str) -> None:
    """Every field of a condition key exists in botocore's model, and holds one value."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    for path in {path for paths in FIELDS[operation].values() for path in paths}:
        shape: Any = model.operation_model(operation).input_shape
        for part in path.split("."):
            shape = shape.members[part.removesuffix("[]")]
            if part.endswith("[]"):
                assert "list" == shape.type_name, path
                shape = shape.member
        assert shape.type_name not in ("structure", "list"), path


@pytest.mark.parametrize("operation", sorted(OF_STEPS))
def test_a_key_is_absent_only_where_the_reference_lacks_it(operation: str) -> None:
    """A listed key, and a deprecated key of the same value, is never stated to be absent."""
    keys = listed(operation)
    have = keys | {DEPRECATED[key] for key in keys & DEPRECATED.keys()}
    assert REQUEST_KEYS - have == absent_keys(operation)


def test_an_operation_that_is_not_known_has_no_absent_key() -> None:
    """An unknown operation may have any key."""
    assert frozenset() == absent_keys("CreateQuantumJob")


@pytest.mark.parametrize(
    ("step_type", "determined", "unknown"),
    [
        ("Endpoint", "sagemaker:InstanceTypes", "sagemaker:TargetModel"),
        ("Job", "sagemaker:InstanceTypes", "sagemaker:VpcSubnets"),
        ("Job", "sagemaker:VolumeKmsKey", "sagemaker:OutputKmsKey"),
        ("Transform", "sagemaker:VpcSubnets", "sagemaker:ModelArn"),
    ],
)
def test_what_the_reference_lacks_is_absent(step_type: str, determined: str, unknown: str) -> None:
    """A listed key without a field is unknown, so a condition on it stays indeterminate."""
    facts = facts_of(StepView("S", "S", step_type, {}, KINDS[step_type]), ArnScope(), None)
    assert facts.is_determined(determined)
    assert determined in facts.absent
    assert not facts.is_determined(unknown)


@pytest.mark.parametrize(
    ("step_type", "key", "arguments", "expected"),
    [
        ("RegisterModel", "ModelLifeCycle:Stage", {"ModelLifeCycle": {"Stage": "Dev"}}, ["Dev"]),
        (
            "EndpointConfig",
            "ServerlessMemorySize",
            {"ProductionVariants": [{"ServerlessConfig": {"MemorySizeInMB": 2048}}]},
            [2048],
        ),
    ],
)
def test_values_of_keys(step_type: str, key: str, arguments: Any, expected: Any) -> None:
    """A key has the value in the request; without the field the key is absent."""
    view = StepView("S", "S", step_type, arguments, KINDS[step_type])
    bare = StepView("S", "S", step_type, {}, KINDS[step_type])
    assert expected == facts_of(view, ArnScope(), None).known[f"sagemaker:{key}"]
    assert f"sagemaker:{key}" in facts_of(bare, ArnScope(), None).absent


def test_an_automl_job_of_v2_has_its_own_fields() -> None:
    """The fields of an AutoML job V2 are in other places of the request."""
    settings = {"SecurityConfig": {"VpcConfig": {"Subnets": ["subnet-1"]}}}
    view = StepView("S", "S", "AutoML", settings, KINDS["AutoML"])
    facts = facts_of(view, ArnScope(), None, "CreateAutoMLJobV2")
    assert ["subnet-1"] == facts.known["sagemaker:VpcSubnets"]
    assert "sagemaker:VpcSubnets" in facts_of(view, ArnScope(), None).absent
