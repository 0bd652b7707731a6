"""The report of a check as one picture in Mermaid's language."""

from __future__ import annotations

from dataclasses import replace

from ..core.check_report import CheckedTarget, CheckReport
from ..core.display.framed import framed
from ..core.display.mermaid import as_mermaid
from ..core.display.report import Graph, Node
from ..core.findings_report import finding_marks
from ..core.picture import picture
from .check_summary import counted, summary_line


def render(report: CheckReport) -> str:
    """One flowchart, with a frame around each pipeline if there are several.

    What no step stands for, such as a finding about the pipeline's name, has a box of its own. The
    notes and the line that counts are comments.

    Args:
        report: what the check found, with the definitions.

    Raises:
        ValueError: if the picture is larger than what GitHub draws.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport
        >>> print(render(CheckReport(())))
        flowchart TD
          %% 0 pipelines, 0 jobs judged: 0 errors, 0 warnings; 0 files read.
        <BLANKLINE>
    """
    graphs = [(checked.target, _graph(checked)) for checked in report.targets]
    unread = tuple(
        Node(f"unread {number}", row.file, tone="bad", status=f"could not be read: {row.reason}")
        for number, row in enumerate(report.unread)
    )
    graph = graphs[0][1] if len(graphs) == 1 else framed(graphs)
    notes = (note for checked in report.targets for note in checked.notes)
    drawn = replace(graph, nodes=(*graph.nodes, *unread))
    return f"{as_mermaid(drawn, (summary_line(report), *notes))}\n"


def _graph(checked: CheckedTarget) -> Graph:
    shown = [row.finding for row in checked.findings if row.hidden is None]
    marks = finding_marks(shown)
    graph = Graph(())
    if checked.definition is not None:
        graph, _ = picture(checked.definition, marks)
    drawn = {node.id for node in graph.nodes}
    others = [
        Node(f"finding {step}", step or checked.target, tone=mark.tone, status=mark.status)
        for step, mark in marks.items()
        if step not in drawn
    ]
    if checked.not_read is not None and not shown:  # a finding may say it already
        reason = f"not read: {checked.not_read}"
        others.append(Node("not read", checked.target, tone="warning", status=reason))
    if not drawn and not others:
        judged = f"{counted(checked.jobs, 'job')} judged"
        others.append(Node("empty", checked.target, tone="muted", status=judged))
    return replace(graph, nodes=(*graph.nodes, *others))
