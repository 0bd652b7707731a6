"""Policy documents as values: compared, counted, split, and written for the tools that deploy them.

Sources of the limits: IAM user guide, "IAM and AWS STS quotas"; AWS Organizations user guide,
"Quotas", as of May 2026.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from .resource_names import POLICY_NAME, ROLE_NAME, checked, label, logical_id, name_in_iam

VERSION = "2012-10-17"
Rule = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Form:
    """A kind of policy, and how tools that deploy policies call it."""

    limit: int
    counts_white_space: bool
    cloudformation: str
    terraform: str


_FORMS: Mapping[str, _Form] = MappingProxyType(
    {
        "managed": _Form(6_144, False, "AWS::IAM::ManagedPolicy", "aws_iam_policy"),
        "inline": _Form(10_240, False, "AWS::IAM::RolePolicy", "aws_iam_role_policy"),
        "scp": _Form(10_240, True, "AWS::Organizations::Policy", "aws_organizations_policy"),
        "trust": _Form(2_048, False, "AWS::IAM::Role", "aws_iam_role"),
    }
)
LIMITS: Mapping[str, int] = MappingProxyType({kind: form.limit for kind, form in _FORMS.items()})
"""The most characters of a policy of each kind; those of an SCP with its white space."""


@dataclass(frozen=True)
class PolicyDiff:
    """What one policy has and another hasn't.

    Args:
        added: rules of the new one alone: effect, action, resource, condition as JSON.
        removed: those of the old one alone.
    """

    added: tuple[Rule, ...]
    removed: tuple[Rule, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def __str__(self) -> str:
        lines = [
            f"{sign} {effect} {action} on {resource}" + (f" if {condition}" if condition else "")
            for sign, rules in (("+", self.added), ("-", self.removed))
            for effect, action, resource, condition in rules
        ]
        return "\n".join(lines) or "no difference"


@dataclass(frozen=True)
class PolicyDocument:
    """A policy, made for a purpose.

    Args:
        statements: its statements, as IAM's JSON has them.
        name: what it is called where it is deployed, as far as IAM takes that.
        kind: ``managed``, ``inline``, ``scp`` or ``trust``, for its limit and its form.
        notes: what the policy leaves open or names wider than it should, and how to close that.
        tags: tags that the policy counts on, to be put on the role.

    Example:
        >>> from sm_prefix_ext import iam
        >>> policy = iam.trust_policy()
        >>> policy.to_dict()["Statement"][0]["Action"]
        'sts:AssumeRole'
        >>> policy.size
        151
    """

    statements: tuple[Mapping[str, Any], ...]
    name: str = "policy"
    kind: str = "managed"
    notes: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The document as IAM takes it; a copy."""
        return {"Version": VERSION, "Statement": [copy.deepcopy(dict(s)) for s in self.statements]}

    def to_json(self, indent: int | None = 2) -> str:
        """The document as JSON.

        Args:
            indent: spaces a level; ``None`` gives one line without white space, as an SCP, whose
                white space is counted, is best sent.
        """
        return _json(self.to_dict(), indent)

    @property
    def size(self) -> int:
        """How many characters IAM counts: all but white space."""
        return len(re.sub(r"\s", "", self.to_json(None)))

    def diff(self, other: Any) -> PolicyDiff:
        """What this policy adds to another, and what it removes from it.

        Args:
            other: the older policy, or its document as a dict.
        """
        old = other.to_dict() if hasattr(other, "to_dict") else other
        before, after = set(_rules(old)), set(_rules(self.to_dict()))
        return PolicyDiff(tuple(sorted(after - before)), tuple(sorted(before - after)))

    def split(self, kind: str | None = None) -> tuple[PolicyDocument, ...]:
        """Parts that each fit the limit, cut between statements alone.

        Args:
            kind: ``managed`` (6,144 characters), ``inline`` (10,240 for a role) or ``scp`` (10,240
                with white space); by default the document's own.

        Returns:
            The parts, in order; the document itself where it fits.

        Raises:
            ValueError: where one statement alone is too long, or for an unknown kind.
        """
        kind = kind or self.kind
        if kind not in _FORMS:
            raise ValueError(f"kind is {kind!r}; wanted one of {', '.join(_FORMS)}.")
        parts: list[PolicyDocument] = []
        current = replace(self, statements=(), kind=kind)
        for statement in self.statements:
            grown = replace(current, statements=(*current.statements, statement))
            if grown._fits():
                current = grown
                continue
            alone = replace(current, statements=(statement,))
            if not alone._fits() or kind == "trust":
                raise ValueError(
                    f"{self.name}: the statement {statement.get('Sid')!r} has "
                    f"{alone._counted():,} characters by itself and a policy of this kind "
                    f"({kind}) takes {LIMITS[kind]:,}; use fewer or shorter prefixes, or give "
                    "parts of the pipeline roles of their own."
                )
            parts.append(current)
            current = alone
        parts = [*parts, current]
        if len(parts) == 1:
            return (replace(self, kind=kind),)
        return tuple(replace(p, name=f"{self.name}-{n}") for n, p in enumerate(parts, 1))

    def _counted(self) -> int:
        return len(self.to_json(None)) if _FORMS[self.kind].counts_white_space else self.size

    def _numbered(self) -> Iterator[tuple[int | None, PolicyDocument]]:
        """The parts under names that IAM takes, with their numbers where there are several."""
        most = ROLE_NAME if self.kind == "trust" else POLICY_NAME
        parts = self.split()
        for number, part in enumerate(parts, 1):
            named = replace(part, name=name_in_iam(part.name, most))
            yield (number if len(parts) > 1 else None), named

    def _fits(self) -> bool:
        return self._counted() <= LIMITS[self.kind]

    def to_cloudformation(self, *, name: str | None = None) -> str:
        """A CloudFormation template, as JSON, with a resource for each part.

        Args:
            name: what to call the policy, up to 128 letters, digits and ``+=,.@_-``; by default
                its own name. The logical IDs follow from it.

        Raises:
            ValueError: as :meth:`split`, and for a name that IAM wouldn't take.
        """
        named = replace(self, name=checked(name) or self.name)
        resources = {}
        for number, part in named._numbered():
            document = part.to_dict()
            properties: dict[str, Any] = {
                "managed": {"ManagedPolicyName": part.name, "PolicyDocument": document},
                "inline": {
                    "PolicyName": part.name,
                    "PolicyDocument": document,
                    "RoleName": {"Ref": "RoleName"},
                },
                "scp": {
                    "Name": part.name,
                    "Type": "SERVICE_CONTROL_POLICY",
                    "Content": document,
                },
                "trust": {"RoleName": part.name, "AssumeRolePolicyDocument": document},
            }[part.kind]
            resources[logical_id(named.name, number)] = {
                "Type": _FORMS[part.kind].cloudformation,
                "Properties": properties,
            }
        template: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
        if self.kind == "inline":
            template["Parameters"] = {"RoleName": {"Type": "String"}}
        return _json({**template, "Resources": resources}, 2)

    def to_terraform(self, *, name: str | None = None) -> str:
        """A Terraform configuration with a resource for each part.

        Args:
            name: what to call the policy, as for :meth:`to_cloudformation`; the labels follow from
                it.

        Raises:
            ValueError: as :meth:`to_cloudformation`.
        """
        named = replace(self, name=checked(name) or self.name)
        blocks = []
        for number, part in named._numbered():
            document = f"jsonencode({_in_terraform(part.to_json())})"
            lines = {
                "managed": {"name": _quoted(part.name), "policy": document},
                "inline": {
                    "name": _quoted(part.name),
                    "role": "var.role_name",
                    "policy": document,
                },
                "scp": {
                    "name": _quoted(part.name),
                    "type": _quoted("SERVICE_CONTROL_POLICY"),
                    "content": document,
                },
                "trust": {"name": _quoted(part.name), "assume_role_policy": document},
            }[part.kind]
            width = max(map(len, lines))
            body = "\n".join(
                f"  {key.ljust(width)} = " + value.replace("\n", "\n  ")
                for key, value in lines.items()
            )
            address = f'"{_FORMS[part.kind].terraform}" "{label(named.name, number)}"'
            blocks.append(f"resource {address} {{\n{body}\n}}\n")
        if self.kind == "inline":
            blocks.insert(0, 'variable "role_name" {\n  type = string\n}\n')
        return "\n".join(blocks)


