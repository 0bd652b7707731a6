"""Workflows parse and call existing scripts and sessions; hooks run the project's tools."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".github" / "workflows"
if not FOLDER.is_dir():
    pytest.skip("the sdist has no workflows", allow_module_level=True)

FILES = sorted(FOLDER.glob("*.yml"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read(path: Path) -> dict[Any, Any]:
    """A YAML file."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def steps(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each step of a workflow, with its job."""
    for job in read(path)["jobs"].values():
        for step in job["steps"]:
            yield job, step


def nox_sessions() -> set[str]:
    """The sessions of noxfile.py, including those of parametrized sessions."""
    sessions = set()
    for node in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            sessions.add(node.name)
            if any("parametrize" in ast.unparse(decorator) for decorator in node.decorator_list):
                sessions |= {f"{node.name}({major})" for major in ("v2", "v3")}
    return sessions


def test_each_workflow_has_its_trigger() -> None:
    """YAML reads the key ``on`` as ``True``."""
    assert ["ci", "release", "sdk-canary"] == [path.stem for path in FILES]
    ci, release, canary = (read(path)[True] for path in FILES)
    assert "pull_request" in ci
    assert {"push": {"tags": ["v*"]}} == release
    assert re.fullmatch(r"\d+ \d+ \* \* 1", canary["schedule"][0]["cron"])


@each_file
def test_scripts_and_sessions_of_a_workflow_exist(path: Path) -> None:
    """The scripts are executable, and noxfile.py has the sessions."""
    for job, step in steps(path):
        command = step.get("run", "")
        for script in re.findall(r"(?:^|\s)(\.\w[\w/]*)", command):
            assert os.access(ROOT / script, os.X_OK), script
        called = re.search(r"nox --sessions (.+)", command)
        if called:
            text = called[1]
            for value in job.get("strategy", {}).get("matrix", {}).get("major", [""]):
                filled = text.replace("${{ matrix.major }}", value).replace('"', "")
                assert set() == set(filled.split()) - nox_sessions()


@each_file
def test_actions_are_pinned_by_major_version(path: Path) -> None:
    """The token of a workflow is read-only by default."""
    for _, step in steps(path):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@(release/)?v\d+", step["uses"])
    assert {"contents": "read"} == read(path)["permissions"]


def test_ci_runs_everything_on_every_python() -> None:
    """It runs ``.ci/run``, and each Python of the classifiers."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pythons = re.findall(r"Programming Language :: Python :: (3\.\d+)", text)
    jobs = read(FOLDER / "ci.yml")["jobs"]
    assert pythons == jobs["pythons"]["strategy"]["matrix"]["python"]
    assert {"run": ".ci/run"} in jobs["everything"]["steps"]


def test_the_release_is_published_without_a_token() -> None:
    """The job uses trusted publishing from an environment, after the build."""
    publish = read(FOLDER / "release.yml")["jobs"]["publish"]
    assert ("build", "pypi") == (publish["needs"], publish["environment"]["name"])
    assert {"id-token": "write"} == publish["permissions"]
    assert "secrets." not in (FOLDER / "release.yml").read_text(encoding="utf-8")


def test_the_documentation_is_published_with_the_release() -> None:
    """The site that the build checked, with the notebooks executed."""
    jobs = read(FOLDER / "release.yml")["jobs"]
    sessions, uploads = [], []
    for step in jobs["build"]["steps"]:
        sessions += step.get("run", "").partition("nox --sessions ")[2].split()
        uploads += [step["with"]["path"]] if "pages-artifact" in step.get("uses", "") else []
    assert sessions.index("docs") < sessions.index("site")  # both write it
    assert ["site/"] == uploads
    assert ("publish", "github-pages") == (
        jobs["pages"]["needs"],
        jobs["pages"]["environment"]["name"],
    )
    assert {"id-token": "write", "pages": "write"} == jobs["pages"]["permissions"]
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    assert 'session.run("mkdocs", "build", "--strict", env=' in noxfile  # --quiet hides warnings
    assert 1 == len(jobs["pages"]["steps"])


def test_the_hooks_run_the_projects_tools() -> None:
    """The hooks are local, so that the versions are those of pyproject.toml."""
    [local] = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert "local" == local["repo"]
    assert ["ruff", "ruff", "mypy"] == [hook["entry"].split()[0] for hook in local["hooks"]]
