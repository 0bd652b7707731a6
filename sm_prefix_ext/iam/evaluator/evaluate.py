"""IAM's evaluation logic, offline: decide whether policies allow a request.

Source: IAM user guide, "Policy evaluation logic", for requests within one account, without
resource-based policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .kleene import Truth, Unknown, any_of
from .pattern_index import PatternIndex
from .pattern_overlap import subject_of
from .patterns import Context
from .policy_parser import Statement, labelled, read

ALLOWED = "allowed"
IMPLICIT_DENY = "implicitDeny"
EXPLICIT_DENY = "explicitDeny"
INDETERMINATE = "indeterminate"

IDENTITY, BOUNDARY, SESSION, SCP = "identity", "boundary", "session", "scp"

Results = Sequence[tuple[Statement, Truth]]
"""Statements of a layer, each with whether it applies to a request."""


@dataclass(frozen=True)
class DecidingStatement:
    """A statement that decided a request, or on which an indeterminate decision depends.

    Args:
        policy: such as ``identity[0]``, ``boundary``, ``scps[1][0]``, or the name under which the
            caller passed it.
        index: the statement's position in the policy, from 0.
        sid: its ``Sid``, or ``None``.
        effect: ``Allow`` or ``Deny``.
    """

    policy: str
    index: int
    sid: str | None
    effect: str

    def __str__(self) -> str:
        sid = f" ({self.sid})" if self.sid else ""
        return f"{self.effect} in {self.policy}, statement {self.index}{sid}"


@dataclass(frozen=True)
class Decision:
    """The outcome of a request.

    Args:
        verdict: ``allowed``, ``implicitDeny``, ``explicitDeny`` or ``indeterminate``.
        statements: those that decided it: every ``Deny`` that applies; for ``allowed``, every
            ``Allow`` that applies; for ``indeterminate``, those on which the verdict depends.
        unknown: the condition keys on which the verdict depends.
        layer: the kind of policy that denied the request: ``identity``, ``boundary``, ``session``
            or ``scp``; ``None`` if none did.
    """

    verdict: str
    statements: tuple[DecidingStatement, ...] = ()
    unknown: tuple[str, ...] = ()
    layer: str | None = None


@dataclass(frozen=True)
class Layer:
    """Policies of one kind. A request needs an ``Allow`` in every layer.

    Args:
        name: ``identity``, ``boundary``, ``session`` or ``scp``.
        statements: the statements of all its policies.
    """

    name: str
    statements: tuple[Statement, ...]

    def for_action(self, action: str) -> ActionStatements:
        """Return the layer's statements that match an action."""
        if action not in self._by_action:
            self._by_action[action] = ActionStatements(self.statements, action)
        return self._by_action[action]

    @cached_property
    def _by_action(self) -> dict[str, ActionStatements]:
        return {}


class ActionStatements:
    """The statements of a layer that match an action, indexed by their resources.

    Args:
        statements: all statements of the layer.
        action: the action.
    """

    def __init__(self, statements: Iterable[Statement], action: str) -> None:
        self.statements = tuple(
            statement for statement in statements if statement.names_action(action)
        )
        self._not_indexed = []
        indexed: list[tuple[str, int]] = []
        for number, statement in enumerate(self.statements):
            patterns = statement.fixed_resources
            if patterns is None:
                self._not_indexed.append(number)
            else:
                indexed += [(pattern, number) for pattern in patterns]
        self._index = PatternIndex(indexed)
        self._denials = PatternIndex(
            (pattern, number)
            for pattern, number in indexed
            if self.statements[number].effect == "Deny"
        )

    def results(self, resource: str, context: Context) -> list[tuple[Statement, Truth]]:
        """Test which of the statements apply to a request.

        The result omits statements that make no difference: those that don't apply and, once an
        ``Allow`` applies for certain, every other ``Allow`` that might.
        """
        subject = subject_of(resource)
        applies: dict[int, Truth] = {}
        for number in {*self._not_indexed, *(number for _, number in self._index.like(subject))}:
            applies[number] = self.statements[number].applies(resource, context)
        allowed = any(
            self.statements[number].effect == "Allow" and result is True
            for number, result in applies.items()
        )
        # A pattern that matches only a part of the subject makes a verdict indeterminate, never
        # allowed.
        partial = self._denials if allowed else self._index
        for number in {number for _, number in partial.near(subject)} - applies.keys():
            applies[number] = self.statements[number].applies(resource, context)
        return [(self.statements[number], applies[number]) for number in sorted(applies)]


def evaluate(
    action: str,
    resource: str,
    *,
    identity: Sequence[Any],
    boundary: Any = None,
    scps: Sequence[Sequence[Any]] = (),
    session: Any = None,
    context: Mapping[str, Any] | None = None,
    unknown: Iterable[str] = (),
) -> Decision:
    """Decide whether policies allow an action on a resource.

    An explicit ``Deny`` in any policy denies the request. Otherwise each level of the SCPs, the
    boundary, the session policy and the identity's policies must have an ``Allow``.

    Args:
        action: such as ``sagemaker:CreateTrainingJob``.
        resource: an ARN. An ARN with ``*`` or ``?`` stands for every resource that it matches: a
            statement that matches only some of them makes the verdict ``indeterminate``. In ARNs
            of S3, whose keys may contain these characters, they are literal.
        identity: the policies of the user or role: dicts, or objects with a ``to_dict()``.
        boundary: the permissions boundary, one document.
        scps: the levels of the organization, the root first, each a sequence of documents.
        session: the session policy, one document.
        context: maps condition keys to a value or a list of values; the request doesn't have any
            other key. Keys are case-insensitive.
        unknown: condition keys with an unknown value; if the verdict depends on one, it is
            ``indeterminate``.

    Returns:
        The verdict, with the statements that decided it.

    Raises:
        ValueError: if IAM would reject a policy; names the statement and the element.

    Example:
        >>> from sm_prefix_ext import iam
        >>> allow = {"Effect": "Allow", "Action": "sagemaker:Create*", "Resource": "*"}
        >>> policy = {"Version": "2012-10-17", "Statement": allow}
        >>> job = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-train"
        >>> iam.evaluate("sagemaker:CreateTrainingJob", job, identity=[policy]).verdict
        'allowed'
        >>> iam.evaluate("sagemaker:StopTrainingJob", job, identity=[policy]).verdict
        'implicitDeny'
    """
    layers = read_layers(identity, boundary=boundary, scps=scps, session=session)
    return decide(layers, action, resource, Context(context or {}, unknown))


