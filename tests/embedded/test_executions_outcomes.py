"""Jobs that fail, triggers, refused calls, and where a pipeline's definition comes from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.core.step_types import JOB_KINDS, Kind
from sm_prefix_ext.embedded import ServiceCall

from .conftest import Driver, described
from .definitions import fail, get, job, loop, text


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("Failed", "AlgorithmError: outcomes['Train'] sets this failure, exit code: 1"),
        (RuntimeError("out of memory"), "out of memory"),
    ],
)
def test_failed_job(driver: Driver, outcome: Any, reason: str) -> None:
    """A failed step fails the execution and what needs it; its job has failed too; others run."""
    driver.aws.outcomes["Train"] = outcome
    execution = driver.run(
        job("Train"), job("Eval", "Processing", DependsOn=["Train"]), job("Other", "Processing")
    )
    train = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Train"))

    assert driver.statuses(execution) == {"Train": "Failed", "Other": "Succeeded"}
    assert reason == driver.step(execution, "Train")["FailureReason"] == train["FailureReason"]
    assert "Failed" == train["TrainingJobStatus"] == driver.status(execution)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in JOB_KINDS if len(kind.actions) > 2],
    ids=lambda kind: kind.step_type,
)
def test_failed_job_of_every_kind(driver: Driver, kind: Kind) -> None:
    """A job that failed is described as failed, whatever its kind."""
    driver.aws.outcomes["Step"] = "Failed"
    execution = driver.run(job("Step", kind.step_type))
    actual = described(driver, kind, driver.job(execution, "Step"))

    assert "Failed" in [value for key, value in actual.items() if key.endswith("Status")]
    assert actual["FailureReason"].startswith("AlgorithmError")


def test_model_that_fails(driver: Driver) -> None:
    """A failed Model step creates no model, since only its creation can fail."""
    driver.aws.outcomes["Make"] = RuntimeError("no such image")
    execution = driver.run(job("Make", "Model"))

    assert driver.step(execution, "Make")["FailureReason"] == "no such image"
    assert driver.client.list_models()["Models"] == []


@pytest.mark.parametrize(
    ("trigger", "outcome", "ran", "status"),
    [
        ("Failed", "Failed", True, "CompletedWithFailures"),
        ("Failed", "Succeeded", False, "Succeeded"),
        ("Stopped", "Stopped", True, "CompletedWithFailures"),
        ("Stopped", "Failed", False, "Failed"),
        ("Any", "Failed", True, "CompletedWithFailures"),
        ("Any", "Succeeded", True, "Succeeded"),
        ("Completed", "Failed", False, "Failed"),
        ("Completed", "Stopped", False, "Stopped"),
    ],
)
def test_triggers(driver: Driver, trigger: str, outcome: str, ran: bool, status: str) -> None:
    """SDK v3's run conditions: who runs on a failure, and how the execution ends then."""
    driver.aws.outcomes["Train"] = outcome
    tell = {
        "Name": "Tell",
        "Type": "Lambda",
        "DependsOn": [{"Step": "Train", "Trigger": trigger}],
    }
    execution = driver.run(job("Train"), tell)

    assert (ran, status) == ("Tell" in driver.statuses(execution), driver.status(execution))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({"Train": True}, "outcomes.'Train'. is True, and the step is of type Training"),
        ({"Bad": "Succeeded"}, "of type Fail, which has no other outcome"),
        ({"Each": "Failed"}, "of type ForEach, which gets its outcome from the steps of its body"),
    ],
)
def test_outcome_for_the_wrong_step(
    driver: Driver, outcomes: dict[str, Any], expected: str
) -> None:
    """An outcome that a step can't have is an error before anything starts, never ignored."""
    driver.aws.outcomes.update(outcomes)
    driver.create(job("Train"), fail("Bad"), loop("Each", [1], [job("Item")]))
    with pytest.raises(ValueError, match=expected):
        driver.start()
    executions = driver.client.list_pipeline_executions(PipelineName="pipe")
    assert executions["PipelineExecutionSummaries"] == []


def test_display_names(driver: Driver) -> None:
    """A step's display name and description show."""
    execution = driver.run(job("Train", DisplayName="Training!", Description="of a model"))
    step = driver.step(execution, "Train")

    assert (step["StepDisplayName"], step["StepDescription"]) == ("Training!", "of a model")
    assert isinstance(step["EndTime"], datetime)
    assert step["AttemptCount"] == 1


def test_name_that_gets_too_long(driver: Driver) -> None:
    """A prefix that leaves no room fails the step in the service's words, and makes no job."""
    execution = driver.run(
        job("Train", prefix=get("Parameters.P")),
        parameters=[{"Name": "P", "Type": "String", "DefaultValue": "a" * 40}],
    )
    step = driver.step(execution, "Train")

    assert (step["StepStatus"], step["Metadata"]) == ("Failed", {})
    assert step["FailureReason"].startswith(
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: "
    )
    assert "length less than or equal to 63" in step["FailureReason"]
    assert driver.client.list_training_jobs()["TrainingJobSummaries"] == []


