"""The result of a rehearsal: each step with its job's name and what was asked of IAM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from ..core.display.arns import arn_cell, shared_beginning
from ..core.display.displayed import DisplayedSequence, data_frame
from ..core.display.report import (
    Cell,
    Document,
    Report,
    Row,
    Table,
    Tone,
    counted,
    severest,
)
from ..core.picture import Mark, picture
from ..iam.policy_document import PolicyDocument

if TYPE_CHECKING:
    import pandas

SUCCEEDED, FAILED, STOPPED, NOT_RUN = "Succeeded", "Failed", "Stopped", "NotRun"
_TONES: Mapping[str, Tone] = {
    SUCCEEDED: "good",
    FAILED: "bad",
    STOPPED: "warning",
    NOT_RUN: "muted",
}
_WORDS = {NOT_RUN: "not run"}
_SENTENCES = {"Executing": "still runs"}
_SUGGESTED = "Suggested addition to the role's policy"
_READ_IT = "Read it before you use it."


@dataclass(frozen=True)
class RehearsedRequest:
    """A request that the service made as the execution role.

    Args:
        action: such as ``sagemaker:CreateTrainingJob``.
        resource: an ARN.
        denied: why IAM denies it; ``None`` if it allows it.
    """

    action: str
    resource: str
    denied: str | None = None


@dataclass(frozen=True)
class RehearsedStep:
    """A step of a rehearsal.

    Args:
        step: the path of step names, such as ``Check/if/Train``; in a ForEach body with the number
            of the item behind a hyphen.
        step_type: such as ``Training``.
        status: ``Succeeded``, ``Failed``, ``Stopped``, or ``NotRun`` for a step that another
            step's failure or the branch of a condition left out.
        job_name: the name of its job; ``None`` if it has no job.
        requests: what was asked of IAM, in order.
        reason: the service's message, if the step failed.
    """

    step: str
    step_type: str
    status: str
    job_name: str | None = None
    requests: tuple[RehearsedRequest, ...] = ()
    reason: str | None = None

    @property
    def refused(self) -> bool:
        """Whether IAM denied one of its requests."""
        return any(request.denied is not None for request in self.requests)


@dataclass(frozen=True)
class Rehearsal(DisplayedSequence[RehearsedStep]):
    """The result of a rehearsal: a sequence of steps, in the order of the definition.

    Args:
        steps: the steps.
        status: the status of the execution, such as ``Succeeded``.
        definition: the pipeline's definition.
        pipeline_name: the pipeline's own name.
        addition: with ``suggest``, the smallest addition to the role's policies that lets the
            refused steps pass; ``None`` if none is needed, or none can help.
        notes: what an addition can't do, in sentences.
    """

    _items = "steps"

    steps: tuple[RehearsedStep, ...]
    status: str
    definition: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    pipeline_name: str = ""
    addition: PolicyDocument | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether IAM denied no request. A step may have failed for another reason."""
        return not self.refused

    @property
    def refused(self) -> tuple[RehearsedStep, ...]:
        """The steps of which IAM denied a request."""
        return tuple(step for step in self.steps if step.refused)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, for JSON."""
        return {
            "ok": self.ok,
            "status": self.status,
            "steps": [asdict(step) for step in self.steps],
            "addition": None if self.addition is None else self.addition.to_dict(),
            "notes": list(self.notes),
        }

    def to_frame(self) -> pandas.DataFrame:
        """Return the steps as a pandas ``DataFrame``, with a row for each, in the same order.

        Raises:
            ImportError: if pandas isn't installed.
        """
        columns = [item.name for item in fields(RehearsedStep)]
        return data_frame([asdict(step) for step in self.steps], columns, "Rehearsal")

    def report(self, *, drawn: bool = True) -> Report:
        arns = shared_beginning(
            request.resource for step in self.steps for request in step.requests
        )
        known = bool(self.definition)
        graph, problems = picture(self.definition, self._marks()) if known else (None, ())
        documents: tuple[Document, ...] = ()
        if self.addition is not None:
            documents = (Document(_SUGGESTED, self.addition.to_json(), (_READ_IT,), folded=False),)
        return Report(
            title=f"Rehearsal of {self.pipeline_name}" if self.pipeline_name else "Rehearsal",
            summary=self._summary(),
            tone=severest([_tone(step) for step in self.steps]),
            facts=(("ARNs begin with", arns),) if arns else (),
            tables=(
                Table(("Step", "Status", "Job name", "Why"), tuple(map(_step_row, self.steps))),
                Table(
                    ("Verdict", "Action", "Resource"),
                    tuple(_request_rows(self.steps, arns)),
                    "What was asked of IAM",
                ),
            ),
            graph=graph if drawn else None,
            documents=documents,
            notes=(*self.notes, *problems),
        )

    def _summary(self) -> str:
        asked = sum(len(step.requests) for step in self.steps)
        status = _SENTENCES.get(self.status, self.status.lower())
        text = f"The execution {status}: {counted(len(self.steps), 'step')}, "
        text += f"{counted(asked, 'request')} to IAM"
        if self.refused:
            text += f"; {counted(len(self.refused), 'step')} refused"
        return f"{text}."

    def _marks(self) -> dict[str, Mark]:
        marks: dict[str, Mark] = {}
        for step in self.steps:
            mark = Mark(
                None if step.job_name is None else (step.job_name,), _tone(step), _words(step)
            )
            path = step.step if step.step in marks else _of_definition(step.step)
            worse = path not in marks or severest([mark.tone, marks[path].tone]) == mark.tone
            marks[path] = mark if worse else marks[path]
        return marks


def _of_definition(path: str) -> str:
    """Return the path in the definition of a step that may be an item of a loop."""
    name, hyphen, number = path.rpartition("-")
    return name if hyphen and number.isdigit() and "/each/" in path else path


def _tone(step: RehearsedStep) -> Tone:
    return "bad" if step.refused else _TONES.get(step.status, "neutral")


def _words(step: RehearsedStep) -> str:
    return "refused" if step.refused else _WORDS.get(step.status, step.status)


def _step_row(step: RehearsedStep) -> Row:
    name = None if step.job_name is None else Cell(step.job_name, code=True)
    reason = None if step.reason is None else Cell(step.reason)
    return Row((Cell(step.step), Cell(_words(step), _tone(step)), name, reason), group=step.step)


def _request_rows(steps: Sequence[RehearsedStep], beginning: str) -> Iterator[Row]:
    for step in steps:
        for request in step.requests:
            verdict = Cell("allowed", "good") if request.denied is None else Cell("denied", "bad")
            cells = (
                verdict,
                Cell(request.action, code=True),
                arn_cell(request.resource, beginning),
            )
            yield Row(cells, group=step.step)
