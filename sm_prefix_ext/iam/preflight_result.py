"""The result of a preflight: the verdict on each request, and how it is displayed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from ..core.display.arns import arn_cell, shared_beginning
from ..core.display.displayed import DisplayedSequence, data_frame
from ..core.display.report import Cell, Graph, Report, Row, Table, Tone, counted, severest
from ..core.findings import Finding
from ..core.findings_report import findings_table
from ..core.picture import Mark, picture
from .evaluator.evaluate import (
    ALLOWED,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    INDETERMINATE,
    DecidingStatement,
)
from .required_permissions import NOT_KNOWN

if TYPE_CHECKING:
    import pandas

VERDICTS: Mapping[str, str] = {
    ALLOWED: "allowed",
    IMPLICIT_DENY: "denied",
    EXPLICIT_DENY: "denied",
    INDETERMINATE: "not certain",
}
"""The verdicts in words; ``to_dict()`` has IAM's terms."""
_TONES: Mapping[str, Tone] = {
    ALLOWED: "good",
    IMPLICIT_DENY: "bad",
    EXPLICIT_DENY: "bad",
    INDETERMINATE: "warning",
}
_COLUMNS = ("Verdict", "Action", "Resource", "Why")
EXECUTION_ROLE, AUTHOR = "execution role", "author"


@dataclass(frozen=True)
class PreflightRow:
    """A request and its verdict.

    Args:
        step: the path of the step; ``""`` for requests of the author.
        action: such as ``sagemaker:CreateTrainingJob``; ``unknown`` for a step type whose
            permissions this package doesn't know.
        resource: an ARN, with ``*`` for what is only known at run time.
        verdict: ``allowed``, ``implicitDeny``, ``explicitDeny`` or ``indeterminate``.
        statements: those that decided, or on which the verdict depends.
        principal: ``execution role`` or ``author``.
        unknown: on what the verdict depends: condition keys, or permissions to read policies that
            IAM denied.
        defaults: the parameters on whose default values the request depends; with other values it
            may be a different request.
        role_account: the account of a passed role that belongs to another account than the
            pipeline; else ``None``.
    """

    step: str
    action: str
    resource: str
    verdict: str
    statements: tuple[DecidingStatement, ...]
    principal: str = EXECUTION_ROLE
    unknown: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    role_account: str | None = None

    @property
    def why(self) -> str:
        """The reason for the verdict, in words."""
        if self.role_account is not None:
            return f"the role is of account {self.role_account} and can't be passed across accounts"
        if not self.defaults:
            return self._reason
        return f"{self._reason} (for the default of {', '.join(self.defaults)})"

    @property
    def _reason(self) -> str:
        if self.action == NOT_KNOWN:
            return "the permissions that a step of this type needs aren't known"
        reason = "; ".join(map(str, self.statements))
        if not reason and self.verdict == EXPLICIT_DENY:  # the simulator names no statement
            reason = "IAM's simulator reports an explicit deny"
        reason = reason or "no statement allows it"
        if self.unknown:
            return f"{reason}; depends on {', '.join(self.unknown)}"
        if self.verdict == INDETERMINATE:
            return f"{reason}, for some of the possible names only"
        return reason

    def __iter__(self) -> Iterator[Any]:
        """Yield the first five fields, so that a row can be unpacked."""
        yield from (self.step, self.action, self.resource, self.verdict, self.statements)


@dataclass(frozen=True)
class Preflight(DisplayedSequence[PreflightRow]):
    """The result of a preflight: a sequence of rows, one for each request.

    Args:
        rows: in the order of the plan, the author's at the end.
        warnings: findings about the policies, and about roles of other accounts.
        definition: the pipeline's definition, for the picture; may be empty.
        pipeline_name: the pipeline's own name, or ``None`` if it isn't known.
    """

    _items = "rows"

    rows: tuple[PreflightRow, ...]
    warnings: tuple[Finding, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    pipeline_name: str | None = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether every request is certainly allowed."""
        return all(row.verdict == ALLOWED for row in self.rows)

    @property
    def refused(self) -> tuple[PreflightRow, ...]:
        """The rows that aren't certainly allowed."""
        return tuple(row for row in self.rows if row.verdict != ALLOWED)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, for JSON."""
        return {
            "ok": self.ok,
            "rows": [asdict(row) for row in self.rows],
            "warnings": [warning.to_dict() for warning in self.warnings],
        }

    def to_frame(self) -> pandas.DataFrame:
        """Return the rows as a pandas ``DataFrame``, in the same order, with the reason of each.

        Raises:
            ImportError: if pandas isn't installed.
        """
        columns = [*(item.name for item in fields(PreflightRow)), "why"]
        rows = [{**asdict(row), "why": row.why} for row in self.rows]
        return data_frame(rows, columns, "Preflight")

    def report(self, *, drawn: bool = True) -> Report:
        title = f"Preflight of {self.pipeline_name}" if self.pipeline_name else "Preflight"
        resources = shared_beginning(row.resource for row in self.rows)
        noted = [row for row in self.rows if row.verdict != ALLOWED or row.defaults]
        allowed = [row for row in self.rows if row.verdict == ALLOWED and not row.defaults]
        graph, problems = self._picture()
        return Report(
            title=title,
            summary=self._summary(),
            tone=severest([_TONES[row.verdict] for row in self.rows]),
            facts=(("ARNs begin with", resources),) if resources else (),
            tables=(
                Table(_COLUMNS, tuple(_row(row, resources) for row in noted)),
                Table(_COLUMNS, tuple(_row(row, resources) for row in allowed), "Allowed", True),
                findings_table(self.warnings, "About the policies"),
            ),
            graph=graph if drawn else None,
            notes=problems,
        )

    def _summary(self) -> str:
        words = Counter(VERDICTS[row.verdict] for row in self.rows)
        words["evaluated for the default value of a parameter only"] = sum(
            bool(row.defaults) for row in self.rows
        )
        allowed = words.pop(VERDICTS[ALLOWED], 0)
        text = f"{allowed} of {counted(len(self.rows), 'request')} allowed"
        return "; ".join([text, *(f"{n} {word}" for word, n in words.items() if n)]) + "."

    def _picture(self) -> tuple[Graph | None, tuple[str, ...]]:
        if not self.definition:
            return None, ()
        by_step: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            by_step[row.step].append(row.verdict)
        return picture(self.definition, {step: _mark(all_) for step, all_ in by_step.items()})


def _mark(verdicts: Sequence[str]) -> Mark:
    tones = [_TONES[verdict] for verdict in verdicts]
    worst = severest(tones)
    words = {"bad": "denied", "warning": "not certain"}.get(worst)
    if words is None:
        return Mark(tone=worst, status="allowed")
    return Mark(None, worst, f"{tones.count(worst)} of {counted(len(tones), 'request')} {words}")


def _row(row: PreflightRow, beginning: str) -> Row:
    tone = _TONES[row.verdict]
    return Row(
        (
            Cell(VERDICTS[row.verdict], tone),
            Cell(row.action, code=True),
            arn_cell(row.resource, beginning),
            Cell(row.why),
        ),
        group=row.step or f"The {row.principal}",
        node=row.step,
    )
