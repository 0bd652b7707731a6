"""Read a definition in whose text or object some values are known only at deployment.

An expression, which is an object such as ``{"Ref": "Bucket"}``, takes the place of each such value.
As a job's name, it has the finding for an expression; as a step or a part of one, see
:mod:`.readable_steps`; anywhere else it changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..core.definition import Definition, load, steps
from ..core.strict_json import loads
from ..core.text import shown
from .marks import Marks
from .readable_steps import IsExpression, ReadableSteps

Part = str | dict[str, Any]
"""A text, or an expression whose value is a text."""

Joined = Callable[[list[Part]], Any]

# Two characters for private use around a number. If the user's text contains the same characters,
# it becomes an expression too, which at worst is a finding too many.
_PLACEHOLDER = re.compile("\ue000([0-9]{1,9})\ue001", re.ASCII)
# A string without an end extends to the end of the text, so that each character is read once.
# Outside strings, what adjoins an expression, such as a number's first digit, is part of its value.
_QUOTED_OR_BARE = re.compile(
    '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*(?:"|\\\\?\\Z)'
    "|(?<![\\w.+-])[\\w.+-]*(?:\ue000[0-9]+\ue001[\\w.+-]*)+",
    re.DOTALL | re.ASCII,
)
_LONGEST = 80


def definition_of_parts(
    parts: list[Part], joined: Joined, where: str
) -> tuple[Definition | None, str | None]:
    """Read the JSON of a definition that a template joins from texts and expressions.

    Args:
        parts: the texts, and between them the expressions.
        joined: joins texts and expressions into one expression.
        where: the text's name in error messages.

    Returns:
        The definition, or ``None`` and the reason why it is unknown, as a clause.

    Raises:
        ValueError: if the text is no definition, whatever the values of the expressions are.

    Example:
        >>> from sm_prefix_ext.targets.expressions import definition_of_parts
        >>> from sm_prefix_ext.targets.intrinsics import joined
        >>> parts = ['{"Steps": [], "Metadata": {"Bucket": "', {"Ref": "Bucket"}, '"}}']
        >>> definition_of_parts(parts, joined, "template.yaml")
        ({'Steps': [], 'Metadata': {'Bucket': {'Ref': 'Bucket'}}}, None)
    """
    expressions = [part for part in parts if not isinstance(part, str)]
    if not expressions:
        return load("".join(part for part in parts if isinstance(part, str)), where), None
    if all(isinstance(part, dict) or not part.strip() for part in parts):
        return None, f"its definition is known only after deployment, from {_words(parts)}"
    try:
        document, unclear = _loaded(parts, expressions, where)
    except ValueError:
        return None, f"its definition is not JSON until deployment provides {_words(parts)}"
    placed: dict[int, Any] = {}
    document = _replaced(document, expressions, joined, placed)
    if isinstance(document, dict) and isinstance(document.get("Steps"), list):
        document["Steps"] += unclear
        placed.update({id(expression): expression for expression in unclear})
    return definition_of_object(document, where, _is_among(placed), branches=False)


def text_of_parts(parts: list[Part]) -> str:
    """The text that parts join, with a placeholder in a string for each expression."""
    return _QUOTED_OR_BARE.sub(
        lambda match: match[0] if match[0].startswith('"') else f'"{match[0]}"',
        "".join(_with_placeholders(parts)),
    )


def json_of_parts(parts: list[Part]) -> str | None:
    """The text of :func:`text_of_parts` if it is JSON, else ``None``."""
    text = text_of_parts(parts)
    try:
        loads(text, "it")
    except ValueError:
        return None
    return text


def definition_of_object(
    document: Any,
    where: str,
    is_expression: IsExpression | None = None,
    *,
    branches: bool = True,
    marks: Marks | None = None,
) -> tuple[Definition | None, str | None]:
    """Read a definition that is an object with expressions in it.

    Args:
        document: the object.
        where: its name in error messages.
        is_expression: tests whether an object is an expression; by default none is.
        branches: whether the branches of ``Fn::If`` are parts of the definition.
        marks: records the positions of copies.

    Returns:
        The definition with every step that can be read, or ``None`` and the reason why it is
        unknown, as a clause.

    Raises:
        ValueError: if the object is no definition, whatever the values of the expressions are.
    """
    if is_expression is not None and isinstance(document, Mapping):
        hidden = _hides_steps(document, is_expression, branches)
        if hidden is not None:
            return None, hidden
        if "Steps" in document:
            reader = ReadableSteps(is_expression, branches=branches, marks=marks, where=where)
            document = reader.of(document)
    for _ in steps(document, where):
        pass
    return document, None


def definition_with_placeholders(document: Any, marks: Marks) -> Any:
    """The document of :func:`text_of_parts`, with as many steps as the definition has.

    Args:
        document: the document, with placeholders instead of expressions; it is changed.
        marks: records the positions of copies.
    """
    placed: dict[int, Any] = {}
    document = _replaced(document, [], lambda parts: {"Ref": "".join(map(str, parts))}, placed)
    reader = ReadableSteps(_is_among(placed), branches=False, marks=marks)
    return reader.of(document)


def _is_among(placed: Mapping[int, Any]) -> IsExpression:
    return lambda value: isinstance(value, Mapping) and id(value) in placed


def _hides_steps(
    document: Mapping[str, Any], is_expression: IsExpression, branches: bool
) -> str | None:
    """Why the list of steps is unknown, or ``None`` where at least a part of it is known."""
    if is_expression(document):
        return f"its definition is known only after deployment, from {quoted(document)}"
    if "Steps" in document:
        known = ReadableSteps(is_expression, branches=branches).has_list(document["Steps"])
        hidden = None if known else document["Steps"]
    else:  # a macro or a loop may give them
        functions = [key for key in document if branches and str(key).startswith("Fn::")]
        hidden = {functions[0]: document[functions[0]]} if functions else None
    if hidden is None:
        return None
    return f"its steps are known only after deployment, from {quoted(hidden)}"


def quoted(expression: Any) -> str:
    """An expression for a message, shortened if it is long.

    Example:
        >>> from sm_prefix_ext.targets.expressions import quoted
        >>> quoted({"Ref": "Bucket"})
        "{'Ref': 'Bucket'}"
    """
    text = shown(expression)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _words(parts: list[Part]) -> str:
    return quoted(next(part for part in parts if not isinstance(part, str)))


def _with_placeholders(parts: list[Part]) -> Iterator[str]:
    number = 0
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield f"\ue000{number}\ue001"
            number += 1


def _loaded(parts: list[Part], expressions: list[Any], where: str) -> tuple[Any, list[Any]]:
    """The document, and the expressions that had to be left out of it: they may be steps."""
    try:
        return loads(text_of_parts(parts), where), []
    except ValueError:
        document = loads("".join(_without_bare(parts)), where)
    return document, _bare(parts, expressions)


def _without_bare(parts: list[Part]) -> Iterator[str]:
    """The text without the expressions outside its strings."""
    text = "".join(_with_placeholders(parts))
    end = 0
    for match in _QUOTED_OR_BARE.finditer(text):
        yield text[end : match.start()]
        if match[0].startswith('"'):
            yield match[0]
        end = match.end()
    yield text[end:]


def _bare(parts: list[Part], expressions: list[Any]) -> list[Any]:
    """The expressions outside the text's strings."""
    matches = _QUOTED_OR_BARE.findall("".join(_with_placeholders(parts)))
    bare = [match for match in matches if not match.startswith('"')]
    numbers = [int(number) for match in bare for number in _PLACEHOLDER.findall(match)]
    return [expressions[number] for number in numbers if number < len(expressions)]


def _replaced(document: Any, expressions: list[Any], joined: Joined, placed: dict[int, Any]) -> Any:
    """Replace each text with a placeholder by an expression, in place.

    Args:
        document: the parsed text.
        expressions: by the number of their placeholder.
        joined: joins texts and expressions into one expression.
        placed: records the expressions by identity, to distinguish them from objects of the text.
    """

    def value_of(text: str) -> Any:
        if "\ue000" not in text:
            return text
        pieces: list[Part] = []
        for number, piece in enumerate(_PLACEHOLDER.split(text)):
            known = number % 2 == 0 or int(piece) >= len(expressions)
            pieces.append(piece if known else expressions[int(piece)])
        value = joined(pieces)
        if isinstance(value, dict):
            placed[id(value)] = value
        return value

    root = [document]
    stack: list[Any] = [root]
    while stack:
        holder = stack.pop()
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            if isinstance(value, str):
                holder[key] = value_of(value)
            elif isinstance(value, (dict, list)):
                stack.append(value)
    return root[0]
