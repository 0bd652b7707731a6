"""The size of modules, the stubs of the job classes, and the imports of the package.

import-linter checks which folder may import which; its contracts are in pyproject.toml.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sm_prefix_ext
from tools.stub import stubs

PACKAGE = Path(sm_prefix_ext.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    """A module of more than 400 lines should be split into two."""
    assert 400 >= len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("stub", list(stubs()), ids=lambda stub: stub[0].name)
def test_each_stub_agrees_with_the_catalogue(stub: tuple[Path, str]) -> None:
    """If it does not, run ``python -m tools.stub``."""
    path, text = stub
    assert text == path.read_text(encoding="utf-8")


def test_importing_the_package_imports_nothing_heavy() -> None:
    """``import sm_prefix_ext`` imports no SDK, no boto3 and no library of the command."""
    code = (
        "import sys, sm_prefix_ext; heavy = {'sagemaker', 'boto3', 'botocore', 'pandas', 'click', "
        "'rich', 'moto', 'platformdirs'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
    )
    assert "[]" == done.stdout.strip()
