"""The size of modules, the stub of the job classes, and what an import costs.

Which folder may import which is import-linter's, in pyproject.toml.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sm_prefix_ext
from sm_prefix_ext._sdk.catalogue import CATALOGUE

PACKAGE = Path(sm_prefix_ext.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    """A module of more than 400 lines should be split into two."""
    assert 400 >= len(path.read_text(encoding="utf-8").splitlines())


def imports_of(stub: str) -> Iterator[tuple[str, str]]:
    """The modules and the names that a stub hands on."""
    for node in ast.parse((PACKAGE / "_sdk" / stub).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                assert alias.name == (alias.asname or "*") or node.module == "typing"
                yield "." * node.level + str(node.module), alias.name


def test_what_type_checkers_read_is_the_catalogue() -> None:
    """Each name comes from where the SDK keeps it; one of both majors, from either place."""
    both = {name for name, row in CATALOGUE.items() if len(row.modules) == 2}
    one = {(module, name) for name, row in CATALOGUE.items() for module in row.modules.values()}
    found = list(imports_of("job_classes.pyi"))
    assert len(set(found)) == len(found)
    assert {(".either", name) for name in both} | {row for row in one if row[1] not in both} == set(
        found
    )
    modules = {module for name in both for module in CATALOGUE[name].modules.values()}
    stars = [row for row in imports_of("either.pyi") if row != ("typing", "Any")]
    assert sorted((module, "*") for module in modules) == sorted(stars)


def test_importing_the_package_imports_nothing_heavy() -> None:
    """``import sm_prefix_ext`` leaves the SDK, boto3 and the command's libraries alone."""
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
