"""A graph in Mermaid's language, which GitHub and GitLab draw in pull requests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ..text import no_command, printable
from .report import Edge, Graph, Group, Node, Tone, counted
from .svg import SIGNS

_LONGEST = 80
_MOST_LETTERS, _MOST_ARROWS = 50_000, 500
"""What GitHub and GitLab draw at most: ``maxTextSize`` and ``maxEdges`` of Mermaid."""
_PLAIN = re.compile(r"[^\w\s./,()=+–…✓✗○!-]")
_STYLES: Mapping[Tone, str] = {
    "good": "stroke:#1a7f37,stroke-width:2px",
    "warning": "stroke:#bf8700,stroke-width:2px",
    "bad": "stroke:#cf222e,stroke-width:3px",
    "muted": "stroke-dasharray:4 3",
}


def as_mermaid(graph: Graph, notes: Iterable[str] = ()) -> str:
    """Return a graph as a flowchart.

    Args:
        graph: the graph.
        notes: sentences about it, which become comments.

    Raises:
        ValueError: if the graph is larger than what GitHub draws.

    Example:
        >>> from sm_prefix_ext.core.display.report import Edge, Graph, Node
        >>> graph = Graph((Node("a", "Prepare"), Node("b", "Train")), (Edge("a", "b"),))
        >>> print(as_mermaid(graph))
        flowchart TD
          n0["Prepare"]
          n1["Train"]
          n0 --> n1
    """
    text = "\n".join(_lines(graph, notes))
    if len(text) > _MOST_LETTERS or len(graph.edges) > _MOST_ARROWS:
        steps, arrows = counted(len(graph.nodes), "step"), counted(len(graph.edges), "arrow")
        raise ValueError(
            f"The picture is left out: {steps} and {arrows} are more than Mermaid draws on GitHub."
        )
    return text


def _lines(graph: Graph, notes: Iterable[str]) -> Iterator[str]:
    yield "flowchart TD"
    for note in notes:
        # Mermaid reads a directive, such as %%{init}%%, in a comment too.
        yield no_command(f"  %% {printable(note).replace('%', '#37;')}")
    numbers = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    members: dict[str | None, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[node.group].append(node)
    for node in members[None]:
        yield f"  {_box(node, numbers)}"
    yield from _groups(graph, members, numbers)
    for edge in graph.edges:
        yield f"  {numbers[edge.tail]} {_arrow(edge)} {numbers[edge.head]}"
    for tone, style in _STYLES.items():
        names = [numbers[node.id] for node in graph.nodes if node.tone == tone]
        if names:
            yield f"  classDef {tone} {style}"
            yield f"  class {','.join(names)} {tone}"


def _groups(
    graph: Graph, members: Mapping[str | None, list[Node]], numbers: Mapping[str, str]
) -> Iterator[str]:
    """Yield each group with its boxes and the groups in it."""
    inner: dict[str | None, list[Group]] = defaultdict(list)
    for group in graph.groups:
        inner[group.parent].append(group)
    frames = {group.id: f"g{number}" for number, group in enumerate(graph.groups)}
    # Not recursive: loops may be nested deeper than Python's stack.
    stack = [iter(inner[None])]
    while stack:
        indent = "  " * len(stack)
        entered = next(stack[-1], None)
        if entered is None:
            stack.pop()
            if stack:
                yield f"{'  ' * len(stack)}end"
            continue
        yield f'{indent}subgraph {frames[entered.id]}["{_text(entered.label)}"]'
        yield f"{indent}  direction TB"  # else Mermaid turns what no arrow enters
        for node in members.get(entered.id, ()):
            yield f"{indent}  {_box(node, numbers)}"
        stack.append(iter(inner[entered.id]))


def _box(node: Node, numbers: Mapping[str, str]) -> str:
    status = f"{SIGNS[node.tone]} {node.status}".strip() if node.status else ""
    texts = (node.title, node.kind, *node.lines, status)
    return f'{numbers[node.id]}["{"<br>".join(_text(text) for text in texts if text) or " "}"]'


def _arrow(edge: Edge) -> str:
    if edge.label:
        return f'-->|"{_text(edge.label)}"|'
    return "-.->" if edge.dashed else "-->"


def _text(text: str) -> str:
    """Return a text with a character's number in place of all that Mermaid might read."""
    text = printable(text)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"
    text = _PLAIN.sub(lambda match: f"#{ord(match[0])};", text) or " "
    return text.replace("#58;", "#58;#8203;")  # no icon, such as fa:fa-car
