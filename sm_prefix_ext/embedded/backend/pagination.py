"""Pagination, as the service does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from moto.sagemaker.exceptions import AWSValidationException

Item = TypeVar("Item")
MAX_SIZE = 100


def page(
    items: Sequence[Item], max_results: Any = None, token: str | None = None
) -> tuple[Sequence[Item], str | None]:
    """One page of a list.

    Args:
        items: the whole list.
        max_results: the size of a page, 1 to 100; ``None`` for 100.
        token: the token of the page, from the page before; ``None`` for the first.

    Returns:
        The page, and the token of the next or ``None``.
    """
    size = MAX_SIZE if max_results is None else int(max_results)
    if not 1 <= size <= MAX_SIZE:
        bound = "greater than or equal to 1" if size < 1 else f"less than or equal to {MAX_SIZE}"
        raise AWSValidationException(
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy "
            f"constraint: Member must have value {bound}"
        )
    begin = 0
    if token is not None:
        head, _, number = token.partition("-")
        if head != "page" or not number.isdigit() or not 0 < int(number) < len(items):
            raise AWSValidationException(f"Invalid NextToken: {token}")
        begin = int(number)
    end = begin + size
    return items[begin:end], f"page-{end}" if end < len(items) else None
