"""Follow an execution: what changes in it, until it ends."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .aws_errors import THROTTLED, code_of, has_expired, is_unreachable
from .execution_steps import execution_arn, read_jobs
from .job_records import JobRecords

ENDED = frozenset({"Succeeded", "Failed", "Stopped"})
"""The statuses of an execution that will not change (``PipelineExecutionStatus`` in botocore)."""

POLL = 10.0
"""Seconds between two looks. Each is two requests, and the console itself looks more often."""
_SLOWEST = 120.0
_JITTER = 0.2
"""A wait is longer or shorter by up to a fifth, so that several watchers do not ask at once."""

RENEW = (
    "The credentials have expired. Renew them, such as by 'aws sso login' in another terminal; the "
    "watch goes on by itself."
)


@dataclass(frozen=True)
class Look:
    """An execution at a moment.

    Args:
        status: its status; ``None`` where it could not be read.
        jobs: its jobs, whose ``steps`` has all steps.
        problem: why it could not be read this time, and what to do; ``None`` if it was read.
    """

    status: str | None
    jobs: JobRecords
    problem: str | None = None


def watch(
    arn: str,
    connect: Callable[[], Any],
    *,
    poll: float = POLL,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Look]:
    """Yield the execution each time that a look shows something new, and at last when it has ended.

    Throttled requests make the looks rarer. Where the credentials have expired or AWS can't be
    reached, after a first look, each further look connects again.

    Args:
        arn: the execution's ARN.
        connect: returns a boto3 ``sagemaker`` client.
        poll: seconds between two looks.
        sleep: waits for some seconds.

    Raises:
        ValueError: if ``arn`` isn't the ARN of an execution.
        botocore.exceptions.ClientError: for every other error of the service, and its
            ``BotoCoreError`` where the first look fails.
    """
    execution_arn(arn)
    client, wait = None, poll
    last: Any = None
    while True:
        try:
            client = client or connect()
            look = _look(client, arn)
            wait = poll
        except Exception as error:
            if code_of(error) in THROTTLED:
                wait = min(wait * 2, _SLOWEST)
                sleep(_jittered(wait))
                continue
            problem = _problem(error)
            if problem is None or last is None:
                raise
            look = Look(None, JobRecords([]), problem)
            client = None
        seen = (look, look.jobs.steps)  # records are equal where only a condition has changed
        if seen != last:
            yield look
            last = seen
        if look.status in ENDED:
            return
        sleep(_jittered(wait))


def _look(client: Any, arn: str) -> Look:
    # The status first: steps that are read after the end of the execution are all of them.
    described = client.describe_pipeline_execution(PipelineExecutionArn=arn)
    jobs = read_jobs(arn, client)
    return Look(str(described["PipelineExecutionStatus"]), jobs)


def _problem(error: Exception) -> str | None:
    """Return what to do about an error that passes, ``None`` for any other error."""
    if has_expired(error):
        return RENEW
    if is_unreachable(error):
        return f"AWS can't be reached; the watch goes on by itself. {error}"
    return None


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(1 - _JITTER, 1 + _JITTER)
