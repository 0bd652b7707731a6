"""The picture of a pipeline: its step graph, with what is known of each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from .definition import NESTED, StepView, role_slots
from .display.report import Edge, Graph, Group, Node, Tone
from .step_graph import DATA, ORDER, step_graph

_EACH = f"/{NESTED['ForEachBody']}/"


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
    seen: Counter[str] = Counter()
    nodes: list[Node] = []
    groups: dict[str, Group] = {}
    for view in graph.steps:
        seen[view.path] += 1
        mark = marks.get(view.path, Mark())
        number = seen[view.path]
        loop, each, _ = view.path.rpartition(_EACH)
        group = f"{loop}{each}" if each else None
        if group is not None and group not in groups:
            label = f"for each item of {loop.rpartition('/')[2]}"
            groups[group] = Group(group, label, _outer(group, groups))
        nodes.append(
            Node(
                id=view.path if number == 1 else f"{view.path} ({number})",
                title=view.name,
                kind=view.step_type,
                lines=_own_lines(view) if mark.lines is None else mark.lines,
                tone=mark.tone,
                status=mark.status,
                group=group,
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
    return Graph(tuple(nodes), edges, tuple(groups.values())), graph.problems


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


def _outer(group: str, groups: Mapping[str, Group]) -> str | None:
    """Return the loop that contains a loop, by the path of their steps."""
    loop, each, _ = group.removesuffix(_EACH).rpartition(_EACH)
    outer = f"{loop}{each}"
    return outer if outer in groups else None
