"""``jobs --watch``: follow a real execution."""

from __future__ import annotations

from typing import Any

import click

from ..core.arns import Arn
from ..core.job_records import JobRecords
from ..core.prefix_policy import PrefixPolicy


def follow(arn: str, expected: PrefixPolicy | None, *, err: bool) -> JobRecords:
    """Print what changes in an execution until it ends, and return its jobs.

    Args:
        arn: the execution's ARN.
        expected: the policy whose prefix every job should have, or ``None``.
        err: print on standard error, where standard output is for a program.
    """
    from ..core.execution_watch import Look, watch
    from ..reporting.watch_text import changes

    last: Look | None = None
    for look in watch(arn, lambda: _client(arn)):
        for line in changes(last, look, expected):
            click.echo(line, err=err)
        last = last if look.problem is not None else look
    return JobRecords([]) if last is None else last.jobs


def _client(arn: str) -> Any:
    """Return a client of a new session, which reads the credentials of the moment."""
    import boto3
    from botocore.config import Config

    retries: Any = {"mode": "adaptive", "max_attempts": 10}
    session = boto3.session.Session()
    return session.client(
        "sagemaker", region_name=Arn.parse(arn).region, config=Config(retries=retries)
    )
