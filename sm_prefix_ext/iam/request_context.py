"""The condition keys of the requests for a step, as far as its definition determines them.

:mod:`sm_prefix_ext.iam.request_fields` has the keys of each action and their fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..core.arns import Arn, ArnScope, is_role_arn
from ..core.definition import StepView
from .request_fields import FIELDS, REQUEST_KEYS, absent_keys

_DEFAULTED = frozenset(
    {
        "sagemaker:InstanceTypes",
        "sagemaker:InterContainerTrafficEncryption",
        "sagemaker:MaxRuntimeInSeconds",
        "sagemaker:ModelApprovalStatus",
        "sagemaker:NetworkIsolation",
    }
)
"""The keys that the service may set itself if the request doesn't have the field.

Then the key is unknown, not absent.
"""
_OF_A_KEY_ID = frozenset({"sagemaker:VolumeKmsKeyArn", "sagemaker:OutputKmsKeyArn"})
_REQUEST_TAG = "aws:RequestTag/"
_NEVER_OF_A_ROLE = frozenset({"aws:username"})
"""IAM user guide, "AWS global condition context keys": only requests of IAM users have it."""
_OF_TAGGING = frozenset({_REQUEST_TAG, "aws:TagKeys", "sagemaker:TaggingAction"})
_OF_PASSING = frozenset({"iam:PassedToService", "iam:AssociatedResourceArn"})
_WITHOUT_TAGS = tuple(f"sagemaker:{verb}" for verb in ("Describe", "Stop", "Update"))
"""Actions whose requests have no ``Tags`` field, by the SageMaker API reference."""
_REGION = "aws:RequestedRegion"


@dataclass(frozen=True)
class _Change:
    """How the keys of another request differ from those of the request that creates something.

    Args:
        dropped: the keys whose values don't carry over.
        keeps_tags: whether the other request has the same ``aws:RequestTag/…``.
        absent: the keys that the other request doesn't have.
        possible: the keys that the other request may have although the creating one doesn't.
    """

    dropped: frozenset[str] = REQUEST_KEYS
    keeps_tags: bool = False
    absent: frozenset[str] = REQUEST_KEYS
    possible: frozenset[str] = frozenset()


_CHANGES: Mapping[str, _Change] = {
    # The tags of a creating request are authorized as AddTags, so both requests have the same.
    "AddTags": _Change(keeps_tags=True),
    # Whether a request to another service has tags isn't known.
    "other": _Change(),
    "without tags": _Change(absent=REQUEST_KEYS | _OF_TAGGING),
    # IAM is a global service: the region of its requests needn't be the pipeline's. The keys of
    # passing a role are those that this request has and the creating request lacks.
    "PassRole": _Change(
        dropped=REQUEST_KEYS | {_REGION},
        absent=REQUEST_KEYS | _OF_TAGGING,
        possible=_OF_PASSING,
    ),
}
"""By class of request: what doesn't carry over from the creating request."""


@dataclass(frozen=True)
class Facts:
    """The condition keys of a request, as far as they are known; every other key is unknown.

    Args:
        known: maps keys to a value or values.
        absent: keys that the request doesn't have; a key that ends with ``/`` stands for all keys
            with that beginning.
    """

    known: Mapping[str, Any] = field(default_factory=dict, hash=False)
    absent: frozenset[str] = frozenset()

    def of(self, operation: str, action: str) -> Facts:
        """Derive the keys of one action among those that an operation requires.

        Args:
            operation: such as ``CreateTrainingJob``; ``self`` has the keys of its request.
            action: such as ``sagemaker:AddTags``, which the operation requires too.
        """
        if action == f"sagemaker:{operation}":
            return self
        if action == "sagemaker:AddTags":
            return self._of_tagging(operation)
        return self._changed("without tags" if action.startswith(_WITHOUT_TAGS) else "other")

    def of_passing(self, service: str) -> Facts:
        """Derive the keys of the same principal's ``iam:PassRole``.

        Args:
            service: the service to which the role is passed.
        """
        facts = self._changed("PassRole")
        return Facts({**facts.known, "iam:PassedToService": service}, facts.absent)

    def _of_tagging(self, operation: str) -> Facts:
        facts = self._changed("AddTags")
        return Facts({**facts.known, "sagemaker:TaggingAction": operation}, facts.absent)

    def _changed(self, request_class: str) -> Facts:
        change = _CHANGES[request_class]
        # The keys of the principal, such as aws:PrincipalArn, are in no set, so they carry over.
        known = {
            key: value
            for key, value in self.known.items()
            if key not in change.dropped and (change.keeps_tags or not key.startswith(_REQUEST_TAG))
        }
        return Facts(known, (self.absent - change.possible) | change.absent)

    def without_region(self) -> Facts:
        """Return the same keys for a service that may be called in another region."""
        known = {key: value for key, value in self.known.items() if key != _REGION}
        return Facts(known, self.absent)

    def is_determined(self, key: str) -> bool:
        """Test whether a key's value is known, or that the request doesn't have the key."""
        key = key.lower()
        return key in self._known_keys or key.startswith(self._known_beginnings)

    @cached_property
    def _known_keys(self) -> frozenset[str]:
        return frozenset(key.lower() for key in (*self.known, *self.absent))

    @cached_property
    def _known_beginnings(self) -> tuple[str, ...]:
        return tuple(key for key in self._known_keys if key.endswith("/"))


