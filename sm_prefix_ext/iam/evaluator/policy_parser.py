"""Parse policy documents strictly: an invalid document raises, and nothing is guessed.

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
from .patterns import Context, Template, glob, matches, without_markers

_VERSIONS = ("2012-10-17", "2008-10-17")
"""The newer one has policy variables, the older one is the default: IAM user guide, "Version"."""
_DOCUMENT_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {
    *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"),
}
_PARTS_OF_AN_ARN = 6


@dataclass(frozen=True)
class Statement:
    """A statement of a policy.

    Args:
        policy: the name of its policy.
        index: its position there, from 0.
        sid: its ``Sid``, or ``None``.
        effect: ``Allow`` or ``Deny``.
        actions: patterns of actions.
        not_action: whether they come from a ``NotAction``.
        resources: patterns of ARNs.
        not_resource: whether they come from a ``NotResource``.
        conditions: all of them have to hold.
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
        """The condition keys that it tests, in variables too."""
        of_resources = (key for template in self.resources for key in template.keys)
        of_conditions = (key for condition in self.conditions for key in condition.keys)
        return frozenset((*of_resources, *of_conditions))

    @property
    def fixed_resources(self) -> tuple[str, ...] | None:
        """Its resource patterns, or ``None`` if they depend on the request or are negated."""
        fixed = tuple(template.fixed for template in self.resources)
        patterns = tuple(pattern for pattern in fixed if pattern is not None)
        return patterns if len(patterns) == len(fixed) and not self.not_resource else None

    def names_action(self, action: str) -> bool:
        """Test whether it matches an action; letter case doesn't matter."""
        if action not in self._action_matches:
            listed = any(matches(pattern, action, ignore_case=True) for pattern in self.actions)
            self._action_matches[action] = listed != self.not_action
        return self._action_matches[action]

    @cached_property
    def _action_matches(self) -> dict[str, bool]:
        return {}

    def applies(self, resource: str, context: Context) -> Truth:
        """Test whether it applies to a request for an action that it matches."""
        return all_of(self._tests(resource, context))

    def _tests(self, resource: str, context: Context) -> Iterator[Truth]:
        """Yield whether it matches the resource, then the result of each condition."""
        listed = self._patterns.meet(resource, context)
        if self.not_resource and listed is False:
            # The guide leaves open what a NotResource does if a variable has no value: its pattern
            # "will not match any resource", so that all others are meant, or "the entire statement
            # may be invalid" (IAM user guide, "Policy elements: variables and tags").
            keys = [k for t in self.resources if t.fill(context) is None for k in t.keys]
            listed = Unknown.of(*keys) if keys else False
        yield negated(listed) if self.not_resource else listed
        for condition in self.conditions:
            yield condition.holds(context)

    def covers(self, resource: str, context: Context) -> Truth:
        """Test whether it matches a resource, whatever its conditions."""
        return next(self._tests(resource, context))

    @cached_property
    def _patterns(self) -> Patterns:
        return Patterns(self.resources)


def read(document: Any, policy: str) -> tuple[Statement, ...]:
    """Parse the statements of a policy document.

    Args:
        document: the document, or an object with a ``to_dict()``.
        policy: the policy's name, for messages.

    Raises:
        ValueError: if IAM would reject it; names the policy, the statement and the element.
    """
    document = document.to_dict() if hasattr(document, "to_dict") else document
    if not isinstance(document, Mapping):
        raise ValueError(
            f"{policy} is of type {type(document).__name__}; wanted a policy document as a dict."
        )
    version = _checked_version(document, policy)
    listed = document.get("Statement")
    if isinstance(listed, Mapping):
        listed = [listed]
    if not isinstance(listed, list):
        raise ValueError(
            f"{policy}: Statement is {listed!r}; wanted a statement or a list of statements."
        )
    statements = []
    for index, statement in enumerate(listed):
        try:
            statements.append(_statement(statement, policy, index, version == _VERSIONS[0]))
        except ValueError as error:
            raise ValueError(f"{policy}, statement {index}: {error}.") from None
    return tuple(statements)


