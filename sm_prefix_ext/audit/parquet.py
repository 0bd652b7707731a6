"""The file of an audit as Parquet, which is whole or not there."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..core.output_file import OutputFileError
from .output import SCHEMA
from .rows import AuditRow, Unit

SUFFIX = ".parquet"
_ROWS = 10_000
"""How many rows are kept until they are written, as a row group."""
_INTEGERS = frozenset({"version", "old_executions", "errors", "warnings"})
_LISTS = frozenset({"step_types", "teams"})


class ParquetOutput:
    """Writes an audit's rows to a Parquet file, which gets its name at the end of the audit.

    Args:
        path: the file.
        asked: what the audit is asked for; the file's metadata has it as ``sm-prefix-audit``.

    Raises:
        ValueError: if pyarrow isn't installed.
        OutputFileError: if the file can't be written.
    """

    def __init__(self, path: str, asked: Mapping[str, Any]) -> None:
        try:
            import pyarrow
            from pyarrow.parquet import ParquetWriter
        except ImportError:
            raise ValueError(
                f"{path} needs pyarrow: pip install 'sm-prefix-ext[parquet]'. A file with another "
                "name is JSON Lines."
            ) from None
        self._path = path
        self._temporary = Path(path).with_name(f".sm-prefix-{secrets.token_hex(8)}.tmp")
        self._rows: list[dict[str, Any]] = []
        self._arrow = pyarrow
        self._schema = _schema(pyarrow, asked)
        try:
            self._writer = ParquetWriter(os.fspath(self._temporary), self._schema)
        except OSError as error:
            raise self._error(error) from None

    def write(self, row: AuditRow) -> None:
        """Take a row; it is written with others.

        Raises:
            OutputFileError: if the disk does not take them.
        """
        self._rows.append({name: _encodable(value) for name, value in row.to_dict().items()})
        if len(self._rows) >= _ROWS:
            self._flush()

    def end_unit(self, unit: Unit) -> None:
        """Do nothing: the file is there at the end alone."""

    def end(self) -> None:
        """End the audit: write the rows that are left, and give the file its name."""
        self._flush()
        try:
            self._writer.close()
            self._temporary.replace(self._path)
        except OSError as error:
            raise self._error(error) from None

    def close(self) -> None:
        """Remove what is not whole."""
        with contextlib.suppress(OSError):
            self._writer.close()
        self._temporary.unlink(missing_ok=True)

    def _flush(self) -> None:
        if not self._rows:
            return
        table = self._arrow.Table.from_pylist(self._rows, schema=self._schema)
        self._rows = []
        try:
            self._writer.write_table(table)
        except OSError as error:
            raise self._error(error) from None

    def _error(self, error: OSError) -> OutputFileError:
        return OutputFileError(self._path, error.strerror or str(error))


def _schema(pyarrow: Any, asked: Mapping[str, Any]) -> Any:
    types = {each.name: pyarrow.string() for each in fields(AuditRow)}
    types |= dict.fromkeys(_INTEGERS, pyarrow.int64())
    types |= dict.fromkeys(_LISTS, pyarrow.list_(pyarrow.string()))
    metadata = {"sm-prefix-audit": json.dumps({"schema": SCHEMA, **asked})}
    return pyarrow.schema(list(types.items()), metadata=metadata)


def _encodable(value: Any) -> Any:
    """Escape a lone surrogate in a name, which has no bytes in UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="backslashreplace").decode("utf-8")
    return value
