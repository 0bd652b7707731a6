"""The table of step types, held against what botocore and AWS's service reference say.

``core/service_data.json`` has it; ``tests/tools/test_service_data.py`` holds that file current.
"""

from __future__ import annotations

import re

import botocore.session
import pytest

from sm_prefix_ext.core.job_names import invalid_characters
from sm_prefix_ext.core.service_data import service_data
from sm_prefix_ext.core.step_types import (
    ENTITY_TOKEN_LENGTH,
    EXECUTION_ID_LENGTH,
    FULL_NAME_LIMITS,
    GROUPS,
    JOB_KINDS,
    KINDS,
    STEP_NAME_LIMIT,
    Kind,
)

MODEL = botocore.session.get_session().get_service_model("sagemaker")
NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9])"
OPERATIONS = service_data()["operations"]
PREFIX_LIMITS = {63: 38, 32: 6}
"""By limit of the whole name: SageMaker developer guide, "Prefix length restrictions"."""
NOT_PASSED = {
    ("CreateModelPackage", "ValidationSpecification.ValidationRole"): (
        "The reference has no iam:PassRole among the dependent actions of CreateModelPackage."
    ),
    (
        "CreateProcessingJob",
        "ProcessingInputs[].DatasetDefinition.RedshiftDatasetDefinition.ClusterRoleArn",
    ): "It is attached to the Redshift cluster, which assumes it.",
}
"""By operation and path: why a role of a request isn't handed to the job."""
NO_STEP_CLASS = {
    "Athena",
    "BedrockCustomModel",
    "BedrockCustomModelDeployment",
    "BedrockModelImport",
    "BedrockProvisionedModelThroughput",
    "HubContent",
}
"""Keys of step types that neither SDK has a class for; a step of an unknown type is an error."""
HAVE_NO_REQUEST = {"UpdateEndpointConfig", "UpdateModelPackageGroup"}
"""A configuration and a group are never updated."""
each_job_kind = pytest.mark.parametrize("kind", JOB_KINDS, ids=lambda kind: kind.step_type)


def test_every_row_starts_a_job_or_has_a_reason() -> None:
    """Ten step types start jobs; each of the other twelve has a reason."""
    without = [kind for kind in KINDS.values() if not kind.makes_job]
    assert (10, 12) == (len(JOB_KINDS), len(without))
    assert all(kind.reason and kind.reason.endswith(".") for kind in without)
    assert all(kind.name_field and kind.metadata_key for kind in JOB_KINDS)


@each_job_kind
def test_every_action_is_an_operation(kind: Kind) -> None:
    """Create, describe and stop are operations of the service, and actions of the reference."""
    for operation in kind.actions:
        assert {"condition_keys", "resource_types"} <= OPERATIONS[operation].keys()


@each_job_kind
def test_names_and_their_limits_are_the_models(kind: Kind) -> None:
    """The name field is in the create request, with the limit and the pattern of the table."""
    name = OPERATIONS[kind.actions[0]]["name"]
    assert (kind.name_field, kind.name_limit) == (name["field"], name["max"])
    if kind.step_type != "Model":  # whose pattern says the same in other words
        assert f"{NAME}{{0,{kind.name_limit - 1}}}" == name["pattern"]


@each_job_kind
def test_prefix_limits_are_the_developer_guides(kind: Kind) -> None:
    """Botocore has the limit of the whole name only, which has room for what follows a prefix."""
    assert PREFIX_LIMITS[kind.name_limit] == kind.prefix_limit
    service_part = len("-") + EXECUTION_ID_LENGTH + len("-") + ENTITY_TOKEN_LENGTH
    assert kind.prefix_limit + service_part <= kind.name_limit


@each_job_kind
def test_metadata_keys_are_the_models(kind: Kind) -> None:
    """The metadata of an execution's step has the ARN under the table's keys."""
    metadata = MODEL.shape_for("PipelineExecutionStepMetadata").members[kind.metadata_key]
    assert kind.metadata_field in metadata.members


@each_job_kind
def test_role_fields_are_the_models(kind: Kind) -> None:
    """Every role of the create request is a path of the table, or has a reason not to be."""
    create = kind.actions[0]
    listed = {path for operation, path in NOT_PASSED if operation == create}
    assert set(OPERATIONS[create]["role_fields"]) == {*kind.role_fields} | listed
    takes_role = bool(kind.role_fields)
    assert takes_role == kind.passes_role == ("iam:PassRole" in kind.iam_actions)


@each_job_kind
def test_arn_resources_are_those_of_the_reference(kind: Kind) -> None:
    """Each action of a step type is on the resource of the table, in the form of its ARN."""
    for operation in kind.actions:
        assert kind.arn_resource in OPERATIONS[operation]["resource_types"]
    [form] = service_data()["resource_types"][kind.arn_resource]
    assert f"{kind.arn_resource}/" == form.partition("$")[0]


@pytest.mark.parametrize("key", service_data()["step_metadata"])
def test_every_metadata_key_has_a_row_or_its_reason(key: str) -> None:
    """A key that botocore adds is a step type of Pipelines that the table lacks."""
    rows = {kind.metadata_key or kind.step_type for kind in KINDS.values()}
    assert (key in rows) != (key in NO_STEP_CLASS)


@pytest.mark.parametrize(("step_type", "limit"), [("Training", 38), ("Tuning", 6), ("AutoML", 6)])
def test_limits_of_prefixes(step_type: str, limit: int) -> None:
    """They are the documented limits."""
    assert limit == KINDS[step_type].prefix_limit


@pytest.mark.parametrize("verb", ["Create", "Update"])
@pytest.mark.parametrize("of", sorted(FULL_NAME_LIMITS))
def test_full_names_are_the_models(of: str, verb: str) -> None:
    """Limit and alphabet of each name that the service takes as it is."""
    noun = "ModelPackageGroup" if of in GROUPS else of
    operation = f"{verb}{noun}"
    if operation in HAVE_NO_REQUEST:
        assert operation not in MODEL.operation_names
        return
    limit = FULL_NAME_LIMITS[of]
    name = OPERATIONS[operation]["name"]
    assert (f"{noun}Name", limit) == (name["field"], name["max"])
    pattern = re.compile(name["pattern"])
    for text in ("a", "A-9", "a--b", "a" * limit, "a_b", "a.b", "-a", "a-", "", "a b", "é", "a\n"):
        assert bool(pattern.fullmatch(text)) == (invalid_characters(text) is None), text


def test_step_names_are_the_models() -> None:
    """As an execution's steps carry them."""
    name = service_data()["step_name"]
    assert (STEP_NAME_LIMIT, r"[A-Za-z0-9\-_]*") == (name["max"], name["pattern"])


def test_every_full_name_of_a_step_has_its_limit() -> None:
    """A new row with a full name needs a limit."""
    named = {kind.step_type for kind in KINDS.values() if kind.name_field and not kind.makes_job}
    assert set() == named - set(FULL_NAME_LIMITS)
