"""The lines that following an execution prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..core.execution_watch import ENDED, Look
from ..core.job_links import job_links
from ..core.jobs_report import duration
from ..core.prefix_policy import PrefixPolicy
from ..core.text import no_command, printable


def changes(before: Look | None, after: Look, expected: PrefixPolicy | None) -> Iterator[str]:
    """Yield lines for what started or ended since the last look, and for a problem.

    Args:
        before: the last look that could be read; ``None`` for none.
        after: the look.
        expected: the policy whose prefix every job should have, or ``None``.
    """
    return map(no_command, _changes(before, after, expected))


def _changes(before: Look | None, after: Look, expected: PrefixPolicy | None) -> Iterator[str]:
    if after.problem is not None:
        yield printable(after.problem)
        return
    known = {} if before is None else {step["StepName"]: step for step in before.jobs.steps}
    had_job = set() if before is None else {job.arn for job in before.jobs}
    jobs = {job.step_name: job for job in after.jobs}
    outside = set() if expected is None else {job.arn for job in after.jobs.outside(expected)}
    for step in after.jobs.steps:
        name = step["StepName"]
        if step.get("StepStatus") != known.get(name, {}).get("StepStatus"):
            yield from _step(step)
        job = jobs.get(name)
        if job is not None and job.arn not in had_job:
            yield from _job(job.arn, job.arn in outside)
    if after.status in ENDED:
        yield f"The execution {after.status.lower()}."


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    start, end = step.get("StartTime"), step.get("EndTime")
    moment = end or start
    time = f"{moment:%H:%M:%S}  " if isinstance(moment, datetime) else ""
    took = duration(start, end)
    text = f"{step['StepName']}  {step.get('StepStatus')}" + (f" after {took}" if took else "")
    yield printable(time + text)
    if step.get("FailureReason"):
        yield f"    Reason   {printable(step['FailureReason'])}"


def _job(arn: str, outside: bool) -> Iterator[str]:
    links = job_links(arn)
    for label, value in (("Job", arn), ("Console", links.console), ("Logs", links.log_group)):
        if value is not None:
            yield f"    {label:<7}  {printable(value)}"
    if outside:
        yield "    Outside  The policy's prefix does not cover this job."