def statement(
    sid: str,
    actions: Iterable[str],
    resources: Iterable[str] | str,
    *,
    effect: str = "Allow",
    condition: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A statement, in the order in which IAM's guide writes its elements, lists sorted."""
    made: dict[str, Any] = {
        "Sid": sid,
        "Effect": effect,
        "Action": sorted(set(actions)),
        "Resource": resources if isinstance(resources, str) else sorted(set(resources)),
    }
    if condition:
        made["Condition"] = condition
    return made


def _json(value: Any, indent: int | None) -> str:
    separators = (",", ":") if indent is None else None
    return json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)


def _quoted(text: str) -> str:
    return _in_terraform(json.dumps(text))


def _in_terraform(text: str) -> str:
    """JSON, with what Terraform would take for a template escaped."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _rules(document: Mapping[str, Any]) -> Iterator[Rule]:
    listed = document.get("Statement") or []
    for one in [listed] if isinstance(listed, Mapping) else listed:
        condition = _json(one["Condition"], None) if one.get("Condition") else ""
        for action in _marked(one, "Action"):
            for resource in _marked(one, "Resource") or [""]:
                yield str(one.get("Effect")), action, resource, condition


def _marked(given: Mapping[str, Any], element: str) -> Sequence[str]:
    """An element's values; those of its ``Not…`` are marked, as one, since they act together."""
    for key, mark in ((element, ""), (f"Not{element}", "not ")):
        values = given.get(key)
        if values is not None:
            many = [values] if isinstance(values, str) else list(values)
            return many if not mark else [f"{mark}{', '.join(sorted(many))}"]
    return []
