"""A plan with one training job, statements about it, and the verdicts for requests."""

from __future__ import annotations

from typing import Any

from sm_prefix_ext import Plan, iam
from sm_prefix_ext.iam.required_permissions import Request, samples

from .pipelines import ACCOUNT, EXECUTION, REGION, step

HEAD = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"
TRAIN = f"{HEAD}training-job/team-a-train-*"
CREATE = "sagemaker:CreateTrainingJob"


def training(name: str | None = "team-a-train", **arguments: Any) -> Plan:
    """Return a plan with one training job."""
    named = {} if name is None else {"TrainingJobName": name}
    request = {**named, "RoleArn": EXECUTION, **arguments}
    return Plan.from_definition(
        {"Steps": [step("Train", "Training", request)]}, region=REGION, role_arn=EXECUTION
    )


def document(*statements: Any) -> dict[str, Any]:
    """Return a policy with the statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    """Return a statement that allows an action."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def row(pipeline_plan: Plan, *statements: Any, action: str = CREATE, **more: Any) -> Any:
    """Return the preflight's row for an action."""
    answer = iam.preflight(pipeline_plan, role_policies=[document(*statements)], **more)
    return next(row for row in answer if row.action == action)


def concrete(asked: Request) -> str:
    """Give a resource of a request a name, as a run does."""
    named = samples(asked.shape)[0] if asked.shape else asked.resource
    return named.replace("/*", "/7").replace("-*", "-abc").replace("*", "x9")


def verdict(policy: Any, asked: Request, resource: str, action: str | None = None) -> str:
    """Evaluate a request with another resource, and perhaps another action, under a policy."""
    context = asked.facts.known
    decision = iam.evaluate(action or asked.action, resource, identity=policy, context=context)
    return decision.verdict
