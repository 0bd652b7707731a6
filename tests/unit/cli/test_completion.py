"""``sm-prefix completion`` prints a script that the shell takes."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from .conftest import Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_the_shells(run: Run, shell: str) -> None:
    """The script asks the command for the words, in the shell's own way."""
    status, output, _ = run("completion", shell)
    assert 0 == status
    assert f"_SM_PREFIX_COMPLETE={shell}_complete" in output


def test_bash_takes_the_script(run: Run) -> None:
    """Bash reads it without an error and knows the command then."""
    _, script, _ = run("completion", "bash")
    done = subprocess.run(
        [str(shutil.which("bash")), "-c", f"{script}\ncomplete -p sm-prefix"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert "sm-prefix" in done.stdout


def test_an_unknown_shell(run: Run) -> None:
    """The error names the known shells."""
    status, output, error = run("completion", "tcsh")
    assert (2, "") == (status, output)
    assert "'bash', 'zsh', 'fish'" in error
