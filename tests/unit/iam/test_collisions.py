"""Prefixes whose patterns cover each other's jobs."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext import InvalidPrefix, PolicyFileError, PrefixPolicy, iam


def test_collisions() -> None:
    """Prefixes collide at a hyphen, in any letter case, or if they are equal."""
    assert () == iam.collisions(["risk", "risky", "fraud"])
    assert [("risk", "risk-eu"), ("risk", "risk-eu-x"), ("risk-eu", "risk-eu-x")] == [
        tuple(pair) for pair in iam.collisions(["risk-eu-x", "risk", "risk-eu"])
    ]
    assert [("Risk", "risk-eu")] == [tuple(pair) for pair in iam.collisions(["Risk", "risk-eu"])]
    assert [("risk", "risk")] == [tuple(pair) for pair in iam.collisions(["risk", "risk"])]
    with pytest.raises(InvalidPrefix):
        iam.collisions(["a_b"])


def test_collisions_of_policies(tmp_path: Any) -> None:
    """Short prefixes count too; a directory's files are read at any depth."""
    risk_team, risk_eu = PrefixPolicy("risk-team", short_prefix="risk"), PrefixPolicy("risk-eu")
    assert [("risk", "risk-eu")] == [tuple(pair) for pair in iam.collisions([risk_team, risk_eu])]
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.toml").write_text('prefix = "team"\n')
    (tmp_path / "deep" / "b.toml").write_text('prefix = "team-b"\n')
    (tmp_path / "notes.txt").write_text("no policy")
    assert [("team", "team-b")] == [tuple(pair) for pair in iam.collisions(tmp_path)]
    assert [("team", "team-b")] == [tuple(pair) for pair in iam.collisions(str(tmp_path))]
    (tmp_path / "c.toml").write_text("prefix = 7\n")
    with pytest.raises(PolicyFileError, match=r"c\.toml"):
        iam.collisions(tmp_path)
    with pytest.raises(ValueError, match="is not a directory"):
        iam.collisions(tmp_path / "none")
