"""The unit tests mirror the package, and each file and test of the tests keeps to the rules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sm_prefix_ext

PACKAGE = Path(sm_prefix_ext.__file__).parent
TESTS = Path(__file__).parent
UNIT = TESTS / "unit"
UNIT_FILES = sorted(path.relative_to(UNIT).as_posix() for path in UNIT.rglob("test_*.py"))
FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py"))
MOST_LINES = 500

WITHOUT_MODULE = {
    "cli/test_hostile.py": "Every command and every renderer escapes text from outside.",
    "cli/test_levels.py": "check and plan apply the levels of a policy file.",
    "iam/evaluator/test_vectors.py": "The stored evaluations need the whole evaluator.",
    "reporting/test_machine_formats.py": "Each format has the same findings.",
    "test_sdk.py": "It tests the folder _sdk where no SDK is installed.",
}
"""Files that test several modules, with the reason."""


def modules_of(folder: Path) -> set[str]:
    """Return the names of a folder's modules and folders."""
    return {path.stem for path in folder.glob("[!_]*") if path.suffix == ".py" or path.is_dir()}


def names_a_module(file: str) -> bool:
    """Whether a file is called ``test_MODULE.py`` or ``test_MODULE_TOPIC.py``."""
    path = Path(file)
    name = path.stem.removeprefix("test_")
    modules = modules_of(PACKAGE / path.parent)
    return any(name == module or name.startswith(f"{module}_") for module in modules)


@pytest.mark.parametrize("file", [file for file in UNIT_FILES if file not in WITHOUT_MODULE])
def test_a_unit_test_is_named_after_the_module_that_it_tests(file: str) -> None:
    """``tests/unit/FOLDER/test_MODULE_TOPIC.py`` tests ``sm_prefix_ext/FOLDER/MODULE.py``."""
    assert names_a_module(file), f"{file}: name it after a module, or add it to WITHOUT_MODULE"


def test_the_exceptions_are_needed() -> None:
    """Each exception is a file that exists and names no module."""
    assert [] == [file for file in WITHOUT_MODULE if file not in UNIT_FILES or names_a_module(file)]


@pytest.mark.parametrize("file", FILES)
def test_files_of_tests_stay_small(file: str) -> None:
    """A file of more than 500 lines should be split by topic."""
    assert MOST_LINES >= len((TESTS / file).read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("file", FILES)
def test_every_test_says_what_it_requires(file: str) -> None:
    """In a sentence, which is its docstring."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    tests = [node for node in functions if node.name.startswith("test_")]
    assert [] == [test.name for test in tests if ast.get_docstring(test) is None]
