"""Patterns and policy variables at their boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.iam.evaluator.kleene import Unknown
from sm_prefix_ext.iam.evaluator.patterns import (
    MANY,
    ONE,
    Context,
    Template,
    glob,
    matches,
    texts,
    without_markers,
)

X = Unknown.of("x")


def test_values_of_a_request() -> None:
    """Values have the form of JSON, keys any letter case, and an unknown key wins."""
    assert ("true", "1", "1.5", "a") == texts([True, 1, 1.5, "a"])
    assert ("a",) == texts("a") == texts({"a"}) == texts(frozenset("a")) == texts(("a",))
    context = Context({"A:b": "c", "d": None, "E": "f"}, unknown="E")
    assert (("c",), None, Unknown.of("E")) == tuple(map(context.get, ("a:B", "d", "e")))


@pytest.mark.parametrize("mark", [MANY, ONE])
def test_characters_that_stand_for_wildcards(mark: str) -> None:
    """The error has its whole message."""
    with pytest.raises(ValueError) as raised:
        without_markers(f"a{mark}")
    assert (
        f"{f'a{mark}'!r} contains U+E000 or U+E001, which this evaluator uses for wildcards; "
        "remove that character" == str(raised.value)
    )
    assert "\ue002" == without_markers("\ue002")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("a*", f"a{MANY}"),
        ("${*}${?}${$}?", f"*?${ONE}"),
        ("a${x}b${y}*", f"a1b2{MANY}"),
        ("${ x }", "1"),
        ("${X}", "1"),
        ("${star}", "*"),
        ("${none}", None),
        ("${none, 'd*'}", "d*"),
        ("${ none , 'd' }", "d"),
        ("${none,''}", ""),
        ("${x, 'd'}", "1"),
        ("${many}", Unknown.of("many")),
        ("${u}-${V}", Unknown.of("U", "v")),
        ("${u}${none}", None),
        ("${a b}", Unknown.of("${a b}")),
        ("${}", Unknown.of("${}")),
        ("${x", "${x"),
    ],
)
def test_variables(text: str, filled: Any) -> None:
    """Values and defaults are literal, the rest is a pattern; absent beats unknown."""
    context = Context({"x": "1", "y": "2", "star": "*", "many": ["1", "2"]}, unknown=["U", "v"])
    assert filled == Template(text).fill(context)


def test_templates() -> None:
    """A template has its keys, and a fixed pattern if it has no variables."""
    assert ("x", "y") == Template("${x}${*}${?}${$}${y,'d'}${a b}").keys
    assert () == Template("${x}", variables=False).keys
    assert (None, f"a{MANY}") == (Template("${x}").fixed, Template("a*").fixed)
    assert "a*" == Template("a*", wildcards=False).fixed
    assert "${x}" == Template("${x}", variables=False).fixed
    assert "${x}a*" == Template("${x}a*", False, False).fill(Context({"x": "1"}))
    assert "1a*" == Template("${x}a*", wildcards=False).fill(Context({"x": "1"}))


@pytest.mark.parametrize(
    ("pattern", "subject", "matched"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ("*", "", True),
        ("?", "", False),
        ("?", "ab", False),
        ("a*", "a", True),
        ("*a", "ba", True),
        ("*a", "ab", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "ac", False),
        ("a*b*c", "acb", False),
        ("a*bc*c", "abc", False),
        ("a*bc*c", "abcc", True),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "aba", False),
        ("*b*b*", "bb", True),
        ("*b*b*", "ab", False),
        ("a?c*", "abc", True),
        ("a?c*", "ac", False),
        ("a.c?", "abcd", False),
        ("a?*b*c*", "axbyc", True),
        ("a?*b*c*", "axcyb", False),
    ],
)
def test_matches(pattern: str, subject: str, matched: bool) -> None:
    """A pattern matches literally, except for its wildcards."""
    assert matched is matches(glob(pattern), subject)


def test_letter_case_may_be_ignored() -> None:
    """Letter case is ignored only if the caller asks for it."""
    for pattern in ("ab", "a*", "a?", "*b*"):
        assert not matches(glob(pattern), "AB")
        assert matches(glob(pattern), "AB", ignore_case=True)
        assert not matches(glob(pattern), "CC", ignore_case=True)


def test_a_question_mark_is_not_a_star_of_the_subject() -> None:
    """A star of a resource stands for more than one character."""
    assert not matches(glob("a?"), glob("a*"))
    assert matches(glob("a?"), glob("a?"))
    assert matches(glob("a*"), glob("a*"))
