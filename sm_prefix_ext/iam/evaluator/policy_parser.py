"""Read policy documents: what is broken is said, and never read as something else.

Source: IAM user guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .conditions import Condition, read_conditions
from .kleene import Truth, Unknown, all_of, negated
from .pattern_overlap import Patterns
from .patterns import Context, Template, glob, matches, unmarked

_VERSIONS = ("2012-10-17", "2008-10-17")
_OF_A_DOCUMENT = {"Version", "Id", "Statement"}
_OF_A_STATEMENT = {
    *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"),
}
_PARTS_OF_AN_ARN = 6


@dataclass(frozen=True)
class Statement:
    """A statement of a policy.

    Args:
        policy: which policy it stands in.
        index: its place there, from 0.
        sid: its ``Sid``, or ``None``.
        effect: ``Allow`` or ``Deny``.
        actions: patterns of actions.
        not_action: whether they are those of a ``NotAction``.
        resources: patterns of ARNs.
        not_resource: whether they are those of a ``NotResource``.
        conditions: all that have to hold.
    """

    policy: str
    index: int
    sid: str | None
    effect: str
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[Template, ...]
    not_resource: bool
    conditions: tuple[Condition, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The condition keys that it looks at."""
        of_resources = (key for template in self.resources for key in template.keys)
        of_conditions = (key for condition in self.conditions for key in condition.keys)
        return frozenset((*of_resources, *of_conditions))

    @property
    def fixed_resources(self) -> tuple[str, ...] | None:
        """The patterns of which one has to match, where no request's values are needed for that."""
        fixed = tuple(one.fixed for one in self.resources)
        patterns = tuple(one for one in fixed if one is not None)
        return patterns if len(patterns) == len(fixed) and not self.not_resource else None

    def names_action(self, action: str) -> bool:
        """Whether it speaks of an action; letter case doesn't matter."""
        if action not in self._named:
            named = any(matches(pattern, action, ignore_case=True) for pattern in self.actions)
            self._named[action] = named != self.not_action
        return self._named[action]

    @cached_property
    def _named(self) -> dict[str, bool]:
        return {}

    def applies(self, resource: str, context: Context) -> Truth:
        """Whether it applies to a request for an action that it speaks of."""
        return all_of(self._parts(resource, context))

    def _parts(self, resource: str, context: Context) -> Iterator[Truth]:
        named = self._patterns.meet(resource, context)
        if self.not_resource and named is False:
            # A variable without a value: its resource "will not match any resource", says the
            # guide, so that everything is another one, or "the entire statement may be invalid".
            keys = [k for t in self.resources if t.fill(context) is None for k in t.keys]
            named = Unknown.of(*keys) if keys else False
        yield negated(named) if self.not_resource else named
        for condition in self.conditions:
            yield condition.holds(context)

    def covers(self, resource: str, context: Context) -> Truth:
        """Whether it speaks of a resource, whatever its conditions."""
        return next(self._parts(resource, context))

    @cached_property
    def _patterns(self) -> Patterns:
        return Patterns(self.resources)


def read(document: Any, policy: str) -> tuple[Statement, ...]:
    """The statements of a policy document.

    Args:
        document: the document, or what has it in ``to_dict()``.
        policy: what to call it.

    Raises:
        ValueError: for one that IAM would refuse, with the policy, the statement and the element.
    """
    document = document.to_dict() if hasattr(document, "to_dict") else document
    if not isinstance(document, Mapping):
        raise ValueError(
            f"{policy} is {type(document).__name__}; wanted a policy document, a dict."
        )
    for key in document:
        if key not in _OF_A_DOCUMENT:
            raise ValueError(f"{policy}: {key!r} is no element of a policy document.")
    if not isinstance(document.get("Id", ""), str):
        raise ValueError(f"{policy}: Id is {document['Id']!r}; wanted a string.")
    version = document.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise ValueError(f"{policy}: Version is {version!r}; wanted {' or '.join(_VERSIONS)}.")
    listed = document.get("Statement")
    if isinstance(listed, Mapping):
        listed = [listed]
    if not isinstance(listed, list):
        raise ValueError(
            f"{policy}: Statement is {listed!r}; wanted a statement or a list of them."
        )
    found = []
    for index, statement in enumerate(listed):
        try:
            found.append(_statement(statement, policy, index, version == _VERSIONS[0]))
        except ValueError as error:
            raise ValueError(f"{policy}, statement {index}: {error}.") from None
    return tuple(found)


def _statement(given: Any, policy: str, index: int, variables: bool) -> Statement:
    if not isinstance(given, Mapping):
        raise ValueError(f"it is {given!r}; wanted an object")
    for key in given:
        if key not in _OF_A_STATEMENT:
            raise ValueError(f"{key!r} is no element of a statement of such a policy")
    if given.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"Effect is {given.get('Effect')!r}; wanted 'Allow' or 'Deny'")
    if not isinstance(given.get("Sid", ""), str):
        raise ValueError(f"Sid is {given['Sid']!r}; wanted a string")
    not_action, actions = _either(given, "Action")
    not_resource, resources = _either(given, "Resource")
    conditions = given.get("Condition", {})
    if not isinstance(conditions, Mapping):
        raise ValueError(f"Condition is {conditions!r}; wanted an object of operators")
    return Statement(
        policy=policy,
        index=index,
        sid=given.get("Sid"),
        effect=given["Effect"],
        actions=tuple(_action(text) for text in actions),
        not_action=not_action,
        resources=tuple(_resource(text, variables) for text in resources),
        not_resource=not_resource,
        conditions=tuple(read_conditions(conditions, variables=variables)),
    )


def _either(given: Mapping[str, Any], element: str) -> tuple[bool, list[str]]:
    """Whether the element comes as its ``Not…``, and its values."""
    present = [key for key in (element, f"Not{element}") if key in given]
    if len(present) != 1:
        raise ValueError(
            f"wanted {element} or Not{element}, got {'both' if present else 'neither'}"
        )
    [key] = present
    values = given[key] if isinstance(given[key], list) else [given[key]]
    if not values or not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"{key} is {given[key]!r}; wanted a string or a list of strings")
    return key != element, [unmarked(value) for value in values]


def _action(text: str) -> str:
    if text != "*" and ":" not in text:
        raise ValueError(f"the action {text!r} names no service; wanted <service>:<action>, or *")
    return glob(text)


def _resource(text: str, variables: bool) -> Template:
    if text != "*" and not text.startswith("arn:"):
        raise ValueError(f"the resource {text!r} is no ARN; wanted arn:…, or *")
    # A short ARN is completed with wildcards: "Identify AWS resources with ARNs".
    missing = _PARTS_OF_AN_ARN - len(text.split(":")) if text != "*" and "${" not in text else 0
    return Template(text + ":*" * missing, variables=variables)


def labelled(given: Any, label: str) -> Iterator[tuple[str, Any]]:
    """Documents with what to call them: one, a sequence of them, or names to documents."""
    if hasattr(given, "to_dict") or (isinstance(given, Mapping) and "Statement" in given):
        given = [given]
    if isinstance(given, Mapping):
        yield from given.items()
    elif isinstance(given, str) or not isinstance(given, Iterable):
        raise ValueError(f"{label} is {given!r}; wanted policy documents, dicts.")
    else:
        yield from ((f"{label}[{number}]", document) for number, document in enumerate(given))
