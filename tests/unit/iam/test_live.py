"""What IAM's own simulator adds to a preflight, on answers as its API documents them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_prefix_ext import Plan
from sm_prefix_ext.iam.live import preflight_live, read_role

from .pipelines import EXECUTION, REGION, step

BOUND = "arn:aws:iam::123456789012:policy/bound"
TRAIN = {"TrainingJobName": "team-a", "RoleArn": EXECUTION}
CREATE = "sagemaker:CreateTrainingJob"


class Refusal(Exception):
    """An error like botocore's."""

    def __init__(self) -> None:
        self.response = {"Error": {"Code": "AccessDenied"}}


class Iam:
    """A client of IAM with one role in it.

    Args:
        policy: the role's.
        decision: what the simulator says of CreateTrainingJob.
        missing: the condition keys that it misses there.
        where: whether it says so of the result, of the resource, or of both.
        refused: operations that are refused.
    """

    def __init__(
        self,
        policy: Any = None,
        decision: str = "allowed",
        missing: tuple[str, ...] = (),
        where: str = "both",
        refused: tuple[str, ...] = (),
    ) -> None:
        self.policy, self.refused = policy, refused
        self.decision, self.missing, self.where = decision, list(missing), where

    def get_role(self, **_: Any) -> Any:
        return {"Role": {"PermissionsBoundary": {"PermissionsBoundaryArn": BOUND}}}

    def get_paginator(self, operation: str) -> Any:
        class Pages:
            def paginate(self, **_: Any) -> Any:
                if operation == "list_role_policies":
                    return [{"PolicyNames": ["inline"]}]
                return [{"AttachedPolicies": []}]

        return Pages()

    def get_role_policy(self, **_: Any) -> Any:
        return {"PolicyDocument": json.dumps(self.policy)}

    def get_policy(self, **_: Any) -> Any:
        if "get_policy" in self.refused:
            raise Refusal
        return {"Policy": {"DefaultVersionId": "v1"}}

    def get_policy_version(self, **_: Any) -> Any:
        if "get_policy_version" in self.refused:
            raise Refusal
        return {"PolicyVersion": {"Document": policy()}}

    def simulate_principal_policy(self, **asked: Any) -> Any:
        return {
            "EvaluationResults": [
                self._result(each, *asked["ResourceArns"]) for each in asked["ActionNames"]
            ]
        }

    def _result(self, action: str, resource: str) -> Any:
        configured = action == CREATE
        decision, missing = (self.decision, self.missing) if configured else ("allowed", [])
        in_result, in_resource = self.where != "resource", self.where != "result"
        return {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": decision if in_result else "allowed",
            "MissingContextValues": missing if in_result else [],
            "ResourceSpecificResults": [
                {
                    "EvalResourceName": resource,
                    "EvalResourceDecision": decision if in_resource else "allowed",
                    "MissingContextValues": missing if in_resource else [],
                }
            ],
        }


def policy(**more: Any) -> Any:
    """Return a policy that allows everything, or less."""
    return {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", **more}]}


def row(client: Iam) -> Any:
    """Return the row of CreateTrainingJob."""
    pipeline_plan = Plan.from_definition(
        {"Steps": [step("Train", "Training", TRAIN)]}, region=REGION
    )
    answer = preflight_live(client, pipeline_plan, EXECUTION)
    return next(row for row in answer if row.action == CREATE)


UNKNOWN = {"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}


@pytest.mark.parametrize("where", ["result", "resource", "both"])
@pytest.mark.parametrize(
    ("role", "decision", "missing", "wanted", "unknown"),
    [
        (policy(), "allowed", (), "allowed", ()),
        (policy(), "explicitDeny", (), "explicitDeny", ()),
        (policy(), "implicitDeny", ("aws:SourceVpc",), "indeterminate", ("aws:SourceVpc",)),
        (
            policy(**UNKNOWN),
            "implicitDeny",
            ("aws:SourceVpc",),
            "indeterminate",
            ("aws:SourceVpc",),
        ),
        (policy(**UNKNOWN), "allowed", ("aws:SourceVpc",), "indeterminate", ("aws:SourceVpc",)),
        (policy(**UNKNOWN), "allowed", (), "allowed", ()),
        (policy(Action="s3:*"), "allowed", (), "implicitDeny", ()),
    ],
)
def test_the_simulators_answer(
    where: str, role: Any, decision: str, missing: tuple[str, ...], wanted: str, unknown: Any
) -> None:
    """The stricter verdict wins; a key that the simulator lacked stays unknown."""
    result = row(Iam(role, decision, missing, where))
    assert (wanted, unknown) == (result.verdict, result.unknown)


@pytest.mark.parametrize("refused", ["get_policy", "get_policy_version"])
def test_the_permission_that_is_missing_is_named(refused: str) -> None:
    """The row names the permission that IAM denied."""
    wanted = {"get_policy": "iam:GetPolicy", "get_policy_version": "iam:GetPolicyVersion"}[refused]
    client = Iam(policy(), refused=(refused,))
    assert [wanted] == read_role(client, EXECUTION).refused
    result = row(client)
    assert ("indeterminate", (wanted,)) == (result.verdict, result.unknown)


def test_a_role_that_is_read_whole() -> None:
    """The inline policy and the boundary are read."""
    result = read_role(Iam(policy()), EXECUTION)
    assert ({"inline": policy()}, [], {}) == (result.policies, result.refused, result.tags)
    assert policy() == result.boundary


def test_the_reason_for_the_simulators_explicit_deny() -> None:
    """The simulator names no statement; the reason doesn't say that none allows the request."""
    result = row(Iam(policy(), "explicitDeny"))
    assert ("explicitDeny", "IAM's simulator reports an explicit deny") == (
        result.verdict,
        result.why,
    )
