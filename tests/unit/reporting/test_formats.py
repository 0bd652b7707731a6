from __future__ import annotations

import json
import subprocess
import sys
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sm_prefix_ext.core.check_report import CheckReport
from sm_prefix_ext.core.text import printable
from sm_prefix_ext.reporting.formats import DRAWN, FORMATS

from . import schemas
from .pages import Page
from .sample import CLEAN, HOSTILE, NOTE, REPORT, hostile

REPORTS = {"sample": REPORT, "clean": CLEAN, "empty": CheckReport(())}


def _texts(data: Any) -> list[str]:
    """Every text in a JSON document."""
    if isinstance(data, dict):
        return [text for value in data.values() for text in _texts(value)]
    if isinstance(data, list):
        return [text for value in data for text in _texts(value)]
    return [data] if isinstance(data, str) else []


def _valid_json(text: str) -> list[Any]:
    """The report by this package's schema, and its texts."""
    document = json.loads(text)
    schemas.report().validate(document)
    return _texts(document)


def _valid_sarif(text: str) -> list[Any]:
    """The log by the schema of OASIS, and its texts."""
    document = json.loads(text)
    schemas.sarif().validate(document)
    return _texts(document)


def _valid_gitlab(text: str) -> list[Any]:
    """The entries, each with what GitLab needs, and their texts."""
    entries = json.loads(text)
    needed = {"description", "check_name", "fingerprint", "severity", "location"}
    for entry in entries:
        assert needed == set(entry)
        assert isinstance(entry["location"]["path"], str)
        assert entry["location"]["lines"]["begin"] >= 1
    assert len(entries) == len({entry["fingerprint"] for entry in entries})
    return _texts(entries)


def _valid_junit(text: str) -> list[Any]:
    """The document by the schema of Jenkins's plugin, and its texts."""
    root = ET.fromstring(text)
    schemas.JUnit().validate(root)
    attributes = [value for element in root.iter() for value in element.attrib.values()]
    return [*attributes, *filter(None, (element.text for element in root.iter()))]


def _valid_html(text: str) -> list[Any]:
    """The texts of the page, whose every element is closed, and what its buttons copy."""
    page = Page(text)
    return [*page.texts, *page.values("data-copy")]


def _valid_markdown(text: str) -> list[Any]:
    """The lines, with characters in place of references to them."""
    return [unescape(line) for line in text.splitlines()]


def _valid_mermaid(text: str) -> list[Any]:
    """The lines, each of which is of Mermaid's language, with characters for their numbers."""
    lines = text.splitlines()
    assert [] == [line for line in lines if not schemas.MERMAID.fullmatch(line)]
    return [unescape(line.replace("#", "&#")) for line in lines]


def _valid_lines(text: str) -> list[Any]:
    """The lines."""
    return text.splitlines()


VALID = {
    "table": _valid_lines,
    "json": _valid_json,
    "github": _valid_lines,
    "gitlab": _valid_gitlab,
    "sarif": _valid_sarif,
    "junit": _valid_junit,
    "html": _valid_html,
    "markdown": _valid_markdown,
    "mermaid": _valid_mermaid,
}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("form", FORMATS)
def test_valid(form: str, name: str) -> None:
    """Every format follows its schema, and ends with one line break."""
    text = FORMATS[form](REPORTS[name])
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    VALID[form](text)


@pytest.mark.parametrize("form", FORMATS)
def test_deterministic(form: str) -> None:
    """The same report gives the same text."""
    assert FORMATS[form](REPORT) == FORMATS[form](REPORT)


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text(form: str, what: str) -> None:
    """A hostile text is shown whole, as text, and changes no format's structure."""
    text = FORMATS[form](hostile(HOSTILE[what]))
    text.encode()
    assert printable(text.replace("\n", "")) == text.replace("\n", "")
    texts = VALID[form](text)
    plain = FORMATS[form](hostile("Train"))
    if form in ("json", "gitlab", "sarif"):
        assert _shape(json.loads(plain)) == _shape(json.loads(text)) or not HOSTILE[what]
    elif form == "junit":
        assert [e.tag for e in ET.fromstring(plain).iter()] == [
            e.tag for e in ET.fromstring(text).iter()
        ]
    elif form == "html":
        assert Page(plain).tags() == Page(text).tags() or not HOSTILE[what]
    elif what != "empty":
        assert len(plain.splitlines()) == len(texts)
    lines = text.splitlines() if form == "html" else texts
    commands = [line for line in lines if line.lstrip().startswith("::")]
    if form == "github":
        assert 5 == len(commands)
    elif form in ("table", "html", "markdown", "mermaid"):
        assert not commands
        assert "##[" not in text


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_is_whole(form: str) -> None:
    """Ten thousand characters of a name are all there, and so is an escape for each newline."""
    assert HOSTILE["long"] in FORMATS[form](hostile(HOSTILE["long"]))
    texts = VALID[form](FORMATS[form](hostile("Tr\n\x1bain")))
    expected = "Tr\n\x1bain" if form == "json" else "Tr\\n\\x1bain"
    assert any(expected in text for text in texts)


@pytest.mark.parametrize("form", FORMATS)
def test_notes(form: str) -> None:
    """Every format has what is wrong with a graph, though it is no finding."""
    texts = VALID[form](FORMATS[form](REPORT))
    assert any(NOTE in text for text in texts)


def _shape(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _shape(value) for key, value in data.items() if key != "description"}
    if isinstance(data, list):
        return [_shape(value) for value in data]
    return type(data)


def test_formats_are_imported_when_they_are_used() -> None:
    """The names of the formats need none of their modules, nor do the modules need rich."""
    program = (
        "import sys; from sm_prefix_ext.reporting.formats import FORMATS\n"
        "from sm_prefix_ext.core.check_report import CheckReport\n"
        "print([n for n in sys.modules if n.startswith('sm_prefix_ext.reporting.check')])\n"
        "[f(CheckReport(())) for f in FORMATS.values()]\n"
        "print([n for n in ('rich', 'boto3', 'pandas', 'click') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "[]\n[]\n" == ran.stdout, ran.stderr


def test_names() -> None:
    """The names of the formats are those of the command's option."""
    forms = ["table", "json", "github", "gitlab", "sarif", "junit", "html", "markdown", "mermaid"]
    assert forms == list(FORMATS)
    assert set(FORMATS) > DRAWN
