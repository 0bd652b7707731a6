"""Reports as one HTML page: its elements, its policy, and text from outside in it."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import prefixed_jobs
from sm_prefix_ext.core.display.report import Document, Report, Table
from sm_prefix_ext.core.job_records import JobRecords
from sm_prefix_ext.core.plan import Plan
from sm_prefix_ext.core.text import printable
from sm_prefix_ext.iam import preflight
from sm_prefix_ext.reporting import page as page_module
from sm_prefix_ext.reporting.page import as_page

from .pages import Page, hostile
from .sample import HOSTILE

ROLE = "arn:aws:iam::111122223333:role/service-role/training"


def definition(*names: str) -> dict[str, Any]:
    """A definition with a training step for each name."""
    steps = [
        {
            "Name": name,
            "Type": "Training",
            "Arguments": {"TrainingJobName": f"team-a-{name.lower()}", "RoleArn": ROLE},
        }
        for name in names
    ]
    return {"Version": "2020-12-01", "Steps": steps}


def plan(*names: str) -> Report:
    """The report of a plan."""
    return Plan.from_definition(definition(*names), region="eu-west-1").report()


def test_the_security_policy_allows_this_style_and_this_script_alone() -> None:
    """Their hashes are of the elements' exact texts, and nothing is in an attribute."""
    page = Page(as_page([plan("Prepare", "Train")]))
    [allowed] = [
        attributes["content"]
        for tag, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    for tag, raw in page.raw.items():
        digest = base64.b64encode(hashlib.sha256(raw.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in allowed
    assert allowed.startswith("default-src 'none'; ")
    assert {"style", "script"} == set(page.raw)
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("style", "src")}
    outside = {href for href in page.values("href") if not href.startswith("#")}
    assert {page_module.PROJECT} == outside  # a link, which loads nothing


def test_the_style_sheet_and_the_script_load_nothing() -> None:
    """No address, no import, no request is in them; nor could either end its element."""
    raw = Page(as_page([Report("t", "s")])).raw
    for word in ("url(", "@import", "http:", "https:", "fetch(", "XMLHttp", "eval", "innerHTML"):
        assert word not in raw["style"] + raw["script"]
    assert "</" not in raw["style"] + raw["script"]


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text(what: str) -> None:
    """A hostile text is whole, as text, and adds no element and no attribute."""
    text = as_page([hostile(HOSTILE[what])])
    page, plain = Page(text), Page(as_page([hostile("x")]))
    assert plain.tags() == page.tags() or not HOSTILE[what]
    assert plain.attributes() == page.attributes() or not HOSTILE[what]
    assert printable(text.replace("\n", "")) == text.replace("\n", "")
    assert "##[" not in text
    assert f"Title {printable(HOSTILE[what])}" in page.texts
    assert [f"arn:{printable(HOSTILE[what])}"] * 2 == page.values("data-copy")


def test_a_long_label_is_cut_for_a_screen_reader() -> None:
    """Ten thousand characters are in the table, and not in what names a button."""
    page = Page(as_page([hostile(HOSTILE["long"])]))
    labels = [label for label in page.values("aria-label") if not label.startswith("Title")]
    assert max(map(len, labels)) < 200


def test_boxes_lead_to_their_rows() -> None:
    """Every link within the page has its target, and every ID is there once."""
    names = ("Prepare", "Train", "a b", "a-b", "ü", "x" * 10_000)
    page = Page(as_page([plan(*names)]))
    ids = Counter(page.values("id"))
    assert {1} == set(ids.values())
    links = [href[1:] for href in page.values("href") if href.startswith("#step-")]
    assert len(names) == len(set(links))
    assert set(links) <= set(ids)
    assert {"step-Prepare", "step-Train", "step-a-b"} <= set(ids)
    assert all(len(link) < 100 for link in links)


def test_a_step_of_two_tables_has_one_target() -> None:
    """It is the first, and the rows in the second name it too."""
    allowing = {"Effect": "Allow", "Action": "sagemaker:AddTags", "Resource": "*"}
    made = Plan.from_definition(definition("Train"), region="eu-west-1")
    report = preflight(made, role_policies=[{"Statement": allowing}]).report()
    page = Page(as_page([report]))
    assert 1 == page.values("id").count("step-Train")
    assert len(made[0].actions) == page.values("data-step").count("step-Train")
    assert page.tags().count("details") == 1


def test_jobs_of_nested_steps_belong_to_their_boxes() -> None:
    """An execution names a nested step by its name, a box by its path."""
    nested = definition("Train")["Steps"]
    check = {"Name": "Check", "Type": "Condition", "Arguments": {"IfSteps": nested}}
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-x-ic9xq2n1qepa-bAEHIt7IXm"
    metadata = {"TrainingJob": {"Arn": arn}}
    ran = {"StepName": "Train", "StepStatus": "Succeeded", "Metadata": metadata}
    records = prefixed_jobs([ran])
    drawn = JobRecords(records, steps=[ran], definition=lambda: {"Steps": [check]})
    page = Page(as_page([drawn.report()]))
    assert "step-Check/if/Train" in page.values("id")
    assert "#step-Check/if/Train" in page.values("href")
    assert [arn] == page.values("data-copy")


def test_buttons_copy_whole_arns() -> None:
    """The cell has the part that differs; the button, and the tooltip, the whole."""
    page = Page(as_page([plan("Prepare", "Train")]))
    beginning = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-"
    jobs = [f"{beginning}prepare-*", f"{beginning}train-*"]
    assert {ROLE, *jobs} == set(page.values("data-copy"))
    assert {ROLE, *jobs} <= set(page.values("title"))


def test_documents_are_there_as_they_are() -> None:
    """A policy's JSON is the text of its element, line by line."""
    text = json.dumps({"Statement": [{"Resource": "<b>&"}]}, indent=2)
    page = Page(as_page([Report("t", "s", documents=(Document("Policy", text),))]))
    assert text in page.texts
    assert "Copy Policy" in page.values("aria-label")


def test_without_pygraphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note says how to install it, in place of the picture alone."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    page = Page(as_page([plan("Train")]))
    [note] = [text for text in page.texts if "Graphviz" in text]
    assert "pip install 'sm-prefix-ext[picture]'" in note
    assert not {"svg", "figure"} & set(page.tags())
    assert not page.values("data-zoom")
    assert "team-a-train-*" in "".join(page.texts)


def test_several_reports() -> None:
    """The first is the page's; each other one a section, linked, with targets of its own."""
    overview = Report("Check", "2 pipelines.", "good")
    both = [plan("Train"), plan("Train")]
    sections = [replace(report, title=f"{name}.json") for report, name in zip(both, "ab")]
    page = Page(as_page([overview, *sections]))
    assert 1 == page.tags().count("h1")
    assert 2 == page.tags().count("section")
    assert {"#section-1", "#section-2"} <= set(page.values("href"))
    assert {"step-a.json-Train", "step-b.json-Train"} <= set(page.values("id"))
    assert {1} == set(Counter(page.values("id")).values())


def test_a_report_without_rows_has_no_filter() -> None:
    """There is nothing to filter, and no table without rows."""
    page = Page(as_page([Report("t", "s", tables=(Table(("A",), ()),))]))
    assert not {"input", "table"} & set(page.tags())


def test_assets_are_in_the_package() -> None:
    """They are beside the module, where a wheel takes them along."""
    folder = Path(page_module.__file__).parent
    assert all((folder / name).is_file() for name in ("page.css", "page_dark.css", "page.js"))
