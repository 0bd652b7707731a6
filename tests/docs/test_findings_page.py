"""docs/findings.md is current, and every finding has an example that renders."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sm_prefix_ext.core.findings import CATALOGUE, as_text
from tools import docs
from tools.finding_examples import EXAMPLES, example

ROOT = Path(__file__).parents[2]
NEEDS_AN_SDK: dict[str, str] = {}
"""The codes that only an SDK can trigger, with the reason."""


def test_the_page_is_current() -> None:
    """The generator would change no page."""
    assert [] == list(docs.stale())


def test_the_generator_replaces_the_tables_between_marks() -> None:
    """It changes nothing else."""
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert text == docs.limits_page(text.replace("| Training |", "| Trained |"))
    with pytest.raises(ValueError, match="has no <!-- limits -->"):
        docs.limits_page("no marks")


def test_every_code_has_a_section() -> None:
    """The sections are in the order of the codes, and there are no others."""
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert list(CATALOGUE) == re.findall(r"^## (PFX\d{3})$", page, flags=re.MULTILINE)
    for rule in CATALOGUE.values():
        assert f"**{rule.title}** ({rule.severity}). {rule.meaning}" in page


def test_a_stale_page_fails_the_check_and_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--check`` writes nothing."""
    assert 1 == docs.main(["--check"], tmp_path)
    assert "docs/limits.md has no <!-- limits -->" in capsys.readouterr().err
    (tmp_path / "docs").mkdir()
    written = {"limits.md", "permissions.md"}
    for name in written:
        (tmp_path / "docs" / name).write_bytes((ROOT / "docs" / name).read_bytes())
    assert 1 == docs.main(["--check"], tmp_path)
    assert "docs/findings.md is stale" in capsys.readouterr().err
    assert written == {page.name for page in (tmp_path / "docs").iterdir()}
    assert 0 == docs.main([], tmp_path)
    assert 0 == docs.main(["--check"], tmp_path)


def test_every_code_has_an_example_or_a_reason() -> None:
    """Each code is in one of the two tables."""
    assert set(CATALOGUE) == {*EXAMPLES, *NEEDS_AN_SDK}


@pytest.mark.parametrize("code", EXAMPLES)
def test_every_finding_renders(code: str) -> None:
    """The text table and the JSON have its location, message and fix."""
    finding = example(code)
    assert CATALOGUE[code].severity == finding.severity
    head, *body = as_text([finding]).splitlines()
    assert [code, finding.severity] == head.split()[:2]
    assert finding.step in head
    text = " ".join(line.strip() for line in body)
    assert f"{finding.message} Fix: {finding.fix}" == text
    data = json.loads(json.dumps(finding.to_dict()))
    assert {"code", "severity", "step", "step_type", "message", "fix"} == set(data)
    assert finding.message.strip() and finding.fix.strip()
