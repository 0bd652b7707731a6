"""Who may do what on the embedded AWS, judged by the package's own evaluator."""

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
    SESSION,
    Decision,
    Layer,
    judge,
    keys_of,
)
from ...iam.preflight import context_of
from ...iam.request_context import Facts
from ...iam.required_permissions import Request

_CALLED = {
    IDENTITY: ("an", "identity-based policy"),
    BOUNDARY: ("a", "permissions boundary"),
    SESSION: ("a", "session policy"),
}
PRINCIPAL_TAG = "aws:PrincipalTag/"
_USERNAME = "aws:username"


@dataclass(frozen=True)
class Principal:
    """A user, a role or a group, with what binds it.

    Args:
        arn: its own; of a session, that of its role.
        layers: its policies.
        tags: condition keys ``aws:PrincipalTag/…`` to values.
        userid: what ``aws:userid`` has; of a session, with the session's name.
        session: the ARN that denials name; a role's is that of its session.
        flaw: why nobody can tell what it may do, as the end of the service's sentence; ``None``
            where all that binds it is known.
    """

    arn: str
    layers: tuple[Layer, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    userid: str = ""
    session: str = ""
    flaw: str | None = None

    @property
    def facts(self) -> Facts:
        """What every request of its tells of it."""
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
        """Why it may not do something, as the end of the service's sentence; ``None``: it may.

        Args:
            action: such as ``sagemaker:CreateTrainingJob``.
            resource: an ARN.
            facts: what is known of the request's condition keys.
        """
        if self.flaw is not None:
            return self.flaw
        asked, own = facts or Facts(), self.facts
        told = Facts({**asked.known, **_of_now(resource)}, asked.absent | own.absent)
        request = Request("", action, resource, told)
        context = context_of(request, keys_of(self.layers), own.known)
        decision = judge(self.layers, action, resource, context)
        return None if decision.verdict == ALLOWED else _tail(decision, action)


def _of_now(resource: str) -> dict[str, Any]:
    """What a request tells wherever it comes from: when it is made, and whose the resource is."""
    now = datetime.now(timezone.utc)
    found: dict[str, Any] = {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": int(now.timestamp()),
    }
    # An ARN of S3 doesn't say whose the bucket is.
    parts = resource.split(":", 5)
    owner = parts[4] if len(parts) == 6 else ""
    return {**found, "aws:ResourceAccount": owner} if owner.isdigit() else found


def _tail(decision: Decision, action: str) -> str:
    article, policy = _CALLED.get(decision.layer or IDENTITY, _CALLED[IDENTITY])
    if decision.verdict == EXPLICIT_DENY:
        return f"with an explicit deny in {article} {policy}"
    if decision.verdict == IMPLICIT_DENY:
        return f"because no {policy} allows the {action} action"
    hinge = decision.statements[0] if decision.statements else "the policy"
    keys = ", ".join(decision.unknown) or "the whole resource"
    return f"because the embedded AWS can't tell {keys}, and '{hinge}' hinges on it"
