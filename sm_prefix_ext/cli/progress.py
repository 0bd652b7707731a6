"""What the command does while it takes its time, on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from ..core.text import printable

_PATIENCE = 1.0
"""In seconds; a shorter wait needs no explanation."""
_ERASE = "\r\x1b[K"


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
