"""Run the command in this process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.cli import main

from .samples import LISTED, definition

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command: its exit status, standard output and standard error."""

    def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return run


@pytest.fixture
def files(tmp_path: Path) -> None:
    """Write the files that the tests' arguments name into the current folder."""
    (tmp_path / "good.json").write_text(json.dumps(definition(Train="team-a-train")))
    (tmp_path / "bad.json").write_text(json.dumps(definition(Train="train", Other="a/b")))
    (tmp_path / "steps.json").write_text(json.dumps(LISTED))
    (tmp_path / "team-b.toml").write_text('prefix = "team-b"\n')
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "latin.json").write_bytes(b'{"Steps": "\xe9"}')
    (tmp_path / "things.py").write_text("print('made')\nnumber = 3\ndef broken(): raise KeyError\n")
    (tmp_path / "fails.py").write_text("raise RuntimeError('first\\nlast line')\n")
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    (tmp_path / "syntax.py").write_text("def\n")
    (tmp_path / "lazy.py").write_text("def __getattr__(name): raise ValueError('lazily')\n")
    (tmp_path / "alike.py").write_text(
        "class Alike:\n    steps = []\n    def definition(self): return '{}'\nalike = Alike()\n"
    )
    (tmp_path / "null.json").write_text("null")
    (tmp_path / "twice.json").write_text(
        '{"Steps": [{"Name": "A", "Type": "Fail", "Type": "Training"}]}'
    )
    (tmp_path / "huge.toml").write_text("prefix = 0x" + "f" * 9_999)
    (tmp_path / "deep.toml").write_text("prefix = " + "[" * 9_999)
    (tmp_path / "metadata.json").write_text('[{"StepName": "Train", "Metadata": true}]')


def printed_policy(run: Run, *arguments: str) -> Any:
    """Run ``policy``, and read the policy that it prints."""
    status, out, _ = run("policy", *arguments)
    assert 0 == status
    return json.loads(out)
