"""The commands of the checks."""

from __future__ import annotations

import shlex
from pathlib import Path

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.audit.judge import teams_of
from sm_prefix_ext.audit.rollout.commands import Commands
from sm_prefix_ext.core.policy_file import PolicyFile

from .samples import FRAUD, LATER, RISK, ROLE


def test_one_prefix() -> None:
    """It is an option of each command."""
    commands = Commands([RISK])
    assert "sm-prefix check arn --prefix risk" == commands.check(RISK, "arn")
    audit = commands.audit("widen", ["eu-west-1"], [])
    assert "sm-prefix audit --prefix risk --region eu-west-1" in audit


def test_a_file_with_teams(tmp_path: Path) -> None:
    """An audit takes the whole file, the other commands the team."""
    file = tmp_path / "sm-prefix.toml"
    file.write_text(
        "".join(f'[[team]]\nname = "{n}"\nprefix = "{n}"\npaths = ["{n}/**"]\n' for n in ("a", "b"))
    )
    teams = teams_of(PolicyFile.read(file))
    commands = Commands(teams)
    assert (str(file),) == commands.files
    assert ["--policy", str(file), "--team", "b"] == shlex.split(commands.check(teams[1], "x"))[3:]
    audit = shlex.split(commands.audit("widen", [], []))
    assert ["audit", "--policy", str(file), "--iam"] == audit[1:5]
    alone = PrefixPolicy.from_file(file, team="a")
    audit = shlex.split(Commands(teams_of(alone)).audit("widen", [], []))
    assert ["--policy", str(file), "--team", "a"] == audit[2:6]


def test_several_prefixes_without_a_file() -> None:
    """They have to be written to one."""
    commands = Commands([RISK, FRAUD])
    assert "sm-prefix audit --policy sm-prefix.toml" in commands.audit("widen", [], [])
    assert "--prefix fraud-detection" in commands.check(FRAUD, "x")


def test_only_the_last_checks_watch_jobs() -> None:
    """From the time of the audit."""
    commands = Commands([RISK], since=LATER)
    for expected, watches in (("widen", False), ("update", False), ("drop", True), ("done", True)):
        assert watches == (f"--jobs --since {LATER}" in commands.audit(expected, [], []))


def test_names_from_outside_are_quoted() -> None:
    """A shell runs none of them."""
    commands = Commands([RISK], {"*; rm -rf x": "risk"})
    words = shlex.split(commands.audit("widen", ["$(id)"], [ROLE]))
    assert "*; rm -rf x=risk" == words[-1]
    assert "$(id)" in words
