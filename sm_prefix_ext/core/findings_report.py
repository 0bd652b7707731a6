"""The report of findings: a row for each, by step, and marks for the picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from .display.displayed import Displayed, data_frame
from .display.report import Cell, Report, Row, Table, Tone, counted, severest
from .findings import CATALOGUE, ERROR, WARNING, Finding
from .picture import Mark, picture

if TYPE_CHECKING:
    import pandas

TONES: Mapping[str, Tone] = {ERROR: "bad", WARNING: "warning"}
_COLUMNS = ("Code", "Severity", "What is wrong", "How to fix it")


class Findings(Displayed, tuple[Finding, ...]):
    """Findings that display themselves; a tuple in every other respect.

    Args:
        findings: the findings.
        definition: the definition that they are about, for the picture; ``None`` for none.

    Example:
        >>> from sm_prefix_ext.core.findings_report import Findings
        >>> print(Findings())
        Findings: no errors, no warnings.
    """

    definition: Mapping[str, Any] | None

    def __new__(
        cls, findings: Iterable[Finding] = (), definition: Mapping[str, Any] | None = None
    ) -> Findings:
        new = super().__new__(cls, findings)
        new.definition = definition
        return new

    def to_frame(self) -> pandas.DataFrame:
        """Return the findings as a pandas ``DataFrame``, with a row for each, in the same order.

        Raises:
            ImportError: if pandas isn't installed.
        """
        columns = [item.name for item in fields(Finding)]
        return data_frame([row.to_dict() for row in self], columns, "Findings")

    def report(self, *, drawn: bool = True) -> Report:
        report = findings_report(self, self.definition)
        return report if drawn else replace(report, graph=None)


def findings_report(
    findings: Sequence[Finding],
    definition: Mapping[str, Any] | None = None,
    title: str = "Findings",
    places: Sequence[str] = (),
) -> Report:
    """Return the report of findings.

    Args:
        findings: the findings.
        definition: the definition that they are about, for the picture.
        title: what the report is about.
        places: where each finding is in a file, for a column of its own.
    """
    graph, problems = picture(definition, finding_marks(findings)) if definition else (None, ())
    return Report(
        title=title,
        summary=f"{_counts(findings)}.",
        tone=severest([TONES[row.severity] for row in findings]) if findings else "good",
        tables=(findings_table(findings, places=places),),
        graph=graph,
        notes=problems,
    )


def findings_table(
    findings: Sequence[Finding], title: str = "", places: Sequence[str] = ()
) -> Table:
    """Return the table of findings, those of a step together.

    Args:
        findings: the findings.
        title: the heading of the table.
        places: where each is in a file, for a column of its own.
    """
    by_step: dict[str, list[Row]] = defaultdict(list)
    for number, row in enumerate(findings):
        step_type = f" ({row.step_type})" if row.step_type else ""
        group = f"{row.step}{step_type}" if row.step else ""
        tone = TONES[row.severity]
        where = (Cell(places[number], code=True),) if places else ()
        texts = (Cell(row.message), Cell(row.fix))
        cells = (Cell(row.code, tone), Cell(row.severity, tone), *where, *texts)
        by_step[group].append(Row(cells, group, row.step))
    columns = (*_COLUMNS[:2], "Where", *_COLUMNS[2:]) if places else _COLUMNS
    return Table(columns, tuple(row for rows in by_step.values() for row in rows), title)


def finding_marks(findings: Iterable[Finding]) -> Mapping[str, Mark]:
    """Return the marks of the steps with findings, by the path of the step."""
    by_step: dict[str, list[Finding]] = defaultdict(list)
    for row in findings:
        by_step[row.step].append(row)
    return {
        step: Mark(
            status=_status(list(dict.fromkeys(row.code for row in rows))),
            tone=severest([TONES[row.severity] for row in rows]),
        )
        for step, rows in by_step.items()
    }


def _status(codes: Sequence[str]) -> str:
    """Return codes in few words: one with its title, since a box has room for that."""
    return f"{codes[0]} {CATALOGUE[codes[0]].title}" if len(codes) == 1 else ", ".join(codes)


def _counts(findings: Sequence[Finding]) -> str:
    numbers = ((severity, sum(row.severity == severity for row in findings)) for severity in TONES)
    return ", ".join(counted(n, noun) if n else f"no {noun}s" for noun, n in numbers)
