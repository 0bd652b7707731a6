"""The report of a check in Markdown, for a pull request or a job's summary."""

from __future__ import annotations

from ..core.check_report import CheckReport
from ..core.display.markdown import as_markdown
from ..core.text import no_command
from .check_sections import sections


def render(report: CheckReport) -> str:
    """A section for each pipeline, with its picture in Mermaid's language.

    Example:
        >>> from sm_prefix_ext.core.check_report import CheckReport
        >>> print(render(CheckReport(())))
        ### Check of job names
        <BLANKLINE>
        0 pipelines, 0 jobs judged&#58; 0 errors, 0 warnings; 0 files read.
        <BLANKLINE>
    """
    text = "\n\n".join(as_markdown(section) for section in sections(report))
    return "".join(f"{no_command(line)}\n" for line in text.split("\n"))
