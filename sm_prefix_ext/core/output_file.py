"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from .text import shown

# Files that the process has open already; replacing them would not write to what is open.
_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


class OutputFileError(OSError):
    """A file could not be written; the message is one sentence.

    Args:
        path: the file.
        reason: the operating system's message.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"The output file {shown(self.path)} could not be written: {self.reason}."


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Write a text to a file as UTF-8, whole or not at all.

    An existing file stays as it is until the new one is on the disk; then the new one replaces it,
    with its mode. A link stays a link. A device, such as ``/dev/stdout``, and a pipe get the
    text directly.

    Args:
        path: the file; its folder must exist.
        text: its new contents.

    Raises:
        OutputFileError: the text could not be written; no temporary file is left.
        BrokenPipeError: the reader of a pipe went away.
    """
    write_parts(path, (text.encode("utf-8", errors="backslashreplace"),))


def write_parts(path: str | os.PathLike[str], parts: Iterable[bytes]) -> None:
    """Write a file as :func:`write_whole` does, from parts that need not fit into memory together.

    Args:
        path: the file; its folder must exist.
        parts: its new contents; they may be read from the file itself.

    Raises:
        OutputFileError: the parts could not be written; no temporary file is left.
        BrokenPipeError: the reader of a pipe went away.
    """
    name = os.fspath(path)
    try:
        status = _status(name)
        if name.startswith(_STREAMS) or (status is not None and not _is_plain(status)):
            with Path(name).open("wb") as stream:
                stream.writelines(parts)
        else:
            _replace(os.path.realpath(name), parts, status)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # a ValueError: a null character in the path
        reason = error.strerror if isinstance(error, OSError) else None
        raise OutputFileError(name, reason or str(error)) from error


def _status(name: str) -> os.stat_result | None:
    try:
        return Path(name).stat()
    except FileNotFoundError:
        return None


def _is_plain(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode)


def _replace(name: str, parts: Iterable[bytes], status: os.stat_result | None) -> None:
    target = Path(name)
    if status is not None and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")
    temporary = target.with_name(f".sm-prefix-{secrets.token_hex(8)}.tmp")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
            if status is not None and hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
