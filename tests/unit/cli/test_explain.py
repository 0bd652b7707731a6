"""``explain`` and ``collisions``."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from sm_prefix_ext import iam
from sm_prefix_ext.core.finding_explanations import EXPLANATIONS
from sm_prefix_ext.core.findings import CATALOGUE

from .conftest import Run


def test_all_codes(run: Run) -> None:
    """Each code has a line of its own, in order."""
    status, output, _ = run("explain")
    assert (0, list(CATALOGUE)) == (status, [line.split()[0] for line in output.splitlines()])


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_code(code: str, run: Run) -> None:
    """A code in either letter case gives its severity, title, meaning and fix."""
    rule = CATALOGUE[code]
    status, output, _ = run("explain", code.lower())
    words = " ".join(output.split())
    assert 0 == status
    why = EXPLANATIONS[code]
    head = f"{code} ({rule.severity}): {rule.title} {rule.meaning} Why: {why.why} Fix: {rule.fix}"
    assert words.startswith(f"{head} Wrong ({why.kind}): ")
    for example in (why.wrong, why.right):
        assert textwrap.indent(example, "    ") in output
    assert output.endswith(f"Source: {why.source}\n")
    [row] = json.loads(run("explain", code, "--format", "json")[1])["rules"]
    assert {"code": code, **rule._asdict(), **why._asdict()} == row


def test_an_unknown_code(run: Run) -> None:
    """The error names the nearest code."""
    status, output, error = run("explain", "PX003")
    assert (2, "") == (status, output)
    assert "There is no finding PX003. Did you mean 'PFX003'?" in error


def test_a_text_that_is_near_to_no_code(run: Run) -> None:
    """The error suggests none, and says where all of them are listed."""
    status, output, error = run("explain", "PFX001", "nope")
    assert (2, "") == (status, output)
    assert "There is no finding nope. 'sm-prefix explain' lists all codes." in error
    assert "Did you mean" not in error


def test_several_codes(run: Run) -> None:
    """Each code is explained, in the given order and once."""
    first, second = run("explain", "PFX003")[1], run("explain", "PFX001")[1]
    assert (0, f"{first}\n\n{second}", "") == run("explain", "PFX003", "pfx001", "pfx003")
    rows = json.loads(run("explain", "PFX003", "PFX001", "--format", "json")[1])["rules"]
    assert ["PFX003", "PFX001"] == [row["code"] for row in rows]


def test_collisions_of_one_prefix(run: Run) -> None:
    """One prefix has nothing to collide with; what is no prefix is refused as such."""
    status, output, error = run("collisions", "nope")
    assert (2, "") == (status, output)
    assert "nope: one prefix has nothing to collide with; give several prefixes" in error
    status, output, error = run("collisions", "x_y")
    assert (2, "") == (status, output)
    assert "nothing to collide" not in error


def test_collisions_of_a_long_argument(run: Run) -> None:
    """A text that is too long for a path is compared as a prefix, or refused as one."""
    assert (0, "") == run("collisions", "a" * 300, "b")[::2]
    assert "can't be a job prefix" in run("collisions", "_" * 300, "b")[2]


def test_collisions_of_an_empty_folder(run: Run, tmp_path: Path) -> None:
    """A folder without a policy file is an error, with other arguments too."""
    (tmp_path / "empty").mkdir()
    for given in (("empty",), ("team-a", "empty")):
        status, output, error = run("collisions", *given)
        assert (2, "") == (status, output)
        assert "empty: there is no policy file in it" in error


def test_collisions_of_a_file_with_one_policy(run: Run, tmp_path: Path) -> None:
    """A policy file by itself may have a single prefix: it has no collisions."""
    (tmp_path / "a.toml").write_text('prefix = "team-a"')
    assert (0, "No collisions: no prefix covers another's jobs.\n", "") == run(
        "collisions", "a.toml"
    )


def test_collisions(run: Run, tmp_path: Path) -> None:
    """``collisions`` compares prefixes, policy files and directories of such files."""
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "a.toml").write_text('prefix = "team-a"')
    (tmp_path / "teams" / "pyproject.toml").write_text('[project]\nname = "team"')
    (tmp_path / "eu.toml").write_text('prefix = "team-a-eu"')
    assert (1, "team-a-* (teams/a.toml) covers the jobs of team-a-eu (eu.toml).\n", "") == run(
        "collisions", "teams", "eu.toml"
    )
    assert (1, "team-a-* covers the jobs of team-a-eu.\n", "") == run(
        "collisions", "team-a", "team-a-eu", "fraud"
    )
    assert (0, "No collisions: no prefix covers another's jobs.\n", "") == run(
        "collisions", "team-a", "fraud"
    )
    [pair] = json.loads(run("collisions", "team-a", "eu.toml", "--format", "json")[1])["collisions"]
    owners = {"prefix_of": "", "covers_of": "eu.toml"}
    assert {"prefix": "team-a", "covers": "team-a-eu", **owners} == pair


TEAMS = """
prefix = "risk"
[[team]]
name = "eu"
prefix = "risk-eu"
short_prefix = "re"
[[team]]
name = "credit"
prefix = "re-credit"
"""


def test_collisions_of_teams(run: Run, tmp_path: Path) -> None:
    """Each team of a file counts by itself; both sides are named, and one owner never collides."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "sm-prefix.toml").write_text(TEAMS)
    lines = [
        "re-* (team eu in a/sm-prefix.toml) covers the jobs of re-credit "
        "(team credit in a/sm-prefix.toml).",
        "risk-* (a/sm-prefix.toml) covers the jobs of risk-eu (team eu in a/sm-prefix.toml).",
    ]
    for given in ("a", "a/sm-prefix.toml"):
        status, output, _ = run("collisions", given)
        assert (1, lines) == (status, output.splitlines())
    rows = json.loads(run("collisions", "a", "--format", "json")[1])["collisions"]
    assert [("re", "re-credit"), ("risk", "risk-eu")] == [
        (row["prefix"], row["covers"]) for row in rows
    ]
    pairs = [tuple(pair) for pair in iam.collisions(tmp_path)]
    assert [("re", "re-credit"), ("risk", "risk-eu")] == pairs


@pytest.mark.parametrize("prefix", ["x_y", "missing.toml"])
def test_collisions_of_what_is_no_prefix(prefix: str, run: Run) -> None:
    """An invalid prefix gives one line on standard error."""
    status, output, error = run("collisions", "team-a", prefix)
    assert (2, "", 1) == (status, output, error.count("\n"))
