"""The report of a check as plain text, in the way of a compiler's messages."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding, UnreadFile
from ..core.findings import ERROR, WARNING
from ..core.text import no_command, printable
from .check_summary import advice, counted, step, summary_line, where

_STYLES = {ERROR: "1;31", WARNING: "33", "hidden": "2", "target": "1", "passed": "32"}
_NARROWEST = 20
_CLEAN = {
    False: "No findings: every job runs under its prefix.",
    True: "No findings: every name is valid as it stands; no prefix was asked for.",
}
"""For a check of everything without any finding, by whether names were judged as they stand."""


def render(
    report: CheckReport,
    *,
    color: bool = False,
    width: int | None = None,
    verbose: bool = False,
    quiet: bool = False,
) -> str:
    """The findings by target, then what was not read, then a line that counts all of it.

    Args:
        report: what was found.
        color: whether to colour targets and severities by ANSI codes.
        width: the columns to wrap at; ``None`` for a file or a pipe, where nothing is wrapped.
        verbose: whether to show hidden findings, and targets without findings.
        quiet: whether to leave out the last line and the targets without jobs.
    """
    page = _Page(color, width, verbose, quiet)
    blocks = [block for checked in report.targets if (block := list(page.target(checked)))]
    if report.unread:
        blocks.append([line for unread in report.unread for line in page.unread(unread)])
    if not quiet:
        blocks.append(page.summary(report))
    return "".join(
        "".join(f"{no_command(line)}\n" for line in block) + "\n" * (block is not blocks[-1])
        for block in blocks
    )


class _Page:
    def __init__(self, color: bool, width: int | None, verbose: bool, quiet: bool) -> None:
        self._color = color
        self._width = width
        self._verbose = verbose
        self._quiet = quiet

    def target(self, checked: CheckedTarget) -> Iterator[str]:
        """The lines about a target; none where there is nothing to say."""
        shown = [row for row in checked.findings if self._verbose or row.hidden is None]
        remark = self._remark(checked, bool(shown))
        if not shown and not remark and not checked.notes:
            return
        yield self._head(checked)
        for note in checked.notes:
            yield from self._wrapped(f"Note: {printable(note)}")
        if remark:
            yield from self._wrapped(remark)
        for row in shown:
            yield from self._finding(row)

    def _head(self, checked: CheckedTarget) -> str:
        source = ", ".join(printable(part) for part in (checked.kind, checked.policy) if part)
        name = self._colored(printable(checked.target), "target")
        return f"{name} ({source})" if source else name

    def _remark(self, checked: CheckedTarget, has_findings: bool) -> str:
        if checked.not_read is not None:  # a finding may say it already
            return "" if has_findings else f"Not read: {printable(checked.not_read)}"
        if not checked.jobs and not self._quiet:
            return "No step of this definition makes a job, so no job name was judged."
        if self._verbose and not has_findings:
            return f"{counted(checked.jobs, 'job')} judged, no findings."
        return ""

    def _finding(self, row: ReportedFinding) -> Iterator[str]:
        severity = row.finding.severity
        word = self._colored(severity, severity)
        if row.hidden is not None:
            word = self._colored(f"hidden {severity}", "hidden")
        yield f"{where(row)}: {word} {printable(row.finding.code)} {step(row)}".rstrip()
        for text in advice(row).split("\n"):
            yield from self._wrapped(text)
        if row.hidden is not None:
            yield from self._wrapped(f"Hidden: {printable(row.hidden)}")

    def unread(self, unread: UnreadFile) -> Iterator[str]:
        """The lines about a file that could not be read."""
        yield f"{printable(unread.file)}: {self._colored(ERROR, ERROR)} File not read"
        yield from self._wrapped(printable(unread.reason))

    def summary(self, report: CheckReport) -> list[str]:
        """The last lines, wrapped; green only where jobs were judged and all was read."""
        style: str = ERROR if report.failed or report.unread else WARNING
        if style == WARNING and not report.count(WARNING):
            style = "passed" if report.jobs else "target"
        lines = self._wrapped(summary_line(report), indent="")
        spotless = all(
            checked.jobs and checked.not_read is None and not checked.notes
            for checked in report.targets
        )
        if style == "passed" and spotless and not report.hidden:
            lines = [*self._wrapped(_CLEAN[report.declared_only], indent=""), *lines]
        return [self._colored(line, style) for line in lines]

    def _wrapped(self, text: str, indent: str = "    ") -> list[str]:
        if self._width is None:
            return [f"{indent}{text}"]
        import textwrap  # here, since a report to a file or a pipe starts faster without it

        return textwrap.wrap(
            text,
            max(self._width, _NARROWEST),
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,  # an ARN or a path stays whole
            break_on_hyphens=False,
        )

    def _colored(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._color else text
