"""The public names as a type-checker sees them; only mypy runs this file."""

from __future__ import annotations

from typing import Any

import sm_prefix_ext
from sm_prefix_ext import (
    Estimator,
    JobName,
    JobPrefix,
    ModelTrainer,
    Plan,
    PrefixPolicy,
    PrefixViolation,
    Processor,
    guard,
    iam,
    prefixed,
    prefixed_jobs,
)
from sm_prefix_ext.audit import Audit, AuditRow, audit
from sm_prefix_ext.core.findings import Finding

prefix: JobPrefix = JobPrefix("team-a").join("train")
inside: bool = prefix.covers("team-a-train-1")
name: JobName = JobName.parse("team-a-ic9xq2n1qepa-bAEHIt7IXm")
count: int | None = name.failure_count
policy: PrefixPolicy = PrefixPolicy("team-a", short_prefix="ta", step_roles={"*": "arn"})
discovered: PrefixPolicy | None = PrefixPolicy.discover()
plan: Plan = Plan.from_definition({"Steps": []}, policy=policy, region="eu-west-1")
for job in plan:
    pattern: str = job.arn_pattern
for record in prefixed_jobs("arn").outside(policy):
    token: str | None = record.entity_token
try:
    pass
except PrefixViolation as violation:
    findings: tuple[Finding, ...] = violation.findings

jobs: list[Any] = [Estimator, ModelTrainer, Processor]
misspelt: Any = sm_prefix_ext.Procesor  # type: ignore[attr-defined]  # mypy reports a misspelt name


class UsersClass:
    """A user's class keeps its type."""

    own: int = 1


number: int = prefixed(UsersClass)().own
with guard(object(), "team-a") as guarded:
    guard_policy: PrefixPolicy = guarded.policy
guarded.remove()

least: iam.PolicyDocument = iam.execution_role_policy(plan, account="111122223333")
parts: tuple[iam.PolicyDocument, ...] = least.split()
decision: iam.Decision = iam.evaluate("s3:GetObject", "arn", identity=[least])
verdict: str = decision.verdict
answer: iam.Preflight = iam.preflight(plan, role_policies=[least.to_dict()])
for row in answer:
    deciding: tuple[iam.DecidingStatement, ...] = row.statements
seen: Audit = audit(policy=["team-a", policy], regions="all")
row_of_audit: AuditRow = next(seen)
pairs: tuple[iam.Collision, ...] = iam.collisions(["team-a", policy])
