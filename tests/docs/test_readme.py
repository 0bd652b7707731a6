"""Snippets of the documentation and of docstrings run; tables are those of the code."""

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
    found = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", page, flags=re.DOTALL)
    assert found, mark
    return found.group(1)


def test_the_tables_are_projections_of_the_table() -> None:
    """The limits and the reasons in the documentation are those of ``step_types.py``."""
    assert markdown.limits() == between("limits")
    assert markdown.without_jobs() == between("without jobs")


def test_the_policy_file_is_valid(tmp_path: Path) -> None:
    """The policy in the README can be read, and has the values that it shows."""
    [text] = blocks("README.md", "toml")
    file = tmp_path / "sm-prefix.toml"
    file.write_text(text, encoding="utf-8")
    policy = PrefixPolicy.from_file(file)
    assert ("team-alpha", "ta") == (policy.prefix, policy.short_prefix)
    assert policy.role_for("Any", "Training") != policy.role_for("Any", "Processing")


def test_there_are_two_commands() -> None:
    """The section that the checks run holds two commands."""
    section = README.split("## Two commands\n")[1].split("\n## ")[0]
    [block] = re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)
    assert 2 == len(block.strip().splitlines())


def test_the_commands_install_into_their_own_environment() -> None:
    """uv prefers an active environment to its own, unless an option names one."""
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
    """Run the README's example, and give its names to the snippets of other pages."""
    [example] = blocks("README.md", "python")
    assert 12 == len([line for line in example.splitlines() if line.strip()])
    if MAJOR == 3:
        for v2, v3 in V3_IMPORTS.items():
            assert f"`{v3}`" in README
            example = example.replace(f"from {v2} ", f"from {v3} ")
    exec(example, names := {})
    return {name: names[name] for name in ("role", "image", "session", "pipeline", "Processor")}


def run_page(page: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run the snippets of a page, one after the other."""
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "README's example" in text
    names = dict(names)
    for snippet in blocks(page, "python"):
        exec(snippet, names)
    return names


@needs_sdk
def test_the_snippets_run(embedded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """As pasted: those of a page after the README's example, whose names they use."""
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
    """The embedded AWS opens as shown."""
    [snippet] = blocks("docs/embedded-aws.md", "python")
    exec(snippet, names := {})
    assert names["role"].startswith("arn:aws:iam::123456789012:role/")


def test_every_page_with_snippets_is_run() -> None:
    """A new page with Python has to be named in a test of its own or here."""
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
    for found in pkgutil.walk_packages(sm_prefix_ext.__path__, "sm_prefix_ext."):
        if found.name.rpartition(".")[2] in ("__main__", "v2", "v3"):
            continue
        if MAJOR is None and found.name in NEED_AN_SDK:
            continue
        yield found.name


@pytest.mark.parametrize("name", list(_modules()))
def test_the_docstrings_examples_run(name: str, request: pytest.FixtureRequest) -> None:
    """Every example in a docstring gives what it says."""
    if MAJOR is not None:
        adapter().load("Processor")  # v2 says on standard output that it is imported
    if name in ("sm_prefix_ext.dropin.pipeline", "sm_prefix_ext.dropin.rendering"):
        request.getfixturevalue("embedded")
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert 0 == result.failed


def test_the_links_lead_to_files() -> None:
    """Of the README and of the pages that it links to."""
    pages = [
        ROOT / name for name in ("README.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md")
    ]
    for page in (*pages, *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!http|#)([^)#\s]+)", text):
            assert (page.parent / link).is_file(), f"{page.name}: {link}"


def test_the_documentation_is_linked() -> None:
    """Every page is one click away."""
    section = README.split("## Documentation\n")[1]
    for page in (*ROOT.glob("[A-Z]*.md"), *(ROOT / "docs").glob("*.md")):
        if page.name not in ("README.md", "CHANGELOG.md"):
            assert f"({page.relative_to(ROOT).as_posix()})" in section, page.name
