"""What the command does while it takes its time, on a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from ..core.text import printable

_PATIENCE = 1.0
"""In seconds; a shorter wait needs no explanation."""
_ERASE = "\r\x1b[K"
_EVERY = 0.1
"""In seconds; a terminal shows no more than that."""


@contextlib.contextmanager
def doing(what: str) -> Iterator[None]:
    """Show on standard error what happens, if it takes more than a second and that is a terminal.

    The line disappears at the end.

    Args:
        what: such as ``"importing pipeline.py"``.
    """
    out = sys.stderr
    if out is None or not out.isatty():
        yield
        return
    from threading import Timer  # here, since most runs need none

    shown = []

    def show() -> None:
        shown.append(what)
        out.write(f"{printable(what)} …")
        out.flush()

    timer = Timer(_PATIENCE, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown:
            out.write(_ERASE)
            out.flush()


@contextlib.contextmanager
def counting() -> Iterator[Callable[[str], None]]:
    """Show on standard error how far a long run is, if that is a terminal.

    The line disappears at the end.

    Yields:
        A function that takes the new text of the line.
    """
    out = sys.stderr
    if out is None or not out.isatty():
        yield lambda text: None
        return
    import shutil  # here, since most commands count nothing

    shown_at = [0.0]

    def update(text: str) -> None:
        moment = time.monotonic()
        if moment - shown_at[0] >= _EVERY:
            shown_at[0] = moment
            width = max(shutil.get_terminal_size().columns - 1, 1)
            out.write(f"{_ERASE}{printable(text)[:width]}")
            out.flush()

    try:
        yield update
    finally:
        if shown_at[0]:
            out.write(_ERASE)
            out.flush()
