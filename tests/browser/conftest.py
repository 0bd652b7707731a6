"""A browser, and pages that may log no error and ask nobody for anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

Open = Callable[..., Page]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VIOLATIONS = """\
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without the network."""
    if CHROMIUM is None:
        pytest.fail("These tests need Chromium: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """A tab that may use the clipboard, shared: a new one takes longer than most tests."""
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.add_init_script(VIOLATIONS)
    tab = context.new_page()
    tab.set_default_timeout(5_000)
    yield tab
    context.close()


@pytest.fixture
def show(tab: Page, tmp_path: Path) -> Iterator[Open]:
    """Open a page; at the end of the test, nothing was logged, refused or asked for."""
    logged: list[str] = []
    requests: list[str] = []
    listeners: dict[Any, Callable[[Any], None]] = {
        "console": lambda message: logged.append(message.text),
        "pageerror": lambda error: logged.append(str(error)),
        "request": lambda request: requests.append(request.url.partition("#")[0]),
    }
    path = tmp_path / "page.html"

    def show(text: str, fragment: str = "") -> Page:
        path.write_text(text, encoding="utf-8")
        tab.goto(f"{path.as_uri()}{fragment}")
        return tab

    tab.set_viewport_size({"width": 1400, "height": 900})
    tab.emulate_media(media="null", color_scheme="null")
    for event, listener in listeners.items():
        tab.on(event, listener)
    yield show
    assert [] == tab.evaluate("window.violations")
    for event, listener in listeners.items():
        tab.remove_listener(event, listener)
    assert [] == logged
    assert {path.as_uri()} == set(requests)
