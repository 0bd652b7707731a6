"""Three-valued logic: and, or and not of true, false and unknown."""

from __future__ import annotations

import pytest

from sm_prefix_ext.iam.evaluator.kleene import Truth, Unknown, all_of, any_of, negated

X, Y = (Unknown.of(key) for key in "xy")


@pytest.mark.parametrize(
    ("values", "conjunction", "disjunction"),
    [
        ([], True, False),
        ([True], True, True),
        ([False], False, False),
        ([True, False], False, True),
        ([X], X, X),
        ([X, True], X, True),
        ([X, False], False, X),
        ([X, Y, X], Unknown.of("x", "y"), Unknown.of("x", "y")),
        ([Unknown()], Unknown(), Unknown()),
        ([Unknown(), X], X, X),
    ],
)
def test_three_values(values: list[Truth], conjunction: Truth, disjunction: Truth) -> None:
    """One decisive value decides, in any order; else every unknown key counts."""
    for ordered in (values, values[::-1]):
        assert (conjunction, disjunction) == (all_of(ordered), any_of(ordered))
    assert (False, True, X) == (negated(True), negated(False), negated(X))
