"""The rows of an audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, Literal, NamedTuple

RowKind = Literal["pipeline", "job", "unknown"]
Verdict = Literal["inside", "outside", "prefixing off", "no team", "two teams", "unknown"]

PIPELINE: RowKind = "pipeline"
JOB: RowKind = "job"
UNKNOWN: RowKind = "unknown"

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
        account: 12 digits; ``""`` where it can't be learnt.
        region: ``""`` for an account that can't be entered.
    """

    account: str
    region: str


@dataclass(frozen=True)
class AuditRow:
    """What an audit saw of one pipeline or one job, or what it could not read.

    Args:
        kind: ``"pipeline"``, ``"job"``, or ``"unknown"`` for what could not be read.
        account: where it is; ``""`` where the account can't be learnt.
        region: where it is; ``""`` for an account that can't be entered.
        verdict: ``"inside"``, ``"outside"``, ``"prefixing off"``, ``"no team"``, ``"two teams"`` or
            ``"unknown"``.
        pipeline: the pipeline's name; ``None`` for a job without one.
        execution: the ARN of the execution that ran the job.
        step: the name of the job's step.
        step_type: its type, such as ``Training``.
        name: the name of the pipeline or job.
        arn: its ARN.
        teams: the teams whose prefixes cover it; for a policy without a team, its prefix.
        reason: why the verdict is not ``"inside"``, or a remark.
        permission: the IAM action of a read that failed, such as ``sagemaker:ListPipelines``.
        errors: for a pipeline, how many errors ``sm-prefix check`` finds.
        warnings: for a pipeline, how many warnings.
        time: when the pipeline was last changed, or the job started, in ISO 8601.
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
    name: str | None = None
    arn: str | None = None
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
        return {**asdict(self), "teams": list(self.teams)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> AuditRow:
        """Return the row that :meth:`to_dict` made a dict of.

        Raises:
            ValueError: for a dict that is no row.
        """
        if values.keys() != _FIELDS or not isinstance(values["teams"], list):
            raise ValueError("it does not have the fields of an audit's row")
        if values["kind"] not in (PIPELINE, JOB, UNKNOWN) or values["verdict"] not in VERDICTS:
            raise ValueError("its kind or its verdict is unknown")
        texts = ("account", "region")
        if not all(isinstance(values[name], str) for name in texts):
            raise ValueError("its account or its region is not a text")
        return cls(**{**values, "teams": tuple(map(str, values["teams"]))})


_FIELDS = {each.name for each in fields(AuditRow)}


def now() -> str:
    """Return the time of the moment, in UTC."""
    return str(as_text(datetime.now(timezone.utc)))


def as_text(time: Any) -> str | None:
    """Return a time of an answer as text in UTC, ``None`` for anything else."""
    if not isinstance(time, datetime):
        return None
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
