"""``sm-prefix jobs --watch``, on the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from sm_prefix_ext.cli import watching
from sm_prefix_ext.core import execution_watch

from .conftest import Run
from .test_rehearse import IMAGE

if TYPE_CHECKING:
    from sm_prefix_ext.embedded import EmbeddedAWS

WAIT = {
    "Name": "Wait",
    "Type": "Callback",
    "SqsQueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q",
}
MODEL = {
    "Name": "Create",
    "Type": "Model",
    "DependsOn": ["Wait"],
    "Arguments": {"ModelName": "team-a-churn", "PrimaryContainer": IMAGE},
}


@pytest.fixture
def aws() -> Iterator[EmbeddedAWS]:
    pytest.importorskip("moto", reason="moto is not installed")
    from sm_prefix_ext.embedded import EmbeddedAWS

    with EmbeddedAWS(outcomes={"Wait": "Executing"}) as opened:
        yield opened


@pytest.fixture
def execution(aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ARN of an execution that waits for a callback, which the second look answers."""
    client = aws.client("sagemaker")
    client.create_pipeline(
        PipelineName="p",
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": [WAIT, MODEL]}),
        RoleArn=aws.create_role("team-a"),
        ClientRequestToken="0" * 32,
    )
    arn = str(client.start_pipeline_execution(PipelineName="p")["PipelineExecutionArn"])

    def answer(_: float) -> None:
        [step] = client.list_pipeline_execution_steps(PipelineExecutionArn=arn)[
            "PipelineExecutionSteps"
        ]
        token = step["Metadata"]["Callback"]["CallbackToken"]
        client.send_pipeline_execution_step_success(CallbackToken=token)

    monkeypatch.setitem(execution_watch.watch.__kwdefaults__, "sleep", answer)
    return arn


def test_steps_are_printed_as_they_start_and_end(run: Run, execution: str) -> None:
    """Each job is shown once, with its links; the summary is last."""
    status, out, _ = run("jobs", execution, "--watch", "--expect-prefix", "team-a")

    assert 0 == status
    lines = [line.split("  ", 1)[-1] for line in out.splitlines()]
    assert lines[0] == "Wait  Executing"
    assert lines[1].startswith("Wait  Succeeded after ")
    assert lines[2].startswith("Create  Succeeded after ")
    assert "    Job      arn:aws:sagemaker:us-east-1:123456789012:model/team-a-churn-" in out
    assert "    Console  https://us-east-1.console.aws.amazon.com/sagemaker/home" in out
    assert out.rstrip().endswith("1 job: 1 Succeeded.")


def test_a_job_outside_the_expected_prefix_ends_with_1(run: Run, execution: str) -> None:
    """The job is marked."""
    status, out, _ = run("jobs", execution, "--watch", "--expect-prefix", "team-b")

    assert 1 == status
    assert "    Outside  The policy's prefix does not cover this job." in out


def test_json_stays_json(run: Run, execution: str) -> None:
    """The changes are printed on standard error."""
    status, out, error = run("jobs", execution, "--watch", "--format", "json")

    assert 0 == status
    assert [job["step_name"] for job in json.loads(out)["jobs"]] == ["Create"]
    assert "Wait  Succeeded" in error


def test_an_interrupt_ends_the_watch(
    run: Run, execution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit status is 130, and what was printed stays."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(execution_watch.watch.__kwdefaults__, "sleep", interrupt)

    status, out, error = run("jobs", execution, "--watch")

    assert (130, "") == (status, error.strip())
    assert "Wait  Executing" in out


def test_each_connection_reads_the_credentials_of_the_moment(execution: str) -> None:
    """Each one is a client of its own."""
    assert watching._client(execution) is not watching._client(execution)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["steps.json", "--watch"], "--watch needs the ARN of an execution."),
        (
            ["arn:aws:sagemaker:eu-west-1:111122223333:pipeline/p", "--watch"],
            "is not the ARN of a pipeline execution",
        ),
        (
            ["steps.json", "--prefix", "a", "--expect-prefix", "b"],
            "--prefix and --expect-prefix are the same; give one.",
        ),
    ],
)
def test_a_wrong_call_is_one_line(run: Run, files: Any, arguments: list[str], message: str) -> None:
    """The exit status is 2."""
    status, _, error = run("jobs", *arguments)

    assert (2, 1) == (status, error.count("\n"))
    assert message in error
