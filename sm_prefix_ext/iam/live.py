"""Ask IAM itself: a role's policies and boundary, and its own simulator."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ..core.arns import Arn
from ..core.findings import NOT_READ, Finding
from ..core.plan import Plan
from .evaluator.evaluate import ALLOWED, INDETERMINATE, keys_of, read_layers
from .preflight import Preflight, PreflightRow, author_rows, preflight, unread
from .required_permissions import NOT_KNOWN, Request, of_execution_role, samples

_PRINCIPAL_TAG = "aws:PrincipalTag/"
_REFUSALS = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@dataclass
class LiveRole:
    """What could be read of a role.

    Args:
        policies: names to documents, inline and attached.
        boundary: the permissions boundary, or ``None``.
        tags: condition keys ``aws:PrincipalTag/…`` to values.
        refused: the permissions that the reader lacks.
    """

    policies: dict[str, Any] = field(default_factory=dict)
    boundary: Any = None
    tags: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def read_role(client: Any, role_arn: str) -> LiveRole:
    """Read a role's policies, boundary and tags.

    Args:
        client: boto3's IAM client.
        role_arn: the role.

    Returns:
        What could be read. A read that IAM refuses is noted, never taken for an absence; other
        errors rise unchanged.
    """
    found = LiveRole()
    name = Arn.parse(role_arn).name.rsplit("/", 1)[-1]

    def ask(permission: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:
            if not _refuses(error):
                raise
            found.refused.append(permission)
            return None

    def managed(arn: str) -> Any:
        policy = ask("iam:GetPolicy", lambda: client.get_policy(PolicyArn=arn)["Policy"])
        if policy is None:
            return None
        version = policy["DefaultVersionId"]
        call = partial(client.get_policy_version, PolicyArn=arn, VersionId=version)
        answer = ask("iam:GetPolicyVersion", call)
        return None if answer is None else _document(answer["PolicyVersion"]["Document"])

    role = ask("iam:GetRole", lambda: client.get_role(RoleName=name)["Role"])
    if role is not None:
        found.tags = {f"{_PRINCIPAL_TAG}{t['Key']}": t["Value"] for t in role.get("Tags") or []}
        arn = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        if arn is not None:
            found.boundary = managed(arn)
    inline = ask("iam:ListRolePolicies", lambda: _listed(client, "list_role_policies", name))
    for policy in inline or []:
        call = partial(client.get_role_policy, RoleName=name, PolicyName=policy)
        answer = ask("iam:GetRolePolicy", call)
        if answer is not None:
            found.policies[policy] = _document(answer["PolicyDocument"])
    attached = ask(
        "iam:ListAttachedRolePolicies", lambda: _listed(client, "list_attached_role_policies", name)
    )
    for policy in attached or []:
        document = managed(policy["PolicyArn"])
        if document is not None:
            found.policies[policy["PolicyArn"]] = document
    return found


def preflight_live(
    client: Any,
    plan: Plan,
    role_arn: str,
    *,
    scps: Sequence[Any] = (),
    author_policies: Any = None,
    context: Mapping[str, Any] | None = None,
    bucket: str | None = None,
) -> Preflight:
    """A preflight under the policies that a role has now, checked against IAM's own simulator.

    Args:
        client: boto3's IAM client.
        plan: what the pipeline will start.
        role_arn: the pipeline's execution role.
        scps: levels of SCPs, which no role's reader can see.
        author_policies: the policies of whoever creates and starts the pipeline, which aren't read.
        context: condition keys that you know of both; the role's tags are known from IAM.
        bucket: where the author's code goes.
    """
    plan = plan.moved(role_arn=role_arn)
    role = read_role(client, role_arn)
    layers = read_layers(role.policies, boundary=role.boundary, scps=scps)
    known = {**_tags(role, keys_of(layers)), **(context or {})}
    answer = preflight(
        plan, role_policies=role.policies, boundary=role.boundary, scps=scps, context=known
    )
    reads = tuple(dict.fromkeys(role.refused))
    try:
        said = _simulated(client, role_arn, plan, known)
    except Exception as error:
        if not _refuses(error):
            raise
        role.refused.append("iam:SimulatePrincipalPolicy")
        said = _simulated_custom(client, role, plan, known)
    rows = tuple(_weighed(row, said) for row in answer.rows)
    warnings = (
        *answer.warnings,
        *(_not_read(one, role_arn) for one in dict.fromkeys(role.refused)),
    )
    answer = unread(replace(answer, rows=rows, warnings=warnings), reads)
    if author_policies is None:
        return answer
    of_them = author_rows(plan, author_policies, scps=scps, context=context, bucket=bucket)
    return replace(answer, rows=(*answer.rows, *of_them))


def _tags(role: LiveRole, keys: Iterable[str]) -> dict[str, str | None]:
    """The role's tags as condition keys; where they could be read, it has no others."""
    if "iam:GetRole" in role.refused:
        return {}
    asked = (key for key in keys if key.lower().startswith(_PRINCIPAL_TAG.lower()))
    told = {key.lower() for key in role.tags}
    return {**{key: None for key in asked if key.lower() not in told}, **role.tags}


