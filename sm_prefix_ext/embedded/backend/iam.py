"""IAM in moto, with the policy simulator that moto lacks, by the package's own evaluator."""

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
    decide,
    read_layers,
)
from ...iam.evaluator.patterns import Context
from ..auth.authorizer import Principal
from ..auth.principals import principal_of_arn

ADDED = ("simulate_custom_policy", "simulate_principal_policy")
"""The operations that moto lacks; a test fails as soon as moto has one."""
_DEFAULT_PAGE_SIZE, _MAX_PAGE_SIZE = 100, 1000
_ACTION = re.compile(r"[^:\s]+:[^:\s]+")


class InvalidInput(IAMException):
    """IAM's error for an invalid policy or principal."""

    code = "InvalidInput"


class EmbeddedIam(IamResponse):
    """moto's IAM, with ``SimulatePrincipalPolicy`` and ``SimulateCustomPolicy``."""

    def get_region_from_url(self, request: Any, full_url: str) -> str:
        """Correct ``us-gov``, which moto reads from IAM's address in GovCloud, to a region."""
        region: str = super().get_region_from_url(request, full_url)
        return "us-gov-west-1" if region == "us-gov" else region

    def create_user(self) -> ActionResult:
        """Keep the permissions boundary, which moto drops."""
        response = super().create_user()
        user: Any = self.backend.get_user(self._get_param("UserName"))
        user.permissions_boundary_arn = self._get_param("PermissionsBoundary")
        return response

    def simulate_principal_policy(self) -> ActionResult:
        """Evaluate the policies of a user, group or role, together with those of the request."""
        principal = self._principal()
        *others, own = principal.layers
        added = self._read("PolicyInputList")
        boundary = self._boundary() or [layer for layer in others if layer.name == BOUNDARY]
        layers = (*boundary, replace(own, statements=own.statements + added[-1].statements))
        known = {"aws:PrincipalArn": principal.arn, **principal.tags}
        # A group is not a principal, so requests carry no keys of it.
        return self._simulated(layers, {} if ":group/" in principal.arn else known)

    def simulate_custom_policy(self) -> ActionResult:
        """Evaluate the policies of the request."""
        return self._simulated((*self._boundary(), *self._read("PolicyInputList")), {})

    def _principal(self) -> Principal:
        try:
            principal = principal_of_arn(self._get_param("PolicySourceArn"))
        except ValueError as error:
            raise InvalidInput(str(error)) from None
        if principal.unresolvable is not None:
            raise InvalidInput(f"{principal.arn} can't be simulated {principal.unresolvable}.")
        return principal

    def _boundary(self) -> list[Layer]:
        policies = self._get_param("PermissionsBoundaryPolicyInputList") or []
        if len(policies) > 1:
            raise InvalidInput(
                f"PermissionsBoundaryPolicyInputList has {len(policies)} policies; wanted one."
            )
        layers = self._read("PermissionsBoundaryPolicyInputList") if policies else ()
        return [replace(layer, name=BOUNDARY) for layer in layers]

    def _read(self, parameter: str) -> tuple[Layer, ...]:
        texts = self._get_param(parameter) or []
        try:
            policies = {f"{parameter}.{n}": json.loads(text) for n, text in enumerate(texts, 1)}
            return read_layers(policies)
        except ValueError as error:
            raise InvalidInput(str(error)) from None

    def _actions(self) -> list[str]:
        # The role check of SDK v3 sends an empty action too.
        actions = [action for action in self._get_param("ActionNames") or [] if action]
        for action in actions:
            if not _ACTION.fullmatch(action):
                raise InvalidInput(f"ActionNames has {action!r}; wanted <service>:<action>.")
        return actions

    def _simulated(self, layers: Sequence[Layer], known: Mapping[str, Any]) -> ActionResult:
        entries = self._get_param("ContextEntries") or []
        sent = {entry["ContextKeyName"]: entry["ContextKeyValues"] for entry in entries}
        context = {**known, **sent}
        resources = self._get_param("ResourceArns")
        results = [
            _result(layers, action, resource, context, by_resource=bool(resources))
            for action in self._actions()
            for resource in resources or ["*"]
        ]
        begin, size = self._page(len(results))
        end = begin + size
        more = end < len(results)
        response = {"EvaluationResults": results[begin:end], "IsTruncated": more}
        return ActionResult({**response, "Marker": str(end)} if more else response)

    def _page(self, count: int) -> tuple[int, int]:
        """The first index of a page, and its size."""
        marker = self._get_param("Marker")
        size = int(self._get_param("MaxItems") or _DEFAULT_PAGE_SIZE)
        if not 1 <= size <= _MAX_PAGE_SIZE:
            raise ValidationError(f"MaxItems is {size}; wanted 1 to {_MAX_PAGE_SIZE}.")
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
    decision = decide(layers, action, resource, Context(context))
    known = {key.lower() for key in context}
    keys = {
        key
        for layer in layers
        for statement in layer.statements
        if statement.names_action(action)
        for key in statement.keys
    }
    missing = sorted(key for key in keys if key.lower() not in known)
    # The simulator has no word for indeterminate; such a request is not allowed.
    verdict = IMPLICIT_DENY if decision.verdict == INDETERMINATE else decision.verdict
    details: dict[str, Any] = {
        "MatchedStatements": [
            {"SourcePolicyId": statement.policy, "SourcePolicyType": "IAM Policy"}
            for statement in decision.statements
        ],
        "MissingContextValues": missing,
    }
    boundary = [layer for layer in layers if layer.name == BOUNDARY]
    if boundary:
        bounded = decide(boundary, action, resource, Context(context))
        details["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": bounded.verdict == ALLOWED
        }
    result = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": verdict,
        **details,
    }
    if not by_resource:
        return result
    specific = {"EvalResourceName": resource, "EvalResourceDecision": verdict, **details}
    return {**result, "ResourceSpecificResults": [specific]}
