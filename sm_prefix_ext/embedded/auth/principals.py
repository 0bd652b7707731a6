"""The users, groups, roles and sessions of moto's IAM and STS, as they are judged."""

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
from .session_policies import narrowing

OWN_KEY = "EMBEDDEDAWSEXAMPLE00"
"""The embedded AWS's own access key, whose owner may do everything."""


class _MissingError(Exception):
    """A managed policy that isn't there; the text is its ARN."""


def authorize(call: ServiceCall) -> str | None:
    """Judge a call that SageMaker makes for a pipeline, by the policies of its role."""
    try:
        role = of_arn(call.role)
    except (ServiceException, ValueError):
        return (
            f"because there is no role {call.role} on the embedded AWS; "
            "EmbeddedAWS.create_role() makes one"
        )
    assumed = replace(role, userid=f"{role.userid}:{call.session}")
    return assumed.refusal(call.action, call.resource, call.facts)


def of_arn(arn: str) -> Principal:
    """The user, the group or the role with an ARN.

    Raises:
        ValueError: for what is no ARN of one.
        moto.core.exceptions.ServiceException: where it isn't there.
    """
    parsed = Arn.parse(arn)
    if parsed.service != "iam" or parsed.resource_type not in ("user", "group", "role"):
        raise ValueError(f"{arn!r} is the ARN of no user, group or role.")
    backend = _backend(parsed)
    holders: Mapping[str, Any] = (
        {} if backend is None else vars(backend)[f"{parsed.resource_type}s"]
    )
    found = next((one for one in holders.values() if one.arn == arn), None)
    if backend is None or found is None:
        raise NotFoundException(f"There is no {parsed.resource_type} {arn}.")
    tags = getattr(found, "tags", None) or {}
    listed = tags.values() if isinstance(tags, Mapping) else tags
    principal = Principal(arn, (), _tags(listed), found.id, arn)
    of_groups = parsed.resource_type == "user"
    try:
        policies = {**dict(_own(found)), **(dict(_of_groups(backend, arn)) if of_groups else {})}
        return replace(principal, layers=read_layers(policies, boundary=_boundary(backend, found)))
    except _MissingError as missing:
        return replace(principal, flaw=f"because its permissions boundary {_not_here(missing)}")
    except ValueError as error:
        return replace(principal, flaw=_unreadable("policies", error))


def of_access_key(key: str | None, account: str, partition: str) -> Principal | None:
    """The user or the session that an access key belongs to; ``None`` where nobody's is known.

    Args:
        key: the access key's ID.
        account: whose resources are asked for.
        partition: where they are.
    """
    for session in _sessions():
        if session.access_key_id == key:
            try:
                role = of_arn(session.role_arn)
            except (ServiceException, ValueError):
                return None
            return _of_session(role, session, account)
    for user in iam_backends[account][partition].users.values():
        if any(one.access_key_id == key and one.status == "Active" for one in user.access_keys):
            return of_arn(user.arn)
    return None


def _sessions() -> Iterator[AssumedRole]:
    for partitions in sts_backends.values():
        for backend in partitions.values():
            yield from backend.assumed_roles


def _of_session(role: Principal, session: AssumedRole, account: str) -> Principal:
    principal = replace(role, session=session.arn, userid=f"{role.userid}:{session.session_name}")
    owner = Arn.parse(role.arn)
    if role.flaw is not None:
        return principal
    if owner.account != account:
        flaw = f"because its account is {owner.account}, and no resource-based policy allows it"
        return replace(principal, flaw=flaw)
    given = narrowing(session)
    if given is None:
        flaw = "because its session is older than the embedded AWS, which can't tell its policies"
        return replace(principal, flaw=flaw)
    try:
        documents = {
            **({"session": json.loads(given.policy)} if given.policy else {}),
            **{arn: _managed(_backend(owner), arn) for arn in given.policy_arns},
        }
        layers = _session_layer(documents) if documents else ()
    except _MissingError as missing:
        return replace(principal, flaw=f"because its session policy {_not_here(missing)}")
    except ValueError as error:
        return replace(principal, flaw=_unreadable("session policy", error))
    return replace(
        principal, layers=(*layers, *role.layers), tags={**role.tags, **_tags(given.tags)}
    )


def _session_layer(documents: Mapping[str, Any]) -> tuple[Layer, ...]:
    return tuple(replace(layer, name=SESSION) for layer in read_layers(documents))


def _backend(arn: Arn) -> IAMBackend | None:
    return iam_backends.get(arn.account, {}).get(arn.partition)


def _tags(listed: Any) -> dict[str, str]:
    return {f"{PRINCIPAL_TAG}{tag['Key']}": tag["Value"] for tag in listed}


def _own(holder: Any) -> Iterator[tuple[str, Any]]:
    for name, text in holder.policies.items():
        yield name, json.loads(text) if isinstance(text, str) else text
    for arn, policy in holder.managed_policies.items():
        yield arn, _default(policy)


def _of_groups(backend: IAMBackend, user: str) -> Iterator[tuple[str, Any]]:
    for group in backend.groups.values():
        if any(one.arn == user for one in group.users):
            for policy, document in _own(group):
                yield f"{group.name}: {policy}", document


def _boundary(backend: IAMBackend, holder: Any) -> Any:
    arn = getattr(holder, "permissions_boundary_arn", None)
    return None if arn is None else _managed(backend, arn)


def _managed(backend: IAMBackend | None, arn: str) -> Any:
    """The document of a managed policy.

    Raises:
        _MissingError: where it isn't there; AWS's own often aren't in moto.
    """
    policies = {} if backend is None else backend.managed_policies
    if arn not in policies:
        raise _MissingError(arn)
    return _default(policies[arn])


def _default(policy: Any) -> Any:
    [text] = (one.document for one in policy.versions if one.is_default)
    return json.loads(text)


def _not_here(missing: _MissingError) -> str:
    return f"{missing} isn't on the embedded AWS"


def _unreadable(what: str, error: ValueError) -> str:
    return f"because the embedded AWS can't read its {what}: {error}"
