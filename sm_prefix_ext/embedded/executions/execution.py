"""An execution of a pipeline: its start parameters, and the state of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ...core.step_types import Kind
from ..statuses import FAILED, STOPPED
from .dag import COMPLETED_WITH_FAILURES, Node, State, execution_status
from .step_runs import StepRun

STEP_FAILURE = "Step failure: One or multiple steps failed."


class StepError(Exception):
    """A failed step; the text is the service's reason."""


@dataclass(frozen=True)
class ApiCall:
    """A call of SageMaker's API that creates a job, or what the job needs.

    Args:
        operation: such as ``CreateTrainingJob``.
        arn: the ARN of what the call creates.
        roles: the ARNs of the roles that the call passes.
        request: the call's parameters.
    """

    operation: str
    arn: str
    roles: tuple[str, ...]
    request: Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """A job, model, endpoint or endpoint configuration that a step created.

    Args:
        arn: its ARN.
        properties: its description, which other steps may refer to.
    """

    arn: str
    properties: Mapping[str, Any]


class JobBackend(Protocol):
    """The jobs and endpoints of one region and account."""

    region: str
    current_account: str

    def job_calls(self, kind: Kind, name: str, request: Mapping[str, Any]) -> Sequence[ApiCall]:
        """The calls that create a job; the last is the job's own.

        Raises:
            StepError: for a request that the service refuses.
        """

    def perform_call(self, call: ApiCall) -> None:
        """Perform a call of :meth:`job_calls`.

        Raises:
            StepError: where the service refuses it.
        """

    def read_job(self, kind: Kind, name: str, call: ApiCall) -> Job:
        """The job that the last call of :meth:`job_calls` created."""

    def end_job(self, kind: Kind, name: str, status: str, reason: str | None) -> None:
        """Set a job's status to that of its step."""

    def has_endpoint(self, request: Mapping[str, Any]) -> bool:
        """Whether the endpoint that a request names exists."""

    def deploy(self, operation: str, request: Mapping[str, Any]) -> Job:
        """Create or update an endpoint or its configuration.

        Raises:
            StepError: where the service refuses it.
        """


@dataclass
class Execution:
    """An execution of a pipeline.

    Args:
        arn: the execution's ARN.
        pipeline_arn: the pipeline's ARN.
        pipeline_name: the pipeline's name.
        role: the ARN of the execution role.
        nodes: the steps in order.
        parameters: the parameters' values.
        started: when it started.
        experiment: the definition's ``PipelineExperimentConfig``, or ``None``.
        version: the number of the pipeline's version that runs.
        unselected: the steps that a selective execution leaves out.
        selection: the ``SelectiveExecutionConfig`` of the request, or ``None``.
        runs: the steps that ran, by name.
        states: the states of the steps of the graph, by name.
        attempts: by name, the number of attempts before a retry of the execution.
        stopped: whether ``StopPipelineExecution`` stopped it.
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
    unselected: frozenset[str] = frozenset()
    selection: Mapping[str, Any] | None = None
    runs: dict[str, StepRun] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    stopped: bool = False

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def status(self) -> str:
        """The status, as ``DescribePipelineExecution`` shows it."""
        return STOPPED if self.stopped else execution_status(self.nodes, self.states)

    @property
    def failure_reason(self) -> str | None:
        """The reason of a failure, or ``None``."""
        return STEP_FAILURE if self.status in (FAILED, COMPLETED_WITH_FAILURES) else None
