"""The table of permissions with their evidence, for docs/permissions.md."""

from __future__ import annotations

from sm_prefix_ext.iam.evidence import AUTHOR, EVIDENCE, Evidence

_EVERY_JOB = 10
"""From so many step types on, the table says that every step with a job needs it."""


def permissions() -> str:
    """One row for each group of permissions."""
    rows = ["| who needs it | permission | evidence | source |", "|---|---|---|---|"]
    return "\n".join([*rows, *map(_row, EVIDENCE)])


def _row(row: Evidence) -> str:
    lines = [f"`{action}`" for action in row.actions] + [row.note] * bool(row.note)
    return f"| {_who(row)} | {'<br>'.join(lines)} | {row.kind} | {_source(row.source)} |"


def _who(row: Evidence) -> str:
    if row.step_types == (AUTHOR,):
        return "author"
    if len(row.step_types) >= _EVERY_JOB:
        return "every step with a job"
    return ", ".join(row.step_types)


def _source(source: str) -> str:
    if not source.startswith("https:"):
        return source
    page = source.rpartition("/")[2].removesuffix(".html")
    return f"[{page}]({source})"
