"""Which name a job gets from what was declared for it, and what is wrong with that; pure.

Steps of a definition and jobs that a cell of a notebook makes are judged by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from ..core.declared import CURES, DROPPED_BY_SDK, where
from ..core.declared import PREFIXING_OFF as PREFIXING_OFF
from ..core.declared import Declared as Declared
from ..core.declared import alike_fix as alike_fix
from ..core.expressions import described
from ..core.findings import (
    ALPHABET,
    EXPRESSION,
    NAME_DROPPED,
    NO_SHORT_PREFIX,
    NOT_DECLARED,
    OUTSIDE_POLICY,
    RESERVED_PREFIX,
    TOO_LONG,
    Finding,
)
from ..core.findings import Location as Location
from ..core.job_names import (
    RESERVED,
    JobPrefix,
    hyphenated,
    invalid_characters,
    plain,
    reserved,
    step_part,
)
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import KINDS, Kind
from .full_names import bare_name as bare_name
from .full_names import check_full_name as check_full_name
from .full_names import check_step_name as check_step_name


@dataclass(frozen=True)
class Remedy:
    """What removes a finding: in words, and as far as it is a name also as one.

    Args:
        text: what to do.
        name: a name that can be declared instead; ``""`` for declaring none.
        begins: what a name that can be declared instead begins with.
        most: how many characters that name has at most; ``None`` where no such name is proposed.
        short_prefix: whether the policy needs a short prefix.
    """

    text: str
    name: str | None = None
    begins: str = ""
    most: int | None = None
    short_prefix: bool = False


def compose_name(
    location: Location,
    kind: Kind,
    declared: Declared,
    policy: PrefixPolicy,
    *,
    composes: bool = True,
    limit: int | None = None,
) -> tuple[str | None, tuple[Finding, ...]]:
    """The name of a job, and all that is wrong with it.

    Args:
        location: where the name stands.
        kind: the row of its step type.
        declared: what the user declared.
        policy: the prefix that holds.
        composes: whether the policy's prefix is put in front; else the name is final.
        limit: the most characters; by default what the service takes as a prefix.

    Returns:
        The name, or ``None`` where there is none to give, and the findings.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.core.step_types import KINDS
        >>> from sm_prefix_ext.enforcement.name_rules import Declared, Location, compose_name
        >>> location, declared = Location("Train", "Training"), Declared("xgb")
        >>> compose_name(location, KINDS["Training"], declared, PrefixPolicy("team-a"))
        ('team-a-xgb', ())
    """
    name, violations = compose_with_remedies(
        location, kind, declared, policy, composes=composes, limit=limit
    )
    return name, tuple(finding for finding, _ in violations)


@lru_cache(maxsize=4096)
def valid_name(
    step_type: str, step_name: str, declared: Declared, policy: PrefixPolicy
) -> str | None:
    """The composed name of a step's job, where nothing at all is wrong with it; else ``None``.

    Args:
        step_type: a type whose steps make a job.
        step_name: the step's own name.
        declared: what the user declared.
        policy: the prefix that holds.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.enforcement.name_rules import Declared, valid_name
        >>> valid_name("Training", "Train", Declared("xgb"), PrefixPolicy("team-a"))
        'team-a-xgb'
        >>> valid_name("Training", "Train", Declared("x_gb"), PrefixPolicy("team-a"))
    """
    location = Location(step_name, step_type, step_name)
    name, findings = compose_name(location, KINDS[step_type], declared, policy)
    return None if findings or check_step_name(location) else name


def compose_with_remedies(
    location: Location,
    kind: Kind,
    declared: Declared,
    policy: PrefixPolicy,
    *,
    composes: bool = True,
    limit: int | None = None,
) -> tuple[str | None, tuple[tuple[Finding, Remedy], ...]]:
    """As :func:`compose_name`, each finding with what its ``fix`` proposes as data."""
    if isinstance(declared.name, str):
        declared = replace(declared, name=plain(declared.name))
    case = _Case(location, kind, declared, policy, composes, limit or kind.prefix_limit)
    return case.name, tuple(case.violations())


Violation = tuple[Finding, Remedy]


@dataclass(frozen=True)
class _Case:
    location: Location
    kind: Kind
    declared: Declared
    policy: PrefixPolicy
    composes: bool
    limit: int

    @property
    def prefix(self) -> JobPrefix | None:
        return self.policy.prefix_for(self.kind)

    @property
    def missing_short_prefix(self) -> bool:
        return self.policy.prefix is not None and self.prefix is None

    @property
    def undeclared(self) -> bool:
        return self.declared.name is None or self.declared.name == ""

    @property
    def applied_prefix(self) -> str:
        """What comes in front of the declared name."""
        prefix, name = self.prefix, self.declared.name
        adds = self.composes and prefix is not None and not prefix.covers(name)
        return f"{prefix}-" if adds else ""

    @property
    def name(self) -> str | None:
        prefix, declared = self.prefix if self.composes else None, self.declared
        if declared.lost or not (self.undeclared or isinstance(declared.name, str)):
            return None
        if self.undeclared:
            return None if prefix is None else self._fallback(prefix)
        if declared.dropped_by:
            return None
        whole = f"{self.applied_prefix}{declared.name}"
        return str(prefix) if prefix and self.kind.short and len(whole) > self.limit else whole

    def _fallback(self, prefix: JobPrefix) -> str:
        """The name of a job that nobody named: the prefix, and the step's name."""
        if self.kind.short:
            return str(prefix)
        step_name = self.declared.step_name or self.location.step_name
        part = step_part(step_name, self.limit - len(prefix) - 1)
        return f"{prefix}-{part}" if part else str(prefix)

    def violations(self) -> Iterator[Violation]:
        declared = self.declared
        if self.missing_short_prefix:
            yield self._no_short_prefix()
        if declared.lost:
            yield self._lost()
        elif self.undeclared:
            if self.name is None and not self.missing_short_prefix:
                yield self._not_declared()
        elif declared.dropped_by:
            yield self._dropped()
        elif not isinstance(declared.name, str):
            yield self._expression()
        else:
            yield from self._violations_of(declared.name)

    def _violations_of(self, declared: str) -> Iterator[Violation]:
        invalid = invalid_characters(declared)
        if invalid is not None:
            yield self._alphabet(declared, invalid)
        if reserved(declared) and not (self.composes and self.prefix):
            yield self._reserved(declared)
        name = str(self.name)
        if len(name) > self.limit and not self.missing_short_prefix:
            yield self._too_long(declared, name)
        if self.prefix is not None and not self.prefix.covers(name):
            yield self._violation(
                OUTSIDE_POLICY,
                f"{self._got}, which the policy's prefix {self.prefix!r} does not cover."
                f"{self._asked}",
                self._inside(self.prefix),
            )

    def _violation(self, code: str, message: str, remedy: Remedy) -> Violation:
        location = self.location
        return Finding.of(code, location.path, location.step_type, message, remedy.text), remedy

    def _accepts(self, name: str) -> bool:
        """Whether another name would do instead of this one."""
        case = replace(self, declared=replace(self.declared, name=name))
        return next(case.violations(), None) is None

    @property
    def _got(self) -> str:
        name, argument = self.declared.name, self.declared.argument
        text = repr(name) if isinstance(name, str) else described(name)
        return f"{argument} got {text}" if argument else f"The name is {text}"

    @property
    def _asked(self) -> str:
        """Which file asks for the prefix."""
        prefix = self.prefix or self.policy.prefix
        if prefix is None or self.policy.source is None:
            return ""
        return f" The prefix {str(prefix)!r} is asked for by {self.policy.source}."

    def _inside(self, prefix: JobPrefix) -> Remedy:
        """For a final name: one that the prefix covers."""
        text = f"Name it {str(prefix)!r}, or begin the name with '{prefix}-'."
        return Remedy(text, name=str(prefix))

    def _not_declared(self) -> Violation:
        generated_name, prefix, limit = self.declared.generated_name, self.prefix, self.limit
        got = "No name is declared for its job"
        if generated_name:
            got = f"{generated_name!r} is what the SDK calls a job for which no name is declared"
        if prefix is not None:
            remedy = self._inside(prefix)
        elif not self.declared.settable:
            remedy = Remedy(
                "Give a prefix policy, by which the job is named: the SDK makes it itself, and "
                "takes no name for it."
            )
        else:
            remedy = Remedy(
                f"Declare {'another' if generated_name else 'one'} in "
                f"{self.declared.argument or where(self.kind)}, at most {limit} characters, or "
                "give a prefix policy.",
                most=limit,
            )
        return self._violation(
            NOT_DECLARED, f"{got}, so its job would run outside any prefix.", remedy
        )

    def _dropped(self) -> Violation:
        cause = self.declared.dropped_by
        return self._violation(
            NAME_DROPPED,
            f"{self._got}, and the definition does not carry it, because {cause}; its job would "
            "run outside any prefix.",
            Remedy(CURES.get(cause, CURES[DROPPED_BY_SDK])),
        )

    def _lost(self) -> Violation:
        argument = self.declared.argument
        return self._violation(
            NOT_DECLARED,
            f"Neither a name nor a group is left of what {argument} was given: the SDK takes the "
            "name out when it renders the step with prefixing off, outside this package.",
            Remedy(f"Give {argument} a name and make the step anew."),
        )

    def _expression(self) -> Violation:
        return self._violation(
            EXPRESSION,
            f"{self.declared.argument or self.kind.name_field} is {described(self.declared.name)}: "
            "a pipeline variable or expression, whose value is known only in a run.",
            Remedy("Give the name as a string, so that it can be checked before the run."),
        )

    def _reserved(self, declared: str) -> Violation:
        rest = declared.removeprefix(RESERVED).strip("-")
        fits = self._accepts(rest)
        return self._violation(
            RESERVED_PREFIX,
            f"{self._got}: {RESERVED!r} is what the service itself uses with prefixing off.",
            Remedy(
                "Choose another beginning" + (f"; {rest!r} would do." if fits else "."),
                name=rest if fits else None,
            ),
        )

    def _alphabet(self, declared: str, invalid: str) -> Violation:
        why = ""
        if "/" in declared:
            why = (
                " A job's name is no path: the templates that join a prefix and a name with '/' "
                "get a name that the service refuses."
            )
        return self._violation(
            ALPHABET, f"{self._got}: {invalid}.{why}{self._asked}", self._in_alphabet(declared)
        )

    def _in_alphabet(self, declared: str) -> Remedy:
        room = self.limit - len(self.applied_prefix)
        if room <= 0:
            return self._no_room()
        clean = "-".join(filter(None, hyphenated(declared).split("-")))
        proposals = [clean, f"{self.prefix}-{clean}"] if self.prefix else [clean]
        name = next((proposal for proposal in proposals if clean and self._accepts(proposal)), None)
        return Remedy(
            "Use letters, digits and hyphens, with no hyphen at either end, at most "
            f"{_characters(room)}" + (f"; {name!r} would do." if name else "."),
            name=name,
            most=room,
        )

    def _no_room(self) -> Remedy:
        prefix = self.applied_prefix[:-1]
        return Remedy(
            f"Leave the name out, or use a shorter prefix: {prefix!r} leaves no room for a name.",
            name="",
        )

    def _too_long(self, declared: str, name: str) -> Violation:
        applied_prefix, prefix = self.applied_prefix, self.prefix
        with_prefix = f", {len(name)} with the prefix {applied_prefix!r}" if applied_prefix else ""
        room = self.limit - len(applied_prefix)
        if room <= 0:
            remedy = self._no_room()
        elif prefix is None or applied_prefix:
            remedy = Remedy(f"Shorten it to {_characters(room)} or fewer.", most=room)
        elif room <= len(prefix) + 1:
            remedy = Remedy(f"Name it {str(prefix)!r}; no more fits.", name=str(prefix))
        else:
            begins = f"{prefix}-"
            text = f"Shorten it to {_characters(room)} or fewer, '{begins}' included."
            remedy = Remedy(text, begins=begins, most=room)
        return self._violation(
            TOO_LONG,
            f"{self._got}: {_characters(len(declared))}{with_prefix}; the service takes "
            f"{self.limit} for a step of type {self.location.step_type}.{self._asked}",
            remedy,
        )

    def _no_short_prefix(self) -> Violation:
        limit, long = self.kind.prefix_limit, str(self.policy.prefix)
        unnamed = self.undeclared or not isinstance(self.declared.name, str)
        got = "" if unnamed else f"{self._got}, which no prefix of the policy can cover. "
        return self._violation(
            NO_SHORT_PREFIX,
            f"{got}In a pipeline the service takes {limit} characters as the prefix of a job of "
            f"type {self.location.step_type}; the policy's {long!r} has {len(long)}, and the "
            f"policy has no short prefix.{self._asked}",
            Remedy(
                f"Give the policy a short_prefix of at most {limit} characters"
                + ("." if self.composes else ", and begin the name with it."),
                short_prefix=True,
            ),
        )


def _characters(count: int) -> str:
    return f"{count} character{'s' * (count != 1)}"
