"""The pipelines of an account and a region, with the jobs of their latest executions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from ..core.execution_steps import read_jobs
from ..core.job_record import JobRecord
from ..core.step_types import JOB_KINDS, Kind
from .aws import PAGE, Reader, Refusal
from .executions import Executions, Scope
from .judge import Judge
from .rows import JOB, NOT_KNOWN, PIPELINE, UNKNOWN, AuditRow, Unit, as_text, now

_STEP_TYPES = {kind.metadata_key: kind.step_type for kind in JOB_KINDS}
_AHEAD = 4
"""How many pipelines wait for each worker: enough that none is idle while a page is read."""


class PipelineRows(NamedTuple):
    """What was read of one pipeline.

    Args:
        rows: the pipeline's, then those of its jobs by execution, the latest first.
        read: the IDs of its executions whose steps were read, and the ARNs of other jobs of theirs.
    """

    rows: tuple[AuditRow, ...]
    read: tuple[str, ...] = ()


class PipelineReader(NamedTuple):
    """Reads the pipelines of a unit.

    Args:
        unit: the account and the region.
        reader: asks SageMaker there.
        judge: judges what it answers.
        scope: how much is read.
    """

    unit: Unit
    reader: Reader
    judge: Judge
    scope: Scope

    def pipelines(self, pool: ThreadPoolExecutor, workers: int) -> Iterator[PipelineRows]:
        """Yield what is read of each pipeline, by name; several are read at once.

        Args:
            pool: the threads.
            workers: how many they are.
        """
        refused: list[Refusal] = []
        waiting: deque[Future[PipelineRows]] = deque()
        for summary in self._summaries(refused):
            waiting.append(pool.submit(self._pipeline, summary))
            if len(waiting) > workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        for refusal in refused:
            subject = "The list of pipelines could not be read to its end."
            yield PipelineRows((self.not_read(refusal, subject),))

    def _summaries(self, refused: list[Refusal]) -> Iterator[Mapping[str, Any]]:
        # By name, so that two audits have the same order, and a new pipeline moves no page.
        order = {"SortBy": "Name", "SortOrder": "Ascending", "MaxResults": PAGE}
        try:
            yield from self.reader.pages("ListPipelines", "PipelineSummaries", **order)
        except Refusal as refusal:
            refused.append(refusal)

    def _pipeline(self, summary: Mapping[str, Any]) -> PipelineRows:
        name, arn = str(summary["PipelineName"]), summary.get("PipelineArn")
        known = {"pipeline": name, "name": name, "arn": arn}
        try:
            row = self._definition(name, known)
        except Refusal as refusal:
            if refusal.gone:
                reason = "It was deleted after it was listed."
                row = self.not_read(Refusal(reason, refusal.permission), "", **known)
                return PipelineRows((row,))
            row = self.not_read(refusal, "Its definition could not be read.", **known)
        executions = Executions(self.reader, self.scope, name, row.time)
        jobs, read = [], []
        for job, key in self._jobs(name, executions):
            jobs += [] if job is None else [job]
            read += [] if key is None else [key]
        row = replace(row, old_executions=executions.old)
        return PipelineRows((row, *self._versions(name, known), *jobs), tuple(read))

    def _definition(self, name: str, known: Mapping[str, Any]) -> AuditRow:
        # One answer has the definition and the time of its last change, so that they belong
        # together even where the pipeline is updated meanwhile.
        answer = self.reader.ask("DescribePipeline", PipelineName=name)
        time = as_text(answer.get("LastModifiedTime"))
        return self._judged(answer, {**known, "time": time})

    def _versions(self, name: str, known: Mapping[str, Any]) -> Iterator[AuditRow]:
        """Yield a row for each earlier version of the definition, which may still be started."""
        most = self.scope.versions
        if not most:
            return
        order = {"SortOrder": "Descending", "MaxResults": min(most + 1, PAGE)}
        listed = self.reader.pages(
            "ListPipelineVersions", "PipelineVersionSummaries", PipelineName=name, **order
        )
        try:
            # The first is the present one.
            for summary in islice(listed, 1, most + 1):
                yield self._version(name, summary, known)
        except Refusal as refusal:
            yield self.not_read(refusal, "Its versions could not be read to the end.", **known)

    def _version(self, name: str, summary: Mapping[str, Any], known: Mapping[str, Any]) -> AuditRow:
        number = summary["PipelineVersionId"]
        known = {**known, "version": number, "time": as_text(summary.get("CreationTime"))}
        try:
            answer = self.reader.ask(
                "DescribePipeline", PipelineName=name, PipelineVersionId=number
            )
        except Refusal as refusal:
            return self.not_read(refusal, f"Its version {number} could not be read.", **known)
        return self._judged(answer, known)

    def _judged(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> AuditRow:
        """Return the row of a definition, by the answer that has it."""
        role = answer.get("RoleArn")
        text = answer.get("PipelineDefinition")
        try:
            if not isinstance(text, str):
                raise ValueError("The answer of DescribePipeline has no definition.")
            judgement = self.judge.definition(text)
        except ValueError as error:
            refusal = Refusal(str(error), "sagemaker:DescribePipeline")
            return self.not_read(refusal, "", role=role, **known)
        return self.row(PIPELINE, role=role, **judgement._asdict(), **known)

    def _jobs(
        self, name: str, executions: Executions
    ) -> Iterator[tuple[AuditRow | None, str | None]]:
        """Yield the rows of the jobs of executions, and what identifies them."""
        try:
            for arn in executions:
                yield from self._execution(name, arn)
        except Refusal as refusal:
            yield self.not_read(refusal, "Its executions could not be read.", pipeline=name), None

    def _execution(self, name: str, arn: str) -> Iterator[tuple[AuditRow | None, str | None]]:
        steps = self.reader.pages(
            "ListPipelineExecutionSteps",
            "PipelineExecutionSteps",
            PipelineExecutionArn=arn,
            SortOrder="Ascending",
            MaxResults=PAGE,
        )
        execution_id = arn.rpartition("/")[2]
        known = {"pipeline": name, "execution": arn}
        try:
            for step in steps:
                yield from self._step(step, execution_id, known)
        except Refusal as refusal:
            subject = "The steps of the execution could not be read to the end."
            yield self.not_read(refusal, subject, **known), None
        else:
            yield None, execution_id

    def _step(
        self, step: Any, execution_id: str, known: Mapping[str, Any]
    ) -> Iterator[tuple[AuditRow | None, str | None]]:
        try:
            records = read_jobs([step])
        except ValueError as error:
            refusal = Refusal(str(error), "sagemaker:ListPipelineExecutionSteps")
            yield self.not_read(refusal, "", **known), None
            return
        for record in records:
            row = self.row(
                JOB,
                step=record.step_name,
                step_type=_step_type(step),
                time=as_text(step.get("StartTime")),
                **job_fields(record, self.judge),
                **known,
            )
            yield row, None if record.execution_id == execution_id else record.arn

    def row(self, kind: Any, **values: Any) -> AuditRow:
        """Return a row of this unit."""
        return AuditRow(kind, *self.unit, read_at=now(), **values)

    def not_read(self, refusal: Refusal, subject: str, **known: Any) -> AuditRow:
        """Return the row of a read that failed.

        Args:
            refusal: the failure.
            subject: what could not be read, as a sentence.
            known: what is known of it.
        """
        return unknown(self.unit, refusal, subject, **known)


def unknown(unit: Unit, refusal: Refusal, subject: str = "", **known: Any) -> AuditRow:
    """Return the row of a read that failed; see :meth:`PipelineReader.not_read`."""
    return AuditRow(
        UNKNOWN,
        *unit,
        NOT_KNOWN,
        reason=f"{subject} {refusal.reason}".strip(),
        permission=refusal.permission,
        read_at=now(),
        **known,
    )


def job_record(kind: Kind, arn: str) -> JobRecord:
    """Return the record of a job, as if a step had run it.

    Args:
        kind: its kind.
        arn: its ARN.
    """
    metadata = {kind.metadata_key: {kind.metadata_field: arn}}
    [record] = read_jobs([{"StepName": "", "Metadata": metadata}])
    return record


def job_fields(record: JobRecord, judge: Judge) -> dict[str, Any]:
    """Return the fields of a job's row that its record decides."""
    judgement = judge.job(record)
    return {
        "name": record.name,
        "arn": record.arn,
        "verdict": judgement.verdict,
        "teams": judgement.teams,
        "reason": judgement.reason,
    }


def _step_type(step: Mapping[str, Any]) -> str | None:
    metadata = step.get("Metadata") or {}
    return next((_STEP_TYPES[key] for key in metadata if key in _STEP_TYPES), None)
