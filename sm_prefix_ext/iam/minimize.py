"""Requests as the statements that allow them.

The same requests give the same statements, to the byte, whatever their order; nothing is widened to
make them shorter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..core.arns import Arn
from .evaluator.pattern_index import PatternIndex
from .evaluator.patterns import Context, Template, matches
from .policy_document import statement
from .required_permissions import Request

_WITHOUT_RESOURCE_TYPE = frozenset({"elasticmapreduce:RunJobFlow"})
"""What a policy has to allow on ``*``, since the service authorization reference names no type."""
_MOST_OF_A_STATEMENT = 5_000
"""Characters of resources; a managed policy takes 6,144 in all."""


def statements(asked: Iterable[Request]) -> tuple[Mapping[str, Any], ...]:
    """The statements that allow some requests, and no request that could be made beside them.

    Args:
        asked: the requests, each about what can be named.
    """
    made = []
    for of_them, service, resources in _together(asked):
        condition = {"StringEquals": {"iam:PassedToService": service}} if service else None
        for some in _portions(resources):
            label = _label(min(some), of_them, service)
            made.append(statement(label, of_them, some, condition=condition))
    labels = Counter(written["Sid"] for written in made)
    for written in made:
        if labels[written["Sid"]] > 1:
            content = json.dumps(written, sort_keys=True).encode()
            written["Sid"] += hashlib.sha256(content).hexdigest()[:8]
    return tuple(sorted(made, key=lambda written: str(written["Sid"])))


def _together(asked: Iterable[Request]) -> Iterator[tuple[frozenset[str], str, list[str]]]:
    """Actions with the resources that all of them are asked about, and the service passed to.

    Resources of one type with the same actions share a statement. So do all resources of an action
    that is asked about several types at once, such as ``sagemaker:CreateTrial``: each of them has
    to allow it. ``sagemaker:AddTags`` is asked about one thing at a time.
    """
    about: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for one in asked:
        service = str(one.facts.known.get("iam:PassedToService", ""))
        resource = "*" if one.action in _WITHOUT_RESOURCE_TYPE else one.resource
        about[one.action, service].update(dict.fromkeys(_spellings(resource)))
    actions: dict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for (action, service), named in about.items():
        resources = _needed(named)
        several = len({_type_of(one) for one in resources}) > 1 and action != "sagemaker:AddTags"
        for some in [tuple(sorted(resources))] if several else [(one,) for one in resources]:
            actions[some, service].add(action)
    alike: dict[tuple[str, frozenset[str], str], list[str]] = defaultdict(list)
    for (some, service), of_them in actions.items():
        kind = _type_of(some[0]) if len(some) == 1 else " ".join(some)
        alike[kind, frozenset(of_them), service] += some
    yield from ((of_them, service, found) for (_, of_them, service), found in alike.items())


def _portions(resources: list[str]) -> Iterator[list[str]]:
    """Resources in portions that leave room in a policy for the rest of their statement."""
    portion: list[str] = []
    length = 0
    for one in sorted(resources):
        added = len(json.dumps([one]))
        if portion and length + added > _MOST_OF_A_STATEMENT:
            yield portion
            portion, length = [], 0
        portion.append(one)
        length += added
    yield portion


def _type_of(resource: str) -> str:
    return "*" if resource == "*" else ":".join(resource.split(":")[2:3]) + _path(resource)


def _path(resource: str) -> str:
    """The resource type in an ARN, with the ``:`` of those that have no ``/``."""
    return re.split(r"[/:]", Arn.parse(resource).resource.strip("/"))[0]


def _spellings(resource: str) -> tuple[str, ...]:
    """A resource, and in lower case too: SageMaker has authorised the names of jobs in both."""
    if ":sagemaker:" not in resource:
        return (resource,)
    arn = Arn.parse(resource)
    return tuple(
        dict.fromkeys((resource, resource.removesuffix(arn.resource) + arn.resource.lower()))
    )


def _needed(resources: Iterable[str]) -> list[str]:
    """The patterns that none of the others covers; of those that cover each other, the first."""
    patterns = {one: str(Template(one).fill(Context())) for one in resources}
    order = {one: number for number, one in enumerate(patterns)}
    index = PatternIndex((pattern, one) for one, pattern in patterns.items())

    def is_covered(one: str) -> bool:
        for pattern, other in index.like(patterns[one]):
            if other != one and matches(pattern, patterns[one]):
                mutual = matches(patterns[one], pattern)
                if not mutual or order[other] < order[one]:
                    return True
        return False

    return [one for one in patterns if not is_covered(one)]


def _label(resource: str, actions: Iterable[str], service: str) -> str:
    """What a statement is called: by what it is about."""
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
