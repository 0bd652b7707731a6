"""The plan of the jobs of a prefix, for a preflight without a pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..core.plan import Plan
from ..core.planned_jobs import PlannedJob
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import Kind
from .policy_generator import job_kinds


def prefix_plan(
    policy: PrefixPolicy,
    kinds: Iterable[str | Kind] | None = None,
    *,
    account: str | None = None,
    region: str | None = None,
    role_arn: str | None = None,
) -> Plan:
    """Return a plan with a job of each step type under a team's prefix.

    A job has the role that the policy gives to steps of its type. Where that is none, the plan
    does not ask for ``iam:PassRole``, whose resource no prefix changes.

    Args:
        policy: the team's prefix, short prefix and step roles.
        kinds: step types, such as ``"Training"``; by default all for which the policy has a prefix.
        account: 12 digits; by default the execution role's.
        region: such as ``eu-west-1``.
        role_arn: the execution role.

    Raises:
        ValueError: if the policy has no prefix for a kind, or a kind doesn't create a job.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.iam.prefix_plan import prefix_plan
        >>> [job] = prefix_plan(PrefixPolicy("team-a"), ["Training"], region="eu-west-1")
        >>> job.arn_pattern
        'arn:aws:sagemaker:eu-west-1:*:training-job/team-a-*'
    """
    plan = Plan(()).replace(account=account, region=region, role_arn=role_arn)
    jobs = []
    for kind in job_kinds(kinds):
        prefix = policy.prefix_for(kind)
        if prefix is not None:
            jobs.append(_job(kind, prefix, policy, plan))
        elif kinds is not None:
            raise ValueError(
                f"The prefix policy has no prefix for steps of type {kind.step_type}, which take "
                f"at most {kind.prefix_limit} characters; set {'short_' * kind.short}prefix."
            )
    return replace(plan, jobs=tuple(jobs))


def _job(kind: Kind, prefix: str, policy: PrefixPolicy, plan: Plan) -> PlannedJob:
    role = policy.role_for("", kind.step_type) if kind.passes_role else None
    actions = (each for each in kind.iam_actions if role is not None or each != "iam:PassRole")
    pattern = f"{prefix}-*"
    return PlannedJob(
        step=kind.step_type,
        step_type=kind.step_type,
        prefix=prefix,
        name_pattern=pattern,
        arn_pattern=plan.home.arn("sagemaker", kind.resource(pattern)),
        role_arn=role,
        actions=tuple(actions),
    )
