"""Parse a text that is JSON or YAML, and describe a document in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from ..core.strict_json import loads
from ..core.text import shown
from . import cloudformation, terraform
from .marks import Marks, read_json
from .source import TargetError
from .yaml_reader import YamlStream, read_yaml

_YAML = (".yaml", ".yml")
_MARKERS = ("Steps", "PipelineDefinition", "AWS::SageMaker::Pipeline", "sagemaker_pipeline")
_MOST_KEYS = 5


def may_hold_pipeline(text: str) -> bool:
    """Whether a text has one of the words that every format with a pipeline has.

    It takes a fraction of the time of parsing. A word that is written with escapes counts too.

    Example:
        >>> from sm_prefix_ext.targets.documents import may_hold_pipeline
        >>> may_hold_pipeline('{"name": "a package"}'), may_hold_pipeline('{"Steps": []}')
        (False, True)
    """
    if any(marker in text for marker in _MARKERS):
        return True
    # JSON escapes a letter by \\u alone; YAML has more ways, and joins lines behind a backslash.
    return "\\" in text and ("\\u" in text or not _begins_as_json(text))


def parse(text: str, where: str, file: str | None, marks: Marks | None = None) -> Any:
    """Parse a text: as JSON if it begins as JSON or its file has that suffix, else as YAML.

    Args:
        text: the text.
        where: its name in error messages.
        file: its path, whose suffix counts.
        marks: records the positions.

    Raises:
        TargetError: for a text that is neither, with line and column.
    """
    suffix = PurePath(file).suffix.lower() if file else ""
    if not (suffix == ".json" or _begins_as_json(text)):
        return read_yaml(text, where, marks)
    try:
        document = loads(text, where)
    except ValueError as error:
        if suffix in _YAML:  # {a: b} is YAML, too
            return read_yaml(text, where, marks)
        raise TargetError(str(error)) from None
    return document if marks is None else read_json(text, marks)


def _begins_as_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def looks_like(text: str) -> str:
    """Describe a text without a pipeline, as a clause for an error message.

    Args:
        text: the content of a file.

    Example:
        >>> from sm_prefix_ext.targets.documents import looks_like
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
    kind = "JSON" if _begins_as_json(text) else "YAML"
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
    return f"an object with the keys {', '.join(keys[:-1])} and {keys[-1]}"
