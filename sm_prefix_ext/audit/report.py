"""The report of an audit: how many rows have which verdict, and the rows that are not inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ..core.display.report import Cell, Report, Row, Table, Tone, counted
from .rows import (
    COLLISION,
    DENIAL,
    INSIDE,
    JOB,
    NOT_KNOWN,
    PIPELINE,
    PREFIXING_OFF,
    STATEMENT,
    UNKNOWN,
    VERDICTS,
    AuditRow,
    RowKind,
    Unit,
    Verdict,
)

SHOWN_ROWS = 1000
"""The most rows that a report has; the file has all of them."""

COLUMNS = ("Pipeline", "Step", "Name", "Verdict", "Teams", "Reason")
_MORE: tuple[tuple[RowKind, str], ...] = (
    (STATEMENT, "statement"),
    (DENIAL, "denial"),
    (COLLISION, "collision"),
    (UNKNOWN, "failed read"),
)
"""The kinds that a summary leaves out if there are none, and their nouns."""
_TONES: Mapping[Verdict, Tone] = {
    INSIDE: "good",
    NOT_KNOWN: "warning",
    PREFIXING_OFF: "warning",
}


def audit_report(
    verdicts: Mapping[tuple[RowKind, Verdict], int], units: int, shown: Sequence[AuditRow]
) -> Report:
    """Return the report of an audit.

    Args:
        verdicts: how many rows have a kind and a verdict.
        units: how many accounts and regions have rows.
        shown: the rows that are not inside, or the first of them.
    """
    total = sum(verdicts.values())
    inside = sum(number for (_, verdict), number in verdicts.items() if verdict == INSIDE)
    tables = (_counts(verdicts), *_tables(shown))
    return Report(
        title="Audit",
        summary=_summary(verdicts, total, inside),
        tone="good" if inside == total else "bad",
        facts=(("Accounts and regions with rows", f"{units:,}"),),
        tables=tuple(table for table in tables if table.rows),
        notes=_cut(total - inside, len(shown)),
    )


def _summary(verdicts: Mapping[tuple[RowKind, Verdict], int], total: int, inside: int) -> str:
    kinds: Counter[RowKind] = Counter()
    for (kind, _), number in verdicts.items():
        kinds[kind] += number
    seen = f"{counted(kinds[PIPELINE], 'pipeline')} and {counted(kinds[JOB], 'job')}"
    more = "".join(f", {counted(kinds[kind], noun)}" for kind, noun in _MORE if kinds[kind])
    return f"{seen}{more}: {inside:,} inside, {total - inside:,} not."


def _counts(verdicts: Mapping[tuple[RowKind, Verdict], int]) -> Table:
    """Return how many rows have which verdict; other kinds than the first two if there are any."""
    seen = {kind for kind, _ in verdicts}
    kinds = (PIPELINE, JOB, *(kind for kind, _ in _MORE if kind in seen))
    rows = tuple(
        Row(
            (
                Cell(verdict, _tone(verdict)),
                *(Cell(f"{verdicts.get((kind, verdict), 0):,}") for kind in kinds),
            )
        )
        for verdict in VERDICTS
        if any(each == verdict for _, each in verdicts)
    )
    nouns = {PIPELINE: "pipeline", JOB: "job", **dict(_MORE)}
    heads = (f"{nouns[kind]}s".capitalize() for kind in kinds)
    return Table(("Verdict", *heads), rows, title="Verdicts")


def _tables(shown: Sequence[AuditRow]) -> Iterator[Table]:
    """Yield a table for each account and region with rows that are not inside."""
    # Rows of units that are read at once come in turns.
    for unit, rows in groupby(sorted(shown, key=_unit), key=_unit):
        place = " ".join(unit).strip() or "an unknown account"
        yield Table(COLUMNS, tuple(map(_row, rows)), title=f"Not inside in {place}")


def _unit(row: AuditRow) -> Unit:
    return row.unit


def _row(row: AuditRow) -> Row:
    return Row(
        (
            _cell(row.pipeline),
            _cell(row.step),
            None if row.name is None else Cell(row.name, code=True, full=row.arn),
            Cell(row.verdict, _tone(row.verdict)),
            _cell(", ".join(row.teams)),
            _cell(_reason(row)),
        )
    )


def _cell(text: str | None) -> Cell | None:
    return Cell(text) if text else None


def _reason(row: AuditRow) -> str | None:
    needed = f"It needs {row.permission}." if row.kind == UNKNOWN and row.permission else None
    return " ".join(filter(None, (row.reason, needed))) or None


def _tone(verdict: Verdict) -> Tone:
    return _TONES.get(verdict, "bad")


def _cut(outside: int, shown: int) -> tuple[str, ...]:
    if outside <= shown:
        return ()
    return (f"The first {shown:,} of {outside:,} rows that are not inside are shown.",)
