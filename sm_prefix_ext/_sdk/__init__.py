"""The version of the installed SageMaker Python SDK, and the adapter for it."""

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
"""By major, the distribution that contains the pipelines, and its newest tested release."""


@cache
def adapter() -> Adapter:
    """Return the adapter for the installed SDK; logs a release newer than the newest tested.

    Raises:
        UnsupportedSdk: if no supported SDK is installed.
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
    """Return the major version of the installed SDK; reads metadata and does not import the SDK.

    ``sagemaker-core`` comes with both majors, and ``sagemaker`` 3 is a meta package. Only the
    distribution with the pipelines of version 3, ``sagemaker-mlops``, identifies that major.

    Raises:
        UnsupportedSdk: if no supported SDK is installed.
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
        raise UnsupportedSdk(f"sagemaker {installed}", SUPPORTED, _INSTALL)
    return 2


def has(row: JobClass) -> bool:
    """Test by its version whether the installed release has a class; does not import the SDK.

    Raises:
        UnsupportedSdk: if no supported SDK is installed.
    """
    if major() not in row.modules:
        return False
    installed = _version(_distribution(row))
    return installed is None or SpecifierSet(row.releases.get(major(), "")).contains(
        installed, prereleases=True
    )


def missing_class_error(row: JobClass) -> UnsupportedSdk:
    """Return the error for a class of this major that the installed release doesn't have."""
    distribution, releases = _distribution(row), row.releases.get(major(), "")
    fix = f"pip install --upgrade 'sagemaker<{major() + 1}'"
    return UnsupportedSdk(
        f"{distribution} {_version(distribution)}, which has no {row.name}",
        f"{distribution}{releases} for this name" if releases else "another release for this name",
        f"use {row.gone}." if row.gone and not has(row) else fix,
    )


def _distribution(row: JobClass) -> str:
    """Return the distribution of a class; v3 consists of several."""
    part = row.modules[major()].split(".")[1]
    return "sagemaker" if major() == 2 else f"sagemaker-{part}"


def _version(distribution: str) -> Version | None:
    try:
        return Version(version(distribution))
    except PackageNotFoundError:
        return None
