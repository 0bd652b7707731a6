"""Rows of an audit, by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.audit import AuditRow
from sm_prefix_ext.audit.rollout import Rollout, RolloutStep, rollout
from sm_prefix_ext.core.policy_file import Team

ACCOUNT, REGION = "111122223333", "eu-west-1"
CHANGED, BEFORE, LATER = (f"2026-06-{day:02}T00:00:00.000Z" for day in (10, 9, 11))
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
OTHER = f"arn:aws:iam::{ACCOUNT}:role/other"
USER = f"arn:aws:iam::{ACCOUNT}:user/scientist"
HEAD = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"
OLD = f"{HEAD}training-job/pipelines-*"
NEW = f"{HEAD}training-job/risk-*"
RISK = Team("risk", PrefixPolicy("risk"))
FRAUD = Team("fraud", PrefixPolicy("fraud-detection"))


def pipeline(name: str = "churn", verdict: Any = "prefixing off", **more: Any) -> AuditRow:
    """A pipeline; with a training step, unless told otherwise."""
    values: dict[str, Any] = {
        "arn": f"{HEAD}pipeline/{name}",
        "role": ROLE,
        "step_types": ("Training",),
        "old_executions": 0,
        "time": CHANGED,
        **more,
    }
    if verdict == "inside":
        values.setdefault("teams", ("risk",))
    place = (values.pop("account", ACCOUNT), values.pop("region", REGION))
    return AuditRow("pipeline", *place, verdict, pipeline=name, name=name, **values)


def job(verdict: Any = "prefixing off", *, ran_in: str = "x" * 12, **more: Any) -> AuditRow:
    """A job of an execution, whose name has the ID of the execution that ran it."""
    values: dict[str, Any] = {
        "pipeline": "churn",
        "execution": f"{HEAD}pipeline/churn/execution/{'x' * 12}",
        "name": f"pipelines-{ran_in}-Train-bAEHIt7IXm",
        "time": LATER,
        **more,
    }
    return AuditRow("job", ACCOUNT, REGION, verdict, **values)


def statement(
    verdict: Any = "prefixing off",
    resource: Any = OLD,
    *,
    role: str = ROLE,
    policy: str = "jobs",
    key: str = "Resource",
    **more: Any,
) -> AuditRow:
    """A statement of a policy."""
    written = {"Effect": "Allow", "Action": "sagemaker:*", key: resource, **more}
    text = json.dumps(written)
    return AuditRow(
        "statement", ACCOUNT, "aws-global", verdict, role=role, policy=policy, statement=text
    )


def unread(permission: str | None = "sagemaker:ListPipelines", **more: Any) -> AuditRow:
    """A read that failed."""
    values: dict[str, Any] = {"account": ACCOUNT, "region": REGION, "reason": "Denied.", **more}
    place = (values.pop("account"), values.pop("region"))
    return AuditRow("unknown", *place, "unknown", permission=permission, **values)


def planned(*rows: AuditRow, teams: Any = (RISK,), **more: Any) -> Rollout:
    """The roll-out of rows."""
    return rollout([replace(row, read_at=LATER) for row in rows], teams, **more)


def of(plan: Rollout, phase: str) -> list[RolloutStep]:
    """The steps of a phase."""
    return [step for step in plan if step.phase == phase]


def one(plan: Rollout, phase: str) -> RolloutStep:
    """The only step of a phase."""
    [step] = of(plan, phase)
    return step


def documents(step: RolloutStep) -> dict[str, list[Any]]:
    """The statements of a step's documents, by use."""
    found: dict[str, list[Any]] = {}
    for each in step.documents:
        found.setdefault(each.use, []).extend(each.document["Statement"])
    return found
