"""Metadata, checks and code agree on versions and files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

import sm_prefix_ext
from sm_prefix_ext import _sdk

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
BUILD = PYPROJECT["tool"]["hatch"]["build"]


def pins(file: str) -> dict[str, str]:
    """The versions pinned in a requirements file."""
    lines = (ROOT / ".ci" / file).read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def sdk_range() -> Requirement:
    """The requirement of the SDK in the metadata."""
    [sdk] = PROJECT["optional-dependencies"]["sdk"]
    return Requirement(sdk)


def test_metadata_checks_and_code_agree_on_the_lowest_v2() -> None:
    """All three have the same version."""
    lowest = str(_sdk._LOWEST_V2)
    assert {f">={lowest}", "<4"} == {str(part) for part in sdk_range().specifier}
    assert f"{lowest}.0" == pins("lowest-v2.txt")["sagemaker"]
    assert f"sagemaker {lowest} or later" in _sdk.SUPPORTED


@pytest.mark.parametrize("file", ["lowest-v2.txt", "lowest-v3.txt"])
def test_the_metadata_allows_what_the_checks_install(file: str) -> None:
    """The lowest versions that are tested lie in the declared range."""
    assert pins(file)["sagemaker"] in sdk_range().specifier


@pytest.mark.parametrize("lock", ["none", "v2", "v3"])
def test_a_lock_has_versions_and_nothing_else(lock: str) -> None:
    """It has no index, path or extra, so pip accepts it as constraints on every Python."""
    lines = (ROOT / ".ci" / "lock" / f"{lock}.txt").read_text("utf-8").splitlines()
    assert [] == [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line)]
    names = {Requirement(line).name for line in lines}
    assert {"boto3", "moto", "pandas", "pytest"} <= names
    assert (lock != "none") == ("sagemaker" in names)


@pytest.mark.parametrize(("major", "lock"), [(2, "v2"), (3, "v3")])
def test_the_locked_sdk_is_the_newest_tested(major: int, lock: str) -> None:
    """If it is not, update the lock or ``NEWEST_TESTED``."""
    distribution, newest = _sdk.NEWEST_TESTED[major]
    lines = (ROOT / ".ci" / "lock" / f"{lock}.txt").read_text("utf-8").splitlines()
    assert f"{distribution}=={newest}" in lines


def test_the_base_install_stays_small() -> None:
    """It has no SDK, moto or pandas."""
    names = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert {"boto3", "click", "packaging", "platformdirs", "pyyaml", "rich", "tomli"} == names


def test_the_version_is_of_a_release_or_a_development_version() -> None:
    """The build writes the version; without a build its local part is ``unknown``."""
    version = Version(sm_prefix_ext.__version__)
    assert version.is_devrelease or version.local == "unknown" or len(version.release) == 3


def test_the_changelog_begins_with_this_version() -> None:
    """Its first heading is the version, or *Unreleased*."""
    [first, *_] = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert first in ("Unreleased", sm_prefix_ext.__version__)


def test_every_supported_python_has_a_classifier() -> None:
    """The classifiers begin with the lowest Python of the metadata, and have no gap."""
    head = "Programming Language :: Python :: 3."
    minors = [int(text.removeprefix(head)) for text in PROJECT["classifiers"] if head in text]
    assert f">=3.{minors[0]}" == PROJECT["requires-python"]
    assert list(range(10, 15)) == minors


def test_the_addresses_of_the_project_exist() -> None:
    """Each address is in the repository, and its file or folder exists."""
    urls = PROJECT["urls"]
    home = urls["Homepage"]
    assert {"Homepage", "Documentation", "Changelog", "Issues"} == set(urls)
    assert all(urls[name].startswith(home) for name in ("Changelog", "Issues"))
    assert (ROOT / urls["Changelog"].partition("/main/")[2]).exists()
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    assert (urls["Documentation"], home) == (site["site_url"], site["repo_url"])
    assert [{"name": "sm-prefix-ext contributors"}] == PROJECT["authors"]


def test_the_sdist_has_tests_and_docs() -> None:
    """Every entry is in the repository; ``nox -s sdist`` compares the files."""
    patterns = BUILD["targets"]["sdist"]["include"]
    assert {"/sm_prefix_ext", "/tests", "/tools", "/docs", "/*.md"} <= set(patterns)
    for pattern in patterns:
        assert pattern.startswith("/")  # else it would match in any folder
        assert list(ROOT.glob(pattern[1:])), pattern
    assert ["sm_prefix_ext"] == BUILD["targets"]["wheel"]["packages"]


def test_links_of_the_description_lead_somewhere_on_pypi() -> None:
    """Each is an address; those into the repository name files that exist."""
    text = (ROOT / "README.md").read_text("utf-8")
    hook = PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    for substitution in hook["substitutions"]:
        text = re.sub(substitution["pattern"], substitution["replacement"], text)
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert [] == [link for link in links if not link.startswith("https://")]
    project = PROJECT["urls"]["Homepage"].removeprefix("https://github.com/")
    for beginning in (
        f"github.com/{project}/blob/main/",
        f"raw.githubusercontent.com/{project}/main/",
    ):
        paths = [link.partition(beginning)[2] for link in links if beginning in link]
        assert paths
        assert [] == [path for path in paths if not (ROOT / path).is_file()]
