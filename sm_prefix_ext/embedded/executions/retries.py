"""Retry policies of steps: the retried failures, and the number of retries.

Exception types, defaults and limits are those of the developer guide, "Retry Policy for Pipeline
Steps"; the texts that identify a type are the prefixes of ``FailureReason`` in the API reference of
``DescribeTrainingJob``.
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
_FAILURE_TEXTS = {
    INTERNAL_ERROR: ("InternalServerError",),
    CAPACITY_ERROR: ("CapacityError", "InsufficientCapacity"),
    RESOURCE_LIMIT: ("ResourceLimitExceeded",),
    THROTTLING: ("ThrottlingException", "Rate exceeded"),
    SERVICE_FAULT: ("ServiceUnavailable", "InternalFailure"),
}
_RETRIED_STEP_TYPES = frozenset(
    ("Processing", "Training", "Tuning", "AutoML", "Model", "RegisterModel", "Transform")
)
"""The step types in the developer guide; SDK v3 adds ``EndpointConfig``."""
_RETRIED_BY_JOB = frozenset({"Tuning", "AutoML"})
"""The step types whose jobs retry after an internal error, so that their steps don't."""
MAX_ATTEMPTS, DEFAULT_ATTEMPTS = 20, 5


@dataclass(frozen=True)
class RetryPolicy:
    """An entry of a step's ``RetryPolicies``.

    Args:
        types: the exception types that it applies to.
        attempts: the greatest number of retries.
        interval: the seconds before the first retry.
        backoff: the factor of the interval for each further retry.
        minutes: the minutes after which no retry starts, or ``None``.
    """

    types: frozenset[str]
    attempts: int
    interval: float
    backoff: float
    minutes: float | None

    @property
    def allowed(self) -> int:
        """The number of retries within both limits."""
        if self.minutes is None:
            return self.attempts
        waited, count, pause = 0.0, 0, self.interval
        while count < self.attempts and waited + pause <= self.minutes * 60:
            waited, count, pause = waited + pause, count + 1, pause * self.backoff
        return count


def retry_policies(step: Mapping[str, Any]) -> tuple[RetryPolicy, ...]:
    """A step's retry policies.

    Raises:
        ValueError: for an invalid one.
    """
    policies = step.get("RetryPolicies")
    if policies is None:
        return ()
    if not isinstance(policies, list):
        raise ValueError("Expecting start of Json Array.")
    return tuple(_read(policy, step["Name"]) for policy in policies)


def _read(entry: Any, name: str) -> RetryPolicy:
    policy = entry if isinstance(entry, Mapping) else {}
    types = policy.get("ExceptionType")
    valid = isinstance(types, list) and all(each in EXCEPTION_TYPES for each in types)
    if not isinstance(types, list) or not types or not valid:
        raise ValueError(
            f"A retry policy of step {name!r} has ExceptionType {types!r}; wanted a list of "
            f"{', '.join(EXCEPTION_TYPES)}."
        )
    minutes = _number(policy, "ExpireAfterMin", None, 14400, name)
    default = DEFAULT_ATTEMPTS if minutes is None else MAX_ATTEMPTS
    attempts = _number(policy, "MaxAttempts", default, MAX_ATTEMPTS, name)
    interval = _number(policy, "IntervalSeconds", 1, 43200, name)
    backoff = _number(policy, "BackoffRate", 2.0, None, name)
    assert attempts is not None and interval is not None and backoff is not None
    return RetryPolicy(frozenset(types), int(attempts), interval, backoff, minutes)


def _number(
    policy: Mapping[str, Any], field: str, default: float | None, maximum: int | None, name: str
) -> float | None:
    value = policy.get(field)
    if value is None:
        return default
    valid = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    if not valid or (maximum is not None and value > maximum):
        upper = "" if maximum is None else f" to {maximum}"
        raise ValueError(
            f"A retry policy of step {name!r} has {field} {value!r}; wanted a number from 0{upper}."
        )
    return float(value)


def retries_after(step: Mapping[str, Any], reason: str) -> int:
    """The number of retries of a step after a failure.

    Args:
        step: the step, as the definition has it.
        reason: the reason of the failure.
    """
    step_type = step["Type"]
    if step_type not in _RETRIED_STEP_TYPES and step_type != "EndpointConfig":
        return 0
    types = {
        exception_type
        for exception_type, texts in _FAILURE_TEXTS.items()
        if exception_type in reason or any(text in reason for text in texts)
    }
    if step_type in _RETRIED_BY_JOB:
        types.discard(INTERNAL_ERROR)
    # The first policy that applies decides, as the retriers of Step Functions do.
    applying = (policy.allowed for policy in retry_policies(step) if policy.types & types)
    return next(applying, 0)
