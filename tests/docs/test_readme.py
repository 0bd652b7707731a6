"""Snippets of documentation and docstrings run, and tables agree with the code."""

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
from sm_prefix_ext import PrefixPolicy, PrefixViolation
from sm_prefix_ext._sdk import adapter
from sm_prefix_ext.reporting import markdown

from ..installed import MAJOR, needs_sdk

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language on a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


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


def test_the_policy_in_the_readme_is_valid(tmp_path: Path) -> None:
    """It has the values that the README shows."""
    [text] = blocks("README.md", "toml")
    file = tmp_path / "sm-prefix.toml"
    file.write_text(text, encoding="utf-8")
    policy = PrefixPolicy.from_file(file)
    assert ("team-alpha", "ta") == (policy.prefix, policy.short_prefix)
    assert policy.role_for("Any", "Training") != policy.role_for("Any", "Processing")


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


V3_IMPORTS = {
    "sagemaker.workflow.pipeline_context": "sagemaker.core.workflow.pipeline_context",
    "sagemaker.workflow.steps": "sagemaker.mlops.workflow.steps",
}


def run_example() -> dict[str, Any]:
    """Run the README's example, and return its names for the snippets of other pages."""
    [example] = blocks("README.md", "python")
    assert 12 == len([line for line in example.splitlines() if line.strip()])
    if MAJOR == 3:
        for v2, v3 in V3_IMPORTS.items():
            assert f"`{v3}`" in README
            example = example.replace(f"from {v2} ", f"from {v3} ")
    exec(example, names := {})
    return {name: names[name] for name in ("role", "image", "session", "pipeline", "Processor")}


def run_page(page: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run the snippets of a page in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "README's example" in text
    names = dict(names)
    for snippet in blocks(page, "python"):
        exec(snippet, names)
    return names


@needs_sdk
def test_the_snippets_run(embedded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The snippets of a page use the names of the README's example."""
    embedded.create_role("pipeline-execution")
    example = run_example()
    assert "team-a-prepare" == capsys.readouterr().out.splitlines()[-1]

    [message] = blocks("README.md", "text")
    with pytest.raises(PrefixViolation) as raised:
        exec('Processor(role, image, 1, "m", base_job_name="prepare_data")', dict(example))
    assert str(raised.value).endswith("\n" + message.rstrip("\n"))

    names = run_page("docs/pipelines.md", example)
    assert () == names["findings"] == names["rendering"].findings
    assert "team-a-prepare-*" in capsys.readouterr().out
    assert 1 == len(names["rendering"].plan())

    example = run_example()  # the page turned prefixing off
    run_page("docs/job-classes.md", example)
    assert "Processor(base_job_name=) got 'my_step': it has '_' in it." in capsys.readouterr().out
    assert 1 == len(run_page("docs/executions.md", example)["jobs"])
    answer = run_page("docs/iam.md", example)["answer"]
    assert answer.ok
    assert () == answer.warnings
    assert "Preprocess sagemaker:CreateProcessingJob" in capsys.readouterr().out


def test_the_embedded_snippet_runs() -> None:
    """The snippet opens an embedded AWS and creates a role."""
    [snippet] = blocks("docs/embedded-aws.md", "python")
    exec(snippet, names := {})
    assert names["role"].startswith("arn:aws:iam::123456789012:role/")


def test_every_page_with_snippets_is_run() -> None:
    """Each page with Python is in one of the two sets."""
    run = {"pipelines.md", "job-classes.md", "executions.md", "iam.md", "embedded-aws.md"}
    others = {"policy-file.md", "findings.md"}  # tests of their own
    pages = {
        page.name for page in (ROOT / "docs").glob("*.md") if blocks(f"docs/{page.name}", "python")
    }
    assert set() == pages - run - others
    assert run <= pages


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
    """The pages are the README, those that it links to, and those in docs."""
    pages = [
        ROOT / name for name in ("README.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md")
    ]
    for page in (*pages, *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!http|#)([^)#\s]+)", text):
            assert (page.parent / link).is_file(), f"{page.name}: {link}"


def test_the_readme_links_to_every_page() -> None:
    """The links are in the section on documentation."""
    section = README.split("## Documentation\n")[1]
    for page in (*ROOT.glob("[A-Z]*.md"), *(ROOT / "docs").glob("*.md")):
        if page.name not in ("README.md", "CHANGELOG.md"):
            assert f"({page.relative_to(ROOT).as_posix()})" in section, page.name
