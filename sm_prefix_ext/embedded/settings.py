"""The settings of an embedded AWS: outcomes of steps, authorization, clock and tokens."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from threading import Lock
from typing import Any

from ..core.job_names import RESERVED
from ..core.step_types import ENTITY_TOKEN_LENGTH, Kind
from ..iam.request_context import Facts
from .faults import FaultInjector
from .statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED

OUTCOMES = (SUCCEEDED, FAILED, STOPPED, EXECUTING)
_FIXED_OUTCOMES = {
    "Fail": "has no other outcome than to fail",
    "ForEach": "gets its outcome from the steps of its body; set their outcomes",
}
_WANTED = f"wanted one of {', '.join(map(repr, OUTCOMES))}, or an exception"


@dataclass(frozen=True)
class ServiceCall:
    """A call that SageMaker makes on behalf of a running pipeline.

    Args:
        action: the IAM action, such as ``sagemaker:CreateTrainingJob`` or ``iam:PassRole``.
        resource: the ARN of the resource.
        role: the ARN of the role that the service assumes.
        session: the name of the role session, ``sagemaker-pipeline-<execution id>-<step>``.
        step: the step's name.
        step_type: such as ``Training``.
        facts: the known condition keys of the request.
    """

    action: str
    resource: str
    role: str
    session: str
    step: str
    step_type: str
    facts: Facts = field(default_factory=Facts)

    @property
    def user(self) -> str:
        """The ARN of the role session."""
        _, partition, _, _, account, name = self.role.split(":", 5)
        return f"arn:{partition}:sts::{account}:assumed-role/{name.split('/')[-1]}/{self.session}"


Authorize = Callable[[ServiceCall], str | None]
"""Gives the reason for denying a call, as the end of the service's sentence (``because no
identity-based policy allows the sagemaker:CreateTrainingJob action``), or ``None`` to allow it."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a step.

    Args:
        status: one of :data:`OUTCOMES`.
        branch: of a condition step: the branch that it takes.
        reason: the reason of a failure, or ``None`` for a default text.
    """

    status: str = SUCCEEDED
    branch: bool = True
    reason: str | None = None


def check_outcomes(outcomes: Mapping[str, Any]) -> None:
    """Check that every outcome is valid.

    Raises:
        ValueError: with the step, its value, and the valid values.
    """
    for step, outcome in outcomes.items():
        attempts = outcome if isinstance(outcome, list) and outcome else [outcome]
        for value in attempts:
            known = isinstance(value, (bool, BaseException)) or value in OUTCOMES
            if not known:
                raise ValueError(
                    f"outcomes[{step!r}] is {value!r}; {_WANTED}, or for a condition True or "
                    "False; a list has one for each attempt."
                )


def outcome_of(
    outcomes: Mapping[str, Any], names: tuple[str, ...], step_type: str, attempt: int = 1
) -> Outcome:
    """The outcome of a step.

    Args:
        outcomes: by step name.
        names: the keys of the step, the most specific first.
        step_type: such as ``Condition``.
        attempt: the number of the attempt, which selects from a list; its last outcome repeats.

    Raises:
        ValueError: for an outcome that a step of this type can't have.
    """
    name = next((name for name in names if name in outcomes), None)
    if name is None:
        return Outcome()
    value = outcomes[name]
    if isinstance(value, list) and value:
        value = value[min(attempt, len(value)) - 1]
    if step_type in _FIXED_OUTCOMES:
        raise ValueError(
            f"outcomes[{name!r}] is {value!r}, and the step is of type {step_type}, which "
            f"{_FIXED_OUTCOMES[step_type]}."
        )
    if isinstance(value, BaseException):
        return Outcome(FAILED, reason=str(value) or type(value).__name__)
    if isinstance(value, bool):
        if step_type == "Condition":
            return Outcome(branch=value)
    elif value in OUTCOMES:
        return Outcome(value)
    branches = ", True or False" if step_type == "Condition" else ""
    raise ValueError(
        f"outcomes[{name!r}] is {value!r}, and the step is of type {step_type}; "
        f"{_WANTED}{branches}."
    )


@dataclass
class Clock:
    """A clock that never gives the same millisecond twice."""

    _last: datetime = field(default=datetime.min.replace(tzinfo=timezone.utc))
    _lock: Any = field(default_factory=Lock, repr=False)

    def __call__(self) -> datetime:
        """The time, later than the last."""
        with self._lock:
            now = datetime.now(timezone.utc)
            now = now.replace(microsecond=now.microsecond // 1000 * 1000)
            self._last = max(now, self._last + timedelta(milliseconds=1))
            return self._last


def random_token() -> str:
    """A random entity token of the service's form."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(ENTITY_TOKEN_LENGTH))


@dataclass
class Settings:
    """The settings of one embedded AWS.

    Args:
        outcomes: by step name, read when a step starts.
        authorize: called before every call that the service makes for a pipeline.
        enforce_callers: whether direct calls to SageMaker need their caller's permissions.
        clock: gives the times of steps.
        token: creates entity tokens.
        injector: injects faults into requests.
    """

    outcomes: dict[str, Any]
    authorize: Authorize
    enforce_callers: bool = False
    clock: Callable[[], datetime] = field(default_factory=Clock)
    token: Callable[[], str] = random_token
    injector: FaultInjector = field(default_factory=FaultInjector)

    def now(self) -> datetime:
        """Return the time of the service, whose clock may be off."""
        return self.clock() + timedelta(seconds=self.injector.faults.clock_skew)


def compose_name(kind: Kind, prefix: str, execution_id: str, step_name: str, token: str) -> str:
    """The name that the service gives to a job.

    Args:
        kind: the job's row in the table.
        prefix: the name in the definition, or ``""`` with prefixing off.
        execution_id: the last part of the execution's ARN.
        step_name: the step's name.
        token: the entity token.
    """
    if prefix:
        return f"{prefix}-{execution_id}-{token}"
    # A step's name may have an underscore and a job's name may not.
    part = step_name.replace("_", "-")[: kind.default_step_part]
    tail = f"{execution_id}-{part}-{token}"
    return tail if kind.short else f"{RESERVED}-{tail}"
