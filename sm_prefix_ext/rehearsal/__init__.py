"""Rehearse a pipeline on the embedded AWS: its names, its graph and its permissions.

Needs moto: ``pip install 'sm-prefix-ext[embedded]'``. Importing this package imports neither moto
nor the SDK, since each name is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_MODULES = {
    "Rehearsal": "result",
    "RehearsedRequest": "result",
    "RehearsedStep": "result",
    "assert_all_prefixed": "assertions",
    "rehearse": "run",
}

if TYPE_CHECKING:
    from .assertions import assert_all_prefixed as assert_all_prefixed
    from .result import Rehearsal as Rehearsal
    from .result import RehearsedRequest as RehearsedRequest
    from .result import RehearsedStep as RehearsedStep
    from .run import rehearse as rehearse

__all__ = [
    "Rehearsal",
    "RehearsedRequest",
    "RehearsedStep",
    "assert_all_prefixed",
    "rehearse",
]


if not TYPE_CHECKING:  # with it, mypy would accept misspelt names

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
        globals()[name] = value
        return value
