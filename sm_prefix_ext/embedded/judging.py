"""Who may do what on the embedded AWS: IAM's policies, judged by the package's own evaluator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import sts_backends

from ..arns import Arn
from ..iam.evaluation import (
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
    read_layers,
)
from ..iam.facts import Facts
from ..iam.preflight import context_of
from ..iam.requests import Request
from .rules import ServiceCall

_CALLED = {
    IDENTITY: ("an", "identity-based policy"),
    BOUNDARY: ("a", "permissions boundary"),
    SESSION: ("a", "session policy"),
}
_PRINCIPAL_TAG = "aws:PrincipalTag/"


@dataclass(frozen=True)
class Principal:
    """A role or a user, with what binds it.

    Args:
        arn: of the role or the user.
        layers: its policies.
        tags: condition keys ``aws:PrincipalTag/…`` to values.
        session: the ARN that denials name; a role's is that of its session.
    """

    arn: str
    layers: tuple[Layer, ...]
    tags: Mapping[str, str]
    session: str = ""

    def refusal(self, action: str, resource: str, facts: Facts | None = None) -> str | None:
        """Why it may not do something, as the end of the service's sentence; ``None``: it may.

        Args:
            action: such as ``sagemaker:CreateTrainingJob``.
            resource: an ARN.
            facts: what is known of the request's condition keys.
        """
        keys = keys_of(self.layers)
        untagged = {key for key in keys if key.lower().startswith(_PRINCIPAL_TAG.lower())}
        facts = facts or Facts()
        facts = replace(facts, absent=facts.absent | untagged - self.tags.keys())
        context = context_of(Request("", action, resource, facts), keys, self.tags)
        decision = judge(self.layers, action, resource, context)
        return None if decision.verdict == ALLOWED else _tail(decision, action)


def _tail(decision: Decision, action: str) -> str:
    article, policy = _CALLED.get(decision.layer or IDENTITY, _CALLED[IDENTITY])
    if decision.verdict == EXPLICIT_DENY:
        return f"with an explicit deny in {article} {policy}"
    if decision.verdict == IMPLICIT_DENY:
        return f"because no {policy} allows the {action} action"
    hinge = decision.statements[0] if decision.statements else "the policy"
    keys = ", ".join(decision.unknown) or "the whole resource"
    return f"because the embedded AWS can't tell {keys}, and '{hinge}' hinges on it"


def authorize(call: ServiceCall) -> str | None:
    """Judge a call that SageMaker makes for a pipeline, by the policies of its role."""
    try:
        principal = of_arn(call.role)
    except ServiceException:
        return (
            f"because there is no role {call.role} on the embedded AWS; "
            "EmbeddedAWS.create_role() makes one"
        )
    return principal.refusal(call.action, call.resource, call.facts)


def of_arn(arn: str) -> Principal:
    """The role or the user with an ARN.

    Raises:
        moto.core.exceptions.ServiceException: where it isn't there.
    """
    parsed = Arn.parse(arn)
    backend = iam_backends[parsed.account][parsed.partition]
    name = parsed.name.rsplit("/", 1)[-1]
    if parsed.resource_type == "user":
        found, policies = backend.get_user(name), dict(_of_user(backend, name))
    else:
        found = backend.get_role(name)
        policies = dict(_own(found))
    tags = found.tags or {}
    listed = tags.values() if isinstance(tags, Mapping) else tags
    return Principal(
        arn,
        read_layers(policies, boundary=_boundary(backend, found)),
        {f"{_PRINCIPAL_TAG}{tag['Key']}": tag["Value"] for tag in listed},
        arn,
    )


def of_access_key(key: str | None, account: str, partition: str) -> Principal | None:
    """The user or the session of a role that an access key belongs to; ``None`` for the embedded
    AWS's own key, whose owner may do everything.
    """
    for session in sts_backends[account][partition].assumed_roles:
        if session.access_key_id == key:
            role = of_arn(session.role_arn)
            name = role.arn.rsplit("/", 1)[-1]
            caller = f"arn:{partition}:sts::{account}:assumed-role/{name}/{session.session_name}"
            narrowed = (
                read_layers((), session=json.loads(session.policy))[:1] if session.policy else ()
            )
            return replace(role, session=caller, layers=(*narrowed, *role.layers))
    for user in iam_backends[account][partition].users.values():
        if any(one.access_key_id == key for one in user.access_keys):
            return of_arn(user.arn)
    return None


def _own(holder: Any) -> Iterator[tuple[str, Any]]:
    for name, text in holder.policies.items():
        yield name, json.loads(text) if isinstance(text, str) else text
    for arn, policy in holder.managed_policies.items():
        yield arn, _managed(policy)


def _of_user(backend: IAMBackend, name: str) -> Iterator[tuple[str, Any]]:
    yield from _own(backend.get_user(name))
    for group in backend.get_groups_for_user(name):
        for policy, document in _own(group):
            yield f"{group.name}: {policy}", document


def _boundary(backend: IAMBackend, holder: Any) -> Any:
    arn = getattr(holder, "permissions_boundary_arn", None)
    return None if arn is None else _managed(backend.get_policy(arn))


def _managed(policy: Any) -> Any:
    [text] = (one.document for one in policy.versions if one.is_default)
    return json.loads(text)
