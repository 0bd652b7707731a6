"""Assertions for tests, whose messages name the jobs."""

from __future__ import annotations

from typing import Any

from ..core.job_records import JobRecords
from ..core.prefix_policy import PrefixPolicy
from ..core.prefixed_jobs import prefixed_jobs


def assert_all_prefixed(execution: Any, policy: PrefixPolicy | str) -> JobRecords:
    """Assert that an execution started jobs, and that a policy's prefix covers each of them.

    Args:
        execution: what :func:`~sm_prefix_ext.prefixed_jobs` takes, or its result.
        policy: the policy, or a ``str`` for ``PrefixPolicy(str)``.

    Returns:
        The jobs.

    Raises:
        AssertionError: with each job that the prefix does not cover, and each step that failed
            before it had a job.
        ValueError: for a policy without a prefix, which covers every name.

    Example:
        >>> from sm_prefix_ext.rehearsal import assert_all_prefixed
        >>> arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/a-ic9xq2n1qepa-bAEHIt7IXm"
        >>> step = {"StepName": "Train", "Metadata": {"TrainingJob": {"Arn": arn}}}
        >>> len(assert_all_prefixed([step], "a"))
        1
    """
    policy = PrefixPolicy(policy) if isinstance(policy, str) else policy
    if policy.prefix is None:
        raise ValueError("The policy has no prefix; wanted one, since no prefix covers every name.")
    jobs = execution if isinstance(execution, JobRecords) else prefixed_jobs(execution)
    wrong = [
        f"{job.step_name}: {job.arn} is outside {policy.prefix!r}" for job in jobs.outside(policy)
    ]
    wrong += [
        f"{step.step_name}: failed without a job: {step.failure_reason}"
        for step in jobs.failed_steps
    ]
    if not jobs and not wrong:
        wrong = ["the execution has no job"]
    if wrong:
        raise AssertionError("\n".join(wrong))
    return jobs
