"""Reports as plain text."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.display.report import Cell, Document, Report, Row, Table
from sm_prefix_ext.core.display.text import as_text, block, cell_text

from ...reporting.sample import HOSTILE

COLUMNS = ("Step", "Type", "ARN", "Why")
SENTENCE = "No statement of the role's policies allows the request that the step sends."


def test_a_report_with_everything() -> None:
    """The first two cells of a row stand in a line, each other one under its column's name."""
    rows = (
        Row((Cell("Train"), Cell("Training"), Cell("a", code=True), None), "Train"),
        Row((Cell("denied"), None, None, Cell("no")), "Tune"),
    )
    tables = (
        Table(COLUMNS, rows),
        Table(COLUMNS, rows[:1], "More"),
        Table(COLUMNS, rows, "x", True),
    )
    documents = (
        Document("Policy", "{\n}", ("Read it.",), folded=False),
        Document("Long", "{}"),
    )
    facts = (("ARNs begin with", "arn:"),)
    report = Report("Plan", "2 jobs.", "bad", facts, tables, documents=documents, notes=("N.",))

    assert as_text(report).split("\n") == [
        "Plan: 2 jobs.",
        "ARNs begin with arn:",
        "",
        "Train  Training",
        "    ARN  a",
        "",
        "Tune",
        "    denied  –",
        "        Why  no",
        "",
        "More:",
        "",
        "Train  Training",
        "    ARN  a",
        "",
        "Policy. Read it.",
        "{",
        "}",
        "",
        "Note: N.",
    ]


def test_an_empty_report_is_a_line() -> None:
    """A table without rows is left out."""
    assert "Plan: 0 jobs." == as_text(Report("Plan", "0 jobs.", tables=(Table(COLUMNS, (), "x"),)))


def test_sentences_are_wrapped_and_identifiers_are_not() -> None:
    """A line without a width is not wrapped."""
    row = Row((Cell("a"), Cell("b"), Cell("x " * 40, code=True), Cell(SENTENCE)))

    lines = [line for line, _ in block(COLUMNS, row, "  ", 40)]

    assert lines[:2] == ["  a  b", f"      ARN  {'x ' * 40}"]
    assert all(len(line) <= 41 for line in lines[2:])
    assert SENTENCE == " ".join(" ".join(lines[2:]).split()).removeprefix("Why ")
    assert (f"      Why  {SENTENCE}", "neutral") == list(block(COLUMNS, row, "  "))[2]


def test_no_cell_is_a_dash() -> None:
    """Line breaks in a cell are escaped."""
    assert ("–", "a\\n") == (cell_text(None), cell_text(Cell("a\n")))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_paints_or_is_a_workflow_command(text: str) -> None:
    """The number of lines stays the same."""
    rows = (Row((Cell(text), None, Cell(text), Cell(text)), f"{text}x"),)
    tables = (Table(COLUMNS, rows, text),)

    lines = as_text(Report(text, text, "bad", ((text, text),), tables, notes=(text,))).split("\n")

    assert (11 if text else 9) == len(lines)
    assert all(line.isprintable() for line in lines)
    assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]