def _checked_version(document: Mapping[str, Any], policy: str) -> str:
    """Return a document's version after checking its elements other than ``Statement``."""
    for key in document:
        if key not in _DOCUMENT_ELEMENTS:
            raise ValueError(
                f"{policy}: {key!r} is not an element of a policy document; remove it."
            )
    if not isinstance(document.get("Id", ""), str):
        raise ValueError(f"{policy}: Id is {document['Id']!r}; wanted a string.")
    version = document.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise ValueError(f"{policy}: Version is {version!r}; wanted {' or '.join(_VERSIONS)}.")
    return str(version)


def _statement(statement: Any, policy: str, index: int, variables: bool) -> Statement:
    if not isinstance(statement, Mapping):
        raise ValueError(f"got {statement!r}; wanted an object")
    for key in statement:
        if key not in _STATEMENT_ELEMENTS:
            raise ValueError(
                f"{key!r} is not an element of a statement of an IAM policy; remove it"
            )
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"Effect is {statement.get('Effect')!r}; wanted 'Allow' or 'Deny'")
    if not isinstance(statement.get("Sid", ""), str):
        raise ValueError(f"Sid is {statement['Sid']!r}; wanted a string")
    not_action, actions = _either(statement, "Action")
    not_resource, resources = _either(statement, "Resource")
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, Mapping):
        raise ValueError(f"Condition is {conditions!r}; wanted an object of operators")
    return Statement(
        policy=policy,
        index=index,
        sid=statement.get("Sid"),
        effect=statement["Effect"],
        actions=tuple(_action(text) for text in actions),
        not_action=not_action,
        resources=tuple(_resource(text, variables) for text in resources),
        not_resource=not_resource,
        conditions=tuple(read_conditions(conditions, variables=variables)),
    )


def _either(statement: Mapping[str, Any], element: str) -> tuple[bool, list[str]]:
    """Return whether an element is written as its ``Not…``, and its values."""
    present = [key for key in (element, f"Not{element}") if key in statement]
    if len(present) != 1:
        raise ValueError(
            f"wanted {element} or Not{element}, got {'both' if present else 'neither'}"
        )
    [key] = present
    values = statement[key] if isinstance(statement[key], list) else [statement[key]]
    if not values or not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"{key} is {statement[key]!r}; wanted a string or a list of strings")
    return key != element, [without_markers(value) for value in values]


def _action(text: str) -> str:
    if text != "*" and ":" not in text:
        raise ValueError(f"the action {text!r} has no service; wanted <service>:<action>, or *")
    return glob(text)


def _resource(text: str, variables: bool) -> Template:
    if text != "*" and not text.startswith("arn:"):
        raise ValueError(f"the resource {text!r} is not an ARN; wanted arn:…, or *")
    # IAM completes a short ARN with wildcards: IAM user guide, "Identify AWS resources with ARNs".
    missing = _PARTS_OF_AN_ARN - len(text.split(":")) if text != "*" and "${" not in text else 0
    return Template(text + ":*" * missing, variables=variables)


def labelled(policies: Any, label: str) -> Iterator[tuple[str, Any]]:
    """Yield policy documents with their names.

    Args:
        policies: one document, a sequence of documents, or a mapping of names to documents.
        label: names documents that have no name, with their position: ``identity[0]``.

    Raises:
        ValueError: if it is none of these.
    """
    if hasattr(policies, "to_dict") or (isinstance(policies, Mapping) and "Statement" in policies):
        policies = [policies]
    if isinstance(policies, Mapping):
        yield from policies.items()
    elif isinstance(policies, str) or not isinstance(policies, Iterable):
        raise ValueError(f"{label} is {policies!r}; wanted policy documents as dicts.")
    else:
        yield from ((f"{label}[{number}]", document) for number, document in enumerate(policies))
