"""Jobs of none of the executions that were read, such as those started without a pipeline."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from ..core.step_types import Kind
from ..iam.audit_policy import STAND_ALONE_KINDS, noun_of
from .aws import PAGE, Refusal
from .pipelines import PipelineReader, job_fields, job_record
from .rows import JOB, AuditRow, as_text

# Such as team-a-240101-001-1a2b3c4d: the tuning job's name, a number and 8 hexadecimal digits.
_TUNED = re.compile(r"(.+)-[0-9]{3,}-[0-9a-f]{8}")


def stand_alone_jobs(unit: PipelineReader, read: Container[str]) -> Iterator[AuditRow]:
    """Yield a row for each stand-alone job since the scope's ``since``, by type and time.

    Args:
        unit: where, and how much.
        read: the IDs of the executions that were read, and the ARNs of other jobs of theirs.
    """
    tuning_jobs: set[str] = set()
    for kind in STAND_ALONE_KINDS:
        step_type, noun = kind.step_type, noun_of(kind)
        try:
            for summary in _listed(unit, noun, is_parent=step_type == "Tuning"):
                name = str(summary[f"{noun}Name"])
                if step_type == "Tuning":
                    tuning_jobs.add(name)
                yield from _row(unit, kind, noun, summary, read, tuning_jobs)
        except Refusal as refusal:
            subject = f"The stand-alone jobs of {step_type} could not be read to the end."
            yield unit.not_read(refusal, subject, step_type=step_type)


def _listed(unit: PipelineReader, noun: str, *, is_parent: bool) -> Iterator[Mapping[str, Any]]:
    # A tuning job from before may still have started training jobs in the time.
    field = "LastModifiedTimeAfter" if is_parent else "CreationTimeAfter"
    return unit.reader.pages(
        f"List{noun}s",
        f"{noun}Summaries",
        **{field: unit.scope.since},
        SortBy="CreationTime",
        SortOrder="Ascending",
        MaxResults=PAGE,
    )


def _row(
    unit: PipelineReader,
    kind: Kind,
    noun: str,
    summary: Mapping[str, Any],
    read: Container[str],
    tuning_jobs: Container[str],
) -> Iterator[AuditRow]:
    arn, created, since = summary[f"{noun}Arn"], summary.get("CreationTime"), unit.scope.since
    if since is not None and created is not None and created < since:
        return
    record = job_record(kind, arn)
    tuned = _TUNED.fullmatch(record.name)
    if kind.step_type == "Training" and tuned is not None and tuned[1] in tuning_jobs:
        return  # it is part of the tuning job, which has a row
    if record.execution_id in read or arn in read:
        return
    fields = job_fields(record, unit.judge)
    if record.execution_id is not None:
        remark = f"Its name is of the pipeline execution {record.execution_id}, which was not read."
        fields["reason"] = " ".join(filter(None, (fields["reason"], remark)))
    yield unit.row(JOB, step_type=kind.step_type, time=as_text(created), **fields)
