"""Turn requests into the fewest statements that allow them and nothing else.

The same requests give the same statements, byte for byte, in whatever order they come. No resource
is widened to shorten a policy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..core.arns import Arn
from .evaluator.pattern_index import PatternIndex
from .evaluator.patterns import Context, Template, matches
from .policy_document import statement
from .required_permissions import Request

_WITHOUT_RESOURCE_TYPE = frozenset({"elasticmapreduce:RunJobFlow"})
"""Actions without a resource type in the service authorization reference: allowed on ``*``."""
_MOST_RESOURCE_CHARACTERS = 5_000
"""For the resources of one statement; a managed policy has at most 6,144 characters in all."""


class _Grant(NamedTuple):
    """An action, with the service to which it passes a role if it does."""

    action: str
    passed_to: str


class _ResourceSet(NamedTuple):
    """Resources that belong in one statement, with the service to which a role is passed."""

    resources: tuple[str, ...]
    passed_to: str


class _StatementKey(NamedTuple):
    """The properties that resources must share to be in one statement."""

    resource_type: str
    actions: frozenset[str]
    passed_to: str


class _Group(NamedTuple):
    """The content of a statement, before it is split by size."""

    actions: frozenset[str]
    passed_to: str
    resources: list[str]


def statements(requests: Iterable[Request]) -> tuple[Mapping[str, Any], ...]:
    """Return the statements that allow some requests, and no others.

    Args:
        requests: the requests, none about a resource that is unknown altogether.
    """
    written = []
    for group in _grouped(requests):
        service = group.passed_to
        condition = {"StringEquals": {"iam:PassedToService": service}} if service else None
        for resources in _portions(group.resources):
            sid = _sid(min(resources), group.actions, service)
            written.append(statement(sid, group.actions, resources, condition=condition))
    _make_sids_unique(written)
    return tuple(sorted(written, key=lambda each: str(each["Sid"])))


def _make_sids_unique(written: list[dict[str, Any]]) -> None:
    """Append a hash of the statement to each ``Sid`` that occurs twice; IAM rejects duplicates."""
    counts = Counter(each["Sid"] for each in written)
    for each in written:
        if counts[each["Sid"]] > 1:
            content = json.dumps(each, sort_keys=True).encode()
            each["Sid"] += hashlib.sha256(content).hexdigest()[:8]


def _grouped(requests: Iterable[Request]) -> Iterator[_Group]:
    """Group requests into statements, in three steps."""
    by_grant = _resources_by_grant(requests)
    by_resources = _actions_by_resources(by_grant)
    return _merge_same_actions(by_resources)


def _resources_by_grant(requests: Iterable[Request]) -> Mapping[_Grant, list[str]]:
    """Collect the resources of each action, without those that another one covers."""
    resources: dict[_Grant, dict[str, None]] = defaultdict(dict)
    for request in requests:
        service = str(request.facts.known.get("iam:PassedToService", ""))
        resource = "*" if request.action in _WITHOUT_RESOURCE_TYPE else request.resource
        resources[_Grant(request.action, service)].update(dict.fromkeys(_spellings(resource)))
    return {grant: _without_covered(listed) for grant, listed in resources.items()}


def _actions_by_resources(
    by_grant: Mapping[_Grant, list[str]],
) -> Mapping[_ResourceSet, set[str]]:
    """Collect the actions on each resource.

    An action on several types at once, such as ``sagemaker:CreateTrial``, keeps its resources
    together, since one request needs all of them. ``sagemaker:AddTags`` is the exception: each of
    its requests has one resource.
    """
    # The key is a set of resources, not a single one: the merge below must not separate the types
    # that one request needs together.
    actions: dict[_ResourceSet, set[str]] = defaultdict(set)
    for (action, service), resources in by_grant.items():
        types = {_type_of(resource) for resource in resources}
        if len(types) > 1 and action != "sagemaker:AddTags":
            actions[_ResourceSet(tuple(sorted(resources)), service)].add(action)
        else:
            for resource in resources:
                actions[_ResourceSet((resource,), service)].add(action)
    return actions


def _merge_same_actions(by_resources: Mapping[_ResourceSet, set[str]]) -> Iterator[_Group]:
    """Merge the resources of one type that have the same actions."""
    merged: dict[_StatementKey, list[str]] = defaultdict(list)
    for (resources, service), actions in by_resources.items():
        # Resources of several types merge with nothing else, so their ARNs serve as the key.
        single = len(resources) == 1
        resource_type = _type_of(resources[0]) if single else " ".join(resources)
        merged[_StatementKey(resource_type, frozenset(actions), service)] += resources
    for key, listed in merged.items():
        yield _Group(key.actions, key.passed_to, listed)


def _portions(resources: list[str]) -> Iterator[list[str]]:
    """Split resources so that each portion fits a policy with the rest of its statement."""
    portion: list[str] = []
    length = 0
    for resource in sorted(resources):
        added = len(json.dumps([resource]))
        if portion and length + added > _MOST_RESOURCE_CHARACTERS:
            yield portion
            portion, length = [], 0
        portion.append(resource)
        length += added
    yield portion


def _type_of(resource: str) -> str:
    """Return the service and the resource type of an ARN."""
    return "*" if resource == "*" else ":".join(resource.split(":")[2:3]) + _path(resource)


def _path(resource: str) -> str:
    """Return the resource type of an ARN, separated by ``/`` or, as for Lambda, ``:``."""
    return re.split(r"[/:]", Arn.parse(resource).resource.strip("/"))[0]


def _spellings(resource: str) -> tuple[str, ...]:
    """Return a resource, and for SageMaker its lower-case spelling too.

    SageMaker has authorized job names in both spellings.
    """
    if ":sagemaker:" not in resource:
        return (resource,)
    arn = Arn.parse(resource)
    lower = resource.removesuffix(arn.resource) + arn.resource.lower()
    return tuple(dict.fromkeys((resource, lower)))


def _without_covered(resources: Iterable[str]) -> list[str]:
    """Remove the patterns that another one covers; of two equivalent patterns, the later one."""
    # In the evaluator's form, in which wildcards differ from literal characters: `${*}` is no
    # wildcard.
    patterns = {resource: str(Template(resource).fill(Context())) for resource in resources}
    order = {resource: number for number, resource in enumerate(patterns)}
    index = PatternIndex((pattern, resource) for resource, pattern in patterns.items())

    def is_covered(resource: str) -> bool:
        for pattern, candidate in index.like(patterns[resource]):
            if candidate != resource and matches(pattern, patterns[resource]):
                equivalent = matches(patterns[resource], pattern)
                if not equivalent or order[candidate] < order[resource]:
                    return True
        return False

    return [resource for resource in patterns if not is_covered(resource)]


def _sid(resource: str, actions: Iterable[str], service: str) -> str:
    """Return a ``Sid`` that names what the statement is about."""
    if service:
        return f"PassRoleTo{_camel(service.partition('.')[0])}"
    if resource == "*":
        return _camel(min(actions).replace(":", "-"))
    arn = Arn.parse(resource)
    if arn.service == "sagemaker":
        path = "PipelineExecution" if "/execution/" in arn.resource else arn.resource_type
        return _camel(path)
    if arn.service == "s3":
        return "Objects" if "/" in arn.resource else "Bucket"
    return _camel(
        f"{arn.service}-{_path(resource)}" if re.search("[/:]", arn.resource) else arn.service
    )


def _camel(text: str) -> str:
    words = re.split(r"[^A-Za-z0-9]+", text)
    return "".join(word[:1].upper() + word[1:] for word in words)
