"""Where things stand in a JSON text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext.core.check_report import Position
from sm_prefix_ext.targets.marks import Marks, read_json

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_it_reads_what_the_json_module_reads(value: Any, indent: Any, ascii_only: bool) -> None:
    """The positions come with the very same document."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert value == read_json(text, Marks())


@given(st.lists(st.dictionaries(st.text(), st.text(), max_size=2), min_size=1))
def test_every_object_stands_at_a_brace(items: list[dict[str, str]]) -> None:
    """Whatever the strings between them hold."""
    text, marks = json.dumps(items, indent=1, ensure_ascii=False), Marks()
    lines = text.split("\n")
    for item in read_json(text, marks):
        position = marks.of(item)
        assert position is not None
        assert "{" == lines[position.line - 1][position.column - 1]


def test_properties_and_lists() -> None:
    """Line and column count from 1; a tab is a column, as is a character outside of the BMP."""
    marks = Marks()
    document = read_json('{\n\t"😀": [1,\n {"b\\u0061": {}}]}', marks)
    assert Position(1, 1) == marks.of(document)
    assert Position(2, 2) == marks.of_key(document, "😀")
    assert Position(2, 7) == marks.of(document["😀"])
    assert Position(3, 3) == marks.of_key(document["😀"][1], "ba")
    assert Position(3, 14) == marks.of(document["😀"][1]["ba"])


def test_a_copy_stands_where_its_original_does() -> None:
    """Over any number of copies."""
    marks, original = Marks(), {"a": 1}
    copy, again = dict(original), dict(original)
    marks.add(original, Position(2, 3))
    marks.add_key(original, "a", Position(2, 4))
    marks.same(copy, original)
    marks.same(again, copy)
    assert Position(2, 3) == marks.of(again)
    assert Position(2, 4) == marks.of_key(again, "a")
    assert marks.of({"a": 1}) is None


@pytest.mark.parametrize("depth", [900, 20_000])
def test_depth_is_no_limit(depth: int) -> None:
    """A text of any depth is read without Python's stack."""
    document = read_json("[" * depth + "]" * depth, Marks())
    assert isinstance(document, list)
