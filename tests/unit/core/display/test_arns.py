"""ARNs shortened by what they share."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.display.arns import arn_cell, shared_beginning
from sm_prefix_ext.core.display.report import Cell

JOBS = "arn:aws:sagemaker:eu-west-1:111122223333:"


@pytest.mark.parametrize(
    ("arns", "beginning"),
    [
        ([], ""),
        ([f"{JOBS}training-job/a", None], JOBS),
        ([f"{JOBS}training-job/a", "arn:aws:s3:::b"], ""),
        ([f"{JOBS}training-job/a", f"{JOBS}transform-job/b"], JOBS),
        ([f"{JOBS}a", f"{JOBS}b", "arn:aws:s3:::c", "arn:aws:s3:::d", f"{JOBS}e"], JOBS),
        (["arn:aws:s3:::a", "arn:aws:s3:::b/c:d"], "arn:aws:s3:::"),
        (["*", "*", None, None, "", ""], ""),
        (["arn:aws:short", "arn:aws:short"], ""),
        (["x:arn:a:b:c:d:e"] * 2, ""),
        (["arn:aws:sagemaker:*:*:training-job/a*"] * 2, "arn:aws:sagemaker:*:*:"),
    ],
)
def test_what_the_most_arns_begin_with(arns: list[str | None], beginning: str) -> None:
    """It is the beginning that saves most, or nothing."""
    assert beginning == shared_beginning(arns)


def test_the_cell_of_an_arn() -> None:
    """A shortened cell keeps the ARN, which is what a user copies."""
    arn, other = f"{JOBS}training-job/a", "arn:aws:s3:::b"

    assert Cell("training-job/a", "bad", True, arn) == arn_cell(arn, JOBS, "bad")
    assert Cell(other, code=True) == arn_cell(other, JOBS)
    assert Cell(arn, code=True) == arn_cell(arn, "")
    assert arn_cell(None, JOBS) is None
