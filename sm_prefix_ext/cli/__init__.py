"""The command ``sm-prefix``."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its status.

    Args:
        arguments: the command line after ``sm-prefix``; by default the process's own.
    """
    try:
        from .app import run  # here, so that Ctrl-C during the import causes no traceback

        status = run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)
