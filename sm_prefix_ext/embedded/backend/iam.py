"""IAM in moto, with the simulator that moto lacks, answered by the package's own evaluator."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import IAMException, ValidationError
from moto.iam.responses import IamResponse

from ...iam.evaluator.evaluate import (
    ALLOWED,
    BOUNDARY,
    IMPLICIT_DENY,
    INDETERMINATE,
    Layer,
    judge,
    read_layers,
)
from ...iam.evaluator.patterns import Context
from ..auth.authorizer import Principal
from ..auth.principals import of_arn

ADDED = ("simulate_custom_policy", "simulate_principal_policy")
"""The operations that moto lacks; a test fails as soon as it has one."""
_MOST, _MOST_ASKED = 100, 1000
_ACTION = re.compile(r"[^:\s]+:[^:\s]+")


class InvalidInput(IAMException):
    """What IAM answers to a policy or a principal that isn't one."""

    code = "InvalidInput"


class EmbeddedIam(IamResponse):
    """moto's IAM, with ``SimulatePrincipalPolicy`` and ``SimulateCustomPolicy``."""

    def get_region_from_url(self, request: Any, full_url: str) -> str:
        """A region of GovCloud where moto takes ``us-gov`` for one, from IAM's address there."""
        region: str = super().get_region_from_url(request, full_url)
        return "us-gov-west-1" if region == "us-gov" else region

    def create_user(self) -> ActionResult:
        """Keep the permissions boundary, which moto drops."""
        answer = super().create_user()
        user: Any = self.backend.get_user(self._get_param("UserName"))
        user.permissions_boundary_arn = self._get_param("PermissionsBoundary")
        return answer

    def simulate_principal_policy(self) -> ActionResult:
        """What the policies of a user, a group or a role, and given ones beside them, say."""
        found = self._principal()
        *others, own = found.layers
        added = self._read("PolicyInputList")
        boundary = self._boundary() or [layer for layer in others if layer.name == BOUNDARY]
        layers = (*boundary, replace(own, statements=own.statements + added[-1].statements))
        whose = {} if ":group/" in found.arn else {"aws:PrincipalArn": found.arn, **found.tags}
        return self._simulated(layers, whose)

    def simulate_custom_policy(self) -> ActionResult:
        """What given policies say."""
        return self._simulated((*self._boundary(), *self._read("PolicyInputList")), {})

    def _principal(self) -> Principal:
        try:
            found = of_arn(self._get_param("PolicySourceArn"))
        except ValueError as error:
            raise InvalidInput(str(error)) from None
        if found.flaw is not None:
            raise InvalidInput(f"{found.arn} can't be simulated {found.flaw}.")
        return found

    def _boundary(self) -> list[Layer]:
        listed = self._get_param("PermissionsBoundaryPolicyInputList") or []
        if len(listed) > 1:
            raise InvalidInput(
                f"PermissionsBoundaryPolicyInputList has {len(listed)} policies; wanted one."
            )
        read = self._read("PermissionsBoundaryPolicyInputList") if listed else ()
        return [replace(layer, name=BOUNDARY) for layer in read]

    def _read(self, parameter: str) -> tuple[Layer, ...]:
        listed = self._get_param(parameter) or []
        try:
            given = {f"{parameter}.{n}": json.loads(text) for n, text in enumerate(listed, 1)}
            return read_layers(given)
        except ValueError as error:
            raise InvalidInput(str(error)) from None

    def _actions(self) -> list[str]:
        # The role check of SDK v3 sends one action that is empty.
        actions = [action for action in self._get_param("ActionNames") or [] if action]
        for action in actions:
            if not _ACTION.fullmatch(action):
                raise InvalidInput(f"ActionNames has {action!r}; wanted <service>:<action>.")
        return actions

    def _simulated(self, layers: Sequence[Layer], known: Mapping[str, Any]) -> ActionResult:
        entries = self._get_param("ContextEntries") or []
        given = {one["ContextKeyName"]: one["ContextKeyValues"] for one in entries}
        context = {**known, **given}
        resources = self._get_param("ResourceArns")
        results = [
            _result(layers, action, resource, context, by_resource=bool(resources))
            for action in self._actions()
            for resource in resources or ["*"]
        ]
        begin, size = self._page(len(results))
        end = begin + size
        more = end < len(results)
        answer = {"EvaluationResults": results[begin:end], "IsTruncated": more}
        return ActionResult({**answer, "Marker": str(end)} if more else answer)

    def _page(self, count: int) -> tuple[int, int]:
        """Where a page begins, and how many it holds."""
        marker, size = self._get_param("Marker"), int(self._get_param("MaxItems") or _MOST)
        if not 1 <= size <= _MOST_ASKED:
            raise ValidationError(f"MaxItems is {size}; wanted 1 to {_MOST_ASKED}.")
        if marker is None:
            return 0, size
        if not re.fullmatch("[0-9]{1,9}", marker) or not 0 < int(marker) < count:
            raise ValidationError(f"Invalid Marker: {marker}")
        return int(marker), size


def _result(
    layers: Sequence[Layer],
    action: str,
    resource: str,
    context: Mapping[str, Any],
    *,
    by_resource: bool,
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
    # The simulator has three answers; what the guide doesn't settle isn't allowed.
    verdict = IMPLICIT_DENY if decision.verdict == INDETERMINATE else decision.verdict
    found: dict[str, Any] = {
        "MatchedStatements": [
            {"SourcePolicyId": one.policy, "SourcePolicyType": "IAM Policy"}
            for one in decision.statements
        ],
        "MissingContextValues": missing,
    }
    boundary = [layer for layer in layers if layer.name == BOUNDARY]
    if boundary:
        bound = judge(boundary, action, resource, Context(context))
        detail = {"AllowedByPermissionsBoundary": bound.verdict == ALLOWED}
        found["PermissionsBoundaryDecisionDetail"] = detail
    whole = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": verdict,
        **found,
    }
    if not by_resource:
        return whole
    of_it = {"EvalResourceName": resource, "EvalResourceDecision": verdict, **found}
    return {**whole, "ResourceSpecificResults": [of_it]}
