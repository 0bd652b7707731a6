"""The page of a plan, a preflight and a check: it renders, filters, copies, and leads to steps."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from ..unit.reporting.pages import hostile
from ..unit.reporting.sample import HOSTILE
from . import pages
from .conftest import Open

DEFINITIONS = {5: pages.small, 300: pages.large}
each_size = pytest.mark.parametrize("steps", DEFINITIONS)
MAKE = {"plan": pages.plan_page, "preflight": pages.preflight_page}

BACKGROUNDS: dict[Any, str] = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}
RULES: dict[Any, dict[str, Any]] = {
    "light": {},  # all
    "dark": {"runOnly": ["color-contrast"]},  # the theme changes nothing else
}
STRUCTURE = {"rules": {"color-contrast": {"enabled": False}}}


@functools.cache
def page_of(kind: str, steps: int) -> str:
    """The text of a page."""
    definition = DEFINITIONS[steps]()
    if kind == "check":
        return pages.check_page(definition, ["a.json", "b/c.json"])
    return MAKE[kind](definition)


def rows(page: Page) -> Locator:
    """The rows that are shown."""
    return page.locator("tr.row:visible")


def copied(page: Page) -> str:
    """The text on the clipboard."""
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("kind", ["plan", "preflight", "check"])
def test_accessibility(show: Open, kind: str) -> None:
    """Nothing breaks the rules of axe-core with everything unfolded, nor the contrast in dark."""
    page = show(page_of(kind, 5))
    unfold(page)
    for theme, rules in RULES.items():
        page.emulate_media(color_scheme=theme)
        must_be_accessible(page, rules)


def test_accessibility_of_a_large_page(show: Open) -> None:
    """Its colours are those of a small one, and measuring the contrast of 300 steps takes long."""
    page = show(page_of("plan", 300))
    unfold(page)
    must_be_accessible(page, STRUCTURE)


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def must_be_accessible(page: Page, rules: dict[str, Any]) -> None:
    results = Axe().run(page, options={**rules, "resultTypes": ["violations"]})
    assert 0 == results.violations_count, results.generate_report()


@each_size
def test_it_renders(show: Open, steps: int) -> None:
    """A box for each step, a row for each job, and a policy; no text leaves its box."""
    page = show(page_of("plan", steps))
    assert steps == page.locator(".picture .node").count()
    assert {5: 4, 300: 210}[steps] == rows(page).count()
    expect(page.locator("#matches")).to_have_text(f"{rows(page).count()} rows")
    for theme, background in BACKGROUNDS.items():
        page.emulate_media(color_scheme=theme)
        expect(page.locator("body")).to_have_css("background-color", background)
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".picture .node")].filter((node) => {
          const box = node.querySelector("rect").getBoundingClientRect();
          return [...node.querySelectorAll("text")]
            .some((text) => text.getBoundingClientRect().right > box.right);
        }).map((node) => node.textContent)"""
    )
    assert [] == outside


@each_size
def test_filter(show: Open, steps: int) -> None:
    """It hides the rows that lack a word, dims their boxes, and says how many are left."""
    page = show(page_of("plan", steps))
    total = rows(page).count()
    step = "Train" if steps == 5 else "Train7"
    page.get_by_label("Filter").fill(f"TRAINING {step}")
    expect(page.locator("#matches")).to_have_text(f"1 of {total} rows match")
    assert [step] == rows(page).locator("td:first-child").all_inner_texts()
    assert steps - 1 == page.locator(".node.dimmed").count()
    page.get_by_label("Filter").fill("arn:aws:iam::111122223333:role/service-role/training")
    assert total > rows(page).count() > 0  # by the whole ARN of a shortened one
    page.get_by_label("Filter").fill("no such step")
    expect(page.locator("#matches")).to_have_text(f"0 of {total} rows match")
    page.get_by_label("Filter").fill("")
    assert (total, 0) == (rows(page).count(), page.locator(".node.dimmed").count())


def test_filter_unfolds(show: Open) -> None:
    """What matches in a folded table is shown, and folded again afterwards."""
    page = show(page_of("preflight", 5))
    folded = page.locator("details", has=page.locator("table"))
    assert folded.get_attribute("open") is None
    page.get_by_label("Filter").fill("DescribeProcessingJob")
    assert folded.get_attribute("open") is not None
    assert 2 == rows(page).count()
    page.get_by_label("Filter").fill("")
    assert folded.get_attribute("open") is None


@each_size
def test_copy(show: Open, steps: int) -> None:
    """A button copies the whole ARN, or a policy without its being unfolded."""
    page = show(page_of("plan", steps))
    beginning = "arn:aws:sagemaker:eu-west-1:111122223333:"
    page.locator("tr.row", has_text="training-job").first.locator("button.copy").first.click()
    expect(page.locator("#said")).to_have_text("Copied.")
    assert re.fullmatch(rf"{beginning}training-job/team-a-train\d*-\*", copied(page))
    page.get_by_role("button", name="Copy Policy of the execution role").click()
    expect(page.locator(".document button.done")).to_have_count(1)
    assert copied(page) == page.locator("pre").text_content()
    assert '"Version": "2012-10-17"' in copied(page)


