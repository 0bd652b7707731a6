"""``explain`` and ``collisions``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sm_prefix_ext.core.findings import CATALOGUE

from .conftest import Run


def test_all_codes(run: Run) -> None:
    """Each on a line of its own, in order."""
    status, output, _ = run("explain")
    assert (0, list(CATALOGUE)) == (status, [line.split()[0] for line in output.splitlines()])


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_code(code: str, run: Run) -> None:
    """In either letter case: its severity, its title, what it means and how to fix it."""
    rule = CATALOGUE[code]
    status, output, _ = run("explain", code.lower())
    words = " ".join(output.split())
    assert 0 == status
    assert f"{code} ({rule.severity}): {rule.title} {rule.meaning} Fix: {rule.fix}" == words
    [row] = json.loads(run("explain", code, "--format", "json")[1])["rules"]
    assert {"code": code, **rule._asdict()} == row


def test_an_unknown_code(run: Run) -> None:
    """The nearest is named."""
    status, output, error = run("explain", "PX003")
    assert (2, "") == (status, output)
    assert "There is no finding PX003. Did you mean PFX003?" in error


def test_collisions(run: Run, tmp_path: Path) -> None:
    """Of prefixes, of policy files and of directories with such files."""
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "a.toml").write_text('prefix = "team-a"')
    (tmp_path / "eu.toml").write_text('prefix = "team-a-eu"')
    expected = (1, "team-a-* covers the jobs of team-a-eu.\n", "")
    assert expected == run("collisions", "teams", "eu.toml")
    assert expected == run("collisions", "team-a", "team-a-eu", "fraud")
    assert (0, "No collisions: no prefix covers another's jobs.\n", "") == run(
        "collisions", "team-a", "fraud"
    )
    pairs = json.loads(run("collisions", "team-a", "eu.toml", "--format", "json")[1])
    assert {"collisions": [{"prefix": "team-a", "covers": "team-a-eu"}]} == pairs


@pytest.mark.parametrize("prefix", ["x_y", "missing.toml"])
def test_collisions_of_what_is_no_prefix(prefix: str, run: Run) -> None:
    """One line on standard error."""
    status, output, error = run("collisions", "team-a", prefix)
    assert (2, "", 1) == (status, output, error.count("\n"))
