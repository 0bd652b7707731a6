"""Preflight against IAM itself: a role's current policies and boundary, and IAM's simulator."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..core.arns import Arn
from ..core.findings import NOT_READ, Finding
from ..core.plan import Plan
from .evaluator.evaluate import ALLOWED, INDETERMINATE, keys_of, read_layers
from .preflight import author_rows, mark_incomplete, preflight
from .preflight_result import Preflight, PreflightRow
from .required_permissions import NOT_KNOWN, Request, of_execution_role, samples

_PRINCIPAL_TAG = "aws:PrincipalTag/"
_DENIAL_CODES = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@dataclass
class LiveRole:
    """A role's policies and tags, as far as IAM let the caller read them.

    Args:
        policies: maps the names of inline policies and the ARNs of attached ones to documents.
        boundary: the permissions boundary, or ``None``.
        tags: condition keys ``aws:PrincipalTag/…`` to values.
        refused: the permissions that the caller lacks.
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
        The role. A read that IAM denies is listed in ``refused``, so that a missing policy is not
        mistaken for one that doesn't exist; other errors are raised.
    """
    reader = _RoleReader(client, Arn.parse(role_arn).name.rsplit("/", 1)[-1])
    reader.read_boundary_and_tags()
    reader.read_inline_policies()
    reader.read_attached_policies()
    return reader.role


class _RoleReader:
    """Reads a role in single calls, each of which IAM may deny.

    Args:
        client: boto3's IAM client.
        name: the role's name.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self.role = LiveRole()

    def read_boundary_and_tags(self) -> None:
        """Read the role itself."""
        response = self._call("iam:GetRole", self._client.get_role, RoleName=self._name)
        if response is None:
            return
        role = response["Role"]
        self.role.tags = {
            f"{_PRINCIPAL_TAG}{tag['Key']}": tag["Value"] for tag in role.get("Tags") or []
        }
        arn = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        if arn is not None:
            self.role.boundary = self._managed_policy(arn)

    def read_inline_policies(self) -> None:
        """Read the policies that are embedded in the role."""
        for policy in self._pages("iam:ListRolePolicies", "list_role_policies", "PolicyNames"):
            response = self._call(
                "iam:GetRolePolicy",
                self._client.get_role_policy,
                RoleName=self._name,
                PolicyName=policy,
            )
            if response is not None:
                self.role.policies[policy] = _document(response["PolicyDocument"])

    def read_attached_policies(self) -> None:
        """Read the managed policies that are attached to the role."""
        for policy in self._pages(
            "iam:ListAttachedRolePolicies", "list_attached_role_policies", "AttachedPolicies"
        ):
            document = self._managed_policy(policy["PolicyArn"])
            if document is not None:
                self.role.policies[policy["PolicyArn"]] = document

    def _managed_policy(self, arn: str) -> Any:
        """Return the document of a managed policy's default version; ``None`` if denied."""
        response = self._call("iam:GetPolicy", self._client.get_policy, PolicyArn=arn)
        if response is None:
            return None
        response = self._call(
            "iam:GetPolicyVersion",
            self._client.get_policy_version,
            PolicyArn=arn,
            VersionId=response["Policy"]["DefaultVersionId"],
        )
        return None if response is None else _document(response["PolicyVersion"]["Document"])

    def _pages(self, permission: str, operation: str, key: str) -> list[Any]:
        """Return the items of all pages; none if denied."""

        def read() -> list[Any]:
            pages = self._client.get_paginator(operation).paginate(RoleName=self._name)
            return [item for page in pages for item in page[key]]

        return self._call(permission, read) or []

    def _call(self, permission: str, call: Callable[..., Any], **arguments: Any) -> Any:
        """Return the call's result; ``None`` if IAM denies it, which ``refused`` then records."""
        try:
            return call(**arguments)
        except Exception as error:
            if not _is_denial(error):
                raise
            self.role.refused.append(permission)
            return None


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
    """Run a preflight under a role's current policies, and compare it with IAM's simulator.

    Args:
        client: boto3's IAM client.
        plan: what the pipeline will start.
        role_arn: the pipeline's execution role.
        scps: levels of SCPs; IAM doesn't return them.
        author_policies: the policies of the principal that creates and starts the pipeline; they
            are not read from IAM.
        context: condition keys that you know for both; the role's tags come from IAM.
        bucket: where the author's code goes.
    """
    plan = plan.replace(role_arn=role_arn)
    role = read_role(client, role_arn)
    layers = read_layers(role.policies, boundary=role.boundary, scps=scps)
    known = {**_tags(role, keys_of(layers)), **(context or {})}
    offline = preflight(
        plan, role_policies=role.policies, boundary=role.boundary, scps=scps, context=known
    )
    denied_reads = tuple(dict.fromkeys(role.refused))
    try:
        simulation = _simulate_principal(client, role_arn, plan, known)
    except Exception as error:
        if not _is_denial(error):
            raise
        role.refused.append("iam:SimulatePrincipalPolicy")
        simulation = _simulate_documents(client, role, plan, known)
    rows = tuple(_with_simulation(row, simulation) for row in offline.rows)
    warnings = (
        *offline.warnings,
        *(_not_read(permission, role_arn) for permission in dict.fromkeys(role.refused)),
    )
    result = mark_incomplete(replace(offline, rows=rows, warnings=warnings), denied_reads)
    if author_policies is None:
        return result
    of_author = author_rows(plan, author_policies, scps=scps, context=context, bucket=bucket)
    return replace(result, rows=(*result.rows, *of_author))