def test_who_is_asked(driver: Driver) -> None:
    """Every call is authorized first: create, tag, pass the role, create a group."""
    worker = driver.aws.create_role("worker")
    calls: list[ServiceCall] = []
    driver.aws.authorize = calls.append
    register = {"ModelPackageGroupName": "group"}
    execution = driver.run(
        job("Train", arguments={"RoleArn": worker}),
        job("Batch", "Transform"),
        job("Register", "RegisterModel", prefix=None, arguments=register),
    )
    arn = "arn:aws:sagemaker:us-east-1:123456789012:"
    train, batch = (driver.job(execution, name) for name in ("Train", "Batch"))

    assert [
        ("Train", "sagemaker:CreateTrainingJob", f"{arn}training-job/{train}"),
        ("Train", "sagemaker:AddTags", f"{arn}training-job/{train}"),
        ("Train", "iam:PassRole", worker),
        ("Batch", "sagemaker:CreateTransformJob", f"{arn}transform-job/{batch}"),
        ("Batch", "sagemaker:AddTags", f"{arn}transform-job/{batch}"),
        ("Register", "sagemaker:CreateModelPackageGroup", f"{arn}model-package-group/group"),
        ("Register", "sagemaker:AddTags", f"{arn}model-package-group/group"),
        ("Register", "sagemaker:CreateModelPackage", f"{arn}model-package/group/1"),
        ("Register", "sagemaker:AddTags", f"{arn}model-package/group/1"),
    ] == [(call.step, call.action, call.resource) for call in calls]
    assert {driver.role} == {call.role for call in calls}


def test_refused_call(driver: Driver) -> None:
    """A refusal fails the step in the service's words, without a job and without metadata."""

    def deny(call: ServiceCall) -> str | None:
        if call.action != "iam:PassRole":
            return None
        return "because no identity-based policy allows the iam:PassRole action"

    driver.aws.authorize = deny
    execution = driver.run(job("A-step-with-a-long-name"))
    step = driver.step(execution, "A-step-with-a-long-name")
    session = f"sagemaker-pipeline-{execution.rsplit('/', 1)[-1]}-A-step-with-a-long-n"

    assert step["Metadata"] == {}
    assert (
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. User: "
        f"arn:aws:sts::123456789012:assumed-role/pipeline/{session} is not authorized to perform: "
        f"iam:PassRole on resource: {driver.role} because no identity-based policy allows the "
        "iam:PassRole action"
    ) == step["FailureReason"]
    assert driver.status(execution) == "Failed"
    assert driver.client.list_training_jobs()["TrainingJobSummaries"] == []


def test_start_that_crashes(driver: Driver) -> None:
    """Leaves no execution behind that would be listed as one that succeeded."""

    def crash(call: ServiceCall) -> str | None:
        raise ZeroDivisionError

    driver.create(job("Train"))
    driver.aws.authorize = crash
    with pytest.raises(ZeroDivisionError):
        driver.start()
    listed = driver.client.list_pipeline_executions(PipelineName="pipe")

    assert [] == listed["PipelineExecutionSummaries"]


def test_execution_role(driver: Driver) -> None:
    """A role that StartPipelineExecution is given is the one that steps run under."""
    other = driver.aws.create_role("other")
    driver.create(job("Train"))
    execution = driver.start(RoleArn=other)
    train = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Train"))

    assert other == train["RoleArn"]


def test_definition_from_s3(driver: Driver) -> None:
    """A definition in S3 runs, and is described back as the JSON that it is."""
    definition = text(job("Train"))
    bucket = driver.aws.default_bucket
    driver.aws.client("s3").put_object(Bucket=bucket, Key="d.json", Body=definition.encode())
    place = {"Bucket": bucket, "ObjectKey": "d.json"}
    driver.client.create_pipeline(
        PipelineName="pipe", PipelineDefinitionS3Location=place, RoleArn=driver.role
    )
    execution = driver.start()
    of_execution = driver.client.describe_pipeline_definition_for_execution(
        PipelineExecutionArn=execution
    )

    assert driver.statuses(execution) == {"Train": "Succeeded"}
    assert definition == of_execution["PipelineDefinition"]
    assert definition == driver.client.describe_pipeline(PipelineName="pipe")["PipelineDefinition"]


def test_pipeline_by_arn(driver: Driver) -> None:
    """A pipeline is described, started, listed and updated by its ARN or by its name."""
    driver.create(job("Train"))
    arn = driver.client.describe_pipeline(PipelineName="pipe")["PipelineArn"]
    execution = driver.start(arn)
    listed = driver.client.list_pipeline_executions(PipelineName=arn)

    assert arn == driver.client.describe_pipeline(PipelineName=arn)["PipelineArn"]
    assert [execution] == [
        entry["PipelineExecutionArn"] for entry in listed["PipelineExecutionSummaries"]
    ]


def test_pipeline_that_is_not_there(driver: Driver) -> None:
    """An unknown pipeline or execution is not found, in the service's words."""
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/none"
    with pytest.raises(ClientError, match=rf"ResourceNotFound.*Pipeline '{arn}' does not exist"):
        driver.client.describe_pipeline(PipelineName="none")
    with pytest.raises(ClientError, match=r"ResourceNotFound"):
        driver.start("none")
    with pytest.raises(ClientError, match=r"ResourceNotFound"):
        driver.steps(f"{arn}/execution/abcdefghijkl")


def test_updated_pipeline(driver: Driver) -> None:
    """An update changes what the next execution runs, and not the last one."""
    driver.create(job("Old"))
    before = driver.start()
    driver.client.update_pipeline(PipelineName="pipe", PipelineDefinition=text(job("New")))
    after = driver.start()

    assert list(driver.statuses(before)) == ["Old"]
    assert list(driver.statuses(after)) == ["New"]
