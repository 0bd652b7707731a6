"""The command ``sm-prefix``."""

from __future__ import annotations

import gc
import os
import sys

_INTERRUPTED = 130
"""The status that a shell reports for a program that SIGINT ended: 128 + 2."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its status.

    Args:
        arguments: the command line after ``sm-prefix``; by default the process's own.
    """
    try:  # around the import too, so that Ctrl-C during it causes no traceback
        if arguments is None:
            _import_what_stays()
        from .app import run

        status = run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        status = _INTERRUPTED
    if status == _INTERRUPTED:
        _leave_threads(status)
    sys.exit(status)


def _leave_threads(status: int) -> None:
    """Exit without waiting for other threads, whose requests may take half a minute yet."""
    import threading
    from contextlib import suppress

    if threading.active_count() > 1:
        with suppress(AttributeError, OSError, ValueError):
            sys.stdout.flush()
        os._exit(status)


def _import_what_stays() -> None:
    """Import what every command needs, and spare the garbage collector from looking at it.

    None of it is garbage before the process ends. To look through it meanwhile, and once more at
    the end, takes a sixth of the time of a small check.
    """
    gc.disable()
    from . import app as app

    gc.freeze()
    gc.enable()
