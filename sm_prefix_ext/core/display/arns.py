"""Show ARNs shortened by what they share, so that a table has room for what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .report import Cell, Tone


def shared_beginning(arns: Iterable[str | None]) -> str:
    """Return ``arn:<partition>:<service>:<region>:<account>:`` of the most ARNs of a column.

    Args:
        arns: the ARNs; ``None`` and other texts do not count.

    Returns:
        The beginning, or ``""`` if no two ARNs of several have it, since then it saves nothing. A
        single ARN is shortened too: it may be longer than a narrow terminal.

    Example:
        >>> from sm_prefix_ext.core.display.arns import shared_beginning
        >>> roles = ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"]
        >>> shared_beginning(roles)
        'arn:aws:iam::111122223333:'
    """
    beginnings = Counter(
        ":".join(arn.split(":", 5)[:5]) + ":"
        for arn in arns
        if arn is not None and arn.startswith("arn:") and arn.count(":") >= 5
    )
    [(beginning, count)] = beginnings.most_common(1) or [("", 0)]
    return beginning if count > 1 or len(beginnings) == 1 else ""


def arn_cell(arn: str | None, beginning: str, tone: Tone = "neutral") -> Cell | None:
    """Return the cell of an ARN, shortened if it has the shared beginning.

    Example:
        >>> from sm_prefix_ext.core.display.arns import arn_cell
        >>> arn_cell("arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:").text
        'role/a'
    """
    if arn is None:
        return None
    if beginning and arn.startswith(beginning):
        return Cell(arn.removeprefix(beginning), tone, code=True, full=arn)
    return Cell(arn, tone, code=True)