Said = Mapping[tuple[str, str, str], tuple[str, tuple[str, ...]]]
"""By step, action and resource: the simulator's decision, and the keys that it missed."""


def _weighed(row: PreflightRow, said: Said) -> PreflightRow:
    """A row, with what the simulator says of it: the stricter of the two, where they differ.

    Where it missed a condition key, it says what would be without that key, which isn't known.
    """
    answer = said.get((row.step, row.action, row.resource))
    if answer is None or row.verdict not in (ALLOWED, INDETERMINATE):
        return row
    decision, missing = answer
    if missing:
        differs = row.verdict == ALLOWED and decision != ALLOWED
        return replace(row, verdict=INDETERMINATE, unknown=missing) if differs else row
    if decision != ALLOWED:
        return replace(row, verdict=decision, statements=())
    settled = row.verdict == INDETERMINATE and row.unknown
    return replace(row, verdict=ALLOWED, unknown=()) if settled else row


def _simulated(client: Any, role_arn: str, plan: Plan, known: Mapping[str, Any]) -> Said:
    return _ask(client.simulate_principal_policy, plan, known, PolicySourceArn=role_arn)


def _simulated_custom(client: Any, role: LiveRole, plan: Plan, known: Mapping[str, Any]) -> Said:
    """The same by documents, for whoever may not simulate the principal."""
    if not role.policies:
        return {}
    given: dict[str, Any] = {"PolicyInputList": [json.dumps(p) for p in role.policies.values()]}
    if role.boundary is not None:
        given["PermissionsBoundaryPolicyInputList"] = [json.dumps(role.boundary)]
    try:
        return _ask(client.simulate_custom_policy, plan, known, **given)
    except Exception as error:
        if not _refuses(error):
            raise
        role.refused.append("iam:SimulateCustomPolicy")
        return {}


def _ask(call: Any, plan: Plan, known: Mapping[str, Any], **given: Any) -> Said:
    alike: dict[str, list[Request]] = defaultdict(list)
    for one in of_execution_role(plan):
        name = samples(one.shape)[0] if one.shape else one.resource
        if one.action != NOT_KNOWN and "*" not in name:
            entries = _entries({**one.facts.known, **known})
            alike[json.dumps([name, entries])].append(one)
    said: dict[tuple[str, str, str], tuple[str, tuple[str, ...]]] = {}
    for key, asked in alike.items():
        name, entries = json.loads(key)
        actions = list(dict.fromkeys(one.action for one in asked))
        results = {
            one["EvalActionName"].lower(): one
            for one in _results(
                call, ActionNames=actions, ResourceArns=[name], ContextEntries=entries, **given
            )
        }
        for one in asked:
            result = results.get(one.action.lower())
            if result is not None:
                said[one.step, one.action, one.resource] = _read(result, name)
    return said


def _read(result: Mapping[str, Any], resource: str) -> tuple[str, tuple[str, ...]]:
    """The decision about a resource, and the keys that were missed; IAM has two places for each."""
    of_it = [
        one
        for one in result.get("ResourceSpecificResults") or ()
        if one["EvalResourceName"] == resource
    ]
    said = [result["EvalDecision"], *(one["EvalResourceDecision"] for one in of_it)]
    decision = next((one for one in said if one != ALLOWED), ALLOWED)
    listed = (one.get("MissingContextValues") or () for one in (result, *of_it))
    return decision, tuple(dict.fromkeys(key for keys in listed for key in keys))


def _results(call: Any, **given: Any) -> Iterator[Mapping[str, Any]]:
    marker: dict[str, str] = {}
    while True:
        answer = call(**given, **marker)
        yield from answer["EvaluationResults"]
        if not answer.get("IsTruncated"):
            return
        marker = {"Marker": answer["Marker"]}


def _entries(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = []
    for key, value in sorted(known.items()):
        if value is None:
            continue
        many = value if isinstance(value, (list, tuple)) else [value]
        values = [str(v).lower() if isinstance(v, bool) else str(v) for v in many]
        kind = "stringList" if isinstance(value, (list, tuple)) else "string"
        entries.append({"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": kind})
    return entries


def _listed(client: Any, operation: str, name: str) -> list[Any]:
    pages = client.get_paginator(operation).paginate(RoleName=name)
    key = "PolicyNames" if operation == "list_role_policies" else "AttachedPolicies"
    return [one for page in pages for one in page[key]]


def _document(given: Any) -> Any:
    return json.loads(given) if isinstance(given, str) else given


def _refuses(error: Exception) -> bool:
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, Mapping) else None
    return code in _REFUSALS


def _not_read(permission: str, role_arn: str) -> Finding:
    message = f"{permission} on {role_arn} was refused, so a part of the answer is missing."
    fix = f"Allow {permission} to whoever runs the preflight, or give the policies as documents."
    return Finding.of(NOT_READ, role_arn, "IAM policy", message, fix)
