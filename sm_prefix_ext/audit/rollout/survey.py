"""What a roll-out needs of an audit's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from ...core.job_names import JobName
from ...core.policy_file import Team
from ..rows import (
    COLLISION,
    INSIDE,
    JOB,
    NOT_KNOWN,
    PIPELINE,
    PREFIXING_OFF,
    STATEMENT,
    UNKNOWN,
    AuditRow,
)

Place = tuple[str, str, str]
"""An account, a region and the name of a pipeline."""
Level = Mapping[str, Any]
"""The SCPs of the organization, of a unit or of an account: documents by name."""


@dataclass
class Survey:
    """The rows of an audit that a roll-out needs.

    Args:
        teams: the teams of the policy.
        assigned: maps globs of pipelines' names, or of ARNs of pipelines, roles and users, to the
            names of teams.
        watched: whether the rows have every job since the latest update of a pipeline.
        scps: the levels of SCPs, the root first.
    """

    teams: Sequence[Team]
    assigned: Mapping[str, str] = field(default_factory=dict)
    watched: bool = False
    scps: Sequence[Level] = ()
    pipelines: list[AuditRow] = field(default_factory=list)
    statements: list[AuditRow] = field(default_factory=list)
    unread: list[AuditRow] = field(default_factory=list)
    collisions: list[AuditRow] = field(default_factory=list)
    strays: dict[Place, list[AuditRow]] = field(default_factory=lambda: defaultdict(list))
    """The jobs that ran under a generated name, by pipeline; ``""`` for one without a pipeline."""
    latest: str = ""
    """When the last row was read."""
    _teams_of_jobs: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))

    def read(self, rows: Iterable[AuditRow]) -> Survey:
        """Take in all rows, and return the survey."""
        kept = {
            STATEMENT: self.statements,
            UNKNOWN: self.unread,
            COLLISION: self.collisions,
        }
        for row in rows:
            self.latest = max(self.latest, row.read_at or "")
            if row.kind == JOB:
                self._read_job(row)
            elif row.kind == PIPELINE:
                if row.version is None:  # nothing starts an earlier version by itself
                    self.pipelines.append(row)
            elif row.kind in kept:
                kept[row.kind].append(row)
        return self

    def _read_job(self, row: AuditRow) -> None:
        if row.verdict == INSIDE:
            self._teams_of_jobs[_place(row)].update(row.teams)
        elif row.verdict == PREFIXING_OFF and not _is_reused(row):
            self.strays[_place(row)].append(row)

    def team_of(self, pipeline: AuditRow) -> Team | None:
        """Return the team whose prefix a pipeline gets; ``None`` if that isn't known.

        It is the first of: the assigned one, the only one of the policy, the one whose prefix its
        definition carries, the one whose prefix its jobs carry.
        """
        names = (str(pipeline.name), pipeline.arn or "", pipeline.role or "")
        return (
            self.assigned_team(*names)
            or self._only_team(pipeline.teams)
            or self._only_team(self._teams_of_jobs.get(_place(pipeline), ()))
        )

    def assigned_team(self, *names: str) -> Team | None:
        """Return the team of the first glob that matches a name, else the policy's only team."""
        for pattern, team in self.assigned.items():
            if any(fnmatchcase(name, pattern) for name in names):
                return self._only_team([team])
        return self.teams[0] if len(self.teams) == 1 else None

    def _only_team(self, names: Iterable[str]) -> Team | None:
        found = [team for team in self.teams if team.name in names]
        return found[0] if len(found) == 1 else None

    @cached_property
    def by_role(self) -> Mapping[tuple[str, str], Sequence[AuditRow]]:
        """The pipelines by account and execution role, sorted."""
        grouped: dict[tuple[str, str], list[AuditRow]] = defaultdict(list)
        for row in self.pipelines:
            grouped[row.account, row.role or ""].append(row)
        return dict(sorted(grouped.items()))

    @cached_property
    def by_principal(self) -> Mapping[tuple[str, str], Sequence[AuditRow]]:
        """The statements by account and principal."""
        grouped: dict[tuple[str, str], list[AuditRow]] = defaultdict(list)
        for row in self.statements:
            grouped[row.account, row.role or ""].append(row)
        return grouped

    @cached_property
    def by_account(self) -> Mapping[str, Sequence[AuditRow]]:
        """The pipelines by account."""
        grouped: dict[str, list[AuditRow]] = defaultdict(list)
        for row in self.pipelines:
            grouped[row.account].append(row)
        return dict(sorted(grouped.items()))

    def statements_of(self, account: str, principal: str) -> Sequence[AuditRow]:
        """Return the statements that a principal's policies have."""
        return self.by_principal.get((account, principal), ())

    def regions(self, account: str) -> tuple[str, ...]:
        """Return the regions of an account that have pipelines, sorted."""
        return self._regions.get(account, ())

    @cached_property
    def _regions(self) -> Mapping[str, tuple[str, ...]]:
        return {
            account: tuple(sorted({row.region for row in rows}))
            for account, rows in self.by_account.items()
        }

    def without_pipeline(self, account: str) -> list[AuditRow]:
        """Return the jobs under a generated name whose pipeline was not read."""
        return [
            job
            for (of, _, pipeline), jobs in self.strays.items()
            if of == account and not pipeline
            for job in jobs
        ]

    def started_since_the_update(self, pipeline: AuditRow) -> list[AuditRow]:
        """Return the jobs of a pipeline that started under a generated name after its last change.

        A job or a change without a time counts.
        """
        changed = pipeline.time
        jobs = self.strays.get(_place(pipeline), ())
        return [job for job in jobs if not job.time or not changed or job.time > changed]


def is_left(pipeline: AuditRow) -> bool:
    """Whether a pipeline has jobs that no team's prefix covers."""
    return pipeline.verdict not in (INSIDE, NOT_KNOWN)


def _place(row: AuditRow) -> Place:
    name = row.name if row.kind == PIPELINE else row.pipeline
    return row.account, row.region, name or ""


def _is_reused(row: AuditRow) -> bool:
    """Whether an execution reused a job of an earlier one, by step caching, and ran none."""
    try:
        ran_in = JobName.parse(str(row.name)).execution_id
    except ValueError:
        return False
    return row.execution is not None and row.execution.rpartition("/")[2] != ran_in