def read_layers(
    identity: Any, *, boundary: Any = None, scps: Sequence[Any] = (), session: Any = None
) -> tuple[Layer, ...]:
    """Parse the policies that apply to a principal, in the order in which IAM evaluates them.

    Args:
        identity: documents, or a mapping of names to documents; also for each level of ``scps``.
        boundary: one document or ``None``.
        scps: levels of documents, the root first.
        session: one document or ``None``.

    Raises:
        ValueError: see :func:`evaluate`.
    """
    layers = [_layer(SCP, f"scps[{number}]", level) for number, level in enumerate(_levels(scps))]
    for name, document in ((BOUNDARY, boundary), (SESSION, session)):
        if document is not None:
            layers.append(Layer(name, read(document, name)))
    return (*layers, _layer(IDENTITY, IDENTITY, identity))


def _levels(scps: Any) -> Any:
    if isinstance(scps, (str, Mapping)) or not isinstance(scps, Iterable):
        raise ValueError(
            f"scps is {scps!r}; wanted a list of levels, each a list of policy documents."
        )
    return scps


def _layer(name: str, label: str, policies: Any) -> Layer:
    statements: list[Statement] = []
    for policy_name, document in labelled(policies, label):
        statements += read(document, policy_name)
    return Layer(name, tuple(statements))


def keys_of(layers: Sequence[Layer]) -> frozenset[str]:
    """Return the condition keys that the policies of some layers test."""
    return frozenset(
        key for layer in layers for statement in layer.statements for key in statement.keys
    )


def decide(layers: Sequence[Layer], action: str, resource: str, context: Context) -> Decision:
    """Decide a request under policies that are parsed already.

    Args:
        layers: from :func:`read_layers`.
        action: the action.
        resource: the resource's ARN.
        context: the condition keys.
    """
    return combine(
        layers, [layer.for_action(action).results(resource, context) for layer in layers]
    )


def combine(layers: Sequence[Layer], results: Sequence[Results]) -> Decision:
    """Combine the results of single statements into a decision, as IAM's flow chart does.

    Args:
        layers: from :func:`read_layers`.
        results: for each layer, its statements that match the action, with whether they apply.
    """
    denied = _explicit_deny(layers, results)
    if denied is not None:
        return denied
    missing = _missing_layer(layers, results)
    undetermined = _undetermined(results, only_denials=missing is not None)
    if undetermined:
        keys = {key for _, unknown in undetermined for key in unknown.keys}
        statements = _deciding(statement for statement, _ in undetermined)
        return Decision(INDETERMINATE, statements, tuple(sorted(keys)), layer=missing)
    if missing is not None:
        return Decision(IMPLICIT_DENY, layer=missing)
    return Decision(
        ALLOWED,
        _deciding(
            statement for pairs in results for statement, applies in pairs if applies is True
        ),
    )


def _explicit_deny(layers: Sequence[Layer], results: Sequence[Results]) -> Decision | None:
    """Return the denial by every ``Deny`` that applies for certain, if there is one."""
    denials = [
        (layer.name, statement)
        for layer, pairs in zip(layers, results)
        for statement, applies in pairs
        if applies is True and statement.effect == "Deny"
    ]
    if not denials:
        return None
    statements = _deciding(statement for _, statement in denials)
    return Decision(EXPLICIT_DENY, statements, layer=denials[0][0])


def _missing_layer(layers: Sequence[Layer], results: Sequence[Results]) -> str | None:
    """Return the name of the first layer in which no ``Allow`` can apply."""
    for layer, pairs in zip(layers, results):
        if any_of(applies for statement, applies in pairs if statement.effect == "Allow") is False:
            return layer.name
    return None


def _undetermined(
    results: Sequence[Results], *, only_denials: bool
) -> list[tuple[Statement, Unknown]]:
    """Return the statements on whose unknown results the decision depends.

    Args:
        results: for each layer, its statements with whether they apply.
        only_denials: whether a layer lacks an ``Allow``; then the others' can't change the
            decision, but a ``Deny`` can still turn the implicit denial into an explicit one.
    """
    undetermined = [
        (statement, applies)
        for pairs in results
        for statement, applies in pairs
        if isinstance(applies, Unknown) and statement.effect == "Deny"
    ]
    if only_denials:
        return undetermined
    for pairs in results:
        allows = [(stmt, applies) for stmt, applies in pairs if stmt.effect == "Allow"]
        # An Allow that applies for certain settles its layer.
        if not any(applies is True for _, applies in allows):
            undetermined += [(s, applies) for s, applies in allows if isinstance(applies, Unknown)]
    return undetermined


def _deciding(statements: Iterable[Statement]) -> tuple[DecidingStatement, ...]:
    return tuple(DecidingStatement(s.policy, s.index, s.sid, s.effect) for s in statements)
