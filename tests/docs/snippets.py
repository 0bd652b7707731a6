"""Run what a page shows, from top to bottom, in one folder.

- A block with ``title="FILE"`` is written to that file.
- A Python block is executed, with the names of those before it.
- An ``sh`` block is run by bash; it must succeed, or end with the status of its last line's comment
  ``# exit status 1``.
- A ``text`` block right after one of these is what that prints; ``…`` stands for anything.
- JSON, TOML, YAML and HCL must be valid.
- Of tabs for v2 and v3 of the SDK, those of the installed major count.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(
    r'^(?:(?P<tab>=== "SDK v(?P<major>\d)")'
    r"|(?P<indent> *)```(?P<language>\w+)(?P<options>[^\n]*)\n(?P<text>.*?)^(?P=indent)```)$",
    flags=re.DOTALL | re.MULTILINE,
)
_PLUGIN = "sm_prefix_ext.rehearsal.pytest_plugin"
"""What pytest loads by itself where the package is installed."""
_STATUS = re.compile(r"# exit status (\d+)$")


class Block(NamedTuple):
    """A fenced block.

    Args:
        language: such as ``python``.
        text: without its indentation.
        title: the file that it is, or ``""``.
        major: that of the SDK to which it applies; 0 for both.
        follows: whether only blank lines are between it and the block before.
    """

    language: str
    text: str
    title: str
    major: int
    follows: bool


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page's text."""
    major, end = 0, 0
    for match in _FENCE.finditer(page):
        if match["tab"]:
            major = int(match["major"])
            continue
        title = re.search(r'title="([^"]+)"', match["options"])
        yield Block(
            match["language"],
            textwrap.dedent(match["text"]),
            title[1] if title else "",
            major if match["indent"] else 0,
            not page[end : match.start()].strip(),
        )
        end = match.end()


def _python(text: str, names: dict[str, Any]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, "<page>", "exec"), names)
    return without_noise(printed.getvalue())


def without_noise(printed: str) -> str:
    """What was printed, without what the SDK says of its configuration files."""
    lines = printed.splitlines()
    return "\n".join(line for line in lines if not line.startswith("sagemaker.config INFO"))


def _shell(text: str, folder: Path) -> str:
    status = _STATUS.search(text.rstrip())
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", text],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{_commands(folder)}:{os.environ['PATH']}"},
    )
    assert (int(status[1]) if status else 0) == done.returncode, f"{text}\n{done}"
    return done.stdout


def _commands(folder: Path) -> Path:
    """Put the commands of this environment into a folder of their own."""
    commands = folder.parent / f"{folder.name}-commands"
    if not commands.exists():
        commands.mkdir()
        python = f"exec {shlex.quote(sys.executable)} -W ignore"
        env = f"PYTHONPATH={shlex.quote(str(ROOT))} SAGEMAKER_SUPPRESS_V2_WARNING=1 {python}"
        for name, line in {
            "python": f'{env} "$@"',
            "sm-prefix": f'{env} -m sm_prefix_ext "$@"',
            "cfn-lint": f'{env} -c "import cfnlint.runner; exit(cfnlint.runner.main())" "$@"',
            "pytest": f'PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 {env} -m pytest -p {_PLUGIN} "$@"',
            "pip": f'{env} -m tests.docs.stand_ins pip "$@"',
            "terraform": f'{env} -m tests.docs.stand_ins terraform "$@"',
            "npx": f'{env} -m tests.docs.stand_ins npx "$@"',
        }.items():
            script = commands / name
            script.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return commands


def _hcl(text: str) -> Any:
    import hcl2

    return hcl2.loads(text)


VALID: Mapping[str, Callable[[str], Any]] = {
    "hcl": _hcl,
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.compose,  # the syntax alone, since CloudFormation has tags of its own
}
"""By language: what reads it, or raises an error."""


def is_like(shown: str, printed: str) -> bool:
    """Whether a block shows what was printed, with ``…`` for what it leaves out."""
    lines = [line.rstrip() for line in printed.strip().splitlines()]
    parts = (re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(".*".join(parts), "\n".join(lines), flags=re.DOTALL) is not None


def run_page(
    page: str, folder: Path, major: int | None, names: dict[str, Any], *, shell: bool = True
) -> dict[str, Any]:
    """Run all that a page shows.

    Args:
        page: its path in the repository.
        folder: the current folder.
        major: that of the installed SDK.
        names: what its Python blocks may use.
        shell: whether its commands are run too.

    Returns:
        The names of its Python blocks.
    """
    printed = None
    for block in blocks((ROOT / page).read_text(encoding="utf-8")):
        if block.major and block.major != (major or 2):
            continue
        if block.title:
            path = folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        if block.language in VALID:
            VALID[block.language](block.text)
        if block.language == "text":
            if printed is not None and block.follows:
                assert is_like(block.text, printed), f"{page} shows:\n{block.text}\n{printed}"
        elif block.title:
            printed = None
        elif block.language == "python":
            printed = _python(block.text, names)
        elif block.language == "sh" and shell:
            printed = _shell(block.text, folder)
        else:
            printed = None
    return names
