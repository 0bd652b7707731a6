"""The assertion on the jobs of an execution."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy, prefixed_jobs
from sm_prefix_ext.rehearsal import assert_all_prefixed

HEAD = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/"
DENIED = {"StepName": "Score", "StepStatus": "Failed", "FailureReason": "Not authorized."}


def step(name: str, job: str) -> dict[str, Any]:
    arn = f"{HEAD}{job}-ic9xq2n1qepa-bAEHIt7IXm"
    return {"StepName": name, "StepStatus": "Succeeded", "Metadata": {"TrainingJob": {"Arn": arn}}}


def test_the_jobs_are_returned() -> None:
    """For a list of steps and for records."""
    steps = [step("A", "team-a-x"), step("B", "team-a")]

    assert ["A", "B"] == [job.step_name for job in assert_all_prefixed(steps, "team-a")]
    assert len(assert_all_prefixed(prefixed_jobs(steps), PrefixPolicy("team-a"))) == 2


def test_each_job_outside_is_named() -> None:
    """With its ARN, in the error of the assertion."""
    steps = [step("A", "team-a-x"), step("B", "team-ab"), step("C", "other")]

    with pytest.raises(AssertionError) as failed:
        assert_all_prefixed(steps, "team-a")

    assert str(failed.value).splitlines() == [
        f"B: {HEAD}team-ab-ic9xq2n1qepa-bAEHIt7IXm is outside 'team-a'",
        f"C: {HEAD}other-ic9xq2n1qepa-bAEHIt7IXm is outside 'team-a'",
    ]


def test_a_step_without_a_job_fails_too() -> None:
    """Else an execution that IAM denied would pass."""
    with pytest.raises(AssertionError, match=r"^Score: failed without a job: Not authorized\.$"):
        assert_all_prefixed([step("A", "team-a-x"), DENIED], "team-a")


def test_an_execution_without_jobs_does_not_pass() -> None:
    """Nothing would be asserted of it."""
    with pytest.raises(AssertionError, match="the execution has no job"):
        assert_all_prefixed([{"StepName": "Check", "StepStatus": "Succeeded"}], "team-a")


def test_a_policy_without_a_prefix_is_no_policy_to_assert() -> None:
    """It is an error of the test itself."""
    with pytest.raises(ValueError, match="no prefix"):
        assert_all_prefixed([step("A", "x")], PrefixPolicy())
