"""The findings of a check, with stable codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from .text import no_command, printable

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
DEFINITION_NOT_READ = "PFX025"


class Rule(NamedTuple):
    """What the findings of a code have in common.

    Args:
        severity: ``"error"`` blocks the definition; ``"warning"`` does not.
        title: the code in a few words.
        meaning: what is wrong, in one sentence.
        fix: how to resolve the finding; a finding's own ``fix`` is for its particular case.
    """

    severity: Severity
    title: str
    meaning: str
    fix: str


CATALOGUE: Mapping[str, Rule] = MappingProxyType(
    {
        NOT_DECLARED: Rule(
            ERROR,
            "Job name not declared",
            "No name is declared for the step's job, and no policy gives one.",
            "Declare a name in the argument that the finding names, or give a prefix policy.",
        ),
        TOO_LONG: Rule(
            ERROR,
            "Job name too long",
            "The name, with its prefix, is longer than the service takes for this step type.",
            "Shorten the declared name to the room that the finding states, or shorten the prefix.",
        ),
        ALPHABET: Rule(
            ERROR,
            "Invalid characters in a job name",
            "The name has characters that the service does not take in a job's name.",
            "Use letters, digits and hyphens, with no hyphen at either end.",
        ),
        EXPRESSION: Rule(
            ERROR,
            "Job name is a pipeline expression",
            "The name is a pipeline variable or expression, whose value is known only in a run.",
            "Give the name as a string.",
        ),
        UNKNOWN_STEP_TYPE: Rule(
            ERROR,
            "Unknown step type",
            "The step type is newer than this release of the package, which cannot check its jobs.",
            "Update sm-prefix-ext, or leave the step out.",
        ),
        OUTSIDE_POLICY: Rule(
            ERROR,
            "Job name outside the policy",
            "The name is final and does not carry the policy's prefix.",
            "Begin the name with the policy's prefix and a hyphen.",
        ),
        SAME_PREFIX: Rule(
            WARNING,
            "Two steps share a prefix",
            "The jobs of two steps have the same prefix, so their names do not show the step.",
            "Declare another name for one of the steps, or ignore the warning.",
        ),
        GROUP_OUTSIDE_POLICY: Rule(
            WARNING,
            "Model package group outside the policy",
            "The policy's prefix does not cover the group that a model is registered into.",
            "Begin the group's name with the prefix, or name the group in the IAM policies.",
        ),
        RESERVED_PREFIX: Rule(
            ERROR,
            "Reserved prefix",
            "The name begins with the prefix that the service uses with prefixing off.",
            "Choose a name that does not begin with 'pipelines-'.",
        ),
        NO_SHORT_PREFIX: Rule(
            ERROR,
            "No short prefix",
            "The step type takes a prefix of at most 6 characters, and the policy has none.",
            "Add a short_prefix of at most 6 characters to the policy.",
        ),
        FULL_NAME_OUTSIDE_POLICY: Rule(
            WARNING,
            "Full name outside the policy",
            "The service takes this name as it is, and the policy's prefix does not cover it.",
            "Begin the name with the prefix, or name the resource in the IAM policies.",
        ),
        PREFIX_VOIDED: Rule(
            WARNING,
            "IAM policy allows any name",
            "The role may start jobs of this type under any name, so the prefix has no effect.",
            "Allow the create action on the ARN pattern with the prefix alone.",
        ),
        WILDCARD_IN_RESOURCE_TYPE: Rule(
            WARNING,
            "Wildcard in a resource type",
            "An IAM policy has a wildcard in an ARN's resource type, which IAM's guide forbids.",
            "Write one ARN for each resource type.",
        ),
        NARROWER_THAN_JOBS: Rule(
            WARNING,
            "IAM policy narrower than the job names",
            "An IAM policy covers some of the names that a step's jobs can have, but not all.",
            "Name the ARN pattern that the finding states.",
        ),
        OTHER_CASE: Rule(
            WARNING,
            "Letter case differs",
            "An ARN in an IAM policy differs from a job's ARN in letter case, which IAM compares.",
            "Write the ARN in the letter case of the jobs' names.",
        ),
        OTHER_NAMES: Rule(
            WARNING,
            "IAM policy for the other prefixing mode",
            "An IAM policy names jobs with prefixing on where it is off, or the reverse.",
            "Name the ARN pattern that the finding states, or switch prefixing.",
        ),
        NOT_READ: Rule(
            WARNING,
            "IAM policies not readable",
            "AWS refused to show a part of the role's policies, so the preflight is incomplete.",
            "Allow the permission that the finding names, or pass the policies as documents.",
        ),
        FOREIGN_ROLE: Rule(
            ERROR,
            "Role of another account",
            "A role belongs to another account than the pipeline, and IAM passes no such role.",
            "Use a role of the pipeline's account; let the job's code assume the other role.",
        ),
        NAME_DROPPED: Rule(
            ERROR,
            "Declared name missing from the definition",
            "A name is declared, and the rendered definition does not carry it.",
            "Import Pipeline from sm_prefix_ext, or turn prefixing on.",
        ),
        REFUSED_BY_SERVICE: Rule(
            ERROR,
            "Name refused by the service",
            "SageMaker refuses the name of the step or resource for its characters or its length.",
            "Use the name that the finding proposes, or one within the limits that it states.",
        ),
        UNMATCHED_STEP_ROLE: Rule(
            WARNING,
            "Role for a step that does not exist",
            "The policy gives a role to a step name or step type that the pipeline does not have.",
            "Correct the key in step_roles, or remove the entry.",
        ),
        NOT_REACHED: Rule(
            ERROR,
            "Step not listed",
            "The SDK rendered a step whose declared name could not be read beforehand.",
            "List the step in the pipeline's steps.",
        ),
        CHANGED: Rule(
            ERROR,
            "Pipeline changed while it was sent",
            "The pipeline changed after its definition was checked and before it was sent.",
            "Change the pipeline before you call create, update or upsert.",
        ),
        UNREAD_REQUEST: Rule(
            ERROR,
            "Request not readable",
            "A guarded request, or the definition that it points to, could not be read.",
            "Send a readable definition, or allow the permission that the finding names.",
        ),
        DEFINITION_NOT_READ: Rule(
            WARNING,
            "Definition not read",
            "The file refers to a definition that it does not hold, so its jobs were not checked.",
            "Check the definition's own file, or the pipeline's ARN, as a target too.",
        ),
    }
)
"""Every code; docs/findings.md is generated from it."""


class Location(NamedTuple):
    """Where a name is.

    Args:
        path: the path of step names, or the class to which the name was passed.
        step_type: such as ``Training``.
        step_name: the step's name, from which the name of an undeclared job is composed; ``""``
            outside a step.
    """

    path: str
    step_type: str
    step_name: str = ""


@dataclass(frozen=True)
class Finding:
    """A problem in a pipeline: what is wrong, where, and how to fix it.

    Args:
        code: stable, from :data:`CATALOGUE`.
        severity: ``"error"`` blocks the definition; ``"warning"`` does not.
        step: the path of step names, such as ``Check/if/Train`` or ``Loop/each/Train``.
        step_type: as in the definition, such as ``Training``.
        message: what is wrong: the value, and what is expected.
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
        """Create a finding with the severity that the catalogue gives its code."""
        return cls(code, CATALOGUE[code].severity, step, step_type, message, fix)

    def to_dict(self) -> dict[str, str]:
        """Return the finding as a dict, for JSON."""
        return asdict(self)