NOTHING_KNOWN = Facts()


def facts_of_author(home: ArnScope) -> Facts:
    """Return the known condition keys of a pipeline author's requests."""
    known = {} if home.region == "*" else {_REGION: home.region}
    return Facts(known, _OF_PASSING | REQUEST_KEYS)


def facts_of(view: StepView | None, home: ArnScope, role: str | None, operation: str = "") -> Facts:
    """Return the known condition keys of the request by which a step creates its job or resource.

    Args:
        view: the step; ``None`` gives the keys of the principal only.
        home: where the pipeline runs.
        role: the pipeline's execution role, which makes the request.
        operation: the operation, if not the one by which Pipelines creates it.
    """
    known: dict[str, Any] = {"aws:PrincipalType": "AssumedRole"}
    if home.region != "*":
        known[_REGION] = home.region
    if is_role_arn(role):
        known |= {"aws:PrincipalArn": role, "aws:PrincipalAccount": Arn.parse(str(role)).account}
    absent = set(_NEVER_OF_A_ROLE | _OF_PASSING)
    if view is None or view.kind is None:
        return Facts(known, frozenset(absent))
    operation = operation or next(iter(view.kind.actions), f"Create{view.step_type}")
    absent |= absent_keys(operation)
    for key in FIELDS.get(operation, {}):
        values = values_of_key(key, operation, view.arguments)
        if not values and key not in _DEFAULTED:
            absent.add(key)
        elif values and all(_is_known(key, value) for value in values):
            known[key] = values
    known |= {f"{_REQUEST_TAG}{key}": value for key, value in _tags(view.arguments)}
    return Facts(known, frozenset(absent))


def values_of_key(key: str, operation: str, arguments: Mapping[str, Any]) -> list[Any]:
    """Return a request's values in the fields from which IAM takes a condition key.

    Args:
        key: the condition key.
        operation: such as ``CreateTrainingJob``.
        arguments: the request as the definition has it, with expressions.
    """
    paths = FIELDS[operation].get(key, ())
    return [value for path in paths for value in _at(arguments, path.split("."))]


def _is_known(key: str, value: Any) -> bool:
    """Test whether a value is literal and in the form that the condition key has."""
    if isinstance(value, (Mapping, list)):
        return False
    return key not in _OF_A_KEY_ID or str(value).startswith("arn:")


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """Yield the values at a path; ``name[]`` is each item of a list."""
    if not path:
        yield value
    elif isinstance(value, Mapping) and value.keys() & {"Get", "Std:Join", "Std:JsonGet"}:
        yield value  # an expression: the field exists, with a value that isn't known
    elif isinstance(value, Mapping):
        head, *rest = path
        inner = value.get(head.removesuffix("[]"))
        if inner is None:
            return
        many = head.endswith("[]") and isinstance(inner, list)
        for item in inner if many else [inner]:
            yield from _at(item, rest)


def _tags(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    listed = arguments.get("Tags")
    for tag in listed if isinstance(listed, list) else ():
        if isinstance(tag, Mapping) and all(isinstance(tag.get(k), str) for k in ("Key", "Value")):
            yield tag["Key"], tag["Value"]
