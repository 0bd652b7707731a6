"""What changed between two audits, by their files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..core.display.displayed import Displayed
from ..core.display.report import Cell, Report, Row, Table, counted
from .complete import complete
from .output import kept_rows
from .rows import COLLISION, DENIAL, INSIDE, JOB, AuditRow

_SHOWN = 1000


class Subject(NamedTuple):
    """What a verdict is about, in both audits.

    Args:
        account: 12 digits.
        region: such as ``us-east-1``.
        pipeline: its name; ``""`` for a stand-alone job.
        step: the step of its jobs; ``""`` for the pipeline itself.
        job: the name of a stand-alone job; a job of a pipeline has another one in each execution.
        version: the number of an earlier version of the pipeline.
        principal: the ARN of whose policy has a statement, or of whom a job was denied.
        policy: the statement's policy.
        statement: the statement, as JSON.
        denied: the IAM action of a denial; jobs of the same principal are compared together.
        prefix: one that covers the jobs of another team.
    """

    account: str
    region: str
    pipeline: str = ""
    step: str = ""
    job: str = ""
    version: str = ""
    principal: str = ""
    policy: str = ""
    statement: str = ""
    denied: str = ""
    prefix: str = ""


class Change(NamedTuple):
    """A subject whose verdicts differ.

    Args:
        subject: a pipeline, a step, a stand-alone job, a statement, what was denied, or a prefix.
        before: its verdicts in the old audit, with their teams; ``()`` where it has none.
        now: its verdicts in the new audit.
    """

    subject: Subject
    before: tuple[str, ...]
    now: tuple[str, ...]


class Difference(Displayed):
    """The changes between two audits, sorted.

    Args:
        changes: the changes.
    """

    def __init__(self, changes: tuple[Change, ...]) -> None:
        self.changes = changes

    def to_dict(self) -> dict[str, object]:
        """Return the changes as a dict, for JSON."""
        return {
            "changes": [
                {
                    **change.subject._asdict(),
                    "before": list(change.before),
                    "now": list(change.now),
                }
                for change in self.changes
            ]
        }

    def report(self, *, drawn: bool = True) -> Report:
        shown = self.changes[:_SHOWN]
        used = [name for name in Subject._fields if any(getattr(c.subject, name) for c in shown)]
        columns = (*map(str.capitalize, used), "Before", "Now")
        rows = tuple(_row(change, used) for change in shown)
        cut = f"The first {_SHOWN:,} of {len(self.changes):,} changes are shown."
        return Report(
            title="Changes between two audits",
            summary=f"{counted(len(self.changes), 'change')}.",
            tables=(Table(columns, rows),) if rows else (),
            notes=(cut,) if len(self.changes) > _SHOWN else (),
        )


def difference(old: str, new: str) -> Difference:
    """Compare two audits.

    The verdicts of a step's jobs are compared over all executions that were read, since each
    execution has other jobs. Keeps the verdicts of both files in memory.

    Args:
        old: the file of the older audit.
        new: the file of the newer one.

    Returns:
        The pipelines, steps, stand-alone jobs, statements and denials whose verdicts differ.

    Raises:
        ValueError: for a file that isn't an audit's, or whose audit is not complete.
        OSError: if a file can't be read.
    """
    before, now = _verdicts(old), _verdicts(new)
    changes = (
        Change(subject, _sorted(before.get(subject)), _sorted(now.get(subject)))
        for subject in sorted(before.keys() | now.keys())
    )
    return Difference(tuple(each for each in changes if each.before != each.now))


def _verdicts(path: str) -> dict[Subject, set[str]]:
    complete(path, "compared")
    verdicts: dict[Subject, set[str]] = {}
    for row in kept_rows(path):
        verdicts.setdefault(_subject(row), set()).add(_verdict(row))
    return verdicts


def _subject(row: AuditRow) -> Subject:
    place = Subject(*row.unit)
    if row.kind == DENIAL:
        return place._replace(principal=row.role or "", denied=row.permission or "")
    if row.kind == COLLISION:
        return place._replace(prefix=row.name or "")
    if row.policy is not None:
        return place._replace(
            principal=row.role or "", policy=row.policy, statement=row.statement or ""
        )
    alone = row.kind == JOB and row.pipeline is None
    return place._replace(
        pipeline=row.pipeline or "",
        step=row.step or "",
        job=(row.name if alone else None) or "",
        version="" if row.version is None else str(row.version),
    )


def _verdict(row: AuditRow) -> str:
    if row.verdict == INSIDE or row.teams:
        return " ".join([row.verdict, ", ".join(row.teams)]).strip()
    return f"unknown: {row.permission}" if row.permission else row.verdict


def _sorted(verdicts: set[str] | None) -> tuple[str, ...]:
    return tuple(sorted(verdicts or ()))


def _row(change: Change, used: Iterable[str]) -> Row:
    texts = (*(getattr(change.subject, name) for name in used), *map(_joined, change[1:]))
    return Row(tuple(Cell(text) if text else None for text in texts))


def _joined(verdicts: Iterable[str]) -> str:
    return ", ".join(verdicts)
