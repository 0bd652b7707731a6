"""Definitions, names and duplicates that the service refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.core.step_types import JOB_KINDS, Kind

from .conftest import Driver
from .definitions import LEAST, condition, get, job, loop, text

LONG = "a" * 91
UNPARSED = "Unable to parse pipeline definition. "
SHAPES = {"RegisterModel": "EntityName"}
"""The shape that the service names, where it is not called as the field."""


def refused(driver: Driver, definition: str) -> str:
    """The message with which CreatePipeline and UpdatePipeline refuse a definition."""
    with pytest.raises(ClientError, match=r"ValidationException") as created:
        driver.client.create_pipeline(
            PipelineName="bad", PipelineDefinition=definition, RoleArn=driver.role
        )
    driver.create(job("Train"))
    with pytest.raises(ClientError, match=r"ValidationException") as updated:
        driver.client.update_pipeline(PipelineName="pipe", PipelineDefinition=definition)
    described = driver.client.describe_pipeline(PipelineName="pipe")
    assert text(job("Train")) == described["PipelineDefinition"]
    listed = driver.client.list_pipelines()["PipelineSummaries"]
    assert [entry["PipelineName"] for entry in listed] == ["pipe"]
    messages = {error.value.response["Error"]["Message"] for error in (created, updated)}
    [message] = messages
    return str(message)


@pytest.mark.parametrize("kind", JOB_KINDS, ids=lambda kind: kind.step_type)
@pytest.mark.parametrize(
    "nest",
    [
        lambda step: step,
        lambda step: condition("C", [], [step]),
        lambda step: loop("L", [1], [step]),
    ],
    ids=["outside", "in a branch", "in a loop"],
)
def test_a_declared_name_over_the_limit_is_refused(
    driver: Driver, kind: Kind, nest: Callable[[Any], Any]
) -> None:
    """The message is the service's, as observed."""
    definition = text(nest(job("Step", kind.step_type, prefix=LONG)))
    shape = SHAPES.get(kind.step_type, kind.name_field)

    assert (
        f"{UNPARSED}Model Validation failed: string '{LONG}' with length=91 cannot be greater than "
        f"max={float(kind.name_limit)} defined for {shape}."
    ) == refused(driver, definition)


@pytest.mark.parametrize("name", ["a/train", "a_b", "end-", "-a", "a b", "é"])
def test_a_declared_name_with_bad_characters_is_refused(driver: Driver, name: str) -> None:
    """A name outside the service's pattern is refused."""
    message = refused(driver, text(job("Step", prefix=name)))

    assert message.startswith(f"{UNPARSED}Model Validation failed: string '{name}' does not match")
    assert message.endswith(" defined for TrainingJobName.")


def test_a_group_name_with_bad_characters_is_refused(driver: Driver) -> None:
    """The name of a model package group is checked too."""
    group = {"ModelPackageGroupName": "a b"}

    assert "string 'a b' does not match pattern=" in refused(
        driver, text(job("Step", "RegisterModel", prefix=None, arguments=group))
    )


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a pipeline definition"),
        ("{}", "has no 'Steps'"),
        (json.dumps({"Steps": [{"Name": "A"}]}), "has no 'Type'"),
        (json.dumps({"Steps": [{"Type": "Training"}]}), "has no 'Name'"),
        (text({"Name": "A", "Type": "Training", "Arguments": []}), "wanted an object"),
        (text({"Name": "A", "Type": "Dancing"}), "'A' has the unknown type 'Dancing'"),
        (text(job("A", prefix=7)), "Cannot assign value [7] to argument of type [String]"),
        (text(job("A", DependsOn=["B"])), "'A' refers to 'B'"),
        (text(job("A"), job("A")), "Step names must be unique"),
        (json.dumps({"Steps": [], "Parameters": {}}), "'Parameters'"),
        (json.dumps({"Steps": [], "Parameters": [{"Type": "String"}]}), "'Parameters'"),
    ],
)
def test_an_invalid_definition_is_refused_with_the_reason(
    driver: Driver, definition: str, expected: str
) -> None:
    """An invalid definition is refused with the reason."""
    message = refused(driver, definition)

    assert message.startswith(UNPARSED)
    assert expected in message


def test_a_name_from_an_expression_is_checked_in_the_run(driver: Driver) -> None:
    """CreatePipeline accepts it."""
    execution = driver.run(
        job("Train", prefix=get("Parameters.P")),
        parameters=[{"Name": "P", "Type": "String", "DefaultValue": "a/b"}],
    )

    assert "regular expression pattern" in driver.step(execution, "Train")["FailureReason"]


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        (None, "Unable to read the pipeline definition from s3://"),
        (b"not JSON", "is not JSON"),
        (text(job("Step", prefix=LONG)).encode(), "length=91"),
    ],
)
def test_a_definition_from_s3_is_validated(
    driver: Driver, put: bytes | None, expected: str
) -> None:
    """It is checked as a definition in the request is."""
    bucket = driver.aws.default_bucket
    if put is not None:
        driver.aws.client("s3").put_object(Bucket=bucket, Key="d.json", Body=put)
    with pytest.raises(ClientError, match=rf"ValidationException.*{expected}"):
        driver.client.create_pipeline(
            PipelineName="bad",
            PipelineDefinitionS3Location={"Bucket": bucket, "ObjectKey": "d.json"},
            RoleArn=driver.role,
        )


