"""Parse a text that is JSON or YAML."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ..core.strict_json import loads
from .source import TargetError

if TYPE_CHECKING:
    from .marks import Marks

_YAML = (".yaml", ".yml")
_MARKERS = ("Steps", "PipelineDefinition", "AWS::SageMaker::Pipeline", "sagemaker_pipeline")


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
    return "\\" in text and ("\\u" in text or not begins_as_json(text))


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
    if not (suffix == ".json" or begins_as_json(text)):
        return _parse_yaml(text, where, marks)
    try:
        document = loads(text, where)
    except ValueError as error:
        if suffix in _YAML:  # {a: b} is YAML, too
            return _parse_yaml(text, where, marks)
        raise TargetError(str(error)) from None
    if marks is None:
        return document
    from .marks import read_json  # here, since a check without findings needs no positions

    return read_json(text, marks)


def _parse_yaml(text: str, where: str, marks: Marks | None) -> Any:
    from .yaml_reader import read_yaml  # here, since most files are JSON

    return read_yaml(text, where, marks)


def begins_as_json(text: str) -> bool:
    """Whether a text begins with an object or an array of JSON."""
    return text.lstrip()[:1] in ("{", "[")
