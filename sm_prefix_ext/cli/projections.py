"""Reports as a web page, as Mermaid's text and as Markdown, on standard output or in a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from .inputs import LoadError
from .parameters import output_option, together

if TYPE_CHECKING:
    from ..core.display.report import Report

PROJECTIONS = ("html", "mermaid", "markdown")


report_options = together(
    click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", *PROJECTIONS]),
        default="table",
        help="How to print: html is a page of its own, mermaid the picture for a pull request.",
    ),
    output_option,
)
"""How to print a report, and where."""


@contextlib.contextmanager
def drawable() -> Iterator[None]:
    """End the command if a picture is larger than Mermaid draws."""
    try:
        yield
    except ValueError as error:
        raise LoadError(f"{error} Choose --format html.") from None


def write_text(text: str, output: str | None) -> None:
    """Print a text, or write it to a file, whole or not at all.

    Args:
        text: the text.
        output: the file; ``None`` for standard output.

    Raises:
        LoadError: if the file can't be written.
    """
    if output is not None:
        from ..core.output_file import write_whole

        try:
            write_whole(output, text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise LoadError(str(error)) from None
    elif text:
        click.echo(text.rstrip("\n"), color=True)  # click would take the colours out of a pipe


def write_report(report: Report, form: str, output: str | None) -> None:
    """Print a report in a form, or write it to a file.

    Args:
        report: the report, with its picture where the form shows that.
        form: one of :data:`PROJECTIONS`; any other is plain text.
        output: the file; ``None`` for standard output.

    Raises:
        LoadError: if the file can't be written; for Mermaid, if there is no picture, or it is too
            large.
    """
    write_text(f"{_projected(report, form)}\n", output)


def _projected(report: Report, form: str) -> str:
    if form == "html":
        from ..reporting.page import as_page

        return as_page([report]).rstrip("\n")
    if form == "markdown":
        from ..core.display.markdown import as_markdown

        return as_markdown(report)
    if form == "mermaid":
        from ..core.display.mermaid import as_mermaid

        if report.graph is None:
            raise LoadError(
                " ".join(report.notes)
                or "There is no picture, since the pipeline's definition isn't known."
            )
        with drawable():
            return as_mermaid(report.graph, report.notes)
    from ..core.display.text import as_text

    return as_text(report)
