"""What the command does while it takes its time, on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

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


@contextlib.contextmanager
def bar() -> Iterator[Callable[[int, int, str], None]]:
    """Show on standard error how far a long run is, if that is a terminal.

    The line disappears at the end.

    Yields:
        A function that takes how much is done, how much there is, and a text.
    """
    out = sys.stderr
    if out is None or not out.isatty():
        yield lambda done, total, text: None
        return
    from rich.console import Console  # here, since most runs need none
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(20), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=out), transient=True) as progress:
        task = progress.add_task("", total=None)

        def update(done: int, total: int, text: str) -> None:
            # A bar of one part would stay empty to the end, so it moves instead.
            whole = total if total > 1 else None
            progress.update(task, completed=done, total=whole, description=printable(text))

        yield update
