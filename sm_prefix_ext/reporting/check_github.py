"""The report of a check as workflow commands, which GitHub shows as annotations.

Commands and their parameters: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
Escapes: ``escapeData`` and ``escapeProperty`` in
https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from __future__ import annotations

from collections.abc import Iterator

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding
from ..core.text import no_command, printable
from .check_summary import advice, step, summary_line


def render(report: CheckReport) -> str:
    """A command a finding that counts, a note, and what was not read; the summary at the end.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport, UnreadFile
        >>> print(render(CheckReport((), unread=(UnreadFile("a,b.json", "It is empty."),))))
        ::error file=a%2Cb.json,title=File not read::It is empty.
        0 pipelines, 0 jobs judged: 0 errors, 0 warnings; 0 files read, 1 file could not be read.
        <BLANKLINE>
    """
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: CheckReport) -> Iterator[str]:
    for row in report.findings:
        yield _finding(row)
    for checked in report.targets:
        if checked.not_read is not None and not checked.findings:
            yield _about(checked, "warning", checked.not_read, "Definition not read")
        for note in checked.notes:
            yield _about(checked, "notice", note, "Graph of the pipeline")
    for unread in report.unread:
        yield _command("error", printable(unread.reason), file=unread.file, title="File not read")
    yield no_command(summary_line(report))


def _finding(row: ReportedFinding) -> str:
    properties: dict[str, object] = {}
    message = advice(row)
    if row.file is None:
        message = f"{printable(row.target)}: {message}"
    else:
        properties["file"] = row.file
        if row.position is not None:
            properties["line"], properties["col"] = row.position
    title = f"{row.finding.code} {step(row)}".rstrip()
    return _command(row.finding.severity, message, **properties, title=title)


def _about(checked: CheckedTarget, name: str, text: str, title: str) -> str:
    message = f"{printable(checked.target)}: {printable(text)}"
    return _command(name, message, file=checked.file, title=title)


def _command(name: str, message: str, **properties: object) -> str:
    listed = ",".join(
        f"{key}={_property(printable(value))}" for key, value in properties.items() if value
    )
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