def definition_not_read(pipeline: str, reason: str) -> Finding:
    """Return the warning for a pipeline whose definition is not available.

    Args:
        pipeline: the pipeline's name or logical ID.
        reason: why the definition is not available, as a clause without a full stop.
    """
    return Finding.of(
        DEFINITION_NOT_READ,
        pipeline,
        "",
        f"The jobs of the pipeline {pipeline} are not checked: {reason}.",
        "Check the definition itself too: its JSON, or the ARN of the deployed pipeline.",
    )


def has_errors(findings: Iterable[Finding]) -> bool:
    """Test whether any finding blocks the definition."""
    return any(finding.severity == ERROR for finding in findings)


_WIDEST_STEP = 64
"""A longer step, which the service refuses, doesn't widen the lines of all others."""
_UNLIMITED = 1_000_000


def as_text(findings: Iterable[Finding], width: int | None = 100) -> str:
    """Return findings as text: a head line for each, then its message and its fix.

    Args:
        findings: the findings.
        width: the columns at which messages are wrapped; ``None`` wraps nothing.
    """
    import textwrap  # here, since a check without findings starts faster without it

    rows = list(findings)
    steps = [printable(row.step) for row in rows]
    longest = min(max(map(len, steps), default=0), _WIDEST_STEP)
    lines = []
    for row, step in zip(rows, steps):
        head = f"{row.code}  {row.severity:<7}  {step:<{longest}}  {printable(row.step_type)}"
        lines.append(head.rstrip())
        for label, text in (("", row.message), ("Fix: ", row.fix)):
            lines += textwrap.wrap(
                label + printable(text),
                width or _UNLIMITED,
                initial_indent=" " * 8,
                subsequent_indent=" " * 8,
                break_long_words=False,  # a file's path stays whole
                break_on_hyphens=False,
            )
    return "\n".join(map(no_command, lines))
