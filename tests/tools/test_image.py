"""The picture in the README."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tools.image import IMAGE, image


def texts(svg: str) -> list[str]:
    """Return what a picture says, without where."""
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.text]


def test_the_picture_is_current() -> None:
    """Its texts and styles are; another release of Graphviz may place them elsewhere."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

    assert texts(IMAGE.read_text(encoding="utf-8")) == texts(image())
