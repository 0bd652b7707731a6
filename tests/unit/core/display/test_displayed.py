"""Objects that display themselves."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from sm_prefix_ext.core.display.displayed import Displayed, data_frame
from sm_prefix_ext.core.display.report import Cell, Report, Row, Table


class Sample(Displayed, tuple[Any, ...]):
    """A tuple, whose representation IPython knows, and which has none of its own here."""

    def report(self, *, drawn: bool = True) -> Report:
        table = Table(("A", "B"), tuple(Row((Cell(str(item)), None)) for item in self))
        return Report("Sample", "1 row.", tables=(table,), notes=("drawn",) * drawn)


class Shown(Sample):
    """A subclass with a representation, which IPython would prefer to that of a base."""

    def __repr__(self) -> str:
        return "not this"


@pytest.mark.parametrize("cls", [Sample, Shown])
def test_ipython_gets_text_and_html(cls: type[Sample]) -> None:
    """The HTML is escaped and has the picture; the text has none."""
    formatters = pytest.importorskip("IPython.core.formatters", reason="IPython isn't installed")

    data, _ = formatters.DisplayFormatter().format(cls(("<b>",)))

    assert {"text/plain", "text/html"} == set(data)
    assert "Sample: 1 row.\n\n<b>  –" == data["text/plain"]
    assert "&lt;b&gt;" in data["text/html"] and "drawn" in data["text/html"]


def test_print_shows_the_text_without_the_picture() -> None:
    """It is the summary and the rows."""
    assert "Sample: 1 row.\n\nx  –" == str(Sample("x"))


def test_a_class_needs_a_report() -> None:
    """Without one it can't be instantiated."""

    class Without(Displayed):
        pass

    with pytest.raises(TypeError, match="report"):
        Without()


def test_a_frame_has_the_columns_without_rows() -> None:
    """They come in the given order."""
    pytest.importorskip("pandas", reason="pandas is not installed")

    assert ["a", "b"] == list(data_frame([], ["a", "b"], "Plan").columns)
    assert [2, 1] == list(data_frame([{"a": 1, "b": 2}], ["b", "a"], "Plan").iloc[0])


def test_without_pandas_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It hides the failed import."""
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(
        ImportError, match=r"^Plan.to_frame\(\) needs pandas: pip install"
    ) as caught:
        data_frame([], [], "Plan")

    assert caught.value.__suppress_context__
