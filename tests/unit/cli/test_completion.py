"""``sm-prefix completion`` prints a script that the shell takes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import click
import pytest

from sm_prefix_ext.cli.app import cli

from .conftest import Run
from .samples import spawned


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


def parameters() -> Iterator[tuple[str, click.Parameter]]:
    """All parameters of all commands, with the text that stands for their values in the help."""
    commands = [cli.get_command(click.Context(cli), name) for name in cli.commands]
    for command in commands:
        assert command is not None
        for parameter in command.params:
            yield f"{command.name} {parameter.name}", parameter


@pytest.mark.parametrize(("name", "parameter"), list(parameters()))
def test_files_are_completed_where_a_file_may_stand(name: str, parameter: click.Parameter) -> None:
    """Without that the shell's own completion of files would be lost."""
    words = (str(parameter.metavar), "FILE" if name == "jobs execution" else "")
    accepts = any("FILE" in word or "TARGET" in word for word in words)
    items = parameter.shell_complete(click.Context(cli), "d")
    assert accepts is ([("d", "file")] == [(item.value, item.type) for item in items])


def test_bash_asks_for_files() -> None:
    """The command answers the script that bash runs."""
    words = {"COMP_WORDS": "sm-prefix check d", "COMP_CWORD": "2"}
    done = spawned(_SM_PREFIX_COMPLETE="bash_complete", **words)
    assert (0, b"file,d\n") == (done.returncode, done.stdout)


def test_an_unknown_shell(run: Run) -> None:
    """The error names the known shells."""
    status, output, error = run("completion", "tcsh")
    assert (2, "") == (status, output)
    assert "'bash', 'zsh', 'fish'" in error
