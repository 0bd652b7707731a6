"""One fact, one owner: what the metadata, the checks and the code say of versions agrees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import sm_prefix_ext
from sm_prefix_ext import _sdk

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins(file: str) -> dict[str, str]:
    """The versions pinned in a requirements file."""
    lines = (ROOT / ".ci" / file).read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def sdk_range() -> Requirement:
    """The SDK that the metadata asks for."""
    [sdk] = PROJECT["optional-dependencies"]["sdk"]
    return Requirement(sdk)


def test_the_lowest_v2_is_one_version() -> None:
    """Of the metadata, of the checks, of the code."""
    lowest = str(_sdk._LOWEST_V2)
    assert {f">={lowest}", "<4"} == {str(part) for part in sdk_range().specifier}
    assert f"{lowest}.0" == pins("lowest-v2.txt")["sagemaker"]
    assert f"sagemaker {lowest} or later" in _sdk.SUPPORTED


@pytest.mark.parametrize("file", ["lowest-v2.txt", "lowest-v3.txt"])
def test_the_metadata_allows_what_the_checks_install(file: str) -> None:
    """The lowest versions that are tested lie in the declared range."""
    assert pins(file)["sagemaker"] in sdk_range().specifier


def test_the_base_install_stays_small() -> None:
    """No SDK, moto or pandas in it."""
    names = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert {"boto3", "click", "packaging", "platformdirs", "rich", "tomli"} == names


def test_the_changelog_knows_this_version() -> None:
    """The newest heading is the version, or what comes after it."""
    [first, *_] = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert first in ("Unreleased", sm_prefix_ext.__version__)
