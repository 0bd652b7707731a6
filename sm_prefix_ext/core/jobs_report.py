"""The report of an execution: a row for each job, and the pipeline with the status of each step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .definition import steps as steps_of
from .display.arns import arn_cell, shared_beginning
from .display.report import Cell, Graph, Report, Row, Table, Tone, counted, severest
from .job_record import FailedStep, JobRecord
from .picture import Mark, picture

_TONES: Mapping[str, Tone] = {"Succeeded": "good", "Failed": "bad", "Stopped": "warning"}
_NOT_RUN = Mark(tone="muted", status="not run")


def jobs_report(
    records: Sequence[JobRecord],
    failed_steps: Sequence[FailedStep] = (),
    steps: Sequence[Mapping[str, Any]] = (),
    definition: Callable[[], Mapping[str, Any]] | None = None,
    outside: Collection[JobRecord] | None = None,
) -> Report:
    """Return the report of an execution's jobs.

    Args:
        records: the jobs.
        failed_steps: the steps that failed and have no job.
        steps: all steps of the execution, as ``ListPipelineExecutionSteps`` has them.
        definition: returns the execution's definition; ``None`` leaves the picture out.
        outside: the jobs that a policy does not cover; ``None`` if they were not compared with one.
    """
    arns = shared_beginning(record.arn for record in records)
    failed = any(record.failure_reason for record in records)
    columns = ["Step", "Status", "Prefix", "ARN"]
    if outside is not None:
        columns.insert(3, "Policy")
    if failed:
        columns.append("Reason")
    graph, notes = _picture(records, steps, definition, outside or ())
    paths = {node.title: node.id for node in graph.nodes} if graph is not None else {}
    rows = tuple(
        _row(record, paths.get(record.step_name, record.step_name), arns, failed, outside)
        for record in records
    )
    tones = [_tone(record.status) for record in records]
    return Report(
        title="Jobs of the execution",
        summary=_counts(records, len(failed_steps), len(outside or ())),
        tone="bad" if failed_steps or outside else severest(tones),
        facts=(("ARNs begin with", arns),) if arns else (),
        tables=(Table(tuple(columns), rows), _without_job(failed_steps, paths)),
        graph=graph,
        notes=notes,
    )


def _without_job(steps: Sequence[FailedStep], paths: Mapping[str, str]) -> Table:
    rows = []
    for step in steps:
        reason = None if step.failure_reason is None else Cell(step.failure_reason)
        cells = (Cell(step.step_name), Cell("Failed", "bad"), reason)
        rows.append(Row(cells, node=paths.get(step.step_name, step.step_name)))
    return Table(("Step", "Status", "Reason"), tuple(rows), "Without a job")


def _counts(records: Sequence[JobRecord], failed_steps: int, outside: int) -> str:
    statuses = [record.status for record in records if record.status]
    counts = ", ".join(f"{statuses.count(each)} {each}" for each in dict.fromkeys(statuses))
    jobs = counted(len(records), "job")
    text = f"{jobs}: {counts}" if counts else jobs
    if failed_steps:
        text += f"; {counted(failed_steps, 'step')} failed without a job"
    if outside:
        text += f"; {outside} outside the policy"
    return f"{text}."


def _tone(status: str | None) -> Tone:
    return _TONES.get(status or "", "neutral")


def _row(
    record: JobRecord,
    node: str,
    beginning: str,
    failed: bool,
    outside: Collection[JobRecord] | None,
) -> Row:
    status = None if record.status is None else Cell(record.status, _tone(record.status))
    if status is not None and record.cached_from is not None:
        status = Cell(f"{record.status} (from the cache)", status.tone)
    prefix = None if record.prefix is None else Cell(record.prefix, code=True)
    cells = [Cell(record.step_name), status, prefix, arn_cell(record.arn, beginning)]
    if outside is not None:
        cells.insert(3, Cell("outside", "bad") if record in outside else Cell("inside", "good"))
    if failed:
        reason = record.failure_reason
        cells.append(None if reason is None else Cell(reason, "bad"))
    return Row(tuple(cells), node=node)


def _picture(
    records: Sequence[JobRecord],
    steps: Sequence[Mapping[str, Any]],
    definition: Callable[[], Mapping[str, Any]] | None,
    outside: Collection[JobRecord],
) -> tuple[Graph | None, tuple[str, ...]]:
    if definition is None:
        return None, ()
    try:
        document = definition()
        names = {record.step_name: record.name for record in records}
        steps_outside = {record.step_name for record in outside}
        by_name = {str(step["StepName"]): step for step in steps}
        marks = {
            view.path: _mark(by_name[view.name], names.get(view.name), view.name in steps_outside)
            if view.name in by_name
            else _NOT_RUN
            for view in steps_of(document)
        }
        return picture(document, marks)
    # Any error of AWS, of the network or of credentials: the jobs are read, and shown without it.
    except Exception as error:
        return None, (f"The picture is left out, since the definition can't be read: {error}",)


def _mark(step: Mapping[str, Any], job_name: str | None, outside: bool) -> Mark:
    status = step.get("StepStatus")
    words = [str(status)] if status else []
    if step.get("CacheHitResult"):
        words.append("from the cache")
    took = duration(step.get("StartTime"), step.get("EndTime"))
    if took is not None:
        words.append(took)
    if outside:
        words.append("outside the policy")
    lines = None if job_name is None else (job_name,)
    return Mark(lines, "bad" if outside else _tone(status), ", ".join(words))


def duration(start: Any, end: Any) -> str | None:
    """Return the time between two timestamps as a person writes it, such as ``3 min 12 s``.

    Args:
        start: a ``datetime``; for any other value the result is ``None``.
        end: a ``datetime``; for any other value the result is ``None``.

    Example:
        >>> from datetime import datetime
        >>> from sm_prefix_ext.core.jobs_report import duration
        >>> duration(datetime(2026, 1, 1, 12, 0), datetime(2026, 1, 1, 12, 3, 12))
        '3 min 12 s'
    """
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    try:
        seconds = round((end - start) / timedelta(seconds=1))
    except TypeError:  # one of them has a time zone
        return None
    hours, rest = divmod(max(seconds, 0), 3600)
    parts = ((hours, "h"), (rest // 60, "min"), (rest % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
