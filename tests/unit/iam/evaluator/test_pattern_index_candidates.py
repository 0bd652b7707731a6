"""The patterns that the index looks at, at the boundaries of its heads."""

from __future__ import annotations

import pytest

from sm_prefix_ext.iam.evaluator.pattern_index import PatternIndex
from sm_prefix_ext.iam.evaluator.pattern_overlap import subject_of
from sm_prefix_ext.iam.evaluator.patterns import (
    MANY,
    ONE,
    glob,
)


def indexed(method: str, subject: str, *patterns: str) -> list[str]:
    """Return what the index yields, in the order of the patterns."""
    index = PatternIndex((glob(pattern), pattern) for pattern in patterns)
    values = [value for _, value in getattr(index, method)(glob(subject))]
    assert len(set(values)) == len(values)
    return sorted(values, key=patterns.index)


def test_the_index_looks_only_where_a_match_can_be() -> None:
    """A literal beginning or part that the subject lacks leaves a pattern out."""
    patterns = ("*", "a*", "ab*", "ab*cd*", "ab*ce*", "abx", "abcd", "b*", "?bcd", "abcde")
    assert ["*", "a*", "ab*", "ab*cd*", "abcd", "?bcd"] == indexed("like", "abcd", *patterns)
    assert ["*", "a*"] == indexed("like", "ac", "*", "a*", "ab*")
    assert [] == indexed("like", "", "a", "a*")
    assert [] == indexed("like", "az", "a*z*long", "a*long*z")
    assert ["a*z*long", "a*long*z"] == indexed("like", "along", "a*z*long", "a*long*z")
    assert ["*", ""] == indexed("like", "", "*", "")


def test_the_index_finds_what_may_overlap() -> None:
    """Up to the first wildcard of either, pattern and subject agree."""
    patterns = ("*", "a*", "ab*", "ab?d", "abc", "abx", "b", "ac*", "a")
    assert ["*", "a*", "ab*", "ab?d", "abc", "abx", "a"] == indexed("near", "ab*", *patterns)
    assert ["ab*", "ab?d", "abc", "abx"] == indexed("beginning_with", "ab", *patterns)
    assert [*patterns] == indexed("beginning_with", "", *patterns)
    assert ["b"] == indexed("beginning_with", "b", *patterns)
    assert [] == indexed("beginning_with", "abcd", *patterns)


def test_resources_of_arns_are_compared_alone() -> None:
    """The index compares resources alone only in ARNs of five colons that are not of S3."""
    five = ("arn:*:sns:x:1:a", "arn:*:sns:y:1:ab*", "arn:*:sns:x:1:b")
    more = ("arn:*", "arn:aws:sns:x:1:a:b", "arn:aws:sns:x:*", "arn:aws:sqs:*")
    assert [*five[:2], "arn:*", "arn:aws:sns:x:1:a:b", "arn:aws:sns:x:*"] == indexed(
        "near", "arn:aws:sns:x:1:a*", *five, *more
    )
    assert [*five, "arn:*", "arn:aws:sns:x:1:a:b", "arn:aws:sns:x:*"] == indexed(
        "near", "arn:aws:sns:x:*", *five, *more
    )
    assert ["arn:aws:s3:::b"] == indexed(
        "near", "arn:aws:s3:::b", "arn:aws:s3:::b", "arn:aws:sns:::b"
    )


@pytest.mark.parametrize("count", [1, 16, 17, 40])
def test_many_patterns_with_one_beginning(count: int) -> None:
    """The index yields few and many patterns alike, wherever in the subject they match."""
    patterns = [f"a*{number:02}-*" for number in range(count)] + ["a*"]
    last = f"{count - 1:02}-"
    for subject in (f"a{last}", f"ax{last}y", f"axy{last}"):
        assert [f"a*{last}*", "a*"] == indexed("like", subject, *patterns)
    assert ["a*"] == indexed("like", f"a{last[:-1]}", *patterns)
    assert ["a*"] == indexed("like", "a", *patterns)


def test_the_form_in_which_a_resource_is_compared() -> None:
    """Wildcards are marked, except in ARNs of S3."""
    assert f"arn:a:sns:::{MANY}{ONE}" == subject_of("arn:a:sns:::*?")
    assert "arn:a:s3:::*?" == subject_of("arn:a:s3:::*?")
