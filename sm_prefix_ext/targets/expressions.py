"""Read a definition in whose text or object some values are known only at deployment.

Each of those becomes an expression in its place: an object such as ``{"Ref": "Bucket"}``. In the
place of a job's name it has the finding for an expression; anywhere else it changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..core.definition import NESTED, Definition, load, steps, values
from ..core.strict_json import loads
from ..core.text import printable, shown

Part = str | dict[str, Any]
"""A text, or an expression that gives one."""

Joined = Callable[[list[Part]], Any]

# Two characters for private use around a number. A text of the user's own that has the same
# becomes an expression too, which at worst is a finding too many.
_PLACEHOLDER = re.compile("\ue000([0-9]{1,9})\ue001", re.ASCII)
# A string without an end goes on to the text's end, so that each character is read once.
_QUOTED_OR_BARE = re.compile(
    '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*(?:"|\\\\?\\Z)|\ue000[0-9]+\ue001', re.DOTALL
)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


def definition_of_parts(
    parts: list[Part], joined: Joined, where: str
) -> tuple[Definition | None, str | None]:
    """Read a definition's JSON that a template joins from texts and expressions.

    Args:
        parts: the texts, and between them the expressions.
        joined: makes a text with expressions in it into one expression.
        where: what to call the text in an error.

    Returns:
        The definition, or ``None`` and the clause that says why it can't be told.

    Raises:
        ValueError: for a text that is no definition, whatever the expressions stand for.

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
        document = loads(text_of_parts(parts), where)
    except ValueError:
        return None, f"its definition is no JSON before deployment, which gives {_words(parts)}"
    return definition_of_object(_replaced(document, expressions, joined), where)


def text_of_parts(parts: list[Part]) -> str:
    """The text that parts join, with a placeholder in a string for each expression."""
    return _QUOTED_OR_BARE.sub(
        lambda match: match[0] if match[0].startswith('"') else f'"{match[0]}"',
        "".join(_with_placeholders(parts)),
    )


def definition_of_object(document: Any, where: str) -> tuple[Definition | None, str | None]:
    """Accept a definition that is an object, with expressions in it.

    Returns:
        The definition, or ``None`` and the clause that says why it can't be told.

    Raises:
        ValueError: for an object that is no definition and has no expression in it.
    """
    document = _with_readable_names(document)
    try:
        for step in steps(document, where):
            hidden = step.arguments if is_expression(step.arguments) else None
            if hidden is not None:
                return None, _hidden("the arguments of a step", hidden)
    except ValueError:
        hidden = next(_expressions(document), None)
        if hidden is None:
            raise
        return None, _hidden("steps, or parts of them", hidden)
    return document, None


def is_expression(value: Any) -> bool:
    """Whether an object stands for a value that is known only at deployment."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    key = next(iter(value))
    return isinstance(key, str) and (key in ("Ref", "Terraform") or key.startswith("Fn::"))


def _hidden(what: str, expression: Any) -> str:
    return f"{what} are known only after deployment, from {shown(expression)}"


def _expressions(document: Any) -> Iterator[Any]:
    return filter(is_expression, values(document))


def _words(parts: list[Part]) -> str:
    return shown(next(part for part in parts if not isinstance(part, str)))


def _with_placeholders(parts: list[Part]) -> Iterator[str]:
    number = 0
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield f"\ue000{number}\ue001"
            number += 1


def _replaced(document: Any, expressions: list[Any], joined: Joined) -> Any:
    """The document with an expression for each text that has a placeholder; changes it."""

    def value_of(text: str) -> Any:
        if "\ue000" not in text:
            return text
        pieces: list[Part] = []
        for number, piece in enumerate(_PLACEHOLDER.split(text)):
            known = number % 2 == 0 or int(piece) >= len(expressions)
            pieces.append(piece if known else expressions[int(piece)])
        return joined(pieces)

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


def _with_readable_names(document: Any) -> Any:
    """Give a text to each step whose own name is an expression, for its path; changes it.

    Only characters that a step's name may have stand in that text: what the name will be is
    unknown, so nothing is to be found in it.
    """
    stack = [document.get("Steps")] if isinstance(document, dict) else []
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            if is_expression(value.get("Name")):
                value["Name"] = _as_step_name(value["Name"])
            arguments = value.get("Arguments")
            if isinstance(arguments, dict):
                stack += [arguments.get(key) for key in NESTED]
    return document


def _as_step_name(expression: Mapping[str, Any]) -> str:
    texts: list[str] = []
    stack = list(expression.values())
    while stack:
        value = stack.pop(0)
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, Mapping):
            stack[:0] = value.values()
        elif isinstance(value, list):
            stack[:0] = value
    name = _NOT_IN_NAMES.sub("-", printable("-".join(texts))).strip("-")
    return name or "unknown"