def test_copy_without_a_clipboard(show: Open) -> None:
    """A page from a server without https copies too."""
    page = show(page_of("plan", 5))
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator("button.copy").first.click()
    expect(page.locator("#said")).to_have_text("Copied.")
    page.get_by_label("Filter").focus()
    page.keyboard.press("Control+V")
    assert page.get_by_label("Filter").input_value().startswith("arn:aws:sagemaker:")


@each_size
def test_deep_link(show: Open, steps: int) -> None:
    """A page opened at a step shows it, marked, and marks its box."""
    step = "Train" if steps == 5 else "Accept25/if/Serve25/if/Report25"
    page = show(page_of("plan", steps), f"#step-{step}")
    row = page.locator("tbody:target")
    expect(row).to_contain_text(step)
    expect(row).to_be_in_viewport(ratio=1)
    assert "none" != row.evaluate("(row) => getComputedStyle(row).outlineStyle")
    expect(page.locator(".picture a.current")).to_have_count(1)


def test_deep_link_into_a_folded_table(show: Open) -> None:
    """It is unfolded."""
    page = show(page_of("preflight", 5), "#step-Accept/if/Register")
    expect(page.locator("tbody:target")).to_be_in_viewport(ratio=1)


def test_deep_link_to_a_hidden_row(show: Open) -> None:
    """A filter that hides it is taken back; a second click leads there again."""
    page = show(page_of("plan", 5))
    page.get_by_label("Filter").fill("Prepare")
    box = page.locator(".picture a", has_text="Evaluate").first
    for _ in range(2):
        box.click()
        expect(page.locator("tbody:target")).to_contain_text("Evaluate")
        expect(page.locator("#step-Evaluate")).to_be_focused()
    assert "" == page.get_by_label("Filter").input_value()


def test_links_of_a_check(show: Open) -> None:
    """Each pipeline has its section, and its boxes lead to its own rows."""
    page = show(page_of("check", 5))
    page.get_by_role("link", name="b/c.json").click()
    expect(page.get_by_role("heading", name="b/c.json")).to_be_in_viewport(ratio=1)
    page.locator("section").nth(1).locator(".picture a", has_text="Train").click()
    expect(page.locator("tbody:target")).to_have_id("step-b/c.json-Train")


def test_keyboard(show: Open) -> None:
    """A tab leads past the picture, to the filter, and through the boxes to their rows."""
    page = show(page_of("plan", 5))
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#filter")).to_be_focused()
    stops = []
    for _ in range(9):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.outerHTML.slice(0, 40)"))
    assert 3 == sum("data-zoom" in stop or 'type="button"' in stop for stop in stops)
    page.locator(".picture a", has_text="Train").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-Train")).to_be_focused()
    page.keyboard.press("Tab")  # on from there, to the first button of the row
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Copied.")
    assert copied(page).endswith(":training-job/team-a-train-*")


def test_zoom(show: Open) -> None:
    """A large picture begins in a size that can be read, and can be fitted and enlarged."""
    page = show(page_of("plan", 300))
    picture = page.locator(".picture")

    def width() -> float:
        return float(picture.get_attribute("width") or 0)

    natural = width()
    assert natural > 1400
    controls, figure = (page.locator(css).bounding_box() for css in (".zoom", "figure"))
    assert controls and figure
    assert controls["y"] + controls["height"] <= figure["y"]  # a box beneath them can't be read
    page.get_by_role("button", name="Fit the width").click()
    assert width() < 1400
    fitting = width()
    page.get_by_role("button", name="Zoom in").click()
    assert fitting < width() < natural
    page.get_by_role("button", name="Zoom out").click()
    assert abs(width() - fitting) <= 1


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text(show: Open, what: str) -> None:
    """It is text: no element of its own, no script, and the page works."""
    page = show(pages.as_page([hostile(HOSTILE[what])]))
    assert 0 == page.locator("body script:not(:last-child), b, i, x").count()
    assert 2 == page.locator("tr.row").count()
    page.get_by_label("Filter").fill("Group")
    expect(page.locator("#matches")).to_have_text("2 of 2 rows match")
    page.locator(".picture a").click(force=True)
    expect(page.locator("tbody:target")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 600, 1400])
@pytest.mark.parametrize("kind", ["plan", "preflight", "check"])
def test_narrow(show: Open, kind: str, width: int) -> None:
    """Tables and pictures scroll on their own; the page does not scroll sideways."""
    page = show(page_of(kind, 5))
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@each_size
def test_print(show: Open, steps: int) -> None:
    """Paper has everything unfolded, in light colours, without what only a screen can do."""
    page = show(page_of("plan", steps))
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("pre").is_visible()
    for control in (".filter", ".zoom", "button.copy >> nth=0", ".skip"):
        assert not page.locator(control).is_visible()
    assert "rgb(255, 255, 255)" == page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator("pre").is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_without_script(show: Open) -> None:
    """Where a viewer runs no script, all that can be read is there, and no button without use."""
    text = re.sub(r"<script>.*</script>", "", page_of("plan", 5), flags=re.DOTALL)
    page = show(text)
    assert 4 == rows(page).count()
    assert page.locator(".picture").is_visible()
    assert 0 == page.locator("button:visible, input:visible").count()
