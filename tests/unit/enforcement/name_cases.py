"""A case for the rules of names, and the texts that several findings have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.declared import Declared
from sm_prefix_ext.core.findings import Finding, Location
from sm_prefix_ext.core.step_types import KINDS
from sm_prefix_ext.enforcement.name_rules import (
    Remedy,
    compose_name,
    compose_with_remedies,
)

LETTERS = "Use letters, digits and hyphens, with no hyphen at either end, at most "


OUTSIDE = "so its job would run outside any prefix."


NO_PATH = (
    " A job's name is not a path: if a template joins a prefix and a name with '/', the service "
    "refuses the result."
)


BEFORE_THE_RUN = "Give the name as a string, so that it can be checked before the run."


RESERVED = "the service itself uses 'pipelines' with prefixing off."


NEEDS_SHORT = (
    "In a pipeline, the service takes 6 characters at most as the prefix of a job of type Tuning; "
    "the policy's 'team-alpha' has 10, and the policy has no short prefix."
)


Composed = tuple[str | None, tuple[tuple[Finding, Remedy], ...]]


@dataclass(frozen=True)
class Case:
    """A declared name under a policy, with the expected job name and findings."""

    declared: Declared
    prefix: str | None
    name: str | None
    findings: tuple[tuple[str, str, Remedy], ...]
    composes: bool = True
    step_type: str = "Training"

    @property
    def location(self) -> Location:
        """Return the step's location."""
        return Location("P/if/S", self.step_type, "S")

    @property
    def expected(self) -> Composed:
        """The job's name, and each finding with its remedy."""
        return self.name, tuple(
            (Finding.of(code, "P/if/S", self.step_type, message, remedy.text), remedy)
            for code, message, remedy in self.findings
        )

    def compose(self) -> Composed:
        """Compose the name with remedies, and check that both functions agree."""
        kind, policy = KINDS[self.step_type], PrefixPolicy(self.prefix)
        arguments = (self.location, kind, self.declared, policy)
        name, findings = compose_with_remedies(*arguments, composes=self.composes)
        assert (name, tuple(finding for finding, _ in findings)) == compose_name(
            *arguments, composes=self.composes
        )
        return name, findings


def declares(name: Any, **more: Any) -> Declared:
    """Return a name that a user declared in an argument."""
    return Declared(name, "X(n=)", **more)


def beginning(prefix: str) -> Remedy:
    """Return the remedy for a name outside the policy."""
    return Remedy(f"Name it '{prefix}', or begin the name with '{prefix}-'.", name=prefix)


def too_long(name: str, limit: int = 38, step_type: str = "Training", more: str = "") -> str:
    """Return the message for a name that is too long."""
    return (
        f"The name is {name!r}: {len(name)} characters{more}; the service takes {limit} for a step "
        f"of type {step_type}."
    )


def no_room(prefix: str) -> Remedy:
    """Return the remedy where the prefix leaves no room for a name."""
    return Remedy(
        f"Omit the name, or use a shorter prefix: {prefix!r} leaves no room for a name.",
        name="",
    )
