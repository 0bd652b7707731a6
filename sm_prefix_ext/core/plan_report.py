"""The report of a plan: a row for each job, and the picture of the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .display.arns import arn_cell, shared_beginning
from .display.report import Cell, Report, Row, Table, counted
from .picture import Mark, picture, role_line
from .planned_jobs import PlannedJob

COLUMNS = ("Step", "Type", "Job name", "ARN", "Role")


def plan_report(
    jobs: Sequence[PlannedJob], definition: Mapping[str, Any], pipeline_name: str | None
) -> Report:
    """Return the report of a plan.

    Args:
        jobs: the jobs of the pipeline.
        definition: its definition; may be empty.
        pipeline_name: its own name, or ``None`` if it isn't known.
    """
    arns = shared_beginning(job.arn_pattern for job in jobs)
    roles = shared_beginning(job.role_arn for job in jobs)
    rows = tuple(_row(job, arns, roles) for job in jobs)
    graph, problems = picture(definition, marks(jobs)) if definition else (None, ())
    return Report(
        title=f"Plan of {pipeline_name}" if pipeline_name else "Plan",
        summary=f"{counted(len(jobs), 'job')}.",
        facts=scope_facts(arns, roles),
        tables=(Table(COLUMNS, rows),),
        graph=graph,
        notes=(*_defaults(jobs), *problems),
    )


def scope_facts(arns: str, roles: str) -> tuple[tuple[str, str], ...]:
    """Return what the shortened ARNs of a report begin with."""
    facts = (("ARNs begin with", arns), ("Roles begin with", roles))
    return tuple((name, value) for name, value in facts if value)


def marks(jobs: Sequence[PlannedJob]) -> Mapping[str, Mark]:
    """Return the names and roles of the jobs, by the path of their step."""
    lines: dict[str, dict[str, None]] = {}
    for job in jobs:
        own = lines.setdefault(job.step, {})
        own[job.name_pattern] = None
        if job.role_arn is not None:
            own[role_line(job.role_arn)] = None
    return {step: Mark(tuple(own)) for step, own in lines.items()}


def _row(job: PlannedJob, arns: str, roles: str) -> Row:
    return Row(
        (
            Cell(job.step),
            Cell(job.step_type),
            Cell(job.name_pattern, code=True),
            arn_cell(job.arn_pattern, arns),
            arn_cell(job.role_arn, roles),
        ),
        group=job.step,
        node=job.step,
    )


def _defaults(jobs: Sequence[PlannedJob]) -> tuple[str, ...]:
    names = sorted({name for job in jobs for name in job.defaults})
    if not names:
        return ()
    return (
        f"Names or roles depend on the default values of {', '.join(names)}; another value in a "
        "run may change them.",
    )
