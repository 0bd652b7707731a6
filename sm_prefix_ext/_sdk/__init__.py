"""Which SageMaker Python SDK is here, found once, and what this package needs of it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from packaging.version import Version

from ..errors import UnsupportedSdk
from .upstream import Upstream

SUPPORTED = "sagemaker 2.171 or later, or 3"
_LOWEST_V2 = Version("2.171")
_INSTALL = "pip install 'sm-prefix-ext[sdk]'"


@cache
def upstream() -> Upstream:
    """What this package needs of the installed SDK; imports it.

    Raises:
        UnsupportedSdk: where there is none, or one that isn't supported.
    """
    return import_module(f".v{major()}", __name__).UPSTREAM  # type: ignore[no-any-return]


@cache
def major() -> int:
    """The major version of the installed SDK, asked of its distributions; imports nothing of it.

    ``sagemaker-core`` comes with both majors and ``sagemaker`` 3 is a meta package, so version 3 is
    told by the distribution that carries its pipelines.

    Raises:
        UnsupportedSdk: where there is none, or one that isn't supported.
    """
    if _version("sagemaker-mlops") is not None:
        return 3
    found = _version("sagemaker")
    if found is None:
        raise UnsupportedSdk(None, SUPPORTED, _INSTALL)
    if found.major == 3:
        raise UnsupportedSdk(
            f"sagemaker {found} without sagemaker-mlops, which has its pipelines",
            SUPPORTED,
            "pip install sagemaker-mlops",
        )
    if found.major != 2 or found < _LOWEST_V2:
        raise UnsupportedSdk(
            f"sagemaker {found}", SUPPORTED, f"pip install --upgrade, or {_INSTALL}"
        )
    return 2


def _version(distribution: str) -> Version | None:
    try:
        return Version(version(distribution))
    except PackageNotFoundError:
        return None
