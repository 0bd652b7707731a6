"""A report: a line that counts, tables, and a graph. Every output is a projection of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Tone = Literal["neutral", "good", "warning", "bad", "muted"]
"""What the colour of a text says; the text says the same in words."""

SEVEREST: Sequence[Tone] = ("bad", "warning", "good", "neutral", "muted")


def severest(tones: Sequence[Tone]) -> Tone:
    """Return the tone that needs attention most; ``"neutral"`` for none.

    Example:
        >>> from sm_prefix_ext.core.display.report import severest
        >>> severest(["good", "bad", "warning"])
        'bad'
    """
    return min(tones, key=SEVEREST.index, default="neutral")


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Args:
        text: what it shows; may come from outside, and is escaped by every projection.
        tone: its colour.
        code: whether it is an identifier, such as an ARN, which must not be broken.
        full: what a user copies, where ``text`` is shortened; ``None`` for ``text``.
        command: whether a code is a command, which a browser may break between words.
    """

    text: str
    tone: Tone = "neutral"
    code: bool = False
    full: str | None = None
    command: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Args:
        cells: a cell, or ``None`` for a dash, for each column.
        group: the rows of a group follow each other under its name, such as a step's path.
        node: the ID of the graph's box that the row is about; ``""`` for none.
    """

    cells: tuple[Cell | None, ...]
    group: str = ""
    node: str = ""


@dataclass(frozen=True)
class Table:
    """A table with few columns.

    Args:
        columns: the headings.
        rows: the rows, those of a group together.
        title: its heading; ``""`` for the only table of a report.
        folded: whether it is what needs no attention: a page unfolds it, a terminal leaves it out.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""
    folded: bool = False

    def groups(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """Yield the name of each group with its rows."""
        for name, rows in groupby(self.rows, key=lambda row: row.group):
            yield name, tuple(rows)


@dataclass(frozen=True)
class Document:
    """A text to read or copy as a whole, such as an IAM policy.

    Args:
        title: its heading.
        text: its lines.
        notes: sentences about it.
        folded: whether it may be long and is looked up alone: a page unfolds it, and every other
            display leaves it out.
    """

    title: str
    text: str
    notes: tuple[str, ...] = ()
    folded: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text."""
        return tuple(self.text.rstrip("\n").split("\n"))


@dataclass(frozen=True)
class Node:
    """A box of a graph.

    Args:
        id: unique in the graph; rows name the box that they are about by it.
        title: its first line.
        kind: its second line, such as a step type.
        lines: further lines, such as a job's name.
        tone: its colour.
        status: the reason for the colour in words, such as ``"denied"``.
        group: the ID of the group that contains it, or ``None``.
    """

    id: str
    title: str
    kind: str = ""
    lines: tuple[str, ...] = ()
    tone: Tone = "neutral"
    status: str = ""
    group: str | None = None


@dataclass(frozen=True)
class Edge:
    """An arrow of a graph.

    Args:
        tail: the ID of the node where it begins.
        head: the ID of the node to which it points.
        label: such as ``"if"``.
        dashed: whether it stands for an order alone, without data.
    """

    tail: str
    head: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Group:
    """A frame around nodes, such as the body of a loop.

    Args:
        id: unique in the graph.
        label: its heading.
        parent: the ID of the group that contains it, or ``None``.
    """

    id: str
    label: str
    parent: str | None = None


@dataclass(frozen=True)
class Graph:
    """Boxes and arrows.

    Args:
        nodes: the boxes.
        edges: the arrows between them.
        groups: the frames around some of them, an outer one before those in it.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a plan, a preflight, the jobs of an execution or a check show.

    Args:
        title: what it is about.
        summary: one sentence that counts.
        tone: the colour of the summary.
        facts: what holds for all rows, such as the account, each with its name.
        tables: the rows.
        graph: the picture of the pipeline, or ``None``.
        documents: texts that belong to it, such as policies.
        notes: further sentences.
    """

    title: str
    summary: str
    tone: Tone = "neutral"
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    graph: Graph | None = None
    documents: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Example:
        >>> from sm_prefix_ext.core.display.report import counted
        >>> counted(1, "job"), counted(2, "job")
        ('1 job', '2 jobs')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"
