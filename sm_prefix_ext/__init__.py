"""Job prefixes that hold, for SageMaker Pipelines and the SageMaker Python SDK v2 and v3.

Importing this package imports neither the SDK nor boto3: every name is imported when it is asked
for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "InvalidPrefix": "errors",
    "JobName": "names",
    "JobPrefix": "names",
    "Pipeline": "pipeline",
    "PipelineDefinitionConfig": "pipeline",
    "Plan": "plan",
    "PolicyFileError": "errors",
    "PrefixError": "errors",
    "PrefixPolicy": "policy",
    "PrefixViolation": "errors",
    "PrefixWarning": "errors",
    "UnsupportedSdk": "errors",
    "guard": "guarding",
    "prefixed": "jobs",
    "prefixed_jobs": "execution",
}

if TYPE_CHECKING:
    from . import iam as iam
    from ._sdk.job_classes import *  # noqa: F403  # the SDK's own, which ours are subclasses of
    from .errors import InvalidPrefix as InvalidPrefix
    from .errors import PolicyFileError as PolicyFileError
    from .errors import PrefixError as PrefixError
    from .errors import PrefixViolation as PrefixViolation
    from .errors import PrefixWarning as PrefixWarning
    from .errors import UnsupportedSdk as UnsupportedSdk
    from .execution import prefixed_jobs as prefixed_jobs
    from .guarding import guard as guard
    from .jobs import prefixed as prefixed
    from .names import JobName as JobName
    from .names import JobPrefix as JobPrefix
    from .pipeline import Pipeline as Pipeline
    from .pipeline import PipelineDefinitionConfig as PipelineDefinitionConfig
    from .plan import Plan as Plan
    from .policy import PrefixPolicy as PrefixPolicy

__all__ = [*_WHERE, "iam"]


if not TYPE_CHECKING:  # else no misspelt name is one

    def __getattr__(name: str) -> Any:
        if name == "iam":
            value: Any = import_module(".iam", __name__)
        elif name in _WHERE:
            value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
        elif not name.startswith("_") and name in _catalogue():
            value = import_module(".jobs", __name__).drop_in(name)
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
