"""Reports as values."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.display.report import Cell, Row, Table, Tone, counted, severest


@pytest.mark.parametrize(
    ("tones", "worst"),
    [
        ([], "neutral"),
        (["muted", "neutral"], "neutral"),
        (["neutral", "good"], "good"),
        (["good", "warning", "muted"], "warning"),
        (["good", "bad", "warning"], "bad"),
    ],
)
def test_the_tone_that_needs_attention_most(tones: list[Tone], worst: Tone) -> None:
    """Without tones it is neutral."""
    assert worst == severest(tones)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 jobs"), (1, "1 job"), (2, "2 jobs"), (1_234, "1,234 jobs")],
)
def test_a_number_with_its_noun(number: int, text: str) -> None:
    """The noun is in the plural but for one."""
    assert text == counted(number, "job")


def test_the_rows_of_a_group_follow_each_other() -> None:
    """A name that comes again begins another group."""
    rows = tuple(Row((Cell(str(number)),), group) for number, group in enumerate("aaba"))

    groups = list(Table(("A",), rows).groups())

    assert [("a", rows[:2]), ("b", rows[2:3]), ("a", rows[3:])] == groups
    assert [] == list(Table(("A",), ()).groups())
