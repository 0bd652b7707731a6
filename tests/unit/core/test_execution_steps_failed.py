"""Steps that failed and have no job."""

from __future__ import annotations

from typing import Any

from sm_prefix_ext import prefixed_jobs

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-ic9xq2n1qepa-bAEHIt7IXm"
DENIED = {"StepName": "Train", "StepStatus": "Failed", "FailureReason": "Not authorized."}


def with_job(name: str, status: str) -> dict[str, Any]:
    return {"StepName": name, "StepStatus": status, "Metadata": {"TrainingJob": {"Arn": ARN}}}


def test_a_step_that_was_denied_is_kept_with_its_reason() -> None:
    """Without it, such an execution would read back as empty."""
    jobs = prefixed_jobs([DENIED])

    assert (0, [("Train", "Not authorized.")]) == (
        len(jobs),
        [(step.step_name, step.failure_reason) for step in jobs.failed_steps],
    )
    assert jobs.to_dict() == {
        "jobs": [],
        "failed_steps": [{"step_name": "Train", "failure_reason": "Not authorized."}],
    }


def test_steps_with_a_job_and_steps_that_did_not_fail_are_not_among_them() -> None:
    """A failed job has a record."""
    condition = {"StepName": "Check", "StepStatus": "Succeeded"}
    running = {"StepName": "Wait", "StepStatus": "Executing"}
    steps = [with_job("A", "Failed"), with_job("B", "Succeeded"), condition, running]

    assert prefixed_jobs(steps).failed_steps == ()


def test_a_step_may_fail_without_a_reason() -> None:
    """The reason is ``None``."""
    [step] = prefixed_jobs([{"StepName": "Check", "StepStatus": "Failed"}]).failed_steps

    assert step.failure_reason is None


def test_a_part_of_the_jobs_has_no_failed_steps() -> None:
    """They belong to the execution, and not to the jobs outside a policy."""
    jobs = prefixed_jobs([with_job("A", "Succeeded"), DENIED])

    assert len(jobs.failed_steps) == 1
    assert jobs.outside("team-b").failed_steps == jobs[:1].failed_steps == ()


def test_the_report_shows_them_and_counts_them() -> None:
    """They follow the jobs, with their reasons."""
    text = str(prefixed_jobs([with_job("A", "Succeeded"), DENIED]))

    assert "1 job: 1 Succeeded; 1 step failed without a job." in text.splitlines()[0]
    assert "Train  Failed\n    Reason  Not authorized." in text
