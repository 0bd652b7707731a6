"""Read the pipelines in an answer of the service, a template or Terraform's JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from ..core.text import printable, shown
from . import cloudformation, terraform
from .answers import is_answer, read_answer
from .bare_definitions import is_definition, must_be_without_pick
from .found import Found
from .intrinsics import Resolver
from .marks import Marks
from .source import TargetError
from .template_values import TemplateValues
from .unread import has_unread_pipeline
from .yaml_reader import YamlStream


def read_container(
    document: Any,
    where: str,
    template: TemplateValues,
    pick: str | None = None,
    marks: Marks | None = None,
) -> Iterator[tuple[str | None, Found]]:
    """Yield the pipelines of a document, each with its logical ID or its address.

    Args:
        document: a document that is no definition itself.
        where: its name in error messages.
        template: the values of a template's parameters.
        pick: a logical ID or a Terraform address; only that pipeline is read.
        marks: records the positions.

    Raises:
        ValueError: if a definition is invalid, or the document has a pipeline that can't be read.
    """
    if is_answer(document):
        must_be_without_pick(pick, where)
        yield None, read_answer(document, where)
        return
    documents = document if isinstance(document, YamlStream) else [document]
    readers = _readers(documents, where, template, marks)
    if not readers and any(map(has_unread_pipeline, documents)):
        raise TargetError(
            f"{where} has a SageMaker pipeline within other data, where it is not read; "
            "give the template, the plan or the definition itself; --exclude leaves a file "
            "out of a folder."
        )
    for anchor in _picked(list(readers), pick, where):
        yield anchor, readers[anchor](f"{where}#{printable(anchor)}")


def must_be_no_container(definition: Mapping[str, Any], where: str) -> None:
    """Refuse a definition that is a document of another kind too.

    Raises:
        TargetError: with the other kind.
    """
    other = None
    if is_answer(definition):
        other = "an answer with 'PipelineDefinition'"
    elif cloudformation.is_template(definition):
        other = "a CloudFormation template"
    elif terraform.kind_of(definition):
        other = f"a {terraform.kind_of(definition)}"
    if other is not None:
        raise TargetError(
            f"{where} is both a pipeline definition, by 'Steps', and {other}; keep one of the two."
        )


def _readers(
    documents: list[Any], where: str, template: TemplateValues, marks: Marks | None
) -> dict[str, Callable[[str], Found]]:
    """By anchor, the function that reads a pipeline of a template or of Terraform's JSON."""
    readers: dict[str, Callable[[str], Found]] = {}
    for document in documents:
        if len(documents) > 1:
            _must_have_names(document, where)
        resources, read = _resources(document, where, template, marks)
        for anchor, resource in resources.items():
            if anchor in readers:
                raise TargetError(
                    f"{where} has the pipeline {shown(anchor)} in two of its documents; "
                    "split the file."
                )
            readers[anchor] = partial(read, resource)
    return readers


def _resources(
    document: Any, where: str, template: TemplateValues, marks: Marks | None
) -> tuple[Mapping[str, Any], Callable[[Any, str], Found]]:
    """The pipelines of a template or of Terraform's JSON, and the function that reads each."""
    if cloudformation.is_template(document):
        resolver = Resolver(document, template, marks, where)
        read = partial(cloudformation.read_resource, resolver, marks=marks)
        return cloudformation.resources_of(document), read
    kind = terraform.kind_of(document)
    resources = terraform.resources_of(document) if kind else {}
    return resources, partial(terraform.read_resource, kind or "")


def _must_have_names(document: Any, where: str) -> None:
    if is_definition(document) or is_answer(document):
        raise TargetError(
            f"{where} has several YAML documents, and one of them is a definition, which has no "
            "name to tell it from the others; split the file."
        )


def _picked(anchors: list[str], pick: str | None, where: str) -> list[str]:
    if pick is None or not anchors:
        return anchors
    chosen = [anchor for anchor in anchors if pick in (anchor, printable(anchor))]
    if chosen:
        return chosen[:1]
    known = ", ".join(shown(anchor) for anchor in anchors)
    raise TargetError(f"{where} has no pipeline {shown(pick)}; it has {known}.")
