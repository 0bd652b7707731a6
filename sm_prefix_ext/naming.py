"""Which name a job gets from what was declared for it, and what is wrong with that; pure.

Steps of a definition and jobs that a cell of a notebook makes are judged by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .arns import Arn
from .findings import (
    ALPHABET,
    EXPRESSION,
    FULL_NAME_OUTSIDE_POLICY,
    NO_SHORT_PREFIX,
    NOT_DECLARED,
    OUTSIDE_POLICY,
    RESERVED_PREFIX,
    TOO_LONG,
    Finding,
)
from .kinds import STEP_NAME_IN_JOB_NAME, Kind
from .names import RESERVED, JobPrefix, alphabet_fault, hyphenated, reserved
from .policy import PrefixPolicy


@dataclass(frozen=True)
class Place:
    """Where a name stands.

    Args:
        path: the path of step names, or the class that the name was given to.
        step_type: such as ``Training``.
        step_name: what a job that nobody named is called after; ``""`` outside a step.
    """

    path: str
    step_type: str
    step_name: str = ""


@dataclass(frozen=True)
class Declared:
    """What the user declared as the name of a step's job.

    Args:
        name: the name as the user wrote it; ``None`` or ``""`` where there is none; anything that
            isn't a string stands for a pipeline expression.
        argument: where the user wrote it, such as ``Estimator(base_job_name=)``.
        stand_in: the SDK's own name that was found in the name's place.
        lost: ``True`` where there must have been a name, and the SDK has thrown it away.
        composed: what a drop-in class made of the name, under the policy that it discovered.
    """

    name: Any = None
    argument: str = ""
    stand_in: str | None = None
    lost: bool = False
    composed: str | None = None


def judge(
    place: Place,
    kind: Kind,
    said: Declared,
    policy: PrefixPolicy,
    *,
    composes: bool = True,
    limit: int | None = None,
) -> tuple[str | None, tuple[Finding, ...]]:
    """The name of a job, and all that is wrong with it.

    Args:
        place: where the name stands.
        kind: the row of its step type.
        said: what the user declared.
        policy: the prefix that holds.
        composes: whether the policy's prefix is put in front; else the name is final.
        limit: the most characters; by default what the service takes as a prefix.

    Returns:
        The name, or ``None`` where there is none to give, and the findings.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.kinds import KINDS
        >>> from sm_prefix_ext.naming import Declared, Place, judge
        >>> place, said = Place("Train", "Training"), Declared("xgb")
        >>> judge(place, KINDS["Training"], said, PrefixPolicy("team-a"))
        ('team-a-xgb', ())
    """
    case = _Case(place, kind, said, policy, composes, limit or kind.prefix_limit)
    return case.name, tuple(case.faults())


@dataclass(frozen=True)
class _Case:
    place: Place
    kind: Kind
    said: Declared
    policy: PrefixPolicy
    composes: bool
    limit: int

    @property
    def prefix(self) -> JobPrefix | None:
        return self.policy.prefix_for(self.kind)

    @property
    def lacking(self) -> bool:
        """Whether the policy has a prefix, and none that is short enough."""
        return self.policy.prefix is not None and self.prefix is None

    @property
    def nothing(self) -> bool:
        return self.said.name is None or self.said.name == ""

    @property
    def in_front(self) -> str:
        """What is put in front of the declared name."""
        prefix, name = self.prefix, self.said.name
        puts = self.composes and prefix is not None and not prefix.covers(name)
        return f"{prefix}-" if puts else ""

    @property
    def name(self) -> str | None:
        prefix = self.prefix if self.composes else None
        if self.said.lost or not (self.nothing or isinstance(self.said.name, str)):
            return None
        if self.nothing:
            return None if prefix is None else self._fallback(prefix)
        whole = f"{self.in_front}{self.said.name}"
        return str(prefix) if prefix and self.kind.short and len(whole) > self.limit else whole

    def _fallback(self, prefix: JobPrefix) -> str:
        """The name of a job that nobody named: the prefix, and what fits of the step's name."""
        if self.kind.short:
            return str(prefix)
        room = min(STEP_NAME_IN_JOB_NAME, self.limit - len(prefix) - 1)
        part = hyphenated(self.place.step_name)[: max(room, 0)].strip("-")
        return f"{prefix}-{part}" if part else str(prefix)

    def faults(self) -> Iterator[Finding]:
        if self.lacking:
            yield self._no_short_prefix()
        if self.said.lost:
            yield self._lost()
        elif self.nothing:
            if self.name is None and not self.lacking:
                yield self._not_declared()
        elif not isinstance(self.said.name, str):
            yield self._expression()
        else:
            yield from self._faults_of(self.said.name)

    def _faults_of(self, declared: str) -> Iterator[Finding]:
        fault = alphabet_fault(declared)
        if fault is not None:
            yield self._alphabet(declared, fault)
        if reserved(declared) and not (self.composes and self.prefix):
            yield self._finding(
                RESERVED_PREFIX,
                f"{self._got}: {RESERVED!r} is what the service itself uses with prefixing off.",
                "Choose another beginning.",
            )
        name = self.name or ""
        if len(name) > self.limit and not self.lacking:
            yield self._too_long(declared, name)
        if self.prefix is not None and not self.prefix.covers(name):
            yield self._finding(
                OUTSIDE_POLICY,
                f"{self._got}, which the policy's prefix {self.prefix!r} does not cover."
                f"{self._asked}",
                f"Name it {self.prefix!r}, or begin the name with '{self.prefix}-'.",
            )

    def _finding(self, code: str, message: str, fix: str) -> Finding:
        return Finding.of(code, self.place.path, self.place.step_type, message, fix)

    @property
    def _got(self) -> str:
        name = self.said.name
        return (
            f"{self.said.argument} got {name!r}" if self.said.argument else f"The name is {name!r}"
        )

    @property
    def _asked(self) -> str:
        """Which file asks for the prefix."""
        prefix = self.prefix or self.policy.prefix
        if prefix is None or self.policy.source is None:
            return ""
        return f" The prefix {str(prefix)!r} is asked for by {self.policy.source}."

    def _not_declared(self) -> Finding:
        stand_in, prefix = self.said.stand_in, self.prefix
        got = "No name is declared for its job"
        if stand_in:
            got = f"{stand_in!r} is what the SDK calls a job for which no name is declared"
        if prefix is None:
            fix = (
                f"Declare {'another' if stand_in else 'one'} in "
                f"{self.said.argument or where(self.kind)}, at most {self.limit} characters, or "
                "give a prefix policy."
            )
        else:
            fix = f"Name it {str(prefix)!r}, or begin the name with '{prefix}-'."
        return self._finding(NOT_DECLARED, f"{got}, so its job would run outside any prefix.", fix)

    def _lost(self) -> Finding:
        return self._finding(
            NOT_DECLARED,
            f"Neither a name nor a group is left of what {self.said.argument} was given: the SDK "
            "takes the name out when it renders the step with prefixing off, outside this package.",
            f"Give {self.said.argument} a name and make the step anew.",
        )

    def _expression(self) -> Finding:
        return self._finding(
            EXPRESSION,
            f"{self.said.argument or self.kind.name_field} is a pipeline variable or expression; "
            "what it comes to is known only in a run.",
            "Give the name as a string, so that it can be checked before the run.",
        )

    def _alphabet(self, declared: str, fault: str) -> Finding:
        why = ""
        if "/" in declared:
            why = (
                " A job's name is no path: the templates that join a prefix and a name with '/' "
                "get a name that the service refuses."
            )
        proposal = "-".join(filter(None, hyphenated(declared).split("-")))
        return self._finding(
            ALPHABET,
            f"{self._got}: {fault}.{why}{self._asked}",
            "Use letters, digits and hyphens, with no hyphen at either end, at most "
            f"{_characters(max(self.limit - len(self.in_front), 0))}"
            + (f"; {proposal!r} would do." if proposal else "."),
        )

    def _too_long(self, declared: str, name: str) -> Finding:
        front = self.in_front
        with_prefix = f", {len(name)} with the prefix {front!r}" if front else ""
        room = self.limit - len(front)
        return self._finding(
            TOO_LONG,
            f"{self._got}: {_characters(len(declared))}{with_prefix}; the service takes "
            f"{self.limit} for a step of type {self.place.step_type}.{self._asked}",
            f"Shorten it to {_characters(room)} or fewer."
            if room > 0
            else f"Leave the name out, or use a shorter prefix: '{front[:-1]}' leaves no room for "
            "a name.",
        )

    def _no_short_prefix(self) -> Finding:
        limit, long = self.kind.prefix_limit, self.policy.prefix or ""
        got = "" if self.nothing else f"{self._got}, which no prefix of the policy can cover. "
        return self._finding(
            NO_SHORT_PREFIX,
            f"{got}In a pipeline the service takes {limit} characters as the prefix of a job of "
            f"type {self.place.step_type}; the policy's {long!r} has {len(long)}, and the policy "
            f"has no short prefix.{self._asked}",
            f"Give the policy a short_prefix of at most {limit} characters"
            + ("." if self.composes else ", and begin the name with it."),
        )


