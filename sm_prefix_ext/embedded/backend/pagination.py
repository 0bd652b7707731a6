"""Pages of a list, as the service hands them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from moto.sagemaker.exceptions import AWSValidationException

Item = TypeVar("Item")
_MOST = 100


def page(
    items: Sequence[Item], most: Any = None, token: str | None = None
) -> tuple[Sequence[Item], str | None]:
    """One page of a list.

    Args:
        items: the whole list.
        most: how many a page holds, 1 to 100; 100 where it isn't given.
        token: where the page begins, as the page before it said.

    Returns:
        The page, and the token of the next or ``None``.
    """
    size = _MOST if most is None else int(most)
    if not 1 <= size <= _MOST:
        bound = f"greater than or equal to {1}" if size < 1 else f"less than or equal to {_MOST}"
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
