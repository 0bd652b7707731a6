"""The plan of the jobs of a prefix."""

from __future__ import annotations

import pytest

from sm_prefix_ext import PrefixPolicy, iam
from sm_prefix_ext.iam.prefix_plan import prefix_plan

ACCOUNT, REGION = "111122223333", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
POLICY = PrefixPolicy("risk-scoring", short_prefix="rk")
HEAD = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"


def test_the_prefix_policy_allows_it() -> None:
    """Every step type, with the roles of the steps."""
    for policy in (
        POLICY,
        PrefixPolicy("rk", step_roles={"*": f"arn:aws:iam::{ACCOUNT}:role/jobs"}),
    ):
        plan = prefix_plan(policy, account=ACCOUNT, region=REGION, role_arn=ROLE)
        document = iam.prefix_policy(policy, account=ACCOUNT, region=REGION)
        assert iam.preflight(plan, role_policies=[document]).ok
        assert not iam.preflight(plan, role_policies=[]).ok


def test_a_policy_for_other_names_does_not() -> None:
    """Neither that of generated names nor that of a longer prefix covers all names."""
    plan = prefix_plan(POLICY, ["Training"], account=ACCOUNT, region=REGION)
    for name in ("pipelines-*", "risk-scoring-eu-*"):
        allowed = {"Effect": "Allow", "Action": "sagemaker:*", "Resource": f"{HEAD}*/{name}"}
        assert not iam.preflight(plan, role_policies=[{"Statement": [allowed]}]).ok


def test_names_and_roles() -> None:
    """Short prefixes where the limit is 6; no role is passed that is not known."""
    plan = prefix_plan(POLICY, ["Training", "Tuning"], region=REGION, role_arn=ROLE)
    assert [f"{HEAD}training-job/risk-scoring-*", f"{HEAD}hyper-parameter-tuning-job/rk-*"] == [
        job.arn_pattern for job in plan
    ]
    assert not any("iam:PassRole" in job.actions for job in plan)


def test_a_kind_without_a_prefix() -> None:
    """Is refused where it is asked for, and left out otherwise."""
    policy = PrefixPolicy("risk-scoring")
    with pytest.raises(ValueError, match=r"no prefix for steps of type Tuning.*set short_prefix"):
        prefix_plan(policy, ["Tuning"])
    with pytest.raises(ValueError, match="'Fail' is not a step type that creates a job"):
        prefix_plan(policy, ["Fail"])
    assert {"Tuning", "AutoML"}.isdisjoint(job.step_type for job in prefix_plan(policy))


def test_more_can_be_known_of_it() -> None:
    """The jobs of a plan without a definition stay."""
    plan = prefix_plan(POLICY, ["Training"], account=ACCOUNT, region=REGION)
    assert plan.jobs == plan.replace(role_arn=ROLE).jobs