def _tags(role: LiveRole, keys: Iterable[str]) -> dict[str, str | None]:
    """Return the role's tags as condition keys, and ``None`` for each tag that it doesn't have.

    Args:
        role: the role.
        keys: the condition keys that policies test.
    """
    if "iam:GetRole" in role.refused:
        return {}
    tag_keys = (key for key in keys if key.lower().startswith(_PRINCIPAL_TAG.lower()))
    present = {key.lower() for key in role.tags}
    return {**{key: None for key in tag_keys if key.lower() not in present}, **role.tags}


Simulation = Mapping[tuple[str, str, str], tuple[str, tuple[str, ...]]]
"""By step, action and resource: the simulator's decision, and the keys that it lacked."""


def _with_simulation(row: PreflightRow, simulation: Simulation) -> PreflightRow:
    """Combine a row with the simulator's decision; if they differ, the stricter one wins.

    If the simulator lacked a condition key, its decision is for a request without that key. The
    real request may have it, so such a decision only makes an allowed row indeterminate.
    """
    simulated = simulation.get((row.step, row.action, row.resource))
    if simulated is None or row.verdict not in (ALLOWED, INDETERMINATE):
        return row
    decision, missing = simulated
    if missing:
        differs = row.verdict == ALLOWED and decision != ALLOWED
        return replace(row, verdict=INDETERMINATE, unknown=missing) if differs else row
    if decision != ALLOWED:
        return replace(row, verdict=decision, statements=())
    # An indeterminate row without unknown keys depends on the job's name, and the simulator tried
    # one name only.
    resolved = row.verdict == INDETERMINATE and row.unknown
    return replace(row, verdict=ALLOWED, unknown=()) if resolved else row


def _simulate_principal(
    client: Any, role_arn: str, plan: Plan, known: Mapping[str, Any]
) -> Simulation:
    return _simulate(client.simulate_principal_policy, plan, known, PolicySourceArn=role_arn)


