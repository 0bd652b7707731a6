"""Text from outside, escaped for a terminal and a log."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext.core.text import no_command, printable_json


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        (" \t::add-mask::x", " \t" + r"\x3a:add-mask::x"),
        ("a ##[error]x ##[x", r"a \x23#[error]x \x23#[x"),
        ("::##[x", r"\x3a:\x23#[x"),
        ("###[x", r"#\x23#[x"),
        (":error", ":error"),
        ("arn:aws:s3:::team-a ::x", "arn:aws:s3:::team-a ::x"),
    ],
)
def test_a_workflow_command_is_escaped(line: str, shown: str) -> None:
    """Any other line stays as it is."""
    assert shown == no_command(line)


@given(st.text(":#[ a\t\u00a0\u2003"))
def test_no_line_is_a_workflow_command(line: str) -> None:
    """A second pass changes nothing."""
    shown = no_command(line)

    assert not shown.lstrip().startswith("::") and "##[" not in shown
    assert shown == no_command(shown)


def test_a_json_document_has_no_workflow_command() -> None:
    """It is the same document."""
    document = {"##[group]": ["##[error]x", "a\x9b", "##"]}

    text = printable_json(json.dumps(document, indent=1, ensure_ascii=False))

    assert "##[" not in text and document == json.loads(text)
    assert all(line.isprintable() for line in text.split("\n"))
