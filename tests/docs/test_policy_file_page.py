"""docs/policy-file.md agrees with the reader of the file, and its examples can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core import policy_tables
from sm_prefix_ext.core.finding_levels import FIXED, LEVELS, FindingLevel
from sm_prefix_ext.core.path_patterns import matches
from sm_prefix_ext.core.policy_file import PolicyFile

PAGE = (Path(__file__).parents[2] / "docs" / "policy-file.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's fenced blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def rows(head: str) -> list[list[str]]:
    """The cells of the table below a head line."""
    table = PAGE.split(f"| {head} |")[1].split("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()[2:]
    ]


def test_the_example_of_one_team(tmp_path: Path) -> None:
    """The policy has the prefixes, roles and levels of the example."""
    file = tmp_path / "sm-prefix.toml"
    file.write_text(blocks("toml")[0], encoding="utf-8")
    policy = PrefixPolicy.from_file(file)
    assert ("team-alpha", "ta") == (policy.prefix, policy.short_prefix)
    roles = [policy.role_for(*step) for step in (("A", "Model"), ("A", "Training"))]
    assert ["team-alpha-jobs", "team-alpha-training"] == [
        str(role).rpartition("/")[2] for role in roles
    ]
    reason = "endpoints are named by the platform team"
    assert {
        "PFX007": FindingLevel("error"),
        "PFX011": FindingLevel("off", reason),
    } == dict(policy.levels)


def test_the_example_of_several_teams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its teams have their roles and levels, and the snippets print them."""
    monkeypatch.chdir(tmp_path)
    Path("sm-prefix.toml").write_text(blocks("toml")[1], encoding="utf-8")
    risk, fraud = PolicyFile.read("sm-prefix.toml").teams
    assert None is fraud.policy.role_for("A", "Model")
    assert str(risk.policy.role_for("A", "Model")).endswith(":role/risk-jobs")
    assert {"PFX007": FindingLevel("off")} == dict(risk.policy.levels)
    for snippet in blocks("python"):
        exec(snippet, {})
    assert ["risk rk risk", "['risk', 'fraud']", "fraud-eu", "shared"] == (
        capsys.readouterr().out.splitlines()
    )


def test_the_page_lists_every_key() -> None:
    """It lists no other, at the top level and for a team."""
    names = [row[0].strip("`") for row in rows("key | value")]
    assert list(policy_tables.KEYS) == names
    names = [row[0].strip("`") for row in rows("key of a team | value")]
    assert list(policy_tables.TEAM_KEYS) == names


def test_the_page_lists_every_level() -> None:
    """It also lists each code with a fixed level, and the reason."""
    assert [f'`"{level}"`' for level in LEVELS] == [row[0] for row in rows("level | effect")]
    assert [[code, reason] for code, reason in FIXED.items()] == rows("code | why")


def test_the_globs_of_the_page_match_as_described() -> None:
    """Three globs match a folder, and one a file at any depth."""
    from pathlib import PurePosixPath

    inside = PurePosixPath("pipelines/risk/eu/train.py")
    globs = re.findall(r"So `(.*?)`, `(.*?)` and `(.*?)` mean the same, and `(.*?)`", PAGE)
    assert [True] * 4 == [matches(glob, inside) for glob in globs[0]]