def test_a_definition_from_an_unknown_bucket_is_refused(driver: Driver) -> None:
    """A missing bucket has the same error as a missing object."""
    with pytest.raises(ClientError, match=r"ValidationException.*s3://none/d.json"):
        driver.client.create_pipeline(
            PipelineName="bad",
            PipelineDefinitionS3Location={"Bucket": "none", "ObjectKey": "d.json"},
            RoleArn=driver.role,
        )


def test_creating_an_existing_pipeline_is_refused(driver: Driver) -> None:
    """The SDK's ``upsert()`` recognizes moto's message."""
    driver.create(job("Train"))
    with pytest.raises(ClientError, match=r"ValidationException.*already exists"):
        driver.create(job("Train"))


@pytest.mark.parametrize(
    "role", ["this-is-not-an-arn-at-all", "arn:aws:iam::123456789012:user/somebody"]
)
def test_a_pipeline_role_that_is_no_role_arn_is_refused(driver: Driver, role: str) -> None:
    """Create, update and start requests are refused."""
    definition = text(job("Train"))
    driver.create(job("Train"))
    more = {"PipelineName": "other", "PipelineDefinition": definition}
    for call, options in (
        (driver.client.create_pipeline, more),
        (driver.client.update_pipeline, {"PipelineName": "pipe"}),
        (driver.client.start_pipeline_execution, {"PipelineName": "pipe"}),
    ):
        with pytest.raises(ClientError) as refused:
            call(RoleArn=role, **options)
        error = refused.value.response["Error"]
        assert "ValidationException" == error["Code"]
        assert error["Message"].startswith(
            f"1 validation error detected: Value '{role}' at 'roleArn' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: arn:aws"
        )
    listed = driver.client.list_pipeline_executions(PipelineName="pipe")
    assert [] == listed["PipelineExecutionSummaries"]


def create(driver: Driver, kind: Kind, name: str) -> dict[str, Any]:
    """Create a job through the API."""
    from botocore import xform_name

    request = {**LEAST[kind.step_type], kind.name_field: name}
    if kind.step_type == "Tuning":
        definition = {**request["TrainingJobDefinition"], "RoleArn": driver.role}
        request["TrainingJobDefinition"] = definition
    elif kind.role_fields:
        request[kind.role_fields[0]] = driver.role
    return dict(getattr(driver.client, xform_name(kind.actions[0]))(**request))


@pytest.mark.parametrize("kind", JOB_KINDS, ids=lambda kind: kind.step_type)
def test_a_direct_call_with_a_bad_long_or_used_name_is_refused(driver: Driver, kind: Kind) -> None:
    """The errors have the service's codes and messages."""
    field = f"'{kind.name_field[0].lower()}{kind.name_field[1:]}'"
    with pytest.raises(ClientError) as patterned:
        create(driver, kind, "a_b")
    with pytest.raises(ClientError) as long:
        create(driver, kind, "a" * 64)
    create(driver, kind, "mine")
    with pytest.raises(ClientError) as twice:
        create(driver, kind, "mine")

    message = patterned.value.response["Error"]
    assert message["Code"] == "ValidationException"
    assert message["Message"].startswith(
        f"1 validation error detected: Value 'a_b' at {field} failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9]("
    )
    assert (
        f"length less than or equal to {kind.name_limit}" in long.value.response["Error"]["Message"]
    )
    code = "ValidationException" if kind.step_type == "Model" else "ResourceInUse"
    assert code == twice.value.response["Error"]["Code"]
    assert "already exist" in twice.value.response["Error"]["Message"]


def test_creating_an_existing_group_is_refused(driver: Driver) -> None:
    """A model package group that exists is refused."""
    driver.client.create_model_package_group(ModelPackageGroupName="g")
    with pytest.raises(ClientError, match=r"ValidationException.*already exists"):
        driver.client.create_model_package_group(ModelPackageGroupName="g")


@pytest.mark.parametrize("operation", ["describe_auto_ml_job", "describe_job"])
def test_describing_an_unknown_job_is_an_error(driver: Driver, operation: str) -> None:
    """Describing a missing job of a type that moto lacks is an error."""
    if not hasattr(driver.client, operation):
        pytest.skip("the installed botocore lacks the operation")
    requested = (
        {"AutoMLJobName": "x"}
        if operation == "describe_auto_ml_job"
        else {"JobName": "x", "JobCategory": "AgentRFT"}
    )
    with pytest.raises(ClientError, match=r"ResourceNotFound"):
        getattr(driver.client, operation)(**requested)
