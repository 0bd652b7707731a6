"""docs/audit.md: its commands and its snippet run, and its tables have every word."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ..unit.cli.conftest import Run, run

pytest.importorskip("moto", reason="moto is not installed")

from sm_prefix_ext.audit.rollout import PHASES
from sm_prefix_ext.audit.rows import KINDS, VERDICTS
from sm_prefix_ext.embedded import EmbeddedAWS

from ..embedded.other_services import services

__all__ = ["run"]  # the fixture of the command's own tests

PAGE = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's fenced blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


TEAMS = ("risk", "fraud")
COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command(command: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does what it says on an empty account."""
    monkeypatch.chdir(tmp_path)
    teams = (f'[[team]]\nname = "{n}"\nprefix = "{n}"\npaths = ["{n}/**"]\n' for n in TEAMS)
    Path("sm-prefix.toml").write_text("".join(teams))
    Path("accounts.txt").write_text("123456789012\n")
    Path("policies").mkdir()
    Path("policies", "team-a.toml").write_text('prefix = "team-a"\n')
    name, *arguments = shlex.split(command)
    with EmbeddedAWS() as aws, services(aws):
        for file in ("old.jsonl", "new.jsonl"):
            run("audit", "--prefix", "team-a", "--output", file)
        if "rollout audit.jsonl" in command:
            run("audit", "--policy", "sm-prefix.toml", "--output", "audit.jsonl")
        status, out, err = run(*arguments)
    assert ("sm-prefix", 0, "") == (name, status, err)
    assert out


def test_the_snippet(capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the rows that are not inside, and the summary."""
    with EmbeddedAWS():
        for code in blocks("python"):
            exec(code, {})
    assert "0 pipelines and 0 jobs: 0 inside, 0 not.\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("| verdict | meaning |", VERDICTS),
        ("| kind | what it is |", KINDS),
        ("| phase | what it is |", PHASES),
    ],
)
def test_the_words_of_rows(head: str, words: tuple[str, ...]) -> None:
    """Each verdict and each kind is in its table."""
    table = PAGE.split(head)[1].split("\n\n")[0]
    assert sorted(words) == sorted(re.findall(r"^\| `(.+?)` \|", table, flags=re.MULTILINE))
