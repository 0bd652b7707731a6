"""The jobs of a pipeline execution, with their prefixed ARNs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, overload

from .display.displayed import Displayed, data_frame
from .job_record import FailedStep, JobRecord
from .jobs_report import jobs_report
from .prefix_policy import PrefixPolicy
from .step_types import JOB_KINDS

if TYPE_CHECKING:
    import pandas

    from .display.report import Report

_BY_RESOURCE = {kind.arn_resource: kind for kind in reversed(JOB_KINDS)}


class JobRecords(Displayed, Sequence[JobRecord]):
    """The jobs of an execution, oldest first.

    In a notebook, a table with a picture of the execution: the definition of an execution that was
    read from AWS is read when it is displayed.

    Args:
        records: the jobs.
        failed_steps: the steps that failed and have no job, oldest first.
        steps: all steps of the execution, as ``ListPipelineExecutionSteps`` has them.
        definition: returns the definition of the execution; ``None`` if nothing can.
        policy: the policy that they are compared with, where they are displayed.
    """

    def __init__(
        self,
        records: Sequence[JobRecord],
        *,
        failed_steps: Sequence[FailedStep] = (),
        steps: Sequence[Mapping[str, Any]] = (),
        definition: Callable[[], Mapping[str, Any]] | None = None,
        policy: PrefixPolicy | None = None,
    ) -> None:
        self._records = tuple(records)
        self.failed_steps = tuple(failed_steps)
        self.steps = tuple(steps)
        self._definition = definition
        self._policy = policy

    @overload
    def __getitem__(self, index: int) -> JobRecord: ...
    @overload
    def __getitem__(self, index: slice) -> JobRecords: ...
    def __getitem__(self, index: int | slice) -> JobRecord | JobRecords:
        if isinstance(index, slice):
            return self._with(self._records[index])
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[JobRecord]:
        return iter(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JobRecords) and self._records == other._records

    def __hash__(self) -> int:
        return hash(self._records)

    def __repr__(self) -> str:
        return f"JobRecords({list(self._records)!r})"

    def outside(self, policy: PrefixPolicy | str) -> JobRecords:
        """Return the jobs that a policy's prefix does not cover.

        The comparison ignores case, because the service has lower-cased ARNs. For a model in a
        group, the group's name counts.

        Args:
            policy: the policy, or a ``str`` for ``PrefixPolicy(str)``. A policy without a prefix
                covers every job.
        """
        if isinstance(policy, str):
            policy = PrefixPolicy(policy)
        return self._with([record for record in self if not _covered(record, policy)])

    def compared_with(self, policy: PrefixPolicy | str) -> JobRecords:
        """Return the same records, which display whether each job is inside or outside a policy.

        Args:
            policy: as for :meth:`outside`.

        Example:
            >>> from sm_prefix_ext import prefixed_jobs
            >>> arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-b-train"
            >>> step = {"StepName": "Train", "Metadata": {"TrainingJob": {"Arn": arn}}}
            >>> [job] = prefixed_jobs([step]).compared_with("team-a").to_dict()["jobs"]
            >>> job["step_name"], job["outside"]
            ('Train', True)
        """
        if isinstance(policy, str):
            policy = PrefixPolicy(policy)
        return JobRecords(
            self._records,
            failed_steps=self.failed_steps,
            steps=self.steps,
            definition=self._definition,
            policy=policy,
        )

    def _with(self, records: Sequence[JobRecord]) -> JobRecords:
        return JobRecords(
            records, steps=self.steps, definition=self._definition, policy=self._policy
        )

    def to_frame(self) -> pandas.DataFrame:
        """Return the records as a pandas ``DataFrame``, with a row for each, in the same order.

        Raises:
            ImportError: if pandas isn't installed.
        """
        columns = [field.name for field in fields(JobRecord)]
        return data_frame([record.to_dict() for record in self], columns, "JobRecords")

    def to_dict(self) -> dict[str, Any]:
        """Return the records as a dict, for JSON.

        ``outside`` is whether a policy does not cover the job; ``None`` if they were not compared.
        """
        outside = self._outside()
        return {
            "jobs": [
                {**record.to_dict(), "outside": None if outside is None else record in outside}
                for record in self
            ],
            "failed_steps": [step.to_dict() for step in self.failed_steps],
        }

    def report(self, *, drawn: bool = True) -> Report:
        definition = self._definition if drawn else None
        return jobs_report(
            self._records, self.failed_steps, self.steps, definition, self._outside()
        )

    def _outside(self) -> frozenset[JobRecord] | None:
        return None if self._policy is None else frozenset(self.outside(self._policy))


def _covered(record: JobRecord, policy: PrefixPolicy) -> bool:
    kind = _BY_RESOURCE.get(record.resource_type or "")
    prefix = policy.prefix_for(kind) if kind else policy.prefix
    if prefix is None:
        return policy.prefix is None
    name = record.name.partition("/")[0].lower()
    return name == prefix.lower() or name.startswith(f"{prefix.lower()}-")
