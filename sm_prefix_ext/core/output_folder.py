"""Write a folder of files whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from .output_file import OutputFileError


def write_folder(path: str | os.PathLike[str], files: Mapping[str, str]) -> None:
    """Write texts to files of a new folder, as UTF-8, whole or not at all.

    Args:
        path: the folder, which must not be there; its parent must.
        files: maps the names of files to their contents.

    Raises:
        OutputFileError: if it is there already, or can't be written; nothing is left of it.
    """
    folder = Path(path)
    temporary = folder.with_name(f".sm-prefix-{secrets.token_hex(8)}.tmp")
    try:
        if os.path.lexists(folder):
            raise FileExistsError(17, "it is there already; name a new folder")
        temporary.mkdir()
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8", errors="backslashreplace")
        temporary.rename(folder)
    except (OSError, ValueError) as error:  # a ValueError: a null character in the path
        reason = error.strerror if isinstance(error, OSError) else None
        raise OutputFileError(os.fspath(path), reason or str(error)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
