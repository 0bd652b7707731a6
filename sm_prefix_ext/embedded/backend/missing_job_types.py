"""Jobs of the kinds that moto lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class PlainJob:
    """A job of a kind that moto lacks: AutoML v1, and SDK v3's ``Job``.

    Args:
        prefix: the beginning of the names of its fields, such as ``AutoMLJob``.
        arn: its ARN.
        request: the request that created it.
        creation_time: the time of that request.
        status: its status.
        failure_reason: the reason of a failure, or ``None``.
    """

    prefix: str
    arn: str
    request: Mapping[str, Any]
    creation_time: datetime
    status: str = "Completed"
    failure_reason: str | None = None

    def __post_init__(self) -> None:
        self.end_time: datetime | None = self.creation_time
        self.last_modified_time = self.creation_time
        self.tags = list(self.request.get("Tags") or [])

    # moto's ListAutoMLJobs and StopAutoMLJob read these and summary().
    @property
    def auto_ml_job_name(self) -> str:
        """Its name."""
        return str(self.request[f"{self.prefix}Name"])

    @property
    def auto_ml_job_status(self) -> str:
        """Its status."""
        return self.status

    @auto_ml_job_status.setter
    def auto_ml_job_status(self, status: str) -> None:
        self.status = status

    job_status = auto_ml_job_status
    auto_ml_job_secondary_status = auto_ml_job_status

    def summary(self) -> dict[str, Any]:
        """The job as a list shows it."""
        return self.describe()

    def describe(self) -> dict[str, Any]:
        """The job as its describe call shows it."""
        state = {
            f"{self.prefix}Arn": self.arn,
            f"{self.prefix}Status": self.status,
            f"{self.prefix}SecondaryStatus": self.status,
            "SecondaryStatus": self.status,
            "SecondaryStatusTransitions": [],
            "CreationTime": self.creation_time,
            "LastModifiedTime": self.last_modified_time,
            "EndTime": self.end_time,
            "FailureReason": self.failure_reason,
        }
        return {**self.request, **{key: value for key, value in state.items() if value is not None}}
