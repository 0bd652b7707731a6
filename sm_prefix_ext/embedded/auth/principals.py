"""The users, groups, roles and role sessions of moto's IAM and STS, with their policies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from ...core.arns import Arn
from ...iam.evaluator.evaluate import SESSION, Layer, read_layers
from ..settings import ServiceCall
from .authorizer import PRINCIPAL_TAG, Principal
from .session_policies import session_policies_of

OWN_KEY = "EMBEDDEDAWSEXAMPLE00"
"""The embedded AWS's own access key, whose owner has all permissions."""


class _MissingError(Exception):
    """A managed policy that doesn't exist; the text is its ARN."""


def authorize(call: ServiceCall) -> str | None:
    """Authorize a call that SageMaker makes for a pipeline, by the policies of its role."""
    try:
        role = principal_of_arn(call.role)
    except (ServiceException, ValueError):
        return (
            f"because there is no role {call.role} on the embedded AWS; "
            "create it with EmbeddedAWS.create_role()"
        )
    assumed = replace(role, userid=f"{role.userid}:{call.session}")
    return assumed.refusal(call.action, call.resource, call.facts)


def principal_of_arn(arn: str) -> Principal:
    """The user, group or role with an ARN.

    Raises:
        ValueError: for any other ARN.
        moto.core.exceptions.ServiceException: where it doesn't exist.
    """
    parsed = Arn.parse(arn)
    if parsed.service != "iam" or parsed.resource_type not in ("user", "group", "role"):
        raise ValueError(f"{arn!r} is not the ARN of a user, a group or a role.")
    backend = _backend(parsed)
    entities: Mapping[str, Any] = (
        {} if backend is None else vars(backend)[f"{parsed.resource_type}s"]
    )
    entity = next((entity for entity in entities.values() if entity.arn == arn), None)
    if backend is None or entity is None:
        raise NotFoundException(f"There is no {parsed.resource_type} {arn}.")
    tags = getattr(entity, "tags", None) or {}
    tag_list = tags.values() if isinstance(tags, Mapping) else tags
    principal = Principal(arn, (), _tag_keys(tag_list), entity.id, arn)
    try:
        policies = dict(_own_policies(entity))
        if parsed.resource_type == "user":
            policies.update(_group_policies(backend, arn))
        boundary = _boundary(backend, entity)
        return replace(principal, layers=read_layers(policies, boundary=boundary))
    except _MissingError as missing:
        reason = f"because its permissions boundary {_does_not_exist(missing)}"
        return replace(principal, unresolvable=reason)
    except ValueError as error:
        return replace(principal, unresolvable=_unreadable("policies", error))


def principal_of_access_key(key: str | None, account: str, partition: str) -> Principal | None:
    """The user or the role session of an access key; ``None`` for an unknown key.

    Args:
        key: the access key's ID.
        account: the account of the requested resources.
        partition: their partition.
    """
    for session in _sessions():
        if session.access_key_id == key:
            try:
                role = principal_of_arn(session.role_arn)
            except (ServiceException, ValueError):
                return None
            return _session_principal(role, session, account)
    for user in iam_backends[account][partition].users.values():
        active = (pair for pair in user.access_keys if pair.status == "Active")
        if any(pair.access_key_id == key for pair in active):
            return principal_of_arn(user.arn)
    return None


def _sessions() -> Iterator[AssumedRole]:
    for partitions in sts_backends.values():
        for backend in partitions.values():
            yield from backend.assumed_roles


def _session_principal(role: Principal, session: AssumedRole, account: str) -> Principal:
    principal = replace(role, session=session.arn, userid=f"{role.userid}:{session.session_name}")
    owner = Arn.parse(role.arn)
    if role.unresolvable is not None:
        return principal
    if owner.account != account:
        reason = f"because its account is {owner.account}, and no resource-based policy allows it"
        return replace(principal, unresolvable=reason)
    restrictions = session_policies_of(session)
    if restrictions is None:
        reason = (
            "because its session was created before the embedded AWS, which doesn't know its "
            "policies"
        )
        return replace(principal, unresolvable=reason)
    try:
        documents = {
            **({"session": json.loads(restrictions.policy)} if restrictions.policy else {}),
            **{arn: _managed(_backend(owner), arn) for arn in restrictions.policy_arns},
        }
        layers = _session_layer(documents) if documents else ()
    except _MissingError as missing:
        reason = f"because its session policy {_does_not_exist(missing)}"
        return replace(principal, unresolvable=reason)
    except ValueError as error:
        return replace(principal, unresolvable=_unreadable("session policy", error))
    tags = {**role.tags, **_tag_keys(restrictions.tags)}
    return replace(principal, layers=(*layers, *role.layers), tags=tags)


def _session_layer(documents: Mapping[str, Any]) -> tuple[Layer, ...]:
    return tuple(replace(layer, name=SESSION) for layer in read_layers(documents))


def _backend(arn: Arn) -> IAMBackend | None:
    return iam_backends.get(arn.account, {}).get(arn.partition)


def _tag_keys(tags: Any) -> dict[str, str]:
    return {f"{PRINCIPAL_TAG}{tag['Key']}": tag["Value"] for tag in tags}


def _own_policies(entity: Any) -> Iterator[tuple[str, Any]]:
    for name, text in entity.policies.items():
        yield name, json.loads(text) if isinstance(text, str) else text
    for arn, policy in entity.managed_policies.items():
        yield arn, _default_version(policy)


def _group_policies(backend: IAMBackend, user_arn: str) -> Iterator[tuple[str, Any]]:
    for group in backend.groups.values():
        if any(user.arn == user_arn for user in group.users):
            for policy, document in _own_policies(group):
                yield f"{group.name}: {policy}", document


def _boundary(backend: IAMBackend, entity: Any) -> Any:
    arn = getattr(entity, "permissions_boundary_arn", None)
    return None if arn is None else _managed(backend, arn)


def _managed(backend: IAMBackend | None, arn: str) -> Any:
    """The document of a managed policy.

    Raises:
        _MissingError: where it doesn't exist; moto lacks many of AWS's own.
    """
    policies = {} if backend is None else backend.managed_policies
    if arn not in policies:
        raise _MissingError(arn)
    return _default_version(policies[arn])


def _default_version(policy: Any) -> Any:
    [text] = (version.document for version in policy.versions if version.is_default)
    return json.loads(text)


def _does_not_exist(missing: _MissingError) -> str:
    return f"{missing} isn't on the embedded AWS"


def _unreadable(noun: str, error: ValueError) -> str:
    return f"because the embedded AWS can't read its {noun}: {error}"
