"""The run of a step, and its entry in ListPipelineExecutionSteps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..statuses import EXECUTING
from .dag import State


@dataclass(frozen=True)
class Iteration:
    """The iteration of a ForEach step that a step ran in.

    Args:
        parent: the name of the ForEach step.
        index: the item's number, from 0.
        item: the item.
    """

    parent: str
    index: int
    item: Any


@dataclass(frozen=True)
class StepRun:
    """A step that ran, or is running.

    Args:
        name: the step's name; in a ForEach body followed by ``-<index>``.
        step: the step of the definition.
        status: the service's status.
        start: the time of its start.
        end: the time of its end, or ``None``.
        metadata: the ``Metadata`` that the service shows.
        reason: the reason of a failure, or ``None``.
        properties: the properties that other steps may refer to.
        branch: of a condition step: the branch that it took.
        attempts: the number of attempts.
        iteration: the iteration of a ForEach step, or ``None``.
        job: the job's step type and name, or ``None`` for a step without a job.
        source: the ARN of the execution that a selective execution reuses this run from, or
            ``None``.
        signature: the cache key, or ``None`` for a step type without caching.
        cached_from: the ARN of the execution that step caching reuses this run from, or ``None``.
    """

    name: str
    step: Mapping[str, Any]
    status: str
    start: datetime
    end: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    branch: bool | None = None
    attempts: int = 1
    iteration: Iteration | None = None
    job: tuple[str, str] | None = None
    source: str | None = None
    signature: str | None = None
    cached_from: str | None = None

    @property
    def state(self) -> State:
        """The state of the step in the graph."""
        return State(self.status, self.branch)

    def reused_from(self, source: str) -> StepRun:
        """The same run, reused by a selective execution."""
        return replace(self, source=self.source or source)

    def from_cache_of(self, source: str) -> StepRun:
        """The same run, reused by step caching."""
        return replace(self, cached_from=source, source=None, attempts=1)

    def to_response(self) -> dict[str, Any]:
        """The step's entry in ListPipelineExecutionSteps."""
        entry: dict[str, Any] = {
            "StepName": self.name,
            "StepDisplayName": self.step.get("DisplayName"),
            "StepDescription": self.step.get("Description"),
            "StartTime": self.start,
            "EndTime": None if self.status == EXECUTING else self.end,
            "StepStatus": self.status,
            "FailureReason": self.reason,
            "AttemptCount": self.attempts,
        }
        if self.source is not None:
            entry["SelectiveExecutionResult"] = {"SourcePipelineExecutionArn": self.source}
        if self.cached_from is not None:
            entry["CacheHitResult"] = {"SourcePipelineExecutionArn": self.cached_from}
        if self.iteration is not None:
            entry["IterationContext"] = {
                "ParentStepName": self.iteration.parent,
                "Index": self.iteration.index,
                "Item": str(self.iteration.item),
            }
        present = {key: value for key, value in entry.items() if value is not None}
        return {**present, "Metadata": dict(self.metadata)}
