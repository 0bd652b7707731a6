"""The table of step types in Markdown, for docs/limits.md."""

from __future__ import annotations

from ..core.step_types import KINDS


def limits() -> str:
    """Step types that make a job: what carries the prefix, and how long it may be."""
    rows = [
        "| step type | SDK v2 | SDK v3 | name field | prefix at most | whole name at most |",
        "|---|---|---|---|---|---|",
    ]
    for kind in KINDS.values():
        if kind.makes_job:
            v2, v3 = (_code(kind.sdk_arguments[major]) for major in (2, 3))
            rows.append(
                f"| {kind.step_type} | {v2} | {v3} | `{kind.name_field}` "
                f"| {kind.prefix_limit} | {kind.name_limit} |"
            )
    return "\n".join(rows)


def without_jobs() -> str:
    """Step types that make no job with a name, each with its reason."""
    rows = ["| step type | why it has no job name |", "|---|---|"]
    rows += [
        f"| {kind.step_type} | {kind.reason} |" for kind in KINDS.values() if not kind.makes_job
    ]
    return "\n".join(rows)


def _code(arguments: str) -> str:
    parts = arguments.split(", ")
    return ", ".join(f"`{part}`" if "(" in part else part for part in parts)
