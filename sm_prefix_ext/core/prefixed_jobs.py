"""Read the jobs of an execution, once or until it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import repeat
from typing import Any

from .arns import Arn
from .execution_steps import client_of_region, read_jobs, source_of
from .execution_watch import watch
from .job_records import JobRecords


def prefixed_jobs(execution: Any, *, client: Any = None, follow: bool = False) -> JobRecords:
    """Read the jobs of an execution, from all pages of its steps.

    Args:
        execution: the execution that ``pipeline.start()`` returned, its ARN, a response of
            ``ListPipelineExecutionSteps``, or a list of steps from ``execution.list_steps()``.
        client: a boto3 ``sagemaker`` client; by default that of the execution's session, or for an
            ARN a new client in the ARN's region.
        follow: wait until the execution ends; a notebook shows its steps as they start and end.

    Returns:
        A record for each step with a job, the oldest first. Steps without a job, such as
        conditions, have no record; those that failed are in ``failed_steps``.

    Raises:
        ValueError: if ``execution`` isn't a list of steps, or is only one page of several; with
            ``follow``, if it isn't an execution in AWS.

    Example:
        >>> from sm_prefix_ext import prefixed_jobs
        >>> arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/a-ic9xq2n1qepa-bAEHIt7IXm"
        >>> step = {"StepName": "Train", "Metadata": {"TrainingJob": {"Arn": arn}}}
        >>> prefixed_jobs([step])[0].prefix
        'a'
        >>> denied = {"StepName": "Train", "StepStatus": "Failed", "FailureReason": "Denied."}
        >>> prefixed_jobs([denied]).failed_steps
        (FailedStep(step_name='Train', failure_reason='Denied.'),)
    """
    if not follow:
        return read_jobs(execution, client)
    source = source_of(execution, client)
    if source is None:
        raise ValueError(
            "follow=True needs an execution in AWS: what pipeline.start() returned, or its ARN."
        )
    arn, first = source
    shown: Any = None
    jobs = JobRecords([])
    is_given = client is not None or not isinstance(execution, str)
    clients: Iterator[Any] = repeat(first) if is_given else iter([first])

    def connect() -> Any:
        region = Arn.parse(arn).region
        # A new session finds credentials that were renewed.
        return next(clients, None) or client_of_region(region, new_session=True)

    for look in watch(arn, connect):
        if look.problem is not None:
            print(look.problem, file=sys.stderr)
            continue
        jobs = look.jobs
        shown = _show(jobs, shown)
    return jobs


def _show(jobs: JobRecords, shown: Any) -> Any:
    """Display records in a notebook, in the place where they were displayed before."""
    ipython: Any = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        return None
    if shown is None:
        return ipython.display.display(jobs, display_id=True)
    shown.update(jobs)
    return shown
