"""Recognise the format of a text by its content, and read the pipelines in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ..core.check_report import Position
from ..core.text import printable
from .bare_definitions import has_other_keys, is_definition, must_be_without_pick, read_definition
from .documents import may_hold_pipeline, parse
from .found import Found
from .source import PipelineSource, TargetError
from .template_values import NO_VALUES, TemplateValues

if TYPE_CHECKING:
    from .marks import Marks


def read_text(
    text: str,
    target: str,
    file: str | None,
    *,
    template: TemplateValues = NO_VALUES,
    pick: str | None = None,
) -> tuple[PipelineSource, ...]:
    """Read the pipelines in a text.

    It may be a definition, an answer of DescribePipeline or of
    DescribePipelineDefinitionForExecution, a CloudFormation or SAM template, or Terraform's JSON
    of a plan, a state or a configuration. No code in it is run.

    Args:
        text: the content.
        target: the target as the user typed it, without ``#…``.
        file: the path, whose suffix distinguishes JSON from YAML; ``None`` for standard input and
            AWS.
        template: the values of a template's parameters.
        pick: a logical ID or a Terraform address; only that pipeline is read.

    Returns:
        The pipelines; ``()`` for any other document, and for a text that lacks the words which all
        of these have: it is not parsed, so it may even be broken.

    Raises:
        TargetError: if the text is broken, has two of these formats at once, contains an invalid
            definition or a pipeline in a form that is not read, has several YAML documents with a
            definition among them, or has no pipeline of the name in ``pick``.

    Example:
        >>> from sm_prefix_ext.targets.files import read_text
        >>> (source,) = read_text('{"Steps": [{"Name": "A", "Type": "Fail"}]}', "a.json", "a.json")
        >>> source.kind, source.locate("A")
        ('definition', Position(line=1, column=12))
    """
    text = text.removeprefix("\ufeff")
    if not may_hold_pipeline(text):
        return ()
    reading = _Reading(text, target, file, template, pick)
    return tuple(
        PipelineSource(
            target=f"{target}#{printable(anchor)}" if anchor is not None else target,
            kind=found.kind,
            definition=found.definition,
            file=file,
            anchor=anchor,
            not_read=found.not_read,
            pipeline_name=found.pipeline_name,
            role_arn=found.role_arn,
            parameters=found.parameters,
            conditions=found.conditions,
            unread_branches=found.unread_branches,
            locate=partial(reading.locate, anchor),
        )
        for anchor, found in reading.pipelines()
    )


class _Reading:
    """A text that is read once for its pipelines, and once more if their positions are needed."""

    def __init__(
        self,
        text: str,
        target: str,
        file: str | None,
        template: TemplateValues,
        pick: str | None,
    ) -> None:
        self.text = text
        self.where = printable(target)
        self.file = file
        self.template = template
        self.pick = pick

    def pipelines(self, marks: Marks | None = None) -> tuple[tuple[str | None, Found], ...]:
        """The pipelines by their logical IDs or addresses; ``None`` means a bare definition."""
        try:
            document = parse(self.text, self.where, self.file, marks)
            return tuple(self._found(document, marks))
        except TargetError:
            raise
        except ValueError as error:
            raise TargetError(str(error)) from None
        except RecursionError:
            raise TargetError(f"{self.where} is nested too deep to read.") from None

    def locate(self, anchor: str | None, step: str) -> Position | None:
        """The position of a step of a pipeline, or else of its definition."""
        positions = self._positions.get(anchor, {})
        return positions.get(step, positions.get(""))

    @cached_property
    def _positions(self) -> dict[str | None, dict[str, Position]]:
        """All positions of all pipelines of the text, computed on first use."""
        from .marks import Marks  # here, since a check without findings needs no positions
        from .positions import positions_of

        marks = Marks()
        try:
            return {anchor: positions_of(found, marks) for anchor, found in self.pipelines(marks)}
        except TargetError:  # the first reading succeeded, so only Python's stack can be short
            return {}

    def _found(self, document: Any, marks: Marks | None) -> Iterator[tuple[str | None, Found]]:
        if not is_definition(document):
            from .containers import read_container  # here, as most files are definitions

            yield from read_container(document, self.where, self.template, self.pick, marks)
            return
        if has_other_keys(document):
            from .containers import must_be_no_container

            must_be_no_container(document, self.where)
        must_be_without_pick(self.pick, self.where)
        yield None, read_definition(document, self.where)
