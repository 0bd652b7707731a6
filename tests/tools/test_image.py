"""The picture in the README."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tools.image import IMAGE, image


def texts(svg: str) -> list[str]:
    """Return the texts of a picture, without their positions."""
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.text]


def test_the_picture_is_current() -> None:
    """Only its texts are compared, because positions depend on the release of Graphviz."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

    assert texts(IMAGE.read_text(encoding="utf-8")) == texts(image())
