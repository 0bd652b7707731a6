"""An execution of a pipeline: what it was started with, and what has become of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ...core.step_types import Kind
from ..statuses import FAILED, STOPPED
from .dag import COMPLETED_WITH_FAILURES, Node, State, execution_status
from .step_runs import StepRun

STEP_FAILURE = "Step failure: One or multiple steps failed."


class StepError(Exception):
    """A step that can't do its work; the text is the service's reason."""


@dataclass(frozen=True)
class Job:
    """A job that was made for a step.

    Args:
        arn: its ARN.
        properties: its description, which other steps may refer to.
    """

    arn: str
    properties: Mapping[str, Any]


Ask = Callable[[str, str, str], None]
"""Raises :class:`StepError` where an operation asks for an action on an ARN, and is refused."""


class Maker(Protocol):
    """Makes the jobs of one region and account."""

    region: str
    current_account: str

    def make(self, kind: Kind, name: str, request: Mapping[str, Any], ask: Ask) -> Job:
        """Make a job that is done.

        ``ask(operation, action, resource)`` comes before each call that it takes.
        """

    def has_endpoint(self, request: Mapping[str, Any]) -> bool:
        """Whether the endpoint that a request names is there."""

    def deploy(self, operation: str, request: Mapping[str, Any]) -> Job:
        """Make or update an endpoint or its configuration."""

    def end(self, kind: Kind, name: str, status: str, reason: str | None) -> None:
        """Bring a job to the status of its step."""


@dataclass
class Execution:
    """An execution of a pipeline.

    Args:
        arn: its ARN.
        pipeline_arn: the pipeline's.
        pipeline_name: the pipeline's.
        role: the ARN of the role that it runs under.
        nodes: the steps in order.
        parameters: the parameters' values.
        experiment: the definition's ``PipelineExperimentConfig``, or ``None``.
        started: when it was started.
        left_out: the steps that a selective execution leaves out.
        version: the number of the pipeline's version that runs.
        selection: the selective execution's configuration as it came, or ``None``.
        runs: the steps that ran, by name.
        states: what has become of the steps of the graph.
        attempts: how often the steps that a retry runs again were tried before.
        halted: whether somebody stopped it.
    """

    arn: str
    pipeline_arn: str
    pipeline_name: str
    role: str
    nodes: Sequence[Node]
    parameters: Mapping[str, Any]
    started: datetime
    experiment: Any = None
    version: int = 1
    left_out: frozenset[str] = frozenset()
    selection: Mapping[str, Any] | None = None
    runs: dict[str, StepRun] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    halted: bool = False

    @property
    def id(self) -> str:
        """The last part of its ARN."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def status(self) -> str:
        """Its status."""
        return STOPPED if self.halted else execution_status(self.nodes, self.states)

    @property
    def failure_reason(self) -> str | None:
        """Why it failed, or ``None``."""
        return STEP_FAILURE if self.status in (FAILED, COMPLETED_WITH_FAILURES) else None
