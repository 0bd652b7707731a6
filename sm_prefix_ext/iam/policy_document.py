"""Policy documents as values: compare, measure, split, and write them for deployment tools.

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
    """A kind of policy, its limit, and its resource types in deployment tools."""

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
"""The maximum length of each kind of policy; an SCP's includes white space."""


@dataclass(frozen=True)
class PolicyDiff:
    """The difference between two policies.

    Args:
        added: rules of the new policy only: effect, action, resource, condition as JSON.
        removed: rules of the old policy only.
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
    """A generated policy.

    Args:
        statements: its statements, in the form of IAM's JSON.
        name: its name in IAM; characters that IAM rejects are replaced on deployment.
        kind: ``managed``, ``inline``, ``scp`` or ``trust``; determines its limit and its form.
        notes: what the policy doesn't allow or allows too widely, and how to change that.
        tags: tags that the policy requires on the role.

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
        """Return the document in the form of IAM's JSON, as a copy."""
        return {"Version": VERSION, "Statement": [copy.deepcopy(dict(s)) for s in self.statements]}

    def to_json(self, indent: int | None = 2) -> str:
        """Return the document as JSON.

        Args:
            indent: spaces for each level; ``None`` gives one line without white space, the best
                form for an SCP, whose limit includes white space.
        """
        return _json(self.to_dict(), indent)

    @property
    def size(self) -> int:
        """The number of characters that IAM counts: all but white space."""
        return len(re.sub(r"\s", "", self.to_json(None)))

    def diff(self, other: Any) -> PolicyDiff:
        """Compare the policy with an older one.

        Args:
            other: the older policy, or its document as a dict.
        """
        old = other.to_dict() if hasattr(other, "to_dict") else other
        before, after = set(_rules(old)), set(_rules(self.to_dict()))
        return PolicyDiff(tuple(sorted(after - before)), tuple(sorted(before - after)))

    def split(self, kind: str | None = None) -> tuple[PolicyDocument, ...]:
        """Split the policy between statements into parts that fit the limit.

        Args:
            kind: ``managed`` (6,144 characters), ``inline`` (10,240 for a role) or ``scp`` (10,240
                with white space); by default the document's own.

        Returns:
            The parts, in order; the policy itself if it fits.

        Raises:
            ValueError: if a single statement is too long, or the kind is unknown.
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
                    f"{alone._counted():,} characters by itself, and a policy of kind {kind} has "
                    f"at most {LIMITS[kind]:,}. Use fewer or shorter prefixes, or split the "
                    "pipeline and give each part a role of its own."
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
        """Yield the parts under valid names, with their numbers if there are several."""
        most = ROLE_NAME if self.kind == "trust" else POLICY_NAME
        parts = self.split()
        for number, part in enumerate(parts, 1):
            named = replace(part, name=name_in_iam(part.name, most))
            yield (number if len(parts) > 1 else None), named

    def _fits(self) -> bool:
        return self._counted() <= LIMITS[self.kind]

    def to_cloudformation(self, *, name: str | None = None) -> str:
        """Return a CloudFormation template, as JSON, with a resource for each part.

        Args:
            name: the policy's name in IAM, up to 128 letters, digits and ``+=,.@_-``; by default
                its own name. The logical IDs derive from it.

        Raises:
            ValueError: if IAM would reject the name; see also :meth:`split`.
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
        """Return a Terraform configuration with a resource for each part.

        Args:
            name: the policy's name in IAM, as for :meth:`to_cloudformation`; the labels derive from
                it.

        Raises:
            ValueError: see :meth:`to_cloudformation`.
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
    """Return a statement with its elements in the order of IAM's guide, and sorted lists."""
    written: dict[str, Any] = {
        "Sid": sid,
        "Effect": effect,
        "Action": sorted(set(actions)),
        "Resource": resources if isinstance(resources, str) else sorted(set(resources)),
    }
    if condition:
        written["Condition"] = condition
    return written


def _json(value: Any, indent: int | None) -> str:
    separators = (",", ":") if indent is None else None
    return json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)


def _quoted(text: str) -> str:
    return _in_terraform(json.dumps(text))


def _in_terraform(text: str) -> str:
    """Escape the sequences in JSON that Terraform would read as a template."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _rules(document: Mapping[str, Any]) -> Iterator[Rule]:
    listed = document.get("Statement") or []
    for each in [listed] if isinstance(listed, Mapping) else listed:
        condition = _json(each["Condition"], None) if each.get("Condition") else ""
        for action in _values(each, "Action"):
            for resource in _values(each, "Resource") or [""]:
                yield str(each.get("Effect")), action, resource, condition


def _values(statement: Mapping[str, Any], element: str) -> Sequence[str]:
    """Return an element's values; those of its ``Not…`` as one value, since they act together."""
    for key, mark in ((element, ""), (f"Not{element}", "not ")):
        values = statement.get(key)
        if values is not None:
            many = [values] if isinstance(values, str) else list(values)
            return many if not mark else [f"{mark}{', '.join(sorted(many))}"]
    return []
