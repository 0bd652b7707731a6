"""Who calls a drop-in: the user, or the SDK, whose own calls and objects are its own business.

It is read off the stack at the call itself. Being somewhere inside a call of the SDK says nothing:
the SDK calls users' code back, a ``create_model()`` or an overridden hook, and what that code makes
is the user's.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

_PACKAGE = __name__.partition(".")[0]
# What calls a function only because another asked for it: our own overrides, and pydantic.
_IN_BETWEEN = frozenset({_PACKAGE, "pydantic"})
_SDK = "sagemaker"


def called_by_the_sdk() -> bool:
    """Whether the SDK calls the override that asks."""
    frame = _behind(sys._getframe(1))
    return frame is not None and _package(frame) == _SDK


def made_by_the_sdk(made: Any) -> bool:
    """Whether the SDK calls the constructor that asks.

    Args:
        made: the object. Of a user's subclass the outermost constructor counts: a class method of
            the SDK's that makes one hands on by ``super()`` what the SDK read from the service.
    """
    frame = _behind(sys._getframe(1))
    while frame is not None and _constructs(frame, made):
        frame = _behind(frame.f_back)
    return frame is not None and _package(frame) == _SDK


def stack_level() -> int:
    """The ``stacklevel`` with which the function that asks warns of the code that called us."""
    frame, level = sys._getframe(1), 1
    behind = _behind(frame)
    while frame is not behind and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level


def _behind(frame: FrameType | None) -> FrameType | None:
    """The first frame that isn't in between."""
    while frame is not None and _package(frame) in _IN_BETWEEN:
        frame = frame.f_back
    return frame


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def _constructs(frame: FrameType, made: Any) -> bool:
    code = frame.f_code
    if code.co_name != "__init__" or not code.co_argcount:
        return False
    return frame.f_locals.get(code.co_varnames[0]) is made
