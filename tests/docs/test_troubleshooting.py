"""Each error text of docs/troubleshooting.md is one that the package prints."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

import sm_prefix_ext

PACKAGE = Path(sm_prefix_ext.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
TEXTS = re.findall(r"^### `(.+)`$", PAGE, flags=re.MULTILINE)


@functools.cache
def printed() -> tuple[str, ...]:
    """The texts in the package's code, with ``…`` for what is filled in."""
    return tuple(
        text
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (text := text_of(node))
    )


def text_of(node: ast.AST) -> str:
    """The text of a literal."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    if isinstance(node, ast.FormattedValue):
        return "…"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("%s", "…")
    return ""


def is_printed(text: str) -> bool:
    """Whether a text of the page is in the code, with ``…`` for any part."""
    parts = [part for part in text.split("…") if part.strip(" :;.,")]
    pattern = re.compile(".*".join(map(re.escape, parts)))
    return any(pattern.search(one) for one in printed())


@pytest.mark.parametrize("text", TEXTS)
def test_the_package_prints_it(text: str) -> None:
    """A reworded message is reworded on the page too."""
    assert is_printed(text)


def test_another_text_is_noticed() -> None:
    """There are texts, and a wrong one isn't found."""
    assert len(TEXTS) > 15
    assert not is_printed("… has … pipeline; name all of them: …")
