"""The file of an audit that came to its end."""

from __future__ import annotations

from .output import Earlier, NotResumed, read_earlier


def complete(path: str, purpose: str) -> Earlier:
    """Read what an audit left in a file, and require that it is complete.

    Args:
        path: the file.
        purpose: what it is read for, such as ``"compared"``.

    Raises:
        ValueError: for a file that isn't an audit's, or whose audit is not complete.
        OSError: if it can't be read.
    """
    try:
        earlier = read_earlier(path)
    except NotResumed as refused:
        raise ValueError(f"{path} can't be {purpose}: {refused.why}") from None
    if earlier is None:
        raise ValueError(f"{path} can't be {purpose}: it is not there, or it is empty.")
    if not earlier.ended:
        raise ValueError(f"{path} can't be {purpose}: its audit is not complete; resume it first.")
    return earlier
