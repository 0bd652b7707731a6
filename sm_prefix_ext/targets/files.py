"""Recognise the format of a text by its content, and read the pipelines in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from ..core.check_report import Position
from ..core.definition import steps, values
from ..core.text import printable, shown
from . import cloudformation, terraform
from .answers import is_answer, read_answer
from .documents import looks_like as looks_like
from .documents import may_hold_pipeline, parse
from .found import Found
from .intrinsics import Resolver
from .marks import Marks
from .positions import positions_of
from .source import PipelineSource, TargetError
from .template_values import NO_VALUES, TemplateValues
from .unread import has_unread_pipeline
from .yaml_reader import YamlStream

DEFINITION = "definition"

_DEFINITIONS = ("Version", "Metadata", "Parameters", "PipelineExperimentConfig")
_EMR = ("ActionOnFailure", "HadoopJarStep", "Config", "Status")


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
        marks = Marks()
        try:
            return {anchor: positions_of(found, marks) for anchor, found in self.pipelines(marks)}
        except TargetError:  # the first reading succeeded, so only Python's stack can be short
            return {}

    def _found(self, document: Any, marks: Marks | None) -> Iterator[tuple[str | None, Found]]:
        where, pick = self.where, self.pick
        _must_be_one_kind(document, where)
        if _is_definition(document):
            _must_be_without_pick(pick, where)
            _must_have_steps(document, where)
            yield None, Found(DEFINITION, document)
        elif is_answer(document):
            _must_be_without_pick(pick, where)
            yield None, read_answer(document, where)
        else:
            documents = document if isinstance(document, YamlStream) else [document]
            readers = self._readers(documents, marks)
            if not readers and any(map(has_unread_pipeline, documents)):
                raise TargetError(
                    f"{where} has a SageMaker pipeline within other data, where it is not read; "
                    "give the template, the plan or the definition itself; --exclude leaves a file "
                    "out of a folder."
                )
            for anchor in _picked(list(readers), pick, where):
                yield anchor, readers[anchor](f"{where}#{printable(anchor)}")

    def _readers(
        self, documents: list[Any], marks: Marks | None
    ) -> dict[str, Callable[[str], Found]]:
        """By anchor, the function that reads a pipeline of a template or of Terraform's JSON."""
        readers: dict[str, Callable[[str], Found]] = {}
        for document in documents:
            if len(documents) > 1:
                _must_be_without_bare(document, self.where)
            resources, read = self._resources(document, marks)
            for anchor, resource in resources.items():
                if anchor in readers:
                    raise TargetError(
                        f"{self.where} has the pipeline {shown(anchor)} in two of its documents; "
                        "split the file."
                    )
                readers[anchor] = partial(read, resource)
        return readers

    def _resources(
        self, document: Any, marks: Marks | None
    ) -> tuple[Mapping[str, Any], Callable[[Any, str], Found]]:
        """The pipelines of a template or of Terraform's JSON, and the function that reads each."""
        if cloudformation.is_template(document):
            resolver = Resolver(document, self.template, marks, self.where)
            read = partial(cloudformation.read_resource, resolver, marks=marks)
            return cloudformation.resources_of(document), read
        kind = terraform.kind_of(document)
        resources = terraform.resources_of(document) if kind else {}
        return resources, partial(terraform.read_resource, kind or "")


def _must_be_one_kind(document: Any, where: str) -> None:
    if not _is_definition(document):
        return
    other = None
    if is_answer(document):
        other = "an answer with 'PipelineDefinition'"
    elif cloudformation.is_template(document):
        other = "a CloudFormation template"
    elif terraform.kind_of(document):
        other = f"a {terraform.kind_of(document)}"
    if other is not None:
        raise TargetError(
            f"{where} is both a pipeline definition, by 'Steps', and {other}; keep one of the two."
        )


def _must_be_without_bare(document: Any, where: str) -> None:
    if _is_definition(document) or is_answer(document):
        raise TargetError(
            f"{where} has several YAML documents, and one of them is a definition, which has no "
            "name to tell it from the others; split the file."
        )


def _must_have_steps(document: Any, where: str) -> None:
    try:
        for _ in steps(document, where):
            pass
    except ValueError:
        tags = (key for value in values(document) if isinstance(value, Mapping) for key in value)
        tag = next((key for key in tags if str(key).startswith("!!python/")), None)
        if tag is None:
            raise
        raise TargetError(
            f"{where} has the YAML tag {shown(tag)}, which is never run; write the value itself."
        ) from None


def _is_definition(document: Any) -> bool:
    """Whether a document is meant as a definition; it may still be invalid."""
    if not isinstance(document, Mapping) or "Steps" not in document:
        return False
    return any(key in document for key in _DEFINITIONS) or not _is_emr(document["Steps"])


def _is_emr(listed: Any) -> bool:
    """Whether these are the steps of an EMR cluster, which are under the same key."""
    return (
        isinstance(listed, list)
        and bool(listed)
        and all(
            isinstance(step, Mapping) and "Type" not in step and any(key in step for key in _EMR)
            for step in listed
        )
    )


def _must_be_without_pick(pick: str | None, where: str) -> None:
    if pick is not None:
        raise TargetError(
            f"{where} holds one definition, without names to pick from; "
            f"leave out #{printable(pick)}."
        )


def _picked(anchors: list[str], pick: str | None, where: str) -> list[str]:
    if pick is None or not anchors:
        return anchors
    chosen = [anchor for anchor in anchors if pick in (anchor, printable(anchor))]
    if chosen:
        return chosen[:1]
    known = ", ".join(shown(anchor) for anchor in anchors)
    raise TargetError(f"{where} has no pipeline {shown(pick)}; it has {known}.")
