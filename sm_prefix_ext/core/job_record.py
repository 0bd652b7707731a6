"""A job that an execution ran, and a step that failed without one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class JobRecord:
    """A job that an execution ran, or reused by step caching.

    Args:
        step_name: the step's name.
        resource_type: as in the ARN, such as ``training-job``; ``None`` in local mode.
        arn: the ARN; in local mode only a name.
        name: the last part of the ARN; a registered model's is ``<group>/<version>``.
        prefix: the beginning of the name: the custom prefix, ``pipelines``, or ``None``.
        execution_id: the execution ID in the name; for a cache hit, that of the earlier execution.
        entity_token: the token in the name.
        failure_count: the count in the name, if any.
        status: the step's status, such as ``Succeeded``, if the service reports it.
        attempt_count: the number of attempts, if the service reports it.
        cached_from: for a cache hit, the ARN of the execution that ran the job.
        failure_reason: the service's message, if the step failed.
    """

    step_name: str
    resource_type: str | None
    arn: str
    name: str
    prefix: str | None
    execution_id: str | None
    entity_token: str | None
    failure_count: int | None
    status: str | None
    attempt_count: int | None
    cached_from: str | None
    failure_reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the record as a dict, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class FailedStep:
    """A step that failed and has no job, such as one whose job IAM denied.

    Args:
        step_name: the step's name.
        failure_reason: the service's message; ``None`` if there is none.
    """

    step_name: str
    failure_reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the step as a dict, for JSON."""
        return asdict(self)
