"""Statements about the names that the service generates."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.iam.generated_names import (
    for_prefix,
    is_generated,
    sparing,
    without_generated,
)

HEAD = "arn:aws:sagemaker:*:111122223333:"
RISK = PrefixPolicy("risk-scoring", short_prefix="rk")


def allow(*resources: str, **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": "sagemaker:*", "Resource": list(resources), **more}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"{HEAD}training-job/pipelines-*", True),
        (f"{HEAD}training-job/pipelines-abc-Train-*", True),
        (f"{HEAD}*/pipelines-*", True),
        (f"{HEAD}job/*/pipelines-*", True),
        (f"{HEAD}experiment-trial-component/pipelines-*", True),
        ("arn:aws:*:*:*:training-job/pipelines-*", True),
        (f"{HEAD}training-job/pipelines*", False),
        (f"{HEAD}training-job/*", False),
        (f"{HEAD}training-job/pipelines-${{aws:PrincipalTag/team}}", False),
        (f"{HEAD}pipeline/pipelines-of-mine", False),
        ("arn:aws:s3:::bucket/pipelines-data/*", False),
        ("arn:aws:s3:::training-job/pipelines-*", False),
        ("*", False),
    ],
)
def test_a_resource(resource: str, expected: bool) -> None:
    """Its type is that of a job, and its name begins with the reserved word and a hyphen."""
    assert expected == is_generated(resource)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("training-job/pipelines-*", ["training-job/risk-scoring-*"]),
        ("training-job/pipelines-abc-Train-*", ["training-job/risk-scoring-*"]),
        ("automl-job/pipelines-*", ["automl-job/rk-*"]),
        ("*/pipelines-*", ["*/risk-scoring-*", "*/rk-*"]),
        ("job/*/pipelines-*", ["job/*/risk-scoring-*"]),
        ("experiment-trial-component/pipelines-*", ["experiment-trial-component/risk-scoring-*"]),
    ],
)
def test_the_names_of_a_team(resource: str, expected: list[str]) -> None:
    """The short prefix where the limit is 6; all else of the statement stays."""
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    old = allow(f"{HEAD}{resource}", f"{HEAD}model/x", Condition=condition)
    new = [f"{HEAD}{each}" for each in expected]
    assert allow(*new, Condition=condition) == for_prefix(old, RISK)


def test_nothing_to_rename() -> None:
    """No such resource, no prefix for its type, or all resources but some."""
    assert for_prefix(allow(f"{HEAD}training-job/*"), RISK) is None
    assert for_prefix(allow(f"{HEAD}automl-job/pipelines-*"), PrefixPolicy("risk-scoring")) is None
    spared = {"Effect": "Allow", "NotResource": f"{HEAD}training-job/pipelines-*"}
    assert for_prefix(spared, RISK) is None


def test_without_the_names() -> None:
    """The other resources stay; a statement without any goes as a whole."""
    old = f"{HEAD}training-job/pipelines-*"
    assert allow(f"{HEAD}model/x") == without_generated(allow(old, f"{HEAD}model/x"))
    assert without_generated({**allow(), "Resource": old}) is None
    with pytest.raises(ValueError, match="No resource of the statement begins with pipelines-"):
        without_generated(allow("*"))


def test_a_denial_spares_the_names_of_teams_too() -> None:
    """What it spares already stays."""
    old = f"{HEAD}training-job/pipelines-*"
    deny = {"Effect": "Deny", "Action": "sagemaker:*", "NotResource": [old, "arn:aws:s3:::x"]}
    new = [
        old,
        "arn:aws:s3:::x",
        *(f"{HEAD}training-job/{each}-*" for each in ("risk-scoring", "b")),
    ]
    assert {**deny, "NotResource": new} == sparing(deny, [RISK, PrefixPolicy("b")])
    with pytest.raises(ValueError, match="No resource that the statement spares begins"):
        sparing(allow(old), [RISK])
