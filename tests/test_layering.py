"""Imports point down the list of layers, and only the SDK adapters import the SDK."""

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
LAYERS = (
    {"core", "errors"},
    {"enforcement"},
    {"iam"},
    {"_sdk"},
    {
        "dropin",
        "audit",
        "embedded",
        "reporting",
        "demo",
    },
    {"cli", "__main__"},
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
ADAPTERS = {"_sdk/v2.py", "_sdk/v3.py"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The room that a file of the package is in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The absolute names that a file imports, inside functions too."""
    parts = ["sm_prefix_ext", *path.relative_to(PACKAGE).with_suffix("").parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            whole = ".".join(filter(None, [base, node.module]))
            yield from (f"{whole}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """A module imports only from its own layer and those below it."""
    if room_of(path) == "__init__":
        return  # the package itself hands out every name, lazily
    for name in imported(path):
        head, _, rest = name.partition(".")
        if head == "sm_prefix_ext":
            room = rest.partition(".")[0]
            if room in LEVEL:
                assert LEVEL[room_of(path)] >= LEVEL[room], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_adapters_import_the_sdk(path: Path) -> None:
    """``sagemaker`` is imported in ``_sdk/v2.py`` and ``_sdk/v3.py`` alone."""
    if path.relative_to(PACKAGE).as_posix() in ADAPTERS:
        return
    assert [] == [name for name in imported(path) if name.partition(".")[0] == "sagemaker"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    """A module of more than 400 lines has a second room in it."""
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
