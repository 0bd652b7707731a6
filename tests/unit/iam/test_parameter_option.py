"""``--parameter`` of the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sm_prefix_ext.cli import main

from .test_parameters import DEFINITION


@pytest.mark.parametrize("command", ["plan", "policy"])
def test_a_value_takes_the_place_of_the_default(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the plan and in the policy."""
    file = tmp_path / "definition.json"
    file.write_text(json.dumps(DEFINITION))
    more = ["--format", "json", "--parameter", "Group=team-z"]
    with pytest.raises(SystemExit) as ended:
        main([command, str(file), *more])
    assert 0 == ended.value.code
    assert "team-z" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["Group", "=x", "Gruop=x"])
def test_what_is_no_parameter(
    given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and one line."""
    file = tmp_path / "definition.json"
    file.write_text(json.dumps(DEFINITION))
    with pytest.raises(SystemExit) as ended:
        main(["plan", str(file), "--parameter", given])
    assert 2 == ended.value.code
    assert 1 == len(capsys.readouterr().err.splitlines())
