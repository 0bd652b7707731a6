"""Read YAML into plain data: no tag runs code, aliases are limited, every key must be unique.

PyYAML parses the text; its constructors are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..core.check_report import Position
from ..core.text import printable, shown
from .marks import Block, Marks
from .source import TargetError

MOST_ALIASED = 100_000
"""How many values all aliases of a document may expand to."""

DEEPEST = 500
"""How many levels a document may be nested."""

FUNCTIONS = frozenset(
    {
        *("And", "Base64", "Cidr", "Equals", "FindInMap", "ForEach", "GetAtt", "GetAZs", "If"),
        *("ImportValue", "Join", "Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString"),
        "Transform",
    }
)
"""CloudFormation's intrinsic functions with a short form ``!Name``, except Ref and Condition."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]+(?:[eE][+-]?[0-9]{1,3})?)?", re.ASCII)
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **_BOOLEANS,
    **{word.capitalize(): value for word, value in _BOOLEANS.items()},
    **{word.upper(): value for word, value in _BOOLEANS.items()},
}
_STANDARD = "tag:yaml.org,2002:"
_PYTHON = f"{_STANDARD}python/"
_NO_KEY = object()
_OPEN = object()


class YamlStream(list[Any]):
    """The documents of a YAML text that has several."""


def read_yaml(text: str, where: str, marks: Marks | None = None) -> Any:
    """Read a YAML document; CloudFormation's short forms become the full forms of JSON.

    Args:
        text: the YAML.
        where: its name in error messages.
        marks: records the positions.

    Returns:
        Plain data; a :class:`YamlStream` if the text has several documents.

    Raises:
        TargetError: if the YAML is broken, a mapping has a key twice, aliases expand to more than
            :data:`MOST_ALIASED` values, or there are more than :data:`DEEPEST` levels.

    Example:
        >>> from sm_prefix_ext.targets.yaml_reader import read_yaml
        >>> read_yaml("Role: !GetAtt Role.Arn\\nCount: 2", "template.yaml")
        {'Role': {'Fn::GetAtt': ['Role', 'Arn']}, 'Count': 2}
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(text, printable(where), marks).build(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        raise TargetError(f"{printable(where)} is not YAML: {_problem(error)}.") from None
    except UnicodeEncodeError:
        raise TargetError(
            f"{printable(where)} is not YAML: it has half of a surrogate pair."
        ) from None


def _problem(error: Any) -> str:
    """PyYAML's message on one line, with the line and the column."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    words = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is broken"
    context = getattr(error, "context", None)
    place = f": line {mark.line + 1} column {mark.column + 1}" if mark else ""
    if mark is None and isinstance(getattr(error, "position", None), int):
        place = f": character {error.position + 1}"
    return printable(f"{context}, {words}{place}" if context else f"{words}{place}")


class _Frame:
    """A sequence or mapping that is being read."""

    __slots__ = ("anchor", "container", "key", "merged", "position", "size", "tag")

    def __init__(self, container: Any, anchor: str | None, tag: str | None, position: Any) -> None:
        self.container = container
        self.anchor = anchor
        self.tag = tag
        self.position = position
        self.key: Any = _NO_KEY
        self.merged: list[Any] = []
        self.size = 1


