"""What is kept of a step that ran, and how ListPipelineExecutionSteps shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..statuses import EXECUTING
from .dag import State


@dataclass(frozen=True)
class Iteration:
    """Where in a ForEach step a step ran.

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
        name: its name; in a ForEach body with ``-<index>`` behind it.
        step: the step of the definition.
        status: as the service shows it.
        start: when it started.
        end: when it ended, or ``None``.
        metadata: as the service shows it.
        reason: why it failed, or ``None``.
        properties: what other steps may refer to.
        branch: of a condition step: the branch that it took.
        attempts: how often it was tried.
        iteration: its place in a ForEach step, or ``None``.
        job: the job's step type and name, or ``None`` where none was made.
        source: the ARN of the execution that a selective one took this from, or ``None``.
        signature: what another run has to share for this one to stand for it, or ``None``.
        cached_from: the ARN of the execution whose result was found in the cache, or ``None``.
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
        """The same, as the graph sees it."""
        return State(self.status, self.branch)

    def reused_from(self, source: str) -> StepRun:
        """The same result, reused by another execution."""
        return replace(self, source=self.source or source)

    def hit(self, source: str) -> StepRun:
        """The same result, found in the cache by another execution."""
        return replace(self, cached_from=source, source=None, attempts=1)

    def to_response(self) -> dict[str, Any]:
        """The step as ListPipelineExecutionSteps gives it."""
        shown: dict[str, Any] = {
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
            shown["SelectiveExecutionResult"] = {"SourcePipelineExecutionArn": self.source}
        if self.cached_from is not None:
            shown["CacheHitResult"] = {"SourcePipelineExecutionArn": self.cached_from}
        if self.iteration is not None:
            shown["IterationContext"] = {
                "ParentStepName": self.iteration.parent,
                "Index": self.iteration.index,
                "Item": str(self.iteration.item),
            }
        present = {key: value for key, value in shown.items() if value is not None}
        return {**present, "Metadata": dict(self.metadata)}
