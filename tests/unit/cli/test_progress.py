"""The line that says what a slow command does."""

from __future__ import annotations

import io
import sys
import time

import pytest

from sm_prefix_ext.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def standard_error(monkeypatch: pytest.MonkeyPatch, out: io.StringIO) -> io.StringIO:
    """Replace standard error; pytest sets its own again after every fixture."""
    monkeypatch.setattr(sys, "stderr", out)
    return out


def wait_for(out: io.StringIO, text: str) -> None:
    """Wait until a text is written; a machine under load may take its time."""
    deadline = time.monotonic() + 30
    while text not in out.getvalue() and time.monotonic() < deadline:
        time.sleep(0.005)


def test_a_slow_step_is_shown_and_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control characters in its name are escaped."""
    terminal = standard_error(monkeypatch, Terminal())
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)

    with progress.doing("importing a\x1bb"):
        wait_for(terminal, "importing")

    assert terminal.getvalue() == "importing a\\x1bb …\r\x1b[K"


def test_a_fast_step_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends before the line would appear."""
    terminal = standard_error(monkeypatch, Terminal())

    with progress.doing("importing"):
        pass

    assert terminal.getvalue() == ""


def test_the_line_is_erased_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error appears on a clean line."""
    terminal = standard_error(monkeypatch, Terminal())
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)

    with pytest.raises(ValueError, match="no"), progress.doing("importing"):
        wait_for(terminal, "importing")
        raise ValueError("no")

    assert terminal.getvalue().endswith("\x1b[K")


def test_a_pipe_gets_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a terminal shows it."""
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    out = standard_error(monkeypatch, io.StringIO())

    with progress.doing("importing"):
        time.sleep(0.02)

    assert out.getvalue() == ""


def test_a_bar_shows_what_is_done_and_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of four parts are drawn, and the text is escaped."""
    terminal = standard_error(monkeypatch, Terminal())

    with progress.bar() as update:
        update(3, 4, "30 rows\x1b[H")
        wait_for(terminal, "30 rows")

    assert "30 rows\\x1b[H" in terminal.getvalue()
    assert "━" * 15 in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")


def test_a_bar_that_is_interrupted_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line is erased."""
    terminal = standard_error(monkeypatch, Terminal())

    with pytest.raises(KeyboardInterrupt), progress.bar() as update:
        update(0, 1, "1 row")
        wait_for(terminal, "1 row")
        raise KeyboardInterrupt

    assert terminal.getvalue().endswith("\x1b[2K")


def test_a_pipe_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a terminal shows it."""
    out = standard_error(monkeypatch, io.StringIO())

    with progress.bar() as update:
        update(1, 2, "1 row")

    assert out.getvalue() == ""
