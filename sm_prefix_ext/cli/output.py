"""What the command prints, and where; rich is imported for tables alone."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from ..core.errors import PrefixViolation
from ..core.findings import Finding
from .loader import LoadError


@contextlib.contextmanager
def judging(form: str, *, err: bool = False) -> Iterator[None]:
    """End the command where its input is found wrong.

    Args:
        form: how to print findings, which make the exit status 1.
        err: print them on standard error.

    Raises:
        LoadError: for every other ``ValueError``.
    """
    try:
        yield
    except PrefixViolation as violation:
        print_findings(violation.findings, form, err=err)
        raise click.exceptions.Exit(1) from None
    except ValueError as error:
        raise LoadError(str(error)) from None


def print_json(data: Any) -> None:
    """Plain data."""
    click.echo(json.dumps(data, indent=2))


def print_findings(
    findings: Sequence[Finding], form: str, *, err: bool = False, none: str | None = None
) -> None:
    """Print findings and their number, on standard output or standard error.

    Args:
        findings: what to print.
        form: ``"table"`` or ``"json"``.
        err: whether to print on standard error.
        none: the line for no findings; by default, that every job runs under its prefix.
    """
    if form == "json":
        print_json({"findings": [finding.to_dict() for finding in findings]})
        return
    from ..reporting import terminal

    console = terminal.console(err=err)
    if findings:
        console.print(terminal.findings(findings))
    console.print(terminal.verdict(findings) if findings or none is None else none)


def print_table(rows: Any, columns: tuple[str, ...]) -> None:
    """Planned jobs or job records."""
    from ..reporting import terminal

    terminal.console().print(terminal.jobs(rows, columns))


def print_preflight(answer: Any) -> None:
    """A preflight's answer, and its warnings."""
    from ..reporting import terminal

    console = terminal.console()
    console.print(terminal.preflight(answer))
    if answer.warnings:
        console.print(terminal.findings(answer.warnings))


def escape_what_cannot_be_encoded() -> None:
    """Have standard output show an escape for what its encoding lacks, as standard error does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def drop_the_rest() -> None:
    """Send what a full disk didn't take nowhere, or Python would try and fail again at its end."""
    out = sys.__stdout__
    if out is not None and out is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
