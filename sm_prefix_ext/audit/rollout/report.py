"""The report of a roll-out: a table for each phase."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from ...core.display.report import Cell, Document, Report, Row, Table, Tone, counted
from .step import DECIDE, DROP, PHASES, UPDATE, VERIFY, WIDEN, Phase, RolloutDocument, RolloutStep

SHOWN_STEPS = 1000
"""The most steps that a report has; JSON has all of them."""

_COLUMNS = ("Step", "About", "Do", "Documents", "Check")
_OF_ACCOUNT = re.compile(r"\barn:[^:]+:iam::[^:]*:")
_TITLES: Mapping[Phase, str] = {
    DECIDE: "Decide what the audit can't know",
    WIDEN: "Allow the new names beside the old ones",
    UPDATE: "Update the pipelines",
    VERIFY: "Verify that nothing starts under the old names",
    DROP: "Drop the old names",
}
_TONES: Mapping[Phase, Tone] = {DECIDE: "bad", DROP: "warning"}
_USES: Mapping[str, str] = {
    "attach": "Attach it beside the policies of today.",
    "add": "Add these statements to the policy.",
    "remove": "Remove these statements from the policy.",
    "instead": "Put these statements in their place.",
    "narrow": "Narrow these statements by hand.",
}


def rollout_report(steps: Sequence[RolloutStep], notes: Sequence[str]) -> Report:
    """Return the report of a roll-out.

    Args:
        steps: the steps.
        notes: what holds for all of them.
    """
    shown = steps[:SHOWN_STEPS]
    cut = f"The first {len(shown):,} of {len(steps):,} steps are shown."
    tables = (
        Table(_COLUMNS, tuple(_row(step) for step in shown if step.phase == phase), _TITLES[phase])
        for phase in PHASES
    )
    return Report(
        title="Roll-out",
        summary=_summary(steps),
        tone="bad" if any(step.phase == DECIDE for step in steps) else "neutral",
        tables=tuple(table for table in tables if table.rows),
        documents=tuple(_document(step, each) for step in shown for each in step.documents),
        notes=(*notes, cut) if len(shown) < len(steps) else tuple(notes),
    )


def _summary(steps: Sequence[RolloutStep]) -> str:
    if not steps:
        return "no step is left."
    words = (
        f"{number} to {phase}"
        for phase in PHASES
        if (number := sum(step.phase == phase for step in steps))
    )
    return f"{counted(len(steps), 'step')}: {', '.join(words)}."


def _row(step: RolloutStep) -> Row:
    names = ", ".join(f"{each.name}.json" for each in step.documents)
    check = " && ".join(step.checks)
    return Row(
        (
            Cell(str(step.number), _TONES.get(step.phase, "neutral")),
            _subject(step),
            Cell(" ".join((*_after(step), step.do, *step.notes))),
            Cell(names, code=True) if names else None,
            Cell(check, code=True, full=check, command=True),
        )
    )


def _subject(step: RolloutStep) -> Cell:
    """Return what a step is about, and where; without what an ARN has beside that."""
    short = _OF_ACCOUNT.sub("", step.subject)
    place = " ".join(filter(None, (step.account, *step.regions)))
    return Cell(f"{short} ({place})" if place else short)


def _after(step: RolloutStep) -> Iterator[str]:
    if step.after:
        yield f"After step{'s' * (len(step.after) > 1)} {ranges(step.after)}:"


def ranges(numbers: Sequence[int]) -> str:
    """Return sorted numbers as text, such as ``1, 3–5``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if run[1:] else f"{run[0]}" for run in runs)


def _document(step: RolloutStep, document: RolloutDocument) -> Document:
    text = json.dumps(document.document, indent=2, ensure_ascii=False)
    return Document(f"{document.name}.json", text, (f"Step {step.number}. {_USES[document.use]}",))
