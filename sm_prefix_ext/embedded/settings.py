"""What a caller may set about the runs: outcomes, and who may do what."""

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
from .statuses import EXECUTING, FAILED, STOPPED, SUCCEEDED

OUTCOMES = (SUCCEEDED, FAILED, STOPPED, EXECUTING)
_WITHOUT = {
    "Fail": "has no other outcome than to fail",
    "ForEach": "ends as the steps of its body do: set theirs",
}
_WANTED = f"wanted one of {', '.join(map(repr, OUTCOMES))}, or an exception"


@dataclass(frozen=True)
class ServiceCall:
    """A call that SageMaker makes on behalf of a running pipeline.

    Args:
        action: the IAM action, such as ``sagemaker:CreateTrainingJob`` or ``iam:PassRole``.
        resource: the ARN that it is asked for.
        role: the ARN of the role that the service acts under.
        session: the name of the role session, ``sagemaker-pipeline-<execution id>-<step>``.
        step: the step's name.
        step_type: such as ``Training``.
        facts: what is known of the request's condition keys.
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
"""Why a call is refused, as the end of the service's sentence (``because no identity-based policy
allows the sagemaker:CreateTrainingJob action``), or ``None`` where it is allowed."""


@dataclass(frozen=True)
class Outcome:
    """How a step shall end.

    Args:
        status: one of :data:`OUTCOMES`.
        branch: of a condition step: the branch that it takes.
        reason: why it fails, or ``None`` for the embedded AWS's own words.
    """

    status: str = SUCCEEDED
    branch: bool = True
    reason: str | None = None


def check_outcomes(outcomes: Mapping[str, Any]) -> None:
    """See that every outcome is one.

    Raises:
        ValueError: with the step, what was got, and what is wanted.
    """
    for step, given in outcomes.items():
        attempts = given if isinstance(given, list) and given else [given]
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
    """The outcome that was set for a step.

    Args:
        outcomes: by step name.
        names: the names under which it may be set, the closest first.
        step_type: such as ``Condition``.
        attempt: the number of the attempt, which picks one of a list; the last holds on.

    Raises:
        ValueError: for an outcome that such a step can't have.
    """
    name = next((name for name in names if name in outcomes), None)
    if name is None:
        return Outcome()
    value = outcomes[name]
    if isinstance(value, list) and value:
        value = value[min(attempt, len(value)) - 1]
    if step_type in _WITHOUT:
        raise ValueError(
            f"outcomes[{name!r}] is {value!r}, and the step is of type {step_type}, which "
            f"{_WITHOUT[step_type]}."
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
    """A clock that never shows the same millisecond twice."""

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
    """An entity token as the service makes it."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(ENTITY_TOKEN_LENGTH))


@dataclass
class Settings:
    """The settings of one embedded AWS.

    Args:
        outcomes: by step name, read when a step starts.
        authorize: asked before every call that the service makes for a pipeline.
        enforce_callers: whether direct calls to SageMaker are judged by their caller's policies.
        clock: gives the times of steps.
        token: makes entity tokens.
    """

    outcomes: dict[str, Any]
    authorize: Authorize
    enforce_callers: bool = False
    clock: Callable[[], datetime] = field(default_factory=Clock)
    token: Callable[[], str] = random_token


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
