"""Enforced job prefixes for SageMaker Pipelines, with the SageMaker Python SDK v2 and v3.

Importing this package imports neither the SDK nor boto3, since each name is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

try:
    from ._version import __version__ as __version__
except ModuleNotFoundError:  # the files of a checkout that was never built
    __version__ = "0+unknown"

_MODULES = {
    "InvalidPrefix": "errors",
    "JobName": "core.job_names",
    "JobPrefix": "core.job_names",
    "Pipeline": "dropin.pipeline",
    "PipelineDefinitionConfig": "dropin.pipeline",
    "Plan": "core.plan",
    "PolicyFileError": "errors",
    "PrefixError": "errors",
    "PrefixPolicy": "core.prefix_policy",
    "PrefixViolation": "errors",
    "PrefixWarning": "errors",
    "UnsupportedSdk": "errors",
    "guard": "dropin.boto_guard",
    "prefixed": "dropin.job_classes",
    "prefixed_jobs": "core.prefixed_jobs",
}

if TYPE_CHECKING:
    from . import iam as iam
    from ._sdk.job_classes import *  # noqa: F403  # the SDK's classes, bases of the drop-ins
    from .core.errors import InvalidPrefix as InvalidPrefix
    from .core.errors import PolicyFileError as PolicyFileError
    from .core.errors import PrefixError as PrefixError
    from .core.errors import PrefixViolation as PrefixViolation
    from .core.errors import PrefixWarning as PrefixWarning
    from .core.errors import UnsupportedSdk as UnsupportedSdk
    from .core.job_names import JobName as JobName
    from .core.job_names import JobPrefix as JobPrefix
    from .core.plan import Plan as Plan
    from .core.prefix_policy import PrefixPolicy as PrefixPolicy
    from .core.prefixed_jobs import prefixed_jobs as prefixed_jobs
    from .dropin.boto_guard import guard as guard
    from .dropin.job_classes import prefixed as prefixed
    from .dropin.pipeline import Pipeline as Pipeline
    from .dropin.pipeline import PipelineDefinitionConfig as PipelineDefinitionConfig

__all__ = [*_MODULES, "iam"]


if not TYPE_CHECKING:  # with it, mypy would accept misspelt names

    def __getattr__(name: str) -> Any:
        if name == "iam":
            value: Any = import_module(".iam", __name__)
        elif name in _MODULES:
            value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
        elif not name.startswith("_") and name in _catalogue():
            value = import_module(".dropin.job_classes", __name__).drop_in(name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def _catalogue() -> Any:
    return import_module("._sdk.catalogue", __name__).CATALOGUE


def __dir__() -> list[str]:
    sdk = import_module("._sdk", __name__)
    try:
        jobs = {name for name, row in _catalogue().items() if sdk.has(row)}
    except ImportError:
        jobs = set()
    return sorted({*globals(), *__all__, *jobs})
