"""The positions of the objects and properties of a JSON or YAML document."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any, NamedTuple

from ..core.check_report import Position

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\[\]{}:,\s"]+', re.DOTALL)
_NO_KEY: Any = object()


class Block(NamedTuple):
    """A text that spans several lines of a document, such as a literal block (``|``) of YAML.

    Args:
        line: the line of the document in which it begins.
        indent: how many columns precede each of its lines in the document.
        own: the text's lines.
    """

    line: int
    indent: int
    own: list[str]

    def position(self, inner: Position, filled: list[str]) -> Position | None:
        """Translate a position in the text with values filled in to one in the document.

        Args:
            inner: the position in the filled text.
            filled: the lines of the filled text.

        Returns:
            The line's beginning if values before the position shift it; ``None`` if the values
            added lines.
        """
        if len(self.own) != len(filled):
            return None
        before = filled[inner.line - 1][: inner.column - 1]
        line = self.own[inner.line - 1]
        column = inner.column if line.startswith(before) else len(line) - len(line.lstrip()) + 1
        return Position(self.line + inner.line - 1, self.indent + column)


class Marks:
    """The positions of a document's objects, lists and properties.

    The keys are identities of objects, so the marks keep the objects alive.

    Example:
        >>> from sm_prefix_ext.core.check_report import Position
        >>> from sm_prefix_ext.targets.marks import Marks
        >>> marks, step = Marks(), {"Name": "Train"}
        >>> marks.add(step, Position(3, 5))
        >>> marks.of(step)
        Position(line=3, column=5)
    """

    def __init__(self) -> None:
        self._places: dict[int, Position] = {}
        self._keys: dict[tuple[int, str], Position] = {}
        self._blocks: dict[tuple[int, str], Block] = {}
        self._origins: dict[int, Any] = {}
        self._kept: list[Any] = []

    def add(self, container: Any, position: Position) -> None:
        """Record where an object or a list begins."""
        self._kept.append(container)
        self._places[id(container)] = position

    def add_key(self, container: Any, key: str, position: Position) -> None:
        """Record where a property of an object begins."""
        self._keys[id(container), key] = position

    def add_block(self, container: Any, key: str, block: Block) -> None:
        """Record the lines of a text under a key, or under an index, of an object or a list."""
        self._blocks[id(container), key] = block

    def same(self, copy: Any, original: Any) -> None:
        """Record that a copy has the position of its original."""
        self._kept.append(copy)
        self._origins[id(copy)] = original

    def of(self, container: Any) -> Position | None:
        """Where an object or a list begins."""
        return self._places.get(id(self._original(container)))

    def of_key(self, container: Any, key: str) -> Position | None:
        """Where a property of an object begins."""
        return self._keys.get((id(self._original(container)), key))

    def block(self, container: Any, key: str) -> Block | None:
        """The lines of a text under a key of an object, or within the function there."""
        container = self._original(container)
        value = container.get(key)
        places = [(container, key)]
        if isinstance(value, dict):
            places += [(value, name) for name in value]
            places += [(inner, "0") for inner in value.values()]
        blocks = [self._blocks.get((id(holder), name)) for holder, name in places]
        return next((block for block in blocks if block is not None), None)

    def _original(self, container: Any) -> Any:
        while id(container) in self._origins:
            container = self._origins[id(container)]
        return container


def read_json(text: str, marks: Marks) -> Any:
    """Read JSON, and record the position of every object, list and property.

    It takes several times as long as :func:`json.loads`, and requires a text that is known to be
    JSON.

    Args:
        text: a JSON document.
        marks: records the positions.

    Example:
        >>> from sm_prefix_ext.targets.marks import Marks, read_json
        >>> marks = Marks()
        >>> document = read_json('{"Steps": [\\n  {"Name": "Train"}]}', marks)
        >>> marks.of(document["Steps"][0]), marks.of_key(document, "Steps")
        (Position(line=2, column=3), Position(line=1, column=2))
    """
    breaks = [match.end() for match in re.finditer("\n", text)]
    root: list[Any] = []
    # A stack of our own: a document may be nested deeper than Python's.
    stack: list[Any] = [root]
    keys: list[Any] = [_NO_KEY]
    for token in _TOKEN.finditer(text):
        word, holder = token.group(), stack[-1]
        if word in ("}", "]"):
            stack.pop()
            keys.pop()
            continue
        if isinstance(holder, dict) and keys[-1] is _NO_KEY:
            keys[-1] = _scalar(word)
            marks.add_key(holder, keys[-1], _position(breaks, token.start()))
            continue
        value: Any = {} if word == "{" else [] if word == "[" else _scalar(word)
        if isinstance(holder, dict):
            holder[keys[-1]] = value
            keys[-1] = _NO_KEY
        else:
            holder.append(value)
        if word in ("{", "["):
            marks.add(value, _position(breaks, token.start()))
            stack.append(value)
            keys.append(_NO_KEY)
    return root[0]


def _scalar(word: str) -> Any:
    if word[0] == '"' and "\\" not in word:
        return word[1:-1]
    return json.loads(word)


def _position(breaks: list[int], offset: int) -> Position:
    line = bisect_right(breaks, offset)
    return Position(line + 1, offset - (breaks[line - 1] if line else 0) + 1)
