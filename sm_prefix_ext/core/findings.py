"""What a check says: findings with stable codes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Literal

from .text import printable

Severity = Literal["error", "warning"]
ERROR: Severity = "error"
WARNING: Severity = "warning"

NOT_DECLARED = "PFX001"
TOO_LONG = "PFX002"
ALPHABET = "PFX003"
EXPRESSION = "PFX004"
UNKNOWN_STEP_TYPE = "PFX005"
OUTSIDE_POLICY = "PFX006"
SAME_PREFIX = "PFX007"
GROUP_OUTSIDE_POLICY = "PFX008"
RESERVED_PREFIX = "PFX009"
NO_SHORT_PREFIX = "PFX010"
FULL_NAME_OUTSIDE_POLICY = "PFX011"
PREFIX_VOIDED = "PFX012"
WILDCARD_IN_RESOURCE_TYPE = "PFX013"
NARROWER_THAN_JOBS = "PFX014"
OTHER_CASE = "PFX015"
OTHER_NAMES = "PFX016"
NOT_READ = "PFX017"
FOREIGN_ROLE = "PFX018"
NAME_DROPPED = "PFX019"
REFUSED_BY_SERVICE = "PFX020"
UNMATCHED_STEP_ROLE = "PFX021"
NOT_REACHED = "PFX022"
CHANGED = "PFX023"
UNREAD_REQUEST = "PFX024"

CATALOGUE: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {
        NOT_DECLARED: (ERROR, "Nobody declared a name for the step's job."),
        TOO_LONG: (ERROR, "The prefix is longer than the service takes for this step type."),
        ALPHABET: (ERROR, "The name has characters that no job's name may have."),
        EXPRESSION: (
            ERROR,
            "The name is a pipeline expression, known only while the pipeline runs.",
        ),
        UNKNOWN_STEP_TYPE: (
            ERROR,
            "The step type is not in the table, so its jobs can't be judged.",
        ),
        OUTSIDE_POLICY: (ERROR, "The name does not carry the policy's prefix."),
        SAME_PREFIX: (WARNING, "Two steps run under one prefix; their jobs' names look alike."),
        GROUP_OUTSIDE_POLICY: (WARNING, "The model package group is outside the policy's prefix."),
        RESERVED_PREFIX: (ERROR, "The prefix is one that the service keeps for itself."),
        NO_SHORT_PREFIX: (ERROR, "The policy has no prefix short enough for this step type."),
        FULL_NAME_OUTSIDE_POLICY: (
            WARNING,
            "A name that the service takes as it is does not carry the policy's prefix.",
        ),
        PREFIX_VOIDED: (WARNING, "The role may start such jobs under any name."),
        WILDCARD_IN_RESOURCE_TYPE: (
            WARNING,
            "An IAM policy has a wildcard in the resource type, which IAM's guide forbids.",
        ),
        NARROWER_THAN_JOBS: (WARNING, "An IAM policy covers a part of the jobs' names only."),
        OTHER_CASE: (WARNING, "An IAM policy differs from the jobs' names in letter case."),
        OTHER_NAMES: (WARNING, "An IAM policy is written for jobs with prefixing the other way."),
        NOT_READ: (WARNING, "AWS refused a question, so the answer is less than whole."),
        FOREIGN_ROLE: (ERROR, "A role is of another account than the pipeline's."),
        NAME_DROPPED: (ERROR, "A name was declared, and the definition does not carry it."),
        REFUSED_BY_SERVICE: (ERROR, "The service refuses the name: its characters or its length."),
        UNMATCHED_STEP_ROLE: (
            WARNING,
            "A role is given to a step that the pipeline doesn't have.",
        ),
        NOT_REACHED: (ERROR, "A step is in the definition, and no step of the pipeline led to it."),
        CHANGED: (ERROR, "The pipeline changed between its judgement and its sending."),
        UNREAD_REQUEST: (ERROR, "A request can't be read, so its jobs can't be judged."),
    }
)
"""Every code, with its severity and what it means."""


@dataclass(frozen=True)
class Location:
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
class Finding:
    """One thing that is wrong with a pipeline.

    Args:
        code: stable, from :data:`CATALOGUE`.
        severity: ``"error"`` keeps the definition from leaving; ``"warning"`` does not.
        step: the path of step names, such as ``Check/if/Train`` or ``Loop/each/Train``.
        step_type: as in the definition, such as ``Training``.
        message: what was got and what is wanted.
        fix: what to do.
    """

    code: str
    severity: Severity
    step: str
    step_type: str
    message: str
    fix: str

    @classmethod
    def of(cls, code: str, step: str, step_type: str, message: str, fix: str) -> Finding:
        """A finding whose severity is the catalogue's."""
        return cls(code, CATALOGUE[code][0], step, step_type, message, fix)

    def to_dict(self) -> dict[str, str]:
        """The finding as plain data, for JSON."""
        return asdict(self)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding keeps the definition from leaving."""
    return any(finding.severity == ERROR for finding in findings)


def as_text(findings: Iterable[Finding], width: int = 100) -> str:
    """The findings as a plain table: a head line each, message and fix below it, wrapped."""
    rows = list(findings)
    steps = [printable(row.step) for row in rows]
    longest = max(map(len, steps), default=0)
    lines = []
    for row, step in zip(rows, steps):
        head = f"{row.code}  {row.severity:<7}  {step:<{longest}}  {printable(row.step_type)}"
        lines.append(head.rstrip())
        for label, text in (("", row.message), ("Fix: ", row.fix)):
            lines += textwrap.wrap(
                label + printable(text),
                width,
                initial_indent=" " * 8,
                subsequent_indent=" " * 8,
                break_long_words=False,  # a file's path stays whole
                break_on_hyphens=False,
            )
    return "\n".join(lines)
