"""Time of policies and preflights: 50 jobs under 10 policies, and up to 10,000 jobs."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import Plan, iam

REGION, ACCOUNT = "eu-west-1", "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
TYPES = (
    ("Training", "TrainingJobName", {"RoleArn": ROLE}),
    ("Processing", "ProcessingJobName", {"RoleArn": ROLE}),
    ("Transform", "TransformJobName", {}),
    ("Model", "ModelName", {"ExecutionRoleArn": ROLE}),
)


def planned(jobs: int) -> Plan:
    """A plan of so many jobs, of four types."""
    steps = []
    for number in range(jobs):
        step_type, field, arguments = TYPES[number % len(TYPES)]
        named = {field: f"team-a-step-{number}", **arguments}
        steps.append({"Name": f"Step{number}", "Type": step_type, "Arguments": named})
    return Plan.from_definition({"Steps": steps}, region=REGION, role_arn=ROLE)


def policies(plan: Plan, count: int) -> list[Any]:
    """The least policy, and policies of other teams with conditions and denials."""
    others = [
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["sagemaker:Create*", "sagemaker:Describe*"],
                    "Resource": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:*-job/team-{number}-*",
                    "Condition": {"StringEquals": {"aws:PrincipalTag/team": f"{number}"}},
                },
                {
                    "Effect": "Deny",
                    "Action": "sagemaker:Delete*",
                    "NotResource": f"arn:aws:sagemaker:*:*:*/team-{number}-*",
                },
            ],
        }
        for number in range(count - 1)
    ]
    return [iam.execution_role_policy(plan), *others]


SIZES = [100, 1_000, 10_000]
"""Numbers of jobs, each with its own name."""
ROUNDS = 3


def test_preflight_of_50_jobs_under_10_policies(benchmark: Any) -> None:
    """Judge every request of every job; the target is 15 ms."""
    plan = planned(50)
    given = policies(plan, 10)
    answer = benchmark(lambda: iam.preflight(plan, role_policies=given))
    assert answer.ok


@pytest.mark.parametrize("jobs", SIZES)
def test_preflight_grows_linearly(benchmark: Any, jobs: int) -> None:
    """The target for ten times the jobs is ten times the time."""
    plan = planned(jobs)
    given = policies(plan, 10)
    answer = benchmark.pedantic(
        lambda: iam.preflight(plan, role_policies=given), rounds=ROUNDS, warmup_rounds=1
    )
    assert answer.ok


@pytest.mark.parametrize("jobs", SIZES)
@pytest.mark.parametrize("policy", [iam.execution_role_policy, iam.author_policy])
def test_the_least_policy_grows_linearly(benchmark: Any, policy: Any, jobs: int) -> None:
    """The target for ten times the jobs is ten times the time."""
    plan = planned(jobs)
    document = benchmark.pedantic(lambda: policy(plan), rounds=ROUNDS, warmup_rounds=1)
    assert document.statements
