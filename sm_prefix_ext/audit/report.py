"""The report of an audit: how many rows have which verdict, and the rows that are not inside."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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

_Cells = tuple[Cell | None, ...]

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


def is_shown(kind: RowKind, verdict: Verdict) -> bool:
    """Test whether a report has a row: one that is not inside, and every denial."""
    return verdict != INSIDE or kind == DENIAL


def audit_report(
    verdicts: Mapping[tuple[RowKind, Verdict], int], units: int, shown: Sequence[AuditRow]
) -> Report:
    """Return the report of an audit.

    Args:
        verdicts: how many rows have a kind and a verdict.
        units: how many accounts and regions have rows.
        shown: the rows that :func:`is_shown` chooses, or the first of them.
    """
    total = sum(verdicts.values())
    inside = sum(number for (_, verdict), number in verdicts.items() if verdict == INSIDE)
    due = sum(number for (kind, verdict), number in verdicts.items() if is_shown(kind, verdict))
    tables = (_counts(verdicts), *_tables(shown))
    return Report(
        title="Audit",
        summary=_summary(verdicts, total, inside),
        tone="good" if inside == total else "bad",
        facts=(("Accounts and regions with rows", f"{units:,}"),),
        tables=tuple(table for table in tables if table.rows),
        notes=_cut(due, len(shown)),
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
    """Yield the tables of each account and region that has rows to show."""
    # Rows of units that are read at once come in turns.
    for (unit, title), rows in groupby(sorted(shown, key=_place), key=_place):
        place = " ".join(unit).strip() or "an unknown account"
        columns, cells = _FORMS[title]
        heading = title if title == _PREFIXES else f"{title} in {place}"
        yield Table(columns, tuple(Row(cells(row)) for row in rows), title=heading)


def _place(row: AuditRow) -> tuple[Unit, str]:
    if row.kind == COLLISION:
        return row.unit, _PREFIXES
    if row.policy is not None:
        return row.unit, _POLICIES
    return row.unit, _DENIALS if row.event is not None else _JOBS


_JOBS, _POLICIES, _DENIALS = "Not inside", "Statements of policies not inside", "Denials"
_PREFIXES = "Prefixes that collide"


def _of_jobs(row: AuditRow) -> _Cells:
    version = "" if row.version is None else f", version {row.version}"
    return (_cell(f"{row.pipeline or ''}{version}"), _cell(row.step), _name(row), *_judged(row))


def _of_policies(row: AuditRow) -> _Cells:
    sid = json.loads(row.statement or "{}").get("Sid") or "no Sid"
    statement = None if row.statement is None else Cell(str(sid), code=True, full=row.statement)
    return (_of_arn(row.role), _of_arn(row.policy), statement, *_judged(row))


def _of_denials(row: AuditRow) -> _Cells:
    return (_cell(row.time), _of_arn(row.role), _name(row), *_judged(row))


def _of_prefixes(row: AuditRow) -> _Cells:
    return (_name(row), *_judged(row))


_JUDGED = ("Verdict", "Teams", "Reason")
_FORMS: Mapping[str, tuple[tuple[str, ...], Callable[[AuditRow], _Cells]]] = {
    _JOBS: (("Pipeline", "Step", "Name", *_JUDGED), _of_jobs),
    _POLICIES: (("Principal", "Policy", "Statement", *_JUDGED), _of_policies),
    _DENIALS: (("Time", "Principal", "Name", *_JUDGED), _of_denials),
    _PREFIXES: (("Prefix", *_JUDGED), _of_prefixes),
}
"""By a table's title, its columns and the cells of a row."""


def _judged(row: AuditRow) -> _Cells:
    verdict = Cell(row.verdict, _tone(row.verdict))
    return verdict, _cell(", ".join(row.teams)), _cell(_reason(row))


def _name(row: AuditRow) -> Cell | None:
    return None if row.name is None else Cell(row.name, code=True, full=row.arn)


def _of_arn(text: str | None) -> Cell | None:
    """Return the resource of an ARN, which is copied whole; any other text as it is."""
    if text is None:
        return None
    return Cell(text.split(":", 5)[-1], code=True, full=text if ":" in text else None)


def _cell(text: str | None) -> Cell | None:
    return Cell(text) if text else None


def _reason(row: AuditRow) -> str | None:
    needed = f"The read needs {row.permission}." if row.kind == UNKNOWN and row.permission else None
    return " ".join(filter(None, (row.reason, needed))) or None


def _tone(verdict: Verdict) -> Tone:
    return _TONES.get(verdict, "bad")


def _cut(due: int, shown: int) -> tuple[str, ...]:
    if due <= shown:
        return ()
    return (f"The first {shown:,} of {due:,} rows that need attention are shown.",)
