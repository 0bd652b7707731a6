"""Examples of docstrings run, and the README and the tables agree with the code."""

from __future__ import annotations

import doctest
import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sm_prefix_ext
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext.reporting import markdown

from ..installed import MAJOR

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def between(mark: str) -> str:
    """The text between two marks on the page of limits."""
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    table = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", page, flags=re.DOTALL)
    assert table, mark
    return table.group(1)


def test_the_tables_of_limits_are_current() -> None:
    """Limits and reasons on the page are those of ``step_types.py``."""
    assert markdown.limits() == between("limits")
    assert markdown.without_jobs() == between("without jobs")


def test_the_section_of_two_commands_has_two() -> None:
    """``.ci/run`` runs the commands of the section."""
    section = README.split("## Two commands\n")[1].split("\n## ")[0]
    [block] = re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)
    assert 2 == len(block.strip().splitlines())


def test_install_commands_name_their_environment() -> None:
    """Without the option, uv prefers an active environment."""
    for command in re.findall(r"\S*uv pip install [^&\n]*", README):
        assert "--python .venv" in command


@pytest.fixture
def embedded() -> Iterator[Any]:
    from sm_prefix_ext.embedded import EmbeddedAWS

    logging.getLogger("sagemaker").setLevel(logging.ERROR)
    with EmbeddedAWS() as aws:
        yield aws


NEED_AN_SDK = (
    "sm_prefix_ext.dropin.pipeline",
    "sm_prefix_ext.dropin.rendering",
    "sm_prefix_ext.dropin.job_classes",
)


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(sm_prefix_ext.__path__, "sm_prefix_ext."):
        if module.name.rpartition(".")[2] in ("__main__", "v2", "v3"):
            continue
        if MAJOR is None and module.name in NEED_AN_SDK:
            continue
        yield module.name


@pytest.mark.parametrize("name", list(_modules()))
def test_the_docstrings_examples_run(name: str, request: pytest.FixtureRequest) -> None:
    """The examples of each module pass as doctests."""
    if MAJOR is not None:
        adapter().load("Processor")  # the import of v2 prints to standard output
    if name in ("sm_prefix_ext.dropin.pipeline", "sm_prefix_ext.dropin.rendering"):
        request.getfixturevalue("embedded")
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert 0 == result.failed


def test_relative_links_lead_to_files() -> None:
    """The pages are the README, those that it links to, and those in docs.

    The site's build writes a page for each notebook.
    """
    notebooks = {
        ROOT / "docs" / "notebooks" / f"{path.stem}.md"
        for path in (ROOT / "notebooks").glob("*.ipynb")
    }
    pages = [
        ROOT / name for name in ("README.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md")
    ]
    for page in (*pages, *sorted((ROOT / "docs").rglob("*.md"))):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!http|#)([^)#\s]+)", text):
            target = page.parent / link
            assert target.is_file() or target in notebooks, f"{page.name}: {link}"


def test_the_readme_links_to_the_site_and_the_other_files() -> None:
    """The other files are those of the repository's root."""
    for page in ROOT.glob("[A-Z]*.md"):
        if page.name != "README.md":
            assert f"({page.name})" in README, page.name
    assert "(https://sm-prefix-ext.github.io/sm-prefix-ext/)" in README
