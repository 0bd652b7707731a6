"""What the command reads: a closed standard input, and pipes."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.cli import main

from .conftest import Run
from .samples import (
    PLACE,
    definition,
    spawned,
)

pytestmark = pytest.mark.usefixtures("files")


@pytest.mark.parametrize("arguments", ["check -", "jobs -", "preflight good.json --role-policy -"])
def test_a_closed_standard_input_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    """A closed standard input gives exit status 2 and one line."""
    closed = io.StringIO()
    closed.close()
    for stdin in (None, closed):
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(SystemExit) as ended:
            main(arguments.split(" "))
        message = "sm-prefix: standard input is closed; give a file, or pipe the JSON in.\n"
        assert (2, ("", message)) == (ended.value.code, tuple(capsys.readouterr()))


def test_standard_input_is_utf8_in_every_locale() -> None:
    """As a file is; other bytes are one line."""
    latin = {"PYTHONIOENCODING": "latin-1"}
    command = ("check", "-", "--prefix", "team-a")
    named = json.dumps(definition(Träne="team-a-x"), ensure_ascii=False)
    assert "Träne" in spawned(*command, stdin=named.encode(), **latin).stdout.decode("latin-1")
    done = spawned(*command, stdin=b"\xff\xfe", **latin)
    assert (2, b"") == (done.returncode, done.stdout)
    assert done.stderr.startswith(b"sm-prefix: standard input can't be read: 'utf-8' codec can't")


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="there is no /dev/fd")
def test_a_pipe_is_a_file(run: Run) -> None:
    """A pipe, as of ``sm-prefix check <(make-it)``, can be read as a pipeline and as a policy."""
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    with piped(definition(Train="team-a-train")) as pipeline:
        assert 0 == run("check", pipeline, "--declared-only")[0]
    with piped({"Statement": allow}) as policy:
        assert 0 == run("preflight", "good.json", *PLACE, "--role-policy", policy)[0]


@contextmanager
def piped(data: Any) -> Iterator[str]:
    """Give the path of a pipe that holds JSON."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        json.dump(data, file)
    yield f"/dev/fd/{reading}"
    os.close(reading)
