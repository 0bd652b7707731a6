"""HTML tables of records, for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from .text import printable


def as_html(rows: Iterable[Any], columns: Sequence[str]) -> str:
    """Return an HTML table of some attributes of records; ``None`` is a dash.

    Args:
        rows: the records.
        columns: the names of the attributes, which are the headers too.
    """
    head = "".join(_cell("th", column.replace("_", " ")) for column in columns)
    body = "".join(
        "<tr>" + "".join(_cell("td", getattr(row, column)) for column in columns) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(tag: str, value: Any) -> str:
    # Notebooks align cells to the right, which suits numbers; these are names.
    text = "–" if value is None else html.escape(printable(value))
    return f'<{tag} style="text-align: left">{text}</{tag}>'
