"""Whether policies allow a request: IAM's evaluation logic, offline.

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

Answers = Sequence[tuple[Statement, Truth]]


@dataclass(frozen=True)
class DecidingStatement:
    """A statement that decided a request, or that the decision hinges on.

    Args:
        policy: such as ``identity[0]``, ``boundary``, ``scps[1][0]``, or the name that it was
            given.
        index: the statement's place in it, from 0.
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
    """What becomes of a request.

    Args:
        verdict: ``allowed``, ``implicitDeny``, ``explicitDeny`` or ``indeterminate``.
        statements: those that decided it: every ``Deny`` that applies; for ``allowed``, every
            ``Allow`` that applies; for ``indeterminate``, those that it hinges on.
        unknown: the condition keys that it hinges on.
        layer: which kind of policy refused: ``identity``, ``boundary``, ``session`` or ``scp``;
            ``None`` where none did.
    """

    verdict: str
    statements: tuple[DecidingStatement, ...] = ()
    unknown: tuple[str, ...] = ()
    layer: str | None = None


@dataclass(frozen=True)
class Layer:
    """Policies of which one has to allow a request.

    Args:
        name: ``identity``, ``boundary``, ``session`` or ``scp``.
        statements: of all its policies.
    """

    name: str
    statements: tuple[Statement, ...]

    def speaking_of(self, action: str) -> Speaking:
        """Its statements that name an action."""
        if action not in self._speaking:
            self._speaking[action] = Speaking(self.statements, action)
        return self._speaking[action]

    @cached_property
    def _speaking(self) -> dict[str, Speaking]:
        return {}


