"""Each page of the documentation runs, from top to bottom."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ..installed import MAJOR
from .snippets import ROOT, blocks, is_like, run_page, without_noise

OTHERS = {"audit.md", "ci.md", "findings.md", "policy-file.md"}
"""The pages that have tests of their own."""
FOR_CONTRIBUTORS = {"adding-a-step-type.md", "upgrading-the-sdk.md"}
"""The pages whose commands run the tests, or need the network."""
AFTER_QUICK_START = {
    *("executions.md", "how-to/step-decorator.md", "iam.md", "job-classes.md", "pipelines.md"),
}
"""The pages whose snippets use the names of the quick start."""
NEED_AN_SDK = AFTER_QUICK_START | {
    *("embedded-aws.md", "index.md", "quick-start.md", "testing.md", "tutorial.md", "v2-to-v3.md"),
}
"""The pages whose snippets import the SDK, or a class that does."""
OPENS_ITS_OWN = {"embedded-aws.md", "index.md", "tutorial.md"}
"""The pages that open an embedded AWS themselves."""
ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
STEP = {"Name": "Train", "Type": "Training", "Arguments": {"TrainingJobName": "team-a-train"}}
FILES: dict[str, dict[str, Any]] = {
    "iam.md": {
        "pipeline.json": {"Version": "2020-12-01", "Steps": [STEP]},
        **dict.fromkeys(("role.json", "boundary.json", "root.json"), ALLOW_ALL),
    }
}
"""The files that the commands of a page read and the page does not show."""
DOCS = ROOT / "docs"
RUN = {"python", "sh"}
PAGES = sorted(
    page.relative_to(DOCS).as_posix()
    for page in DOCS.rglob("*.md")
    if any(block.language in RUN for block in blocks(page.read_text(encoding="utf-8")))
)


EVERY_PAGE = ["README.md", *(page.relative_to(ROOT).as_posix() for page in DOCS.rglob("*.md"))]
V2_IMPORTS = {
    "sagemaker.core.workflow.pipeline_context": "sagemaker.workflow.pipeline_context",
    "sagemaker.mlops.workflow.steps": "sagemaker.workflow.steps",
}


@pytest.fixture
def embedded() -> Iterator[Any]:
    from sm_prefix_ext.embedded import EmbeddedAWS

    logging.getLogger("sagemaker").setLevel(logging.ERROR)
    with EmbeddedAWS() as aws:
        aws.create_role("pipeline-execution")
        yield aws


@pytest.fixture
def _own_aws_is_closed() -> Iterator[None]:
    """Close the embedded AWS that a page opens and leaves open, as an example may."""
    yield
    from sm_prefix_ext.embedded import EmbeddedAWS

    opened = EmbeddedAWS.current()
    if opened is not None:
        opened.stop()


@pytest.mark.usefixtures("_own_aws_is_closed")
@pytest.mark.parametrize(
    "page",
    [
        page
        for page in PAGES
        # What needs no SDK is run without one.
        if page not in OTHERS | FOR_CONTRIBUTORS and (MAJOR is None or page in NEED_AN_SDK)
    ],
)
def test_the_page_runs(
    page: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its snippets, its commands, and what it says that they print."""
    if page in NEED_AN_SDK and MAJOR is None:
        pytest.skip("its snippets import the SDK")
    if page not in OPENS_ITS_OWN:
        request.getfixturevalue("embedded")
    monkeypatch.setenv("HOME", str(tmp_path))
    names: dict[str, Any] = {}
    if page in AFTER_QUICK_START:
        assert "of the [quick start](" in (DOCS / page).read_text(encoding="utf-8")
        names = run_page("docs/quick-start.md", tmp_path, MAJOR, names, shell=False)
    for name, document in FILES.get(page, {}).items():
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    run_page(f"docs/{page}", tmp_path, MAJOR, names)


@pytest.mark.parametrize("page", sorted(FOR_CONTRIBUTORS))
def test_the_commands_for_contributors_exist(page: str) -> None:
    """The modules, folders and sessions that they name."""
    text = (DOCS / page).read_text(encoding="utf-8")
    commands = "".join(block.text for block in blocks(text) if block.language == "sh")
    for module in re.findall(r"python -m (tools[.]\w+)", commands):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module
    for folder in re.findall(r"\b(tests/\w+)", commands):
        assert (ROOT / folder).is_dir(), folder
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    for session in re.findall(r"nox --sessions (\w+)", commands):
        assert f"def {session}(" in noxfile, session
    assert re.search("python -m|nox --sessions", commands)


def test_the_readme_runs_as_pasted(tmp_path: Path) -> None:
    """Its example prints what it shows, without a region; v2 needs the imports that it names."""
    if MAJOR is None:
        pytest.skip("its snippets import the SDK")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [example] = [block.text for block in blocks(readme) if block.language == "python"]
    [shown] = [block.text for block in blocks(readme) if block.language == "text"]
    assert 10 == len([line for line in example.splitlines() if line.strip()])
    if MAJOR == 2:
        for v3, v2 in V2_IMPORTS.items():
            assert f"`{v2}`" in readme
            example = example.replace(f"from {v3} ", f"from {v2} ")
    environment = {name: value for name, value in os.environ.items() if "AWS_" not in name}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", example],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
    )
    assert 0 == done.returncode, done.stderr
    assert is_like(shown, without_noise(done.stdout))


def test_the_front_page_has_the_readmes_example() -> None:
    """Both show one example, so that neither falls behind."""
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/index.md")]
    first, second = (
        next(block.text for block in blocks(text) if block.language == "python") for text in texts
    )
    assert first == second


@pytest.mark.parametrize("page", [page for page in PAGES if page != "v2-to-v3.md"])
def test_the_first_tab_is_of_the_sdk_that_is_installed(page: str) -> None:
    """The extra ``sdk`` installs the newest major; of tabs, a reader copies the first."""
    tabs = re.findall(r'^=== "SDK (v\d)"$', (DOCS / page).read_text(encoding="utf-8"), flags=re.M)
    assert tabs == ["v3", "v2"] * (len(tabs) // 2)


def test_the_navigation_has_every_page() -> None:
    """And nothing that isn't there."""
    import yaml

    def pages(entry: Any) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values() if isinstance(entry, dict) else entry:
                yield from pages(value)

    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    files = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    files += [f"notebooks/{notebook.stem}.md" for notebook in (ROOT / "notebooks").glob("*.ipynb")]
    assert sorted(files) == sorted(pages(site["nav"]))
    assert False is site["theme"]["font"]  # the reader's browser asks no other host


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_the_addresses_are_well_formed(page: str) -> None:
    """Each of another site is an https address with a host; what is in the repository exists."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for address in re.findall(r"\]\((\w+:[^)]*)\)", text):
        parts = urlsplit(address)
        assert "https" == parts.scheme, address
        assert re.fullmatch(r"[a-z0-9-]+([.][a-z0-9-]+)+", parts.netloc), address
        assert not re.search(r"\s", address), address
        _, blob, path = parts.path.partition("/sm-prefix-ext/sm-prefix-ext/blob/main/")
        assert not blob or (ROOT / path).exists(), address
