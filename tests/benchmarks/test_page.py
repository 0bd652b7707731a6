"""How long it takes from a definition's file to the page with its picture.

The target is 1 s for 300 steps after the start of the process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.cli.app import run

from ..browser import pages

SIZES = {5: pages.small(), 50: pages.large(50), 300: pages.large(300)}
PLACE = ("--region", "eu-west-1", "--account", "111122223333")


@pytest.fixture(params=SIZES)
def command(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The command line that writes the page of a plan."""
    definition, page = tmp_path / "definition.json", tmp_path / "page.html"
    definition.write_text(json.dumps(SIZES[request.param]))
    return ["plan", str(definition), *PLACE, "--format", "html", "--output", str(page)]


def test_page(benchmark: Any, command: list[str]) -> None:
    """The command in this process: file, plan, policies, picture, page."""
    benchmark.group = "page"
    assert 0 == benchmark(run, command)


def test_page_in_a_process(benchmark: Any, command: list[str]) -> None:
    """The same with the start of the interpreter and all imports."""
    benchmark.group = "page"
    process = [sys.executable, "-m", "sm_prefix_ext", *command]
    benchmark.pedantic(
        lambda: subprocess.run(process, check=True, capture_output=True), rounds=5, warmup_rounds=1
    )
