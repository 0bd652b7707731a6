"""The command ``sm-prefix``."""

from __future__ import annotations

import gc
import sys


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
        status = 130
    sys.exit(status)


def _import_what_stays() -> None:
    """Import what every command needs, and spare the garbage collector from looking at it.

    None of it is garbage before the process ends. To look through it meanwhile, and once more at
    the end, takes a sixth of the time of a small check.
    """
    gc.disable()
    from . import app as app

    gc.freeze()
    gc.enable()