def _characters(count: int) -> str:
    return f"{count} character{'s' * (count != 1)}"


def bare_name(name: str) -> str:
    """The name in an ARN; one that is no ARN as it is.

    Example:
        >>> from sm_prefix_ext.naming import bare_name
        >>> bare_name("arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/team-a-models")
        'team-a-models'
    """
    try:
        return Arn.parse(name).name
    except ValueError:
        return name


def full_name_faults(
    place: Place,
    subject: str,
    name: Any,
    policy: PrefixPolicy,
    code: str = FULL_NAME_OUTSIDE_POLICY,
) -> tuple[Finding, ...]:
    """What is wrong with a name that the service takes as it is, such as an endpoint's.

    Nothing is put in front of it, by the service or by us: other things already refer to it. But
    the same IAM patterns are written for it, so a policy's prefix is looked for, with a warning.

    Args:
        place: where the name stands.
        subject: what carries it, such as ``Model.deploy(endpoint_name=)``.
        name: the name, or an ARN with it; anything that isn't a string stands for a pipeline
            expression.
        policy: the prefix that holds.
        code: of the finding.
    """
    prefix = policy.prefix
    name = bare_name(name) if isinstance(name, str) else name
    if prefix is None or name is None or (isinstance(name, str) and prefix.covers(name)):
        return ()
    if isinstance(name, str):
        message = f"{subject} is {name!r}, outside {str(prefix)!r}; the service takes it as it is."
        fix = f"Call it {f'{prefix}-{name}'!r}, or have the IAM policies name it."
    else:
        message = f"{subject} is a pipeline variable or expression, known only in a run."
        fix = f"Give it as a string that begins with '{prefix}-'."
    return (Finding.of(code, place.path, place.step_type, message, fix),)


def where(kind: Kind) -> str:
    """The arguments of the SDK that carry the names of a kind's jobs."""
    arguments = list(dict.fromkeys(a for a in kind.sdk_arguments.values() if "(" in a))
    return " or ".join(arguments) or kind.name_field
