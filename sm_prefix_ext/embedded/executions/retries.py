"""Retry policies of steps: which failures are tried again, and how often.

Exception types, defaults and limits are those of the developer guide, "Retry Policy for Pipeline
Steps"; which text of a failure stands for which type is told by the prefixes of
``FailureReason`` that the API reference of ``DescribeTrainingJob`` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SERVICE_FAULT, THROTTLING = "Step.SERVICE_FAULT", "Step.THROTTLING"
INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
CAPACITY_ERROR, RESOURCE_LIMIT = "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"
EXCEPTION_TYPES = (
    *(SERVICE_FAULT, THROTTLING, INTERNAL_ERROR, CAPACITY_ERROR, RESOURCE_LIMIT),
    "Emr.RESOURCE_LIMIT",
)
_TOLD_BY = {
    INTERNAL_ERROR: ("InternalServerError",),
    CAPACITY_ERROR: ("CapacityError", "InsufficientCapacity"),
    RESOURCE_LIMIT: ("ResourceLimitExceeded",),
    THROTTLING: ("ThrottlingException", "Rate exceeded"),
    SERVICE_FAULT: ("ServiceUnavailable", "InternalFailure"),
}
_RETRYING = frozenset(
    ("Processing", "Training", "Tuning", "AutoML", "Model", "RegisterModel", "Transform")
)
"""The step types that the guide names; ``EndpointConfig`` is one for SDK v3."""
_RETRY_INSIDE = frozenset({"Tuning", "AutoML"})
"""Their jobs retry on their own after an internal error, so their steps don't."""
MOST_ATTEMPTS, DEFAULT_ATTEMPTS = 20, 5


@dataclass(frozen=True)
class RetryPolicy:
    """An entry of a step's ``RetryPolicies``.

    Args:
        types: the exception types that it is for.
        attempts: how many more attempts there may be.
        interval: seconds before the first of them.
        backoff: what the interval is multiplied with each time.
        minutes: after how many minutes there are no more attempts, or ``None``.
    """

    types: frozenset[str]
    attempts: int
    interval: float
    backoff: float
    minutes: float | None

    @property
    def allowed(self) -> int:
        """How many attempts there are after the first, both limits counted in."""
        if self.minutes is None:
            return self.attempts
        waited, count, pause = 0.0, 0, self.interval
        while count < self.attempts and waited + pause <= self.minutes * 60:
            waited, count, pause = waited + pause, count + 1, pause * self.backoff
        return count


def retry_policies(step: Mapping[str, Any]) -> tuple[RetryPolicy, ...]:
    """A step's retry policies.

    Raises:
        ValueError: for one that can't be.
    """
    listed = step.get("RetryPolicies")
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise ValueError("Expecting start of Json Array.")
    return tuple(_read(one, step["Name"]) for one in listed)


def _read(given: Any, name: str) -> RetryPolicy:
    policy = given if isinstance(given, Mapping) else {}
    types = policy.get("ExceptionType")
    if not isinstance(types, list) or not types or not set(types) <= set(EXCEPTION_TYPES):
        raise ValueError(
            f"A retry policy of step {name!r} has ExceptionType {types!r}; wanted a list of "
            f"{', '.join(EXCEPTION_TYPES)}."
        )
    minutes = _number(policy, "ExpireAfterMin", None, 14400, name)
    most = DEFAULT_ATTEMPTS if minutes is None else MOST_ATTEMPTS
    attempts = _number(policy, "MaxAttempts", most, MOST_ATTEMPTS, name)
    interval = _number(policy, "IntervalSeconds", 1, 43200, name)
    backoff = _number(policy, "BackoffRate", 2.0, None, name)
    assert attempts is not None and interval is not None and backoff is not None
    return RetryPolicy(frozenset(types), int(attempts), interval, backoff, minutes)


def _number(
    policy: Mapping[str, Any], field: str, default: float | None, most: int | None, name: str
) -> float | None:
    value = policy.get(field)
    if value is None:
        return default
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    if not good or (most is not None and value > most):
        upper = "" if most is None else f" to {most}"
        raise ValueError(
            f"A retry policy of step {name!r} has {field} {value!r}; wanted a number from 0{upper}."
        )
    return float(value)


def attempts_after(step: Mapping[str, Any], reason: str) -> int:
    """How many attempts a step has after one that failed for a reason.

    Args:
        step: the step, as the definition has it.
        reason: why the attempt failed.
    """
    step_type = step["Type"]
    if step_type not in _RETRYING and step_type != "EndpointConfig":
        return 0
    types = {
        kind
        for kind, words in _TOLD_BY.items()
        if kind in reason or any(word in reason for word in words)
    }
    if step_type in _RETRY_INSIDE:
        types.discard(INTERNAL_ERROR)
    fitting = [policy for policy in retry_policies(step) if policy.types & types]
    # The first that fits decides, as in Step Functions, whose retriers they are like.
    return fitting[0].allowed if fitting else 0
