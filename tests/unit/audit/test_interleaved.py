"""Sources that are read at once."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from sm_prefix_ext.audit.interleaved import interleaved

Letters = Generator[str, None, None]


def word(letters: str) -> Letters:
    yield from letters


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_every_item_comes_once_and_in_the_order_of_its_source(at_once: int) -> None:
    """Whatever number is read at once; an empty source is none."""
    words = ("abc", "", "DEF", "123", "xyz")
    read = list(interleaved(map(word, words), at_once, threading.Event()))
    assert sorted("".join(words)) == sorted(read)
    for each in words:
        assert each == "".join(letter for letter in read if letter in each)


def test_one_after_another_keeps_the_order() -> None:
    """With one at once, no thread is started."""
    assert "abcDEF" == "".join(interleaved(map(word, ("abc", "DEF")), 1, threading.Event()))


def test_two_are_read_at_once() -> None:
    """Each waits until the other has begun."""
    meeting = threading.Barrier(2, timeout=30)

    def meets() -> Letters:
        meeting.wait()
        yield "x"

    assert ["x", "x"] == list(interleaved((meets() for _ in range(2)), 2, threading.Event()))


def test_no_more_than_that_are_begun() -> None:
    """The next begins when one has ended."""
    begun: list[str] = []

    def words() -> Generator[Letters, None, None]:
        for letter in "abcd":
            begun.append(letter)
            yield word(letter * 3)

    reading = interleaved(words(), 2, threading.Event())
    next(reading)
    assert ["a", "b"] == begun


def test_a_caller_that_leaves_ends_the_sources() -> None:
    """They see that they should stop, and are closed, without the caller waiting for them."""
    stop, closed = threading.Event(), threading.Semaphore(0)

    def source(*, slow: bool) -> Letters:
        try:
            yield "a"
            if slow:
                stop.wait(30)
            yield "b"
        finally:
            assert stop.is_set()
            closed.release()

    reading = interleaved((source(slow=slow) for slow in (False, True)), 2, stop)
    next(reading)
    reading.close()
    assert [True, True] == [closed.acquire(timeout=30) for _ in range(2)]


def test_an_error_of_a_source_is_the_callers() -> None:
    """It is no silent end."""

    def broken() -> Letters:
        yield "a"
        raise RuntimeError("broken")

    stop = threading.Event()
    with pytest.raises(RuntimeError, match="broken"):
        list(interleaved(iter([broken(), word("b" * 100)]), 2, stop))
    assert stop.is_set()
