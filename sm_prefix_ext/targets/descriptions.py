"""Describe in words a document that has no pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.text import listed, shown
from . import cloudformation, terraform
from .documents import begins_as_json, parse
from .source import TargetError
from .yaml_reader import YamlStream

_MOST_KEYS = 5


def looks_like(text: str) -> str:
    """Describe a text without a pipeline, as a clause for an error message.

    Args:
        text: the content of a file.

    Example:
        >>> from sm_prefix_ext.targets.descriptions import looks_like
        >>> looks_like("[1, 2, 3]"), looks_like('{"name": "a", "version": "1"}')
        ('a JSON array of 3 items', "an object with the keys 'name' and 'version'")
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        return "an empty file"
    try:
        document = parse(text, "it", None)
    except TargetError as error:
        return f"a text that can't be read: {str(error).rstrip('.')}"
    kind = "JSON" if begins_as_json(text) else "YAML"
    return _words(document, kind)


def _words(document: Any, kind: str) -> str:
    if isinstance(document, YamlStream):
        return f"a stream of {len(document)} YAML documents"
    if isinstance(document, list):
        return f"a {kind} array of {len(document)} item{'' if len(document) == 1 else 's'}"
    if not isinstance(document, Mapping):
        words = {str: "a text", bool: "a boolean", type(None): "null"}
        return words.get(type(document), "a number")
    if cloudformation.is_template(document):
        return "a CloudFormation template with no SageMaker pipeline in it"
    terraforms = terraform.kind_of(document)
    if terraforms:
        return f"a {terraforms} with no SageMaker pipeline in it"
    return _keys([shown(key) for key in document])


def _keys(keys: list[str]) -> str:
    if not keys:
        return "an empty object"
    if len(keys) == 1:
        return f"an object with the key {keys[0]}"
    if len(keys) > _MOST_KEYS:
        more = len(keys) - _MOST_KEYS
        return f"an object with the keys {', '.join(keys[:_MOST_KEYS])} and {more} more"
    return f"an object with the keys {listed(keys)}"