def _simulate_documents(
    client: Any, role: LiveRole, plan: Plan, known: Mapping[str, Any]
) -> Simulation:
    """Simulate the documents that were read, for callers that may not simulate the role."""
    if not role.policies:
        return {}
    documents: dict[str, Any] = {"PolicyInputList": [json.dumps(p) for p in role.policies.values()]}
    if role.boundary is not None:
        documents["PermissionsBoundaryPolicyInputList"] = [json.dumps(role.boundary)]
    try:
        return _simulate(client.simulate_custom_policy, plan, known, **documents)
    except Exception as error:
        if not _is_denial(error):
            raise
        role.refused.append("iam:SimulateCustomPolicy")
        return {}


def _simulate(
    call: Callable[..., Mapping[str, Any]], plan: Plan, known: Mapping[str, Any], **policies: Any
) -> Simulation:
    """Simulate the requests of a plan, with one call for all actions on a resource.

    The simulator takes no wildcards in resources, so a job is represented by an example name, and
    requests without one are left out.
    """
    batches: dict[str, list[Request]] = defaultdict(list)
    for request in of_execution_role(plan):
        resource = samples(request.shape)[0] if request.shape else request.resource
        if request.action != NOT_KNOWN and "*" not in resource:
            entries = _context_entries({**request.facts.known, **known})
            batches[json.dumps([resource, entries])].append(request)
    simulation: dict[tuple[str, str, str], tuple[str, tuple[str, ...]]] = {}
    for key, requests in batches.items():
        resource, entries = json.loads(key)
        results = {
            result["EvalActionName"].lower(): result
            for result in _results(
                call,
                ActionNames=list(dict.fromkeys(request.action for request in requests)),
                ResourceArns=[resource],
                ContextEntries=entries,
                **policies,
            )
        }
        for request in requests:
            result = results.get(request.action.lower())
            if result is not None:
                place = request.step, request.action, request.resource
                simulation[place] = _decision(result, resource)
    return simulation


def _decision(result: Mapping[str, Any], resource: str) -> tuple[str, tuple[str, ...]]:
    """Return the decision about a resource and the keys that it lacked.

    The response has both for the whole result and for each resource (IAM API reference,
    ``EvaluationResult``); the first decision that isn't an allow counts.
    """
    specific = [
        part
        for part in result.get("ResourceSpecificResults") or ()
        if part["EvalResourceName"] == resource
    ]
    decisions = [result["EvalDecision"], *(part["EvalResourceDecision"] for part in specific)]
    decision = next((each for each in decisions if each != ALLOWED), ALLOWED)
    listed = (part.get("MissingContextValues") or () for part in (result, *specific))
    return decision, tuple(dict.fromkeys(key for keys in listed for key in keys))


def _results(
    call: Callable[..., Mapping[str, Any]], **arguments: Any
) -> Iterator[Mapping[str, Any]]:
    """Yield the results of all pages; boto3's paginator would need the operation's name."""
    marker: dict[str, str] = {}
    while True:
        page = call(**arguments, **marker)
        yield from page["EvaluationResults"]
        if not page.get("IsTruncated"):
            return
        marker = {"Marker": page["Marker"]}


def _context_entries(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = []
    for key, value in sorted(known.items()):
        if value is None:
            continue
        many = value if isinstance(value, (list, tuple)) else [value]
        values = [str(v).lower() if isinstance(v, bool) else str(v) for v in many]
        kind = "stringList" if isinstance(value, (list, tuple)) else "string"
        entries.append({"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": kind})
    return entries


def _document(document: Any) -> Any:
    """Return a policy document as a dict; boto3 decodes it, other clients leave it as JSON."""
    return json.loads(document) if isinstance(document, str) else document


def _is_denial(error: Exception) -> bool:
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, Mapping) else None
    return code in _DENIAL_CODES


def _not_read(permission: str, role_arn: str) -> Finding:
    message = f"IAM denied {permission} on {role_arn}, so the preflight is incomplete."
    fix = (
        f"Allow {permission} for the identity that runs the preflight, or pass the role's policies "
        "as documents."
    )
    return Finding.of(NOT_READ, role_arn, "IAM policy", message, fix)
