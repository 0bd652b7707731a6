"""The positions of a pipeline's steps in its document."""

from __future__ import annotations

from ..core.check_report import Position
from ..core.definition import steps
from .expressions import definition_with_placeholders
from .found import Found
from .marks import Marks, read_json


def positions_of(found: Found, marks: Marks) -> dict[str, Position]:
    """The positions of a pipeline's steps by their paths, and by ``""`` that of its definition.

    Where the document does not hold the definition, ``""`` is the resource that refers to it.

    Args:
        found: a pipeline that was read with the marks.
        marks: the positions of its document.
    """
    if found.branches:
        places: dict[str, Position] = {}
        for branch in found.branches:
            places = {**positions_of(branch, marks), **places}
        return places
    if found.property is not None:
        whole = marks.of_key(*found.property)
        positions = _in_block(found, marks)
    elif found.definition is not None:
        whole = marks.of(found.definition)
        positions = {}
        for view in steps(found.definition):
            position = marks.of(view.step)
            if position is not None:
                positions.setdefault(view.path, position)
    else:
        whole, positions = marks.of(found.resource), {}
    return {"": whole, **positions} if whole is not None else positions


def _in_block(found: Found, marks: Marks) -> dict[str, Position]:
    """The positions of steps in a definition's text, where the document has its lines."""
    block = marks.block(*found.property) if found.property else None
    if block is None or found.text is None or found.definition is None:
        return {}
    inner, lines = Marks(), found.text.split("\n")
    # The same steps in the same order, with placeholders instead of expressions.
    placed = definition_with_placeholders(read_json(found.text, inner), inner)
    views = zip(steps(found.definition), steps(placed))
    positions: dict[str, Position] = {}
    for view, marked in views:
        place = inner.of(marked.step)
        position = block.position(place, lines) if place else None
        if position is not None:
            positions.setdefault(view.path, position)
    return positions
