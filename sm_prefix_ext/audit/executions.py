"""The executions of a pipeline that an audit reads, and those that still run an old definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from .aws import PAGE, Reader
from .rows import as_text


class Scope(NamedTuple):
    """How much of a pipeline an audit reads.

    Args:
        executions: how many executions at most, the latest first; ``None`` for all.
        since: the earliest start of an execution, or ``None``.
        jobs: whether stand-alone jobs are read too.
        cloudtrail: whether the denials that CloudTrail has are read too.
        versions: how many earlier versions of the definition are read, the latest first.
    """

    executions: int | None
    since: datetime | None
    jobs: bool
    cloudtrail: bool = False
    versions: int = 0


@dataclass
class Executions:
    """Lists the ARNs of the executions in the scope, the latest first; can be iterated once.

    Args:
        reader: asks SageMaker.
        scope: which of them are read.
        pipeline: the pipeline's name.
        changed: when it was last changed, as in a row; ``None`` if that isn't known.
    """

    reader: Reader
    scope: Scope
    pipeline: str
    changed: str | None
    old: int | None = None
    """How many of those listed started before the last change and still run."""

    def __iter__(self) -> Iterator[str]:
        if self.scope.executions == 0:
            return
        listed = 0
        # Without CreatedAfter: an execution from before may still run.
        pages = self.reader.lists(
            "ListPipelineExecutions",
            "PipelineExecutionSummaries",
            PipelineName=self.pipeline,
            SortBy="CreationTime",
            SortOrder="Descending",
            MaxResults=PAGE,
        )
        for page in pages:
            in_scope = [each for n, each in enumerate(page, listed) if self._is_in_scope(n, each)]
            self.old = (self.old or 0) + sum(map(self._is_old, page))
            for summary in in_scope:
                yield str(summary["PipelineExecutionArn"])
            listed += len(page)
            if len(in_scope) < len(page) or listed == self.scope.executions:
                return

    def _is_in_scope(self, number: int, summary: Mapping[str, Any]) -> bool:
        most, since = self.scope.executions, self.scope.since
        started = summary.get("StartTime")
        before = since is not None and started is not None and started < since
        return not before and (most is None or number < most)

    def _is_old(self, summary: Mapping[str, Any]) -> bool:
        if summary.get("PipelineExecutionStatus") != "Executing":
            return False
        started = as_text(summary.get("StartTime"))
        return started is None or self.changed is None or started < self.changed
