"""Small policies for the tests of the evaluator."""

from __future__ import annotations

from typing import Any

JOB = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-x"
CREATE = "sagemaker:CreateTrainingJob"


def statement(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """Return a statement about the job."""
    body = {"Effect": effect, "Action": CREATE, "Resource": JOB, **more}
    return {key: value for key, value in body.items() if value is not None}


def document(*statements: Any) -> dict[str, Any]:
    """Return a policy with the statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def needs(key: str) -> dict[str, Any]:
    """Return a condition on a key."""
    return {"Condition": {"StringEquals": {key: "a"}}}


ALLOW = document(statement())
NOTHING = document()