class _Builder:
    """Builds plain data from PyYAML's events, with a stack of its own."""

    def __init__(self, text: str, where: str, marks: Marks | None) -> None:
        self.lines = text.split("\n") if marks else []
        self.where = where
        self.marks = marks
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.aliased = 0

    def build(self, events: Iterator[Any]) -> Any:
        documents = _Frame(YamlStream(), None, None, None)
        self.stack.append(documents)
        steps = {
            "ScalarEvent": self._scalar,
            "SequenceStartEvent": self._start_list,
            "MappingStartEvent": self._start_mapping,
            "SequenceEndEvent": self._end,
            "MappingEndEvent": self._end,
            "AliasEvent": self._alias,
            "DocumentStartEvent": self._document,
        }
        for event in events:
            step = steps.get(type(event).__name__)
            if step is not None:
                step(event)
        several: YamlStream = documents.container
        return several if len(several) > 1 else next(iter(several), None)

    def _document(self, event: Any) -> None:
        self.anchors = {}

    def _scalar(self, event: Any) -> None:
        frame, value = self.stack[-1], event.value
        if type(frame.container) is dict and frame.key is _NO_KEY:
            self._key(frame, value, event, merges=event.implicit[0])
        else:
            self._block(frame, event)
            if event.tag is not None:
                value = _tagged(event.tag, value)
                self._marked(value, event.start_mark)
            elif event.implicit[0]:
                value = _resolved(value)
            self._add(frame, value, 1)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)

    def _start_list(self, event: Any) -> None:
        self._start([], event)

    def _start_mapping(self, event: Any) -> None:
        self._start({}, event)

    def _start(self, container: Any, event: Any) -> None:
        if len(self.stack) > DEEPEST:
            raise TargetError(
                f"{self.where} is nested more than {DEEPEST} levels deep at "
                f"{_place(event.start_mark)}; that is too deep to read."
            )
        self._marked(container, event.start_mark)
        self.stack.append(_Frame(container, event.anchor, event.tag, event.start_mark))
        if event.anchor:
            self.anchors[event.anchor] = (_OPEN, 1)

    def _end(self, event: Any) -> None:
        frame = self.stack.pop()
        for mapping in frame.merged:
            for key, value in mapping.items():
                frame.container.setdefault(key, value)
        value = frame.container
        if frame.tag is not None and (
            frame.tag.startswith(_PYTHON) or not frame.tag.startswith(_STANDARD)
        ):
            value = _tagged(frame.tag, value)
            self._marked(value, frame.position)
        if frame.anchor:
            self.anchors[frame.anchor] = (value, frame.size)
        above = self.stack[-1]
        if type(above.container) is dict and above.key is _NO_KEY:
            # No known format has such a key; it only has to differ from the others.
            above.key = f"key {len(above.container) + 1}, which is not a text"
        else:
            self._add(above, value, frame.size)

    def _alias(self, event: Any) -> None:
        value, size = self.anchors.get(event.anchor, (_NO_KEY, 0))
        if value is _NO_KEY or value is _OPEN:
            fault = "has no anchor above it" if value is _NO_KEY else "is inside its own anchor"
            raise TargetError(
                f"{self.where} is not YAML: the alias {shown(event.anchor)} {fault}: "
                f"{_place(event.start_mark)}."
            )
        self.aliased += size
        if self.aliased > MOST_ALIASED:
            raise TargetError(
                f"{self.where} has YAML aliases that expand to more than {MOST_ALIASED:,} values, "
                f"at {_place(event.start_mark)}; write them out, or generate JSON."
            )
        frame = self.stack[-1]
        if type(frame.container) is dict and frame.key is _NO_KEY:
            self._key(frame, value if isinstance(value, str) else shown(value), event)
        else:
            self._add(frame, value, size)

    def _key(self, frame: _Frame, key: str, event: Any, merges: bool = False) -> None:
        if key in frame.container and not (merges and key == "<<"):
            raise TargetError(
                f"{self.where} has the key {shown(key)} twice in one object, the second time at "
                f"{_place(event.start_mark)}; keep one."
            )
        frame.key = _MERGE if merges and key == "<<" else key
        if self.marks:
            self.marks.add_key(frame.container, key, _position(event.start_mark))

    def _add(self, frame: _Frame, value: Any, size: int) -> None:
        frame.size += size
        if type(frame.container) is not dict:
            frame.container.append(value)
            return
        if frame.key is _MERGE:
            candidates = value if isinstance(value, list) else [value]
            frame.merged += [item for item in candidates if isinstance(item, dict)]
        else:
            frame.container[frame.key] = value
        frame.key = _NO_KEY

    def _block(self, frame: _Frame, event: Any) -> None:
        """Record the lines of a literal block."""
        first = event.start_mark.line + 1
        if self.marks is None or event.style != "|" or first >= len(self.lines):
            return
        source, lines = self.lines[first], event.value.split("\n")
        own = lines[0].strip()
        if not own or source.strip() != own:
            return
        container = frame.container
        key = frame.key if type(container) is dict else str(len(container))
        indent = source.index(own) - lines[0].index(own)
        self.marks.add_block(container, key, Block(first + 1, indent, lines))

    def _marked(self, value: Any, mark: Any) -> None:
        if self.marks and isinstance(value, (dict, list)):
            self.marks.add(value, _position(mark))


_MERGE = object()


def _resolved(text: str) -> Any:
    """The value of a plain scalar: null, a boolean or a number if it is unambiguous, else its text.

    A number that Python would write differently, such as the account 012345678901, stays a text.
    """
    if text in _WORDS:
        return _WORDS[text]
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    return float(text) if match.group(1) else int(text)


def _tagged(tag: str, value: Any) -> Any:
    if tag == f"{_STANDARD}str" or tag == "!":
        return value
    if tag.startswith(_PYTHON):
        return {f"!!{tag.removeprefix(_STANDARD)}": value}
    if tag.startswith(_STANDARD):
        return _resolved(value) if isinstance(value, str) else value
    name = tag.removeprefix("!")
    if name == "GetAtt" and isinstance(value, str):
        return {"Fn::GetAtt": value.split(".", 1)}
    if name in ("Ref", "Condition"):
        return {name: value}
    return {f"Fn::{name}" if name in FUNCTIONS else tag: value}


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _place(mark: Any) -> str:
    return f"line {mark.line + 1} column {mark.column + 1}"