class Speaking:
    """The statements of a layer that name an action, found by the resources that they name.

    Args:
        statements: all of the layer.
        action: the action.
    """

    def __init__(self, statements: Iterable[Statement], action: str) -> None:
        self.statements = tuple(one for one in statements if one.names_action(action))
        self._everywhere = []
        indexed: list[tuple[str, int]] = []
        for number, one in enumerate(self.statements):
            patterns = one.fixed_resources
            if patterns is None:
                self._everywhere.append(number)
            else:
                indexed += [(pattern, number) for pattern in patterns]
        self._index = PatternIndex(indexed)
        self._denials = PatternIndex(
            (pattern, number)
            for pattern, number in indexed
            if self.statements[number].effect == "Deny"
        )

    def answers(self, resource: str, context: Context) -> list[tuple[Statement, Truth]]:
        """Whether each of them applies to a request.

        Left out are statements that don't apply and, where an ``Allow`` applies for certain, others
        of which that isn't known: they make no difference.
        """
        subject = subject_of(resource)
        found: dict[int, Truth] = {}
        for number in {*self._everywhere, *(number for _, number in self._index.like(subject))}:
            found[number] = self.statements[number].applies(resource, context)
        allowed = any(
            self.statements[number].effect == "Allow" and answer is True
            for number, answer in found.items()
        )
        others = self._denials if allowed else self._index
        for number in {number for _, number in others.near(subject)} - found.keys():
            found[number] = self.statements[number].applies(resource, context)
        return [(self.statements[number], found[number]) for number in sorted(found)]


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
    """Whether policies allow an action on a resource.

    An explicit ``Deny`` in any policy refuses; otherwise every level of the SCPs, the boundary, the
    session policy and the identity's policies must each have an ``Allow``.

    Args:
        action: such as ``sagemaker:CreateTrainingJob``.
        resource: an ARN. One with ``*`` or ``?`` asks about all that it stands for: what matches a
            part of that only makes the verdict ``indeterminate``. In an ARN of S3, whose keys may
            have such characters, they stand for themselves.
        identity: the policies of the user or role, as dicts or with a ``to_dict()``.
        boundary: the permissions boundary, one document.
        scps: the levels of the organization, the root first, each a sequence of documents.
        session: the session policy, one document.
        context: condition keys to a value or a list of values; a key that isn't there is absent
            from the request. Keys have no case.
        unknown: condition keys whose value can't be known; the verdict is ``indeterminate`` where
            it hinges on one.

    Returns:
        The verdict, with the statements that decided.

    Raises:
        ValueError: for a policy that IAM would refuse, with the statement and the element.

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
    return judge(layers, action, resource, Context(context or {}, unknown))


def read_layers(
    identity: Any, *, boundary: Any = None, scps: Sequence[Any] = (), session: Any = None
) -> tuple[Layer, ...]:
    """Read the policies that a request is judged by, in the order in which IAM asks them.

    Args:
        identity: documents, or names to documents; so each level of ``scps`` too.
        boundary: one document or ``None``.
        scps: levels of documents.
        session: one document or ``None``.

    Raises:
        ValueError: as :func:`evaluate`.
    """
    layers = [_layer(SCP, f"scps[{number}]", level) for number, level in enumerate(_levels(scps))]
    for name, document in ((BOUNDARY, boundary), (SESSION, session)):
        if document is not None:
            layers.append(Layer(name, read(document, name)))
    return (*layers, _layer(IDENTITY, IDENTITY, identity))


def _levels(scps: Any) -> Any:
    if isinstance(scps, (str, Mapping)) or not isinstance(scps, Iterable):
        raise ValueError(f"scps is {scps!r}; wanted levels, each a sequence of documents.")
    return scps


def _layer(name: str, label: str, given: Any) -> Layer:
    statements: list[Statement] = []
    for called, document in labelled(given, label):
        statements += read(document, called)
    return Layer(name, tuple(statements))


def keys_of(layers: Sequence[Layer]) -> frozenset[str]:
    """The condition keys that policies look at."""
    return frozenset(
        key for layer in layers for statement in layer.statements for key in statement.keys
    )


def judge(layers: Sequence[Layer], action: str, resource: str, context: Context) -> Decision:
    """What becomes of a request under policies that are read already.

    Args:
        layers: as :func:`read_layers` gives them.
        action: the action.
        resource: the resource's ARN.
        context: the condition keys.
    """
    return decide(
        layers, [layer.speaking_of(action).answers(resource, context) for layer in layers]
    )


def decide(layers: Sequence[Layer], answers: Sequence[Answers]) -> Decision:
    """What becomes of a request, from whether each statement applies to it.

    Args:
        layers: as :func:`read_layers` gives them.
        answers: for each layer, its statements that name the action, with whether they apply.
    """
    everything = [pair for layer in answers for pair in layer]
    denied = [s for s, answer in everything if s.effect == "Deny" and answer is True]
    if denied:
        name = next(
            layer.name
            for layer, pairs in zip(layers, answers)
            if any(s is denied[0] for s, _ in pairs)
        )
        return Decision(EXPLICIT_DENY, _shown(denied), layer=name)
    hinges = [
        (s, answer)
        for s, answer in everything
        if s.effect == "Deny" and isinstance(answer, Unknown)
    ]
    missing = None
    for layer, pairs in zip(layers, answers):
        allows = [(s, answer) for s, answer in pairs if s.effect == "Allow"]
        allowed: Truth = any_of(answer for _, answer in allows)
        if allowed is False:
            missing = missing or layer.name
        elif isinstance(allowed, Unknown):
            hinges += [(s, answer) for s, answer in allows if isinstance(answer, Unknown)]
    if missing is not None:  # then no Allow makes a difference
        hinges = [(s, answer) for s, answer in hinges if s.effect == "Deny"]
        if not hinges:
            return Decision(IMPLICIT_DENY, layer=missing)
    if hinges:
        keys = {key for _, answer in hinges if isinstance(answer, Unknown) for key in answer.keys}
        return Decision(
            INDETERMINATE, _shown(s for s, _ in hinges), tuple(sorted(keys)), layer=missing
        )
    applied = [s for s, answer in everything if answer is True]
    return Decision(ALLOWED, _shown(applied))


def _shown(statements: Iterable[Statement]) -> tuple[DecidingStatement, ...]:
    return tuple(DecidingStatement(s.policy, s.index, s.sid, s.effect) for s in statements)
