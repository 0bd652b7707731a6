"""Which SageMaker Python SDK is installed, and the adapter for it."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from ..core.errors import UnsupportedSdk
from .adapter import Adapter
from .catalogue import JobClass

SUPPORTED = "sagemaker 2.171 or later, or 3"
_LOWEST_V2 = Version("2.171")
_INSTALL = "pip install 'sm-prefix-ext[sdk]'"
NEWEST_TESTED = {2: ("sagemaker", "2.257.7"), 3: ("sagemaker-mlops", "1.27.0")}
"""The newest release of each major that the tests ran on, of the part that has its pipelines."""


@cache
def adapter() -> Adapter:
    """The adapter for the installed SDK; imports it, and logs a release that is newer than tested.

    Raises:
        UnsupportedSdk: where there is none, or one that isn't supported.
    """
    distribution, newest = NEWEST_TESTED[major()]
    installed = _version(distribution)
    if installed is not None and installed > Version(newest):
        logging.getLogger("sm_prefix_ext").warning(
            "%s %s is newer than %s, the newest release that this version of sm-prefix-ext was "
            "tested with.",
            distribution,
            installed,
            newest,
        )
    loaded: Adapter = import_module(f".v{major()}", __name__).ADAPTER
    return loaded


@cache
def major() -> int:
    """The major version of the installed SDK, asked of its distributions; imports nothing of it.

    ``sagemaker-core`` comes with both majors and ``sagemaker`` 3 is a meta package, so the
    distribution that carries the pipelines of version 3 tells it.

    Raises:
        UnsupportedSdk: where there is none, or one that isn't supported.
    """
    if _version("sagemaker-mlops") is not None:
        return 3
    installed = _version("sagemaker")
    if installed is None:
        raise UnsupportedSdk(None, SUPPORTED, _INSTALL)
    if installed.major == 3:
        raise UnsupportedSdk(
            f"sagemaker {installed} without sagemaker-mlops, which has its pipelines",
            SUPPORTED,
            "pip install sagemaker-mlops",
        )
    if installed.major != 2 or installed < _LOWEST_V2:
        raise UnsupportedSdk(
            f"sagemaker {installed}", SUPPORTED, f"pip install --upgrade, or {_INSTALL}"
        )
    return 2


def has(row: JobClass) -> bool:
    """Whether the installed release has a class, by its version; imports nothing of it.

    Raises:
        UnsupportedSdk: where there is none, or one that isn't supported.
    """
    if major() not in row.modules:
        return False
    installed = _version(_distribution(row))
    return installed is None or SpecifierSet(row.releases.get(major(), "")).contains(
        installed, prereleases=True
    )


def lacking(row: JobClass) -> UnsupportedSdk:
    """The error for a class of this major that the installed release doesn't have."""
    distribution, releases = _distribution(row), row.releases.get(major(), "")
    return UnsupportedSdk(
        f"{distribution} {_version(distribution)}, which has no {row.name}",
        f"{distribution}{releases} for this name" if releases else "another release for this name",
        f"use {row.gone}."
        if row.gone and not has(row)
        else f"pip install --upgrade 'sagemaker<{major() + 1}'",
    )


def _distribution(row: JobClass) -> str:
    """The distribution that a class comes with: v3 is in parts."""
    part = row.modules[major()].split(".")[1]
    return "sagemaker" if major() == 2 else f"sagemaker-{part}"


def _version(distribution: str) -> Version | None:
    try:
        return Version(version(distribution))
    except PackageNotFoundError:
        return None
