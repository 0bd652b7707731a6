"""A pipeline that the reader of a format found, before it has the name of a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..core.definition import Definition


class Found(NamedTuple):
    """A pipeline in a document.

    Args:
        kind: the form in which the document was read.
        definition: ``None`` if the document does not contain it.
        not_read: why there is no definition.
        pipeline_name: the pipeline's name, if the document states it.
        role_arn: the execution role, if the document states it.
        property: the object and the key in it whose value is the definition's text; ``None`` if the
            definition is an object of the document.
        text: that text, with the values filled in that are known.
        resource: the object of a template or of Terraform's JSON that is the pipeline.
        parameters: the names of the template's parameters.
        branches: where conditions that are open choose among several definitions, each of these;
            ``definition`` then has the steps of all.
        conditions: the names of these conditions.
        unread_branches: why some of these definitions are not read.
    """

    kind: str
    definition: Definition | None = None
    not_read: str | None = None
    pipeline_name: str | None = None
    role_arn: str | None = None
    property: tuple[Mapping[str, Any], str] | None = None
    text: str | None = None
    resource: Any = None
    parameters: tuple[str, ...] = ()
    branches: tuple[Found, ...] = ()
    conditions: tuple[str, ...] = ()
    unread_branches: tuple[str, ...] = ()


def text_or_none(value: Any) -> str | None:
    """A text that isn't empty, else ``None``."""
    return value if isinstance(value, str) and value else None


def in_s3(bucket: Any, key: Any) -> str:
    """The clause for a definition that is in S3.

    Example:
        >>> from sm_prefix_ext.targets.found import in_s3
        >>> in_s3("team-a", "pipeline.json")
        'its definition is in s3://team-a/pipeline.json'
    """
    if not isinstance(bucket, str) or not isinstance(key, str):
        return "its definition is in S3, in a place that is known only after deployment"
    return f"its definition is in s3://{bucket}/{key}"
