"""Failed jobs, triggers, denied calls, and sources of a definition."""

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
def test_a_failed_job_fails_the_execution_and_skips_dependents(
    driver: Driver, outcome: Any, reason: str
) -> None:
    """The job itself is described as failed; independent steps run."""
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
def test_a_failed_job_of_every_kind_is_described_as_failed(driver: Driver, kind: Kind) -> None:
    """A job that failed is described as failed, whatever its kind."""
    driver.aws.outcomes["Step"] = "Failed"
    execution = driver.run(job("Step", kind.step_type))
    actual = described(driver, kind, driver.job(execution, "Step"))

    assert "Failed" in [value for key, value in actual.items() if key.endswith("Status")]
    assert actual["FailureReason"].startswith("AlgorithmError")


def test_a_failed_model_step_creates_no_model(driver: Driver) -> None:
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
def test_triggers_decide_whether_a_step_runs_after_another(
    driver: Driver, trigger: str, outcome: str, ran: bool, status: str
) -> None:
    """SDK v3's run conditions also decide the status of the execution."""
    driver.aws.outcomes["Train"] = outcome
    notify = {
        "Name": "Notify",
        "Type": "Lambda",
        "DependsOn": [{"Step": "Train", "Trigger": trigger}],
    }
    execution = driver.run(job("Train"), notify)

    assert (ran, status) == ("Notify" in driver.statuses(execution), driver.status(execution))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({"Train": True}, "outcomes.'Train'. is True, and the step is of type Training"),
        ({"Bad": "Succeeded"}, "of type Fail, which has no other outcome"),
        ({"Each": "Failed"}, "of type ForEach, which gets its outcome from the steps of its body"),
    ],
)
def test_an_outcome_that_a_step_cannot_have_is_an_error(
    driver: Driver, outcomes: dict[str, Any], expected: str
) -> None:
    """An outcome that a step can't have is an error before anything starts, never ignored."""
    driver.aws.outcomes.update(outcomes)
    driver.create(job("Train"), fail("Bad"), loop("Each", [1], [job("Item")]))
    with pytest.raises(ValueError, match=expected):
        driver.start()
    executions = driver.client.list_pipeline_executions(PipelineName="pipe")
    assert executions["PipelineExecutionSummaries"] == []


def test_a_step_has_its_display_name_and_description(driver: Driver) -> None:
    """It also has an end time and its number of attempts."""
    execution = driver.run(job("Train", DisplayName="Training!", Description="of a model"))
    step = driver.step(execution, "Train")

    assert (step["StepDisplayName"], step["StepDescription"]) == ("Training!", "of a model")
    assert isinstance(step["EndTime"], datetime)
    assert step["AttemptCount"] == 1


def test_a_job_name_over_the_limit_fails_the_step(driver: Driver) -> None:
    """The failure reason is the service's message, and no job is created."""
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


def test_every_call_of_an_execution_is_authorized(driver: Driver) -> None:
    """The calls create, tag, pass a role, and create a group."""
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


def test_a_denied_call_fails_the_step_and_creates_no_job(driver: Driver) -> None:
    """The failure reason is the service's message; the step has no metadata."""

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


def test_a_start_that_raises_leaves_no_execution(driver: Driver) -> None:
    """No execution is listed."""

    def crash(call: ServiceCall) -> str | None:
        raise ZeroDivisionError

    driver.create(job("Train"))
    driver.aws.authorize = crash
    with pytest.raises(ZeroDivisionError):
        driver.start()
    listed = driver.client.list_pipeline_executions(PipelineName="pipe")

    assert [] == listed["PipelineExecutionSummaries"]


def test_steps_run_under_the_role_of_the_start_request(driver: Driver) -> None:
    """The job has this role, not the pipeline's."""
    other = driver.aws.create_role("other")
    driver.create(job("Train"))
    execution = driver.start(RoleArn=other)
    train = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Train"))

    assert other == train["RoleArn"]


def test_a_definition_from_s3_runs_and_is_described(driver: Driver) -> None:
    """The description has the text of the S3 object."""
    definition = text(job("Train"))
    bucket = driver.aws.default_bucket
    driver.aws.client("s3").put_object(Bucket=bucket, Key="d.json", Body=definition.encode())
    location = {"Bucket": bucket, "ObjectKey": "d.json"}
    driver.client.create_pipeline(
        PipelineName="pipe", PipelineDefinitionS3Location=location, RoleArn=driver.role
    )
    execution = driver.start()
    of_execution = driver.client.describe_pipeline_definition_for_execution(
        PipelineExecutionArn=execution
    )

    assert driver.statuses(execution) == {"Train": "Succeeded"}
    assert definition == of_execution["PipelineDefinition"]
    assert definition == driver.client.describe_pipeline(PipelineName="pipe")["PipelineDefinition"]


def test_a_pipeline_can_be_addressed_by_its_arn(driver: Driver) -> None:
    """A pipeline is described, started, listed and updated by its ARN or by its name."""
    driver.create(job("Train"))
    arn = driver.client.describe_pipeline(PipelineName="pipe")["PipelineArn"]
    execution = driver.start(arn)
    listed = driver.client.list_pipeline_executions(PipelineName=arn)

    assert arn == driver.client.describe_pipeline(PipelineName=arn)["PipelineArn"]
    assert [execution] == [
        entry["PipelineExecutionArn"] for entry in listed["PipelineExecutionSummaries"]
    ]


def test_an_unknown_pipeline_or_execution_is_not_found(driver: Driver) -> None:
    """The error has the service's message."""
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/none"
    with pytest.raises(ClientError, match=rf"ResourceNotFound.*Pipeline '{arn}' does not exist"):
        driver.client.describe_pipeline(PipelineName="none")
    with pytest.raises(ClientError, match=r"ResourceNotFound"):
        driver.start("none")
    with pytest.raises(ClientError, match=r"ResourceNotFound"):
        driver.steps(f"{arn}/execution/abcdefghijkl")


def test_an_update_applies_to_the_next_execution(driver: Driver) -> None:
    """The earlier execution keeps its steps."""
    driver.create(job("Old"))
    before = driver.start()
    driver.client.update_pipeline(PipelineName="pipe", PipelineDefinition=text(job("New")))
    after = driver.start()

    assert list(driver.statuses(before)) == ["Old"]
    assert list(driver.statuses(after)) == ["New"]
