"""The picture of a pipeline: its step graph, with what is known of each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .definition import NESTED, StepView, role_slots
from .display.report import Edge, Graph, Group, Node, Tone
from .step_graph import DATA, ORDER, step_graph

_EACH = NESTED["ForEachBody"]


class Mark(NamedTuple):
    """What the box of a step shows beside its name and type.

    Args:
        lines: such as the name of its job; ``None`` for the name and the role in the definition.
        tone: its colour.
        status: the reason for the colour, in words.
    """

    lines: tuple[str, ...] | None = None
    tone: Tone = "neutral"
    status: str = ""


def picture(
    document: Mapping[str, Any], marks: Mapping[str, Mark]
) -> tuple[Graph, tuple[str, ...]]:
    """Draw a definition.

    Args:
        document: the definition.
        marks: by the path of a step.

    Returns:
        The graph, and sentences about what it does not show.

    Raises:
        ValueError: if the document isn't a pipeline definition.

    Example:
        >>> from sm_prefix_ext.core.picture import Mark, picture
        >>> train = {"Name": "Train", "Type": "Training"}
        >>> graph, _ = picture({"Steps": [train]}, {"Train": Mark(("team-a-train-*",))})
        >>> graph.nodes[0].kind, graph.nodes[0].lines
        ('Training', ('team-a-train-*',))
    """
    graph = step_graph(document)
    groups, loops = _groups(graph.steps)
    nodes: list[Node] = []
    for view, name in zip(graph.steps, _unique([view.path for view in graph.steps]), strict=True):
        mark = marks.get(view.path, Mark())
        nodes.append(
            Node(
                id=name,
                title=view.name,
                kind=view.step_type,
                lines=_own_lines(view) if mark.lines is None else mark.lines,
                tone=mark.tone,
                status=mark.status,
                group=loops[view.path],
            )
        )
    edges = tuple(
        Edge(
            link.tail,
            link.head,
            label="" if link.reason in (DATA, ORDER) else link.reason,
            dashed=link.reason == ORDER,
        )
        for link in graph.links
    )
    return Graph(tuple(nodes), edges, groups), graph.problems


def _unique(paths: Sequence[str]) -> Iterator[str]:
    """Yield each path, with a number where it was there before."""
    taken = set(paths)
    seen: Counter[str] = Counter()
    for path in paths:
        seen[path] += 1
        name = path
        while seen[path] > 1 and name in taken:
            name = f"{path} ({seen[path]})"
            seen[path] += name in taken
        taken.add(name)
        yield name


def _groups(views: Sequence[StepView]) -> tuple[tuple[Group, ...], Mapping[str, str | None]]:
    """Return a group for each loop with a body, and the group of each step by its path."""
    groups: dict[str, Group] = {}
    loops: dict[str, str | None] = {}
    names = {view.path: view.name for view in views}
    for view in views:  # a step comes before those in it
        parent, part = view.holder or (None, "")
        outer = None if parent is None else loops[parent]
        if parent is not None and part == _EACH:
            groups.setdefault(parent, Group(parent, f"for each item of {names[parent]}", outer))
            outer = parent
        loops[view.path] = outer
    return tuple(groups.values()), loops


def _own_lines(view: StepView) -> tuple[str, ...]:
    """Return the name and the roles of a step's job in the definition."""
    lines = [view.group_name or view.job_name]
    for path in view.kind.role_fields if view.kind is not None else ():
        for holder, key in role_slots(view.arguments, path):
            role = holder.get(key)
            lines.append(role_line(role) if isinstance(role, str) else None)
    return tuple(dict.fromkeys(line for line in lines if isinstance(line, str)))


def role_line(arn: str) -> str:
    """Return how a box shows a role: by its name, without its path and account."""
    return f"role {arn.rpartition('/')[2]}"
