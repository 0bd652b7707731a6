"""The prefixes that collide."""

from __future__ import annotations

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.audit.collision_rows import collision_rows
from sm_prefix_ext.core.policy_file import Team


def test_a_row_for_each_prefix_that_covers_another() -> None:
    """It names both teams, and is of no account."""
    teams = [
        Team("a", PrefixPolicy("risk")),
        Team("b", PrefixPolicy("risk-eu", short_prefix="rk")),
        Team("c", PrefixPolicy("fraud", short_prefix="rk")),
    ]
    rows = list(collision_rows(teams))
    found = [("risk", ("a", "b")), ("rk", ("b", "c")), ("rk", ("c", "b"))]
    assert found == [(row.name, row.teams) for row in rows]
    assert {("collision", "two teams", ("", ""))} == {
        (row.kind, row.verdict, row.unit) for row in rows
    }
    assert "The pattern risk-* of a covers the jobs of b, which have the prefix risk-eu." == (
        rows[0].reason
    )


def test_teams_with_one_policy() -> None:
    """Each covers the other."""
    policy = PrefixPolicy("risk")
    rows = collision_rows([Team("a", policy), Team("b", policy)])
    assert [("a", "b"), ("b", "a")] == [row.teams for row in rows]


def test_none() -> None:
    """Prefixes without a common beginning, and the two of one team."""
    teams = [Team("a", PrefixPolicy("risk", short_prefix="risk")), Team("b", PrefixPolicy("x"))]
    assert [] == list(collision_rows(teams))
