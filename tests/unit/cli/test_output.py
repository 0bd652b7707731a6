"""What the command writes: names in any encoding, and to a full disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from sm_prefix_ext.cli.output import judging
from sm_prefix_ext.core.errors import PrefixViolation
from sm_prefix_ext.core.findings import Finding

from .samples import (
    ROOT,
    definition,
    spawned,
)

pytestmark = pytest.mark.usefixtures("files")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_any_name_can_be_printed(tmp_path: Path, encoding: str) -> None:
    """Characters that the output's encoding lacks are escaped."""
    (tmp_path / "odd.json").write_text(json.dumps(definition(**{"\N{SNOWMAN}\ud800": "team-a"})))
    done = spawned("plan", "odd.json", PYTHONIOENCODING=encoding)
    assert (0, b"") == (done.returncode, done.stderr)
    shown = ("\N{SNOWMAN}" if encoding == "utf-8" else r"\u2603") + r"\ud800"
    assert shown.encode("utf-8") in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    ["plan good.json", "plan good.json --format json", "check bad.json --declared-only", "--help"],
)
def test_a_full_disk_is_one_line(arguments: str) -> None:
    """A full disk gives exit status 2 and one line, for every command that prints."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sm_prefix_ext", *arguments.split(" ")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    message = "sm-prefix: reading or writing failed: [Errno 28] No space left on device\n"
    assert (2, message) == (done.returncode, done.stderr)


@pytest.mark.parametrize("command", ["check good.json --prefix team-a", "plan good.json"])
def test_a_hyphen_is_standard_output(tmp_path: Path, command: str) -> None:
    """As for other programs; no file has that name afterwards."""
    expected = spawned(*command.split())
    assert expected.stdout and expected.stdout == spawned(*command.split(), "-o", "-").stdout
    assert not (tmp_path / "-").exists()


def test_findings_in_a_pipe_are_not_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    """A program that reads them finds a message in one line."""
    message = "The name is longer than the service takes. " * 10
    finding = Finding.of("PFX002", "Train", "Training", message.strip(), "Shorten it.")

    with pytest.raises(click.exceptions.Exit), judging("table"):
        raise PrefixViolation([finding])

    assert f"  What is wrong  {message.strip()}\n" in capsys.readouterr().out
