"""Print the output of the commands; rich is imported only for tables."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ..core.check_report import CheckReport
from ..core.errors import PrefixViolation
from ..core.text import no_command, printable, printable_json
from ..reporting.formats import FORMATS
from .inputs import LoadError
from .parameters import output_option, together
from .projections import PROJECTIONS, drawable, write_report, write_text

if TYPE_CHECKING:
    from ..core.display.report import Document, Report

SCHEMA = 1
"""The version of the JSON that commands print."""


class Settings:
    """The settings of the whole command; click passes them to the commands as its object.

    Args:
        verbose: whether to show the traceback of a module that failed, and findings that do not
            count.
    """

    def __init__(self, verbose: bool = False) -> None:
        self.verbose = verbose


def _set_verbose(context: click.Context, _: click.Parameter, value: bool) -> bool:
    context.ensure_object(Settings).verbose = value
    return value


verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_set_verbose,
    is_eager=True,  # so that it applies to errors in other options too
    help="Show tracebacks of user code.",
)


output_options = together(
    output_option,
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colour the report; auto does on a terminal without NO_COLOR.",
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_set_verbose,
        is_eager=True,
        help="Show findings that do not count, and tracebacks of user code.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print findings alone, no summary."),
)
"""Where to print a report, and how much of it."""


@contextlib.contextmanager
def judging(form: str, *, err: bool = False, output: str | None = None) -> Iterator[None]:
    """End the command if its input is wrong.

    Args:
        form: the format of findings, which make the exit status 1.
        err: whether to print them on standard error.
        output: the file to write them to; ``None`` for standard output.

    Raises:
        LoadError: for every other ``ValueError``.
    """
    try:
        yield
    except PrefixViolation as violation:
        _write_refusal(violation, form, output, err=err)
        raise click.exceptions.Exit(1) from None
    except LoadError:
        raise
    except ValueError as error:
        raise LoadError(str(error)) from None


def print_json(data: dict[str, Any]) -> None:
    """Print plain data as JSON, with the version of its form."""
    write_json(data, None)


def write_json(data: dict[str, Any], output: str | None) -> None:
    """Print plain data as JSON, with the version of its form, or write it to a file."""
    text = json.dumps({"schema": SCHEMA, **data}, indent=2)
    write_text(f"{printable_json(text)}\n", output)


def _write_refusal(violation: PrefixViolation, form: str, output: str | None, *, err: bool) -> None:
    """Write the findings of a refusal, with the picture, in place of the report that they prevent.

    Mermaid's text is the picture alone, so they go to standard error beside it.
    """
    from ..core.findings_report import Findings  # here, since a check doesn't need it

    findings = violation.findings
    shown = findings if isinstance(findings, Findings) else Findings(findings)
    report = shown.report(drawn=form in PROJECTIONS)
    report = replace(report, title=f"Findings in {violation.subject}")
    if form == "json":
        rows = [finding.to_dict() for finding in findings]
        write_json({"findings": rows, "notes": list(report.notes)}, output)
    elif form == "mermaid":
        _show(report, err=True)
        if report.graph is not None:
            write_report(report, form, output)
    elif form == "table" and output is None:
        _show(report, err=err)
    else:
        write_report(report, form, output)


def _show(report: Report, *, err: bool = False) -> None:
    from ..reporting import terminal

    terminal.show(report, terminal.console(err=err))


def print_report(
    report: CheckReport, form: str, *, output: str | None, color: str, quiet: bool
) -> None:
    """Print a check's report, or write it to a file.

    Args:
        report: what the check found.
        form: a key of :data:`sm_prefix_ext.reporting.formats.FORMATS`.
        output: the file; ``None`` for standard output.
        color: ``"auto"``, ``"always"`` or ``"never"``.
        quiet: leave out the summary.
    """
    render = FORMATS[form]
    if form == "table":
        terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
        text = render(
            report,
            color=color == "always" or (color == "auto" and terminal and not _no_color()),
            width=_terminal_width() if terminal else None,
            verbose=is_verbose(),
            quiet=quiet,
        )
    elif form == "mermaid":
        with drawable():
            text = render(report)
    else:
        text = render(report)
    write_text(text, output)


def _terminal_width() -> int:
    import shutil  # here, since a check whose output is no terminal starts faster without it

    return shutil.get_terminal_size().columns


def _no_color() -> bool:
    """Whether the user wants no colours: https://no-color.org."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def print_displayed(
    displayed: Any,
    form: str,
    output: str | None,
    *,
    documents: Sequence[Document] = (),
) -> None:
    """Print a plan, a preflight or records of jobs, or write them to a file.

    Args:
        displayed: the object.
        form: ``"table"``, ``"json"`` or one of :data:`~sm_prefix_ext.cli.projections.PROJECTIONS`.
        output: the file; ``None`` for standard output.
        documents: texts that go with its report.
    """
    if form == "json":
        notes = list(displayed.report(drawn=False).notes)
        write_json({**displayed.to_dict(), "notes": notes}, output)
        return
    report = displayed.report(drawn=form in PROJECTIONS)
    report = replace(report, documents=(*report.documents, *documents))
    if form in PROJECTIONS or output is not None:
        write_report(report, form, output)
    else:
        _show(report)


def is_verbose() -> bool:
    """Whether the user gave ``--verbose`` to the present command."""
    return click.get_current_context().ensure_object(Settings).verbose


def show_cause(error: BaseException) -> None:
    """Print the traceback of the user's code that an error is due to, if there is one.

    Its texts are escaped, as they come from outside.
    """
    if error.__cause__ is None:
        return
    import traceback  # here, as few runs need it

    for line in "".join(traceback.format_exception(error.__cause__)).splitlines():
        click.echo(no_command(printable(line)), err=True)


def escape_unencodable() -> None:
    """Print characters that the encoding of standard output lacks as escapes, as stderr does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Discard the rest of the output; otherwise Python would fail again when it exits."""
    out = sys.__stdout__
    if out is not None and out is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
