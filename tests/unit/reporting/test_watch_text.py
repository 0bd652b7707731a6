"""The lines that following an execution prints."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from sm_prefix_ext import PrefixPolicy, prefixed_jobs
from sm_prefix_ext.core.execution_watch import RENEW, Look
from sm_prefix_ext.core.job_records import JobRecords
from sm_prefix_ext.reporting.watch_text import changes

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-ic9xq2n1qepa-bAEHIt7IXm"


def look(*steps: dict[str, Any]) -> Look:
    return Look("Executing", prefixed_jobs(list(steps)))


def step(status: str, **more: Any) -> dict[str, Any]:
    return {"StepName": "Train", "StepStatus": status, "StartTime": NOON, **more}


WITH_JOB = {"Metadata": {"TrainingJob": {"Arn": ARN}}}


def test_a_step_is_shown_when_it_starts_and_its_job_when_it_appears() -> None:
    """A job has its links below."""
    starting, running = look(step("Starting")), look(step("Executing", **WITH_JOB))

    assert list(changes(None, starting, None)) == ["12:00:00  Train  Starting"]
    assert list(changes(starting, running, None)) == [
        "12:00:00  Train  Executing",
        f"    Job      {ARN}",
        "    Console  https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1"
        "#/jobs/team-a-ic9xq2n1qepa-bAEHIt7IXm",
        "    Logs     /aws/sagemaker/TrainingJobs",
    ]


def test_a_step_is_shown_when_it_ends_with_its_time_and_its_reason() -> None:
    """The job is not shown again."""
    end = NOON + timedelta(minutes=6, seconds=6)
    before = look(step("Executing", **WITH_JOB))
    after = look(step("Failed", EndTime=end, FailureReason="ClientError: no", **WITH_JOB))

    assert list(changes(before, after, None)) == [
        "12:06:06  Train  Failed after 6 min 6 s",
        "    Reason   ClientError: no",
    ]


def test_the_end_of_the_execution_is_shown() -> None:
    """In a line of its own."""
    assert list(changes(None, Look("Failed", prefixed_jobs([])), None)) == ["The execution failed."]


def test_what_did_not_change_is_not_shown() -> None:
    """Two equal looks print nothing."""
    same = look(step("Executing", **WITH_JOB))

    assert list(changes(same, same, None)) == []


def test_a_job_outside_the_prefix_is_marked() -> None:
    """One inside is not."""
    running = look(step("Executing", **WITH_JOB))

    assert "Outside" not in " ".join(changes(None, running, PrefixPolicy("team-a")))
    assert list(changes(None, running, PrefixPolicy("team-b")))[-1] == (
        "    Outside  The policy's prefix does not cover this job."
    )


def test_a_problem_is_shown_alone() -> None:
    """There are no steps to compare."""
    assert list(changes(None, Look(None, JobRecords([]), RENEW), None)) == [RENEW]


def test_a_name_from_outside_is_escaped() -> None:
    """So is the reason of a failure."""
    hostile = {"StepName": "a\x1b[2K\nb", "StepStatus": "Failed", "FailureReason": "x\ny"}

    assert list(changes(None, look(hostile), None)) == [
        "a\\x1b[2K\\nb  Failed",
        "    Reason   x\\ny",
    ]


def test_a_name_is_no_workflow_command() -> None:
    """A job on GitHub reads commands in the lines that following prints."""
    hostile = {"StepName": "::error::x", "StepStatus": "##[error]", "FailureReason": "##[error]"}

    assert list(changes(None, look(hostile), None)) == [
        "\\x3a:error::x  \\x23#[error]",
        "    Reason   \\x23#[error]",
    ]
