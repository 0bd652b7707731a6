"""The table of step types, held against botocore's model of the service."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest

from sm_prefix_ext.core.job_names import invalid_characters
from sm_prefix_ext.core.step_types import FULL_NAME_LIMITS, JOB_KINDS, KINDS, STEP_NAME_LIMIT, Kind

MODEL = botocore.session.get_session().get_service_model("sagemaker")
NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9])"
each_job_kind = pytest.mark.parametrize("kind", JOB_KINDS, ids=lambda kind: kind.step_type)


def test_every_row_makes_a_job_or_says_why_not() -> None:
    """Ten kinds make jobs, twelve don't, and each of those has a reason."""
    without = [kind for kind in KINDS.values() if not kind.makes_job]
    assert (10, 12) == (len(JOB_KINDS), len(without))
    assert all(kind.reason and kind.reason.endswith(".") for kind in without)
    assert all(kind.name_field and kind.metadata_key for kind in JOB_KINDS)


@each_job_kind
def test_every_action_is_an_operation(kind: Kind) -> None:
    """Create, describe and stop are operations of the service."""
    assert set() == set(kind.actions) - set(MODEL.operation_names)


@each_job_kind
def test_names_and_their_limits_are_the_models(kind: Kind) -> None:
    """The name field is in the create request, with the limit and the pattern of the table."""
    name = MODEL.operation_model(kind.actions[0]).input_shape.members[kind.name_field]
    assert kind.name_limit == name.metadata["max"]
    if kind.step_type != "Model":  # whose pattern says the same in other words
        assert f"{NAME}{{0,{kind.name_limit - 1}}}" == name.metadata["pattern"]


@each_job_kind
def test_metadata_keys_are_the_models(kind: Kind) -> None:
    """Where the ARN stands in an execution's steps."""
    metadata = MODEL.shape_for("PipelineExecutionStepMetadata").members[kind.metadata_key]
    assert kind.metadata_field in metadata.members


@each_job_kind
def test_role_fields_are_the_models(kind: Kind) -> None:
    """Every path of a role leads to a role in the create request."""
    for path in kind.role_fields:
        shape: Any = MODEL.operation_model(kind.actions[0]).input_shape
        for part in path.split("."):
            shape = shape.members[part.removesuffix("[]")]
            shape = shape.member if part.endswith("[]") else shape
        assert "RoleArn" == shape.name
    takes_role = bool(kind.role_fields)
    assert takes_role == kind.passes_role == ("iam:PassRole" in kind.iam_actions)


@each_job_kind
def test_arn_resources_are_the_models(kind: Kind) -> None:
    """The ARN that the create operation answers with has the table's resource type."""
    answer = MODEL.operation_model(kind.actions[0]).output_shape
    arn = next(shape for name, shape in answer.members.items() if name.endswith("Arn"))
    pattern = arn.metadata.get("pattern", "")
    assert f":{kind.arn_resource}/" in pattern or ":" not in pattern


@pytest.mark.parametrize(
    ("step_type", "prefix", "room"), [("Training", 38, 37), ("Tuning", 6, 6), ("AutoML", 6, 6)]
)
def test_limits_of_prefixes(step_type: str, prefix: int, room: int) -> None:
    """The documented limits, and what is left of the name for a failure count."""
    kind = KINDS[step_type]
    assert (prefix, room) == (kind.prefix_limit, kind.room_for_failure_count)


@pytest.mark.parametrize("of", sorted(FULL_NAME_LIMITS))
def test_full_names_are_the_models(of: str) -> None:
    """Limit and alphabet of each name that the service takes as it is."""
    request, field = {
        "RegisterModel": ("CreateModelPackage", "ModelPackageGroupName"),
    }.get(of, (f"Create{of}", f"{of}Name"))
    name = MODEL.operation_model(request).input_shape.members[field].metadata
    if of == "RegisterModel":  # which takes the group's ARN too: longer, and with more in front
        name = MODEL.operation_model("CreateModelPackageGroup").input_shape.members[field].metadata
    limit = FULL_NAME_LIMITS[of]
    assert limit == name["max"]
    pattern = re.compile(name["pattern"])
    for text in ("a", "A-9", "a--b", "a" * limit, "a_b", "a.b", "-a", "a-", "", "a b", "é", "a\n"):
        assert bool(pattern.fullmatch(text)) == (invalid_characters(text) is None), text


def test_step_names_are_the_models() -> None:
    """As an execution's steps carry them."""
    name = MODEL.shape_for("PipelineExecutionStep").members["StepName"].metadata
    assert (STEP_NAME_LIMIT, r"[A-Za-z0-9\-_]*") == (name["max"], name["pattern"])


def test_every_full_name_of_a_step_has_its_limit() -> None:
    """A new row with a full name comes with what the service takes."""
    named = {kind.step_type for kind in KINDS.values() if kind.name_field and not kind.makes_job}
    assert set() == named - set(FULL_NAME_LIMITS)
