"""The file of an audit as Parquet; pyarrow comes with SDK v3."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext.audit import AuditRow
from sm_prefix_ext.audit import parquet as module
from sm_prefix_ext.audit.parquet import ParquetOutput
from sm_prefix_ext.audit.rows import Unit
from sm_prefix_ext.core.output_file import OutputFileError

UNIT = Unit("111122223333", "us-east-1")
ROW = AuditRow("job", *UNIT, "two teams", name="x", teams=("a", "b"), errors=3)
ASKED = {"teams": {"a": ["a", "a"]}}


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"needs pyarrow: pip install 'sm-prefix-ext\[parquet\]'"):
        ParquetOutput(str(tmp_path / "a.parquet"), ASKED)


class TestWithPyarrow:
    """What is written."""

    @pytest.fixture(autouse=True)
    def parquet(self) -> Any:
        return pytest.importorskip("pyarrow.parquet", reason="pyarrow comes with SDK v3")

    def test_the_rows(self, tmp_path: Path, parquet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """They are equal, in row groups, with what was asked for."""
        monkeypatch.setattr(module, "_ROWS", 2)
        file = ParquetOutput(str(tmp_path / "a.parquet"), ASKED)
        for _ in range(3):
            file.write(ROW)
        file.end_unit(UNIT)
        assert not (tmp_path / "a.parquet").exists()
        file.end()
        file.close()
        read = parquet.ParquetFile(tmp_path / "a.parquet")
        assert [ROW] * 3 == [AuditRow.from_dict(each) for each in read.read().to_pylist()]
        assert 2 == read.num_row_groups
        metadata = json.loads(read.schema_arrow.metadata[b"sm-prefix-audit"])
        assert {"schema": 1, **ASKED} == metadata
        assert ["a.parquet"] == [path.name for path in tmp_path.iterdir()]

    def test_the_types_are_those_of_a_row(self, tmp_path: Path, parquet: Any) -> None:
        """Every field has its own, in a file without rows too."""
        file = ParquetOutput(str(tmp_path / "a.parquet"), ASKED)
        file.end()
        types = {"str": "string", "int": "int64", "tuple": "list<element: string>"}
        found = {each.name: str(each.type) for each in parquet.read_schema(tmp_path / "a.parquet")}
        for each in fields(AuditRow):
            kind = next((key for key in types if str(each.type).startswith(key)), "str")
            assert types[kind] == found[each.name]

    def test_an_audit_that_does_not_end_leaves_nothing(self, tmp_path: Path) -> None:
        """Nor does a closed one change a file that is there."""
        file = ParquetOutput(str(tmp_path / "a.parquet"), ASKED)
        file.write(ROW)
        file.close()
        assert [] == list(tmp_path.iterdir())

    def test_a_name_without_bytes_in_utf_8(self, tmp_path: Path, parquet: Any) -> None:
        """It is escaped."""
        file = ParquetOutput(str(tmp_path / "a.parquet"), ASKED)
        file.write(AuditRow("job", *UNIT, "inside", name="a\ud800"))
        file.end()
        assert ["a\\ud800"] == parquet.read_table(tmp_path / "a.parquet")["name"].to_pylist()

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        """One sentence says so."""
        with pytest.raises(OutputFileError, match="No such file or directory"):
            ParquetOutput(str(tmp_path / "missing" / "a.parquet"), ASKED)
