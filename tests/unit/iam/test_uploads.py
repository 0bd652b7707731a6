"""The part of an upload's key that stays the same when the code changes."""

from __future__ import annotations

import pytest

from sm_prefix_ext.iam.uploads import stable_part

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("key", "stable"),
    [
        (f"churn/code/{HASH}/prepare.py", "churn/code/*"),
        ("p/code/abc/t.py", "p/code/*"),
        (f"lab/churn/{HASH}/x.tar.gz", "lab/churn/*"),
        ("churn/Fun/2026-11-25-07-09-36-742/function/payload.pkl", "churn/Fun/*"),
        ("churn-2026-11-25-07-09-36-742/input/code/t.py", "churn-*"),
        ("churn-20261125070936/input/code/t.py", "churn-*"),
        ("churn/1234abcd-12ab-34cd-56ef-1234567890ab/t.py", "churn/*"),
        ("churn/scripts/t.py", "churn/scripts/*"),
        (f"{HASH}/t.py", "*"),
        ("t.py", "t.py"),
        ("a*/${aws:username}/t?.py", "a${*}/${$}{aws:username}/*"),
        ("t*.py", "t${*}.py"),
    ],
)
def test_the_part_of_an_upload_that_stays(key: str, stable: str) -> None:
    """The part ends at the first hash or time; special characters are escaped."""
    assert f"arn:aws:s3:::bucket/{stable}" == stable_part(f"arn:aws:s3:::bucket/{key}")
