"""Authorization on the embedded AWS, by the package's own policy evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ...core.arns import Arn
from ...iam.evaluator.evaluate import (
    ALLOWED,
    BOUNDARY,
    EXPLICIT_DENY,
    IDENTITY,
    IMPLICIT_DENY,
    SCP,
    SESSION,
    Decision,
    Layer,
    decide,
    keys_of,
)
from ...iam.preflight import context_of
from ...iam.request_context import Facts
from ...iam.required_permissions import Request

_LAYER_NAMES = {
    IDENTITY: ("an", "identity-based policy"),
    BOUNDARY: ("a", "permissions boundary"),
    SCP: ("a", "service control policy"),
    SESSION: ("a", "session policy"),
}
PRINCIPAL_TAG = "aws:PrincipalTag/"
_USERNAME = "aws:username"


@dataclass(frozen=True)
class Principal:
    """A user, a role, a role session or a group, with its policies.

    Args:
        arn: its ARN; of a session, the role's.
        layers: its policies.
        tags: condition keys ``aws:PrincipalTag/…`` to values.
        userid: the value of ``aws:userid``; of a session, with the session's name.
        session: the ARN in the message of a denial; of a session, its own.
        unresolvable: the reason why its permissions are unknown, as the end of the service's
            sentence; ``None`` where they are known.
    """

    arn: str
    layers: tuple[Layer, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    userid: str = ""
    session: str = ""
    unresolvable: str | None = None

    @property
    def facts(self) -> Facts:
        """The condition keys of the principal, which each of its requests carries."""
        parsed = Arn.parse(self.arn)
        known: dict[str, Any] = {
            "aws:PrincipalArn": self.arn,
            "aws:PrincipalAccount": parsed.account,
            "aws:PrincipalType": "AssumedRole",
            "aws:userid": self.userid,
            **self.tags,
        }
        if parsed.resource_type != "user":
            return Facts(known, frozenset({PRINCIPAL_TAG, _USERNAME}))
        known |= {"aws:PrincipalType": "User", _USERNAME: parsed.name.rsplit("/", 1)[-1]}
        return Facts(known, frozenset({PRINCIPAL_TAG}))

    def refusal(self, action: str, resource: str, facts: Facts | None = None) -> str | None:
        """The reason for denying a request, or ``None`` for an allowed one.

        Args:
            action: such as ``sagemaker:CreateTrainingJob``.
            resource: an ARN.
            facts: the known condition keys of the request.

        Returns:
            The end of the service's sentence: ``because no identity-based policy allows …``.
        """
        if self.unresolvable is not None:
            return self.unresolvable
        requested, own = facts or Facts(), self.facts
        known = {**requested.known, **_global_keys(resource)}
        request = Request("", action, resource, Facts(known, requested.absent | own.absent))
        context = context_of(request, keys_of(self.layers), own.known)
        decision = decide(self.layers, action, resource, context)
        return None if decision.verdict == ALLOWED else _denial(decision, action)


def _global_keys(resource: str) -> dict[str, Any]:
    """The condition keys of every request: its time, and the account of the resource."""
    now = datetime.now(timezone.utc)
    keys: dict[str, Any] = {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": int(now.timestamp()),
    }
    # S3's ARNs have no account.
    parts = resource.split(":", 5)
    owner = parts[4] if len(parts) == 6 else ""
    return {**keys, "aws:ResourceAccount": owner} if owner.isdigit() else keys


def _denial(decision: Decision, action: str) -> str:
    """The end of the service's sentence for a request that isn't allowed."""
    article, policy = _LAYER_NAMES.get(decision.layer or IDENTITY, _LAYER_NAMES[IDENTITY])
    if decision.verdict == EXPLICIT_DENY:
        return f"with an explicit deny in {article} {policy}"
    if decision.verdict == IMPLICIT_DENY:
        return f"because no {policy} allows the {action} action"
    statement = decision.statements[0] if decision.statements else "the policy"
    keys = ", ".join(decision.unknown) or "the whole resource"
    return f"because the embedded AWS doesn't know {keys}, and '{statement}' depends on it"
