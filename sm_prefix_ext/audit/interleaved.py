"""Read several sources at once, in threads, without reading far ahead of who asks."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice
from typing import Any, TypeVar

Item = TypeVar("Item")


def interleaved(
    sources: Iterator[Generator[Item, Any, Any]], at_once: int, stop: threading.Event
) -> Iterator[Item]:
    """Yield what several sources yield, in the order of each, as it comes.

    A source is asked for one item ahead at most, so memory stays flat however slow the caller is.

    Args:
        sources: each is begun from the caller's thread, when there is room for it.
        at_once: how many are read at once; with 1, one after another in the caller's thread.
        stop: set if the caller ends early or a source fails, so that the sources end soon; each
            is closed when it has.

    Example:
        >>> import threading
        >>> from sm_prefix_ext.audit.interleaved import interleaved
        >>> sources = ((letter for letter in word) for word in ("ab", "c"))
        >>> sorted(interleaved(sources, 2, threading.Event()))
        ['a', 'b', 'c']
    """
    if at_once == 1:
        for source in sources:
            yield from source
        return
    running: dict[Future[tuple[Item, ...]], Generator[Item, Any, Any]] = {}
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="sm-prefix-unit")
    try:
        for source in islice(sources, at_once):
            running[pool.submit(_next, source)] = source
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                items, source = future.result(), running.pop(future)
                for each in (source,) if items else islice(sources, 1):
                    running[pool.submit(_next, each)] = each
                yield from items
    except BaseException:
        stop.set()
        for future, source in running.items():
            future.cancel()
            future.add_done_callback(partial(_close, source))
        raise
    finally:
        # A source may take long to end; the caller does not wait for it.
        pool.shutdown(wait=False)


def _next(source: Iterator[Item]) -> tuple[Item, ...]:
    """Return the next item, or nothing at the end."""
    return tuple(islice(source, 1))


def _close(source: Generator[Any, Any, Any], _: Future[Any]) -> None:
    source.close()
