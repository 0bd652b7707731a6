"""docs/architecture.md names every folder, and only names that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import sm_prefix_ext

ROOT = Path(__file__).parents[2]
PACKAGE = Path(sm_prefix_ext.__file__).parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDERS = sorted(path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*/__init__.py"))
TOP = {folder.parts[0] for folder in FOLDERS}
NAMES = sorted(
    {name for name in re.findall(r"`(\w+(?:\.\w+)+)`", PAGE) if name.partition(".")[0] in TOP}
)


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_folder_has_a_row(folder: Path) -> None:
    """The table of folders has a row with the folder's purpose."""
    assert re.search(rf"^\| `{folder.as_posix()}` \| \w", PAGE, flags=re.MULTILINE)


def test_the_layers_are_those_of_the_contract() -> None:
    """The diagram has the layers of the import-linter contract."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"^layers = \[\n(.*?)^\]", text, flags=re.DOTALL | re.MULTILINE)
    assert layers
    lines = re.findall(r'"(.+)"', layers[1])
    assert "```text\n{}\n```".format("\n".join(lines)) in PAGE


def defined(body: Iterable[ast.stmt], name: str) -> ast.stmt | None:
    """The statement that defines a name."""
    for node in body:
        if getattr(node, "name", None) == name:
            return node
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node
    return None


def exists(name: str) -> bool:
    """Whether the package has a module, and that module a function, class, method or table."""
    parts, path = name.split("."), PACKAGE
    while parts and (path / parts[0]).is_dir():
        path /= parts.pop(0)
    path = path / f"{parts.pop(0)}.py" if parts else path / "__init__.py"
    if not path.is_file():
        return False
    node: ast.AST | None = ast.parse(path.read_text(encoding="utf-8"))
    for part in parts:
        node = defined(getattr(node, "body", []), part)
    return node is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name: str) -> None:
    """The package has every module and function that the page names."""
    assert exists(name)


def test_a_wrong_name_does_not_exist() -> None:
    """``exists()`` is false for a missing function, module and method."""
    assert len(NAMES) > 20
    for name in ("core.findings.Findings", "core.nothing.x", "dropin.pipeline.Pipeline.upserts"):
        assert not exists(name)


def test_files_that_the_page_names_exist() -> None:
    """The page names them in backticks and links."""
    for path in re.findall(r"`((?:tests|_sdk)/[\w/]+\.py)`", PAGE):
        assert (ROOT / path).is_file() or (PACKAGE / path).is_file()
    for link in re.findall(r"\]\((?!http)([^)#]+)", PAGE):
        assert (ROOT / "docs" / link).is_file()
