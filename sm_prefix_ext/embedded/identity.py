"""IAM in moto, with the simulator that moto lacks, answered by the package's own evaluator."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import IAMException
from moto.iam.responses import IamResponse

from ..iam.evaluation import (
    ALLOWED,
    BOUNDARY,
    IMPLICIT_DENY,
    INDETERMINATE,
    Layer,
    judge,
    read_layers,
)
from ..iam.matching import Context
from .judging import of_arn

ADDED = ("simulate_custom_policy", "simulate_principal_policy")
"""The operations that moto lacks; a test fails as soon as it has one."""
_MOST = 100


class InvalidInput(IAMException):
    """What IAM answers to a policy that isn't one."""

    code = "InvalidInput"


class EmbeddedIam(IamResponse):
    """moto's IAM, with ``SimulatePrincipalPolicy`` and ``SimulateCustomPolicy``."""

    def simulate_principal_policy(self) -> ActionResult:
        """What the policies of a role or a user, and given ones beside them, say."""
        found = of_arn(self._get_param("PolicySourceArn"))
        *others, own = found.layers
        added = self._read("PolicyInputList")
        boundary = self._boundary() or [layer for layer in others if layer.name == BOUNDARY]
        layers = (*boundary, replace(own, statements=own.statements + added[-1].statements))
        return self._simulated(layers, {"aws:PrincipalArn": found.arn, **found.tags})

    def simulate_custom_policy(self) -> ActionResult:
        """What given policies say."""
        return self._simulated((*self._boundary(), *self._read("PolicyInputList")), {})

    def _boundary(self) -> list[Layer]:
        read = self._read("PermissionsBoundaryPolicyInputList")
        return [replace(layer, name=BOUNDARY) for layer in read if layer.statements]

    def _read(self, parameter: str) -> tuple[Layer, ...]:
        listed = self._get_param(parameter) or []
        try:
            given = {f"{parameter}.{n}": json.loads(text) for n, text in enumerate(listed, 1)}
            return read_layers(given)
        except ValueError as error:
            raise InvalidInput(str(error)) from None

    def _simulated(self, layers: Sequence[Layer], known: Mapping[str, Any]) -> ActionResult:
        entries = self._get_param("ContextEntries") or []
        given = {one["ContextKeyName"]: one["ContextKeyValues"] for one in entries}
        context = {**known, **given}
        # The role check of SDK v3 sends one action that is empty.
        actions = [action for action in self._get_param("ActionNames") or [] if action]
        resources = self._get_param("ResourceArns") or ["*"]
        results = [
            _result(layers, action, resource, context)
            for action in actions
            for resource in resources
        ]
        begin = int(self._get_param("Marker") or 0)
        end = begin + int(self._get_param("MaxItems") or _MOST)
        more = end < len(results)
        answer = {"EvaluationResults": results[begin:end], "IsTruncated": more}
        return ActionResult({**answer, "Marker": str(end)} if more else answer)


def _result(
    layers: Sequence[Layer], action: str, resource: str, context: Mapping[str, Any]
) -> dict[str, Any]:
    decision = judge(layers, action, resource, Context(context))
    told = {key.lower() for key in context}
    asked = {
        key
        for layer in layers
        for statement in layer.statements
        if statement.names_action(action)
        for key in statement.keys
    }
    missing = sorted(key for key in asked if key.lower() not in told)
    verdict = decision.verdict
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        # The simulator has three answers; what the guide doesn't settle isn't allowed.
        "EvalDecision": IMPLICIT_DENY if verdict == INDETERMINATE else verdict,
        "MatchedStatements": [
            {"SourcePolicyId": one.policy, "SourcePolicyType": "IAM Policy"}
            for one in decision.statements
        ],
        "MissingContextValues": missing,
    }
    if any(layer.name == BOUNDARY for layer in layers):
        bound = judge(
            [one for one in layers if one.name == BOUNDARY], action, resource, Context(context)
        )
        detail = {"AllowedByPermissionsBoundary": bound.verdict == ALLOWED}
        result["PermissionsBoundaryDecisionDetail"] = detail
    return result
