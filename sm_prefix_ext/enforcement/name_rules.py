"""Compose job names from declared names and a policy, and return the findings; pure.

The same rules apply to the steps of a definition and to jobs that a notebook cell starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from ..core.declared import DROPPED_BY_SDK, FIXES, name_arguments
from ..core.declared import PREFIXING_OFF as PREFIXING_OFF
from ..core.declared import Declared as Declared
from ..core.declared import same_prefix_fix as same_prefix_fix
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
    exact_str,
    hyphenated,
    invalid_characters,
    reserved,
    step_part,
)
from ..core.paths import from_here
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import KINDS, Kind
from .full_names import bare_name as bare_name
from .full_names import check_full_name as check_full_name
from .full_names import check_step_name as check_step_name


class Remedy(NamedTuple):
    """A way to resolve a finding: as text and, if it is another name, as data.

    Args:
        text: the instruction.
        name: a name to declare instead; ``""`` for declaring none.
        begins: the beginning of a name to declare instead.
        most: the maximum length of that name; ``None`` if the remedy is not such a name.
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
    """Compose the name of a job.

    Args:
        location: the location of the name.
        kind: the row of its step type.
        declared: the declared name.
        policy: the policy with the prefix.
        composes: whether to put the policy's prefix in front; otherwise the name is final.
        limit: the maximum length; by default the service's limit for a prefix.

    Returns:
        The name, or ``None`` if none can be composed, and the findings.

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
    """Return the composed name of a step's job, or ``None`` if there is any finding.

    Args:
        step_type: a type whose steps start a job.
        step_name: the step's own name.
        declared: the declared name.
        policy: the policy with the prefix.

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
    """Do the same as :func:`compose_name`; each finding comes with its remedy as data."""
    if isinstance(declared.name, str):
        declared = replace(declared, name=exact_str(declared.name))
    case = _Case(location, kind, declared, policy, composes, limit or kind.prefix_limit)
    return case.name, tuple(case.violations())


Violation = tuple[Finding, Remedy]


class _Case(NamedTuple):
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
        """The prefix that is added to the declared name, with its hyphen; empty if none is."""
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
        """Return the name of a job without a declared name: the prefix and the step's name."""
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
                f"{self._got}, which the policy's prefix {self.prefix!r} does not cover.",
                self._inside(self.prefix),
                by_policy=True,
            )

    def _violation(
        self, code: str, message: str, remedy: Remedy, *, by_policy: bool = False
    ) -> Violation:
        """A finding; the fix of one that is due to the policy names the policy's file.

        The message never does: a baseline knows a finding by it, on other machines too.
        """
        location = self.location
        fix = f"{remedy.text}{self._required_by if by_policy else ''}"
        return Finding.of(code, location.path, location.step_type, message, fix), remedy

    def _accepts(self, name: str) -> bool:
        """Test whether another declared name has no violations."""
        case = self._replace(declared=replace(self.declared, name=name))
        return next(case.violations(), None) is None

    @property
    def _got(self) -> str:
        name, argument = self.declared.name, self.declared.argument
        text = repr(name) if isinstance(name, str) else described(name)
        return f"{argument} got {text}" if argument else f"The name is {text}"

    @property
    def _required_by(self) -> str:
        """A sentence that names the policy file with the prefix, if there is one."""
        prefix = self.prefix or self.policy.prefix
        if prefix is None or self.policy.source is None:
            return ""
        return f" The prefix {str(prefix)!r} is required by {from_here(self.policy.source)}."

    def _inside(self, prefix: JobPrefix) -> Remedy:
        """Return the remedy for a final name: a name that the prefix covers."""
        text = f"Name it {str(prefix)!r}, or begin the name with '{prefix}-'."
        return Remedy(text, name=str(prefix))

    def _not_declared(self) -> Violation:
        generated_name, prefix, limit = self.declared.generated_name, self.prefix, self.limit
        got = "No name is declared for its job"
        if generated_name:
            got = f"{generated_name!r} is the SDK's generated name, and no name is declared"
        if prefix is not None:
            remedy = self._inside(prefix)
        elif not self.declared.settable:
            remedy = Remedy(
                "Use a prefix policy, which names the job: the SDK creates it itself and accepts "
                "no name for it."
            )
        else:
            remedy = Remedy(
                f"Declare {'another' if generated_name else 'a'} name of at most {limit} "
                f"characters in {self.declared.argument or name_arguments(self.kind)}, or use a "
                "prefix policy.",
                most=limit,
            )
        return self._violation(
            NOT_DECLARED, f"{got}, so its job would run outside any prefix.", remedy
        )

    def _dropped(self) -> Violation:
        cause = self.declared.dropped_by
        return self._violation(
            NAME_DROPPED,
            f"{self._got}, but the definition does not contain it, because {cause}; its job would "
            "run outside any prefix.",
            Remedy(FIXES.get(cause, FIXES[DROPPED_BY_SDK])),
        )

    def _lost(self) -> Violation:
        argument = self.declared.argument
        return self._violation(
            NOT_DECLARED,
            f"The request of {argument} has neither a name nor a group any more: the SDK removes "
            "the name when it renders the step with prefixing off, outside this package.",
            Remedy(f"Call {argument} with a name and create the step again."),
        )

    def _expression(self) -> Violation:
        return self._violation(
            EXPRESSION,
            f"{self.declared.argument or self.kind.name_field} is {described(self.declared.name)}: "
            "a pipeline variable or expression, whose value is known only at run time.",
            Remedy("Give the name as a string, so that it can be checked before the run."),
        )

    def _reserved(self, declared: str) -> Violation:
        rest = declared.removeprefix(RESERVED).strip("-")
        fits = self._accepts(rest)
        return self._violation(
            RESERVED_PREFIX,
            f"{self._got}: the service itself uses {RESERVED!r} with prefixing off.",
            Remedy(
                "Choose another beginning" + (f", such as {rest!r}." if fits else "."),
                name=rest if fits else None,
            ),
        )

    def _alphabet(self, declared: str, invalid: str) -> Violation:
        why = ""
        if "/" in declared:
            why = (
                " A job's name is not a path: if a template joins a prefix and a name with '/', "
                "the service refuses the result."
            )
        return self._violation(
            ALPHABET,
            f"{self._got}: {invalid}.{why}",
            self._in_alphabet(declared),
            by_policy=True,
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
            f"{_characters(room)}" + (f", such as {name!r}." if name else "."),
            name=name,
            most=room,
        )

    def _no_room(self) -> Remedy:
        prefix = self.applied_prefix[:-1]
        return Remedy(
            f"Omit the name, or use a shorter prefix: {prefix!r} leaves no room for a name.",
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
            f"{self.limit} for a step of type {self.location.step_type}.",
            remedy,
            by_policy=True,
        )

    def _no_short_prefix(self) -> Violation:
        limit, long = self.kind.prefix_limit, str(self.policy.prefix)
        unnamed = self.undeclared or not isinstance(self.declared.name, str)
        got = "" if unnamed else f"{self._got}, which no prefix of the policy can cover. "
        return self._violation(
            NO_SHORT_PREFIX,
            f"{got}In a pipeline, the service takes {limit} characters at most as the prefix of a "
            f"job of type {self.location.step_type}; the policy's {long!r} has {len(long)}, and "
            "the policy has no short prefix.",
            Remedy(
                f"Give the policy a short_prefix of at most {limit} characters"
                + ("." if self.composes else ", and begin the name with it."),
                short_prefix=True,
            ),
            by_policy=True,
        )


def _characters(count: int) -> str:
    return f"{count} character{'s' * (count != 1)}"
