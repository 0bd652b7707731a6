"""The rows of an audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, Literal, NamedTuple

RowKind = Literal["pipeline", "job", "statement", "denial", "collision", "unknown"]
Verdict = Literal["inside", "outside", "prefixing off", "no team", "two teams", "unknown"]

PIPELINE: RowKind = "pipeline"
JOB: RowKind = "job"
STATEMENT: RowKind = "statement"
DENIAL: RowKind = "denial"
COLLISION: RowKind = "collision"
UNKNOWN: RowKind = "unknown"

KINDS: tuple[RowKind, ...] = (PIPELINE, JOB, STATEMENT, DENIAL, COLLISION, UNKNOWN)
"""In the order of a report."""

INSIDE: Verdict = "inside"
OUTSIDE: Verdict = "outside"
PREFIXING_OFF: Verdict = "prefixing off"
NO_TEAM: Verdict = "no team"
TWO_TEAMS: Verdict = "two teams"
NOT_KNOWN: Verdict = "unknown"

VERDICTS: tuple[Verdict, ...] = (
    OUTSIDE,
    PREFIXING_OFF,
    NO_TEAM,
    TWO_TEAMS,
    NOT_KNOWN,
    INSIDE,
)
"""In the order of a report: what needs attention first."""


class Unit(NamedTuple):
    """What an audit reads as a whole: an account and a region.

    Args:
        account: 12 digits; ``""`` where it isn't known.
        region: :func:`global_region` for the account's IAM; ``""`` for an account that can't be
            entered.
    """

    account: str
    region: str


_GLOBAL = "-global"


def global_region(partition: str) -> str:
    """Return the pseudo region of what a partition has once, such as IAM.

    Args:
        partition: such as ``aws``.

    Example:
        >>> from sm_prefix_ext.audit.rows import global_region
        >>> global_region("aws-cn")
        'aws-cn-global'
    """
    return f"{partition}{_GLOBAL}"


def is_global(region: str) -> bool:
    """Test whether a region is one of :func:`global_region`."""
    return region.endswith(_GLOBAL)


@dataclass(frozen=True)
class AuditRow:
    """What an audit saw of one pipeline, job, statement or denial, or what it could not read.

    Args:
        kind: ``"pipeline"``, ``"job"``, ``"statement"`` of an account's IAM policies, ``"denial"``
            that CloudTrail has, ``"collision"`` of two teams' prefixes, or ``"unknown"`` for what
            could not be read.
        account: where it is; ``""`` where it isn't known.
        region: where it is, ``"aws-global"`` for IAM; ``""`` for an account that can't be entered.
        verdict: ``"inside"``, ``"outside"``, ``"prefixing off"``, ``"no team"``, ``"two teams"`` or
            ``"unknown"``.
        pipeline: the pipeline's name; ``None`` for a job without one.
        execution: the ARN of the execution that ran the job.
        step: the name of the job's step.
        step_type: its type, such as ``Training``.
        step_types: for a pipeline, the types of the steps whose jobs carry a prefix; for a
            statement, those whose jobs it is about.
        old_executions: for a pipeline, how many executions still run that started before its last
            change, of those that were listed; ``None`` if none were. Rows are equal whatever it is.
        name: the name of the pipeline or job.
        arn: its ARN.
        version: for an earlier version of a pipeline, its number; ``None`` for the present one.
        role: for a pipeline, the ARN of its execution role; for a statement, the ARN of the role,
            user or group whose policy has it, or of the policy if it is attached to none; for a
            denial, the ARN of the principal.
        policy: for a statement, the ARN of the managed policy or the name of the inline policy.
        statement: the statement, as JSON.
        event: for a denial, the ID of CloudTrail's event.
        teams: the teams whose prefixes cover it; for a policy without a team, its prefix.
        reason: why the verdict is not ``"inside"``, or a remark.
        permission: the IAM action that was denied to a job's creator, or that a read needs which
            failed, such as ``sagemaker:ListPipelines``.
        errors: for a pipeline, how many errors ``sm-prefix check`` finds.
        warnings: for a pipeline, how many warnings.
        time: when the pipeline was last changed, the job started, the statement's policy was last
            changed, or the request was denied, in ISO 8601.
        read_at: when the audit read it. Rows are equal whatever this is.
    """

    kind: RowKind
    account: str
    region: str
    verdict: Verdict
    pipeline: str | None = None
    execution: str | None = None
    step: str | None = None
    step_type: str | None = None
    step_types: tuple[str, ...] = ()
    old_executions: int | None = field(default=None, compare=False)
    name: str | None = None
    arn: str | None = None
    version: int | None = None
    role: str | None = None
    policy: str | None = None
    statement: str | None = None
    event: str | None = None
    teams: tuple[str, ...] = ()
    reason: str | None = None
    permission: str | None = None
    errors: int | None = None
    warnings: int | None = None
    time: str | None = None
    read_at: str | None = field(default=None, compare=False)

    @property
    def unit(self) -> Unit:
        """The account and the region."""
        return Unit(self.account, self.region)

    def to_dict(self) -> dict[str, Any]:
        """Return the row as a dict, for JSON."""
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _LISTS}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> AuditRow:
        """Return the row that :meth:`to_dict` made a dict of.

        Raises:
            ValueError: for a dict that is no row.
        """
        if values.keys() != _FIELDS or not all(isinstance(values[name], list) for name in _LISTS):
            raise ValueError("it does not have the fields of an audit's row")
        if values["kind"] not in KINDS or values["verdict"] not in VERDICTS:
            raise ValueError("its kind or its verdict is unknown")
        texts = ("account", "region")
        if not all(isinstance(values[name], str) for name in texts):
            raise ValueError("its account or its region is not a text")
        lists = {name: tuple(map(str, values[name])) for name in _LISTS}
        return cls(**{**values, **lists})


_LISTS = ("step_types", "teams")
_FIELDS = {each.name for each in fields(AuditRow)}


def now() -> str:
    """Return the time of the moment, in UTC."""
    return str(as_text(datetime.now(timezone.utc)))


def as_text(time: Any) -> str | None:
    """Return a time of an answer as text in UTC, ``None`` for anything else."""
    if not isinstance(time, datetime):
        return None
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
