"""The jobs and the requests that a plan lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class AuthorRequest:
    """A request, other than for the pipeline itself, that creating or updating a pipeline sends.

    Args:
        action: the IAM action, such as ``s3:PutObject`` or ``lambda:CreateFunction``.
        resource: the ARN; all its characters are literal.
        conditions: maps condition keys of the request to values, such as
            ``{"iam:PassedToService": "lambda.amazonaws.com"}``.
    """

    action: str
    resource: str
    conditions: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class PlannedJob:
    """A job that a pipeline will start.

    Args:
        step: the path of step names, such as ``Check/if/Train``.
        step_type: such as ``Training``.
        prefix: the beginning of its name, or ``None`` with prefixing off.
        name_pattern: a pattern of its whole name, with ``*`` for what is only known at run time.
        arn_pattern: the same for its ARN; an unknown region or account is ``*``.
        role_arn: the role of the job; ``None`` if its type has none or the role isn't known, ``*``
            if an expression determines it at run time.
        actions: the IAM actions that the job requires.
        defaults: the parameters on whose default values its name or its role depends.
    """

    step: str
    step_type: str
    prefix: str | None
    name_pattern: str
    arn_pattern: str
    role_arn: str | None
    actions: tuple[str, ...]
    defaults: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the job as a dict, for JSON."""
        return {**asdict(self), "actions": list(self.actions), "defaults": list(self.defaults)}
