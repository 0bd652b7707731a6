"""Determine whether the user or the SDK calls a drop-in; calls of the SDK are not changed.

The caller is the nearest frame on the stack. A flag for "inside a call of the SDK" would be wrong:
the SDK calls back code of users, such as ``create_model()`` or an overridden hook, and the calls of
that code are the user's.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

_PACKAGE = __name__.partition(".")[0]
# Packages that pass calls on: the overrides of this package, and pydantic.
_PASSING_ON = frozenset({_PACKAGE, "pydantic"})
_SDK = "sagemaker"


def called_by_sdk() -> bool:
    """Test whether the SDK calls the override that calls this function."""
    frame = _calling_frame(sys._getframe(1))
    return frame is not None and _package(frame) == _SDK


def constructed_by_sdk(instance: Any) -> bool:
    """Test whether the SDK calls the constructor that calls this function.

    Args:
        instance: the object. If its class is a user's subclass, the caller of the outermost
            constructor counts: when a class method of the SDK constructs such an object, its
            ``__init__`` passes values of the service on to ``super()``.
    """
    frame = _calling_frame(sys._getframe(1))
    while frame is not None and _constructs(frame, instance):
        frame = _calling_frame(frame.f_back)
    return frame is not None and _package(frame) == _SDK


def stack_level() -> int:
    """Return the ``stacklevel`` of a warning about the code that called the package."""
    frame, level = sys._getframe(1), 1
    caller = _calling_frame(frame)
    while frame is not caller and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level


def _calling_frame(frame: FrameType | None) -> FrameType | None:
    """Return the nearest frame whose package doesn't only pass calls on."""
    while frame is not None and _package(frame) in _PASSING_ON:
        frame = frame.f_back
    return frame


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def _constructs(frame: FrameType, instance: Any) -> bool:
    """Test whether a frame runs a constructor of an object."""
    code = frame.f_code
    if code.co_name != "__init__" or not code.co_argcount:
        return False
    return frame.f_locals.get(code.co_varnames[0]) is instance
