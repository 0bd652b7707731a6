"""The index of the documentation for language models, docs/llms.txt, from the site's navigation.

Its form is that of https://llmstxt.org: title, summary, sections of links with a description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
_COMMENT = re.compile(r"<!--.*?-->", flags=re.DOTALL)
_SENTENCE = re.compile(r".*?[.](?= |$)")


def llms_page(_: str = "") -> str:
    """The index, with a link for each page of the navigation."""
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    parts = [f"# {site['site_name']}", f"> {site['site_description']}"]
    for entry in site["nav"]:
        [(title, pages)] = entry.items()
        links = [_link(site["site_url"], *page) for page in _pages(title, pages)]
        parts.append("\n".join([f"## {title}", "", *links]))
    return "\n\n".join(parts) + "\n"


def _pages(title: str, pages: Any) -> Iterator[tuple[str, str]]:
    """Each page below an entry of the navigation: its title and its path."""
    if isinstance(pages, str):
        yield title, pages
        return
    for page in pages:
        for inner, value in page.items():
            yield from _pages(inner, value)


def _link(site: str, title: str, path: str) -> str:
    place = path.removesuffix(".md").removesuffix("index")
    url = f"{site}{place}/" if place else site
    return f"- [{title}]({url}): {first_sentence(_text(path))}"


def _text(path: str) -> str:
    """The text of a page; of a notebook's, which the site's build makes, the first cell."""
    if not path.startswith("notebooks/"):
        return (ROOT / "docs" / path).read_text("utf-8")
    notebook = json.loads((ROOT / path).with_suffix(".ipynb").read_text("utf-8"))
    return "".join(notebook["cells"][0]["source"])


def first_sentence(page: str) -> str:
    """The first sentence below the title of a page, as plain text."""
    body = _COMMENT.sub("", page).partition("\n# ")[2] if page[:2] != "# " else page[2:]
    text = " ".join(_COMMENT.sub("", body).partition("\n")[2].strip().split("\n\n")[0].split())
    text = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text).replace("`", "").replace("**", "")
    found = _SENTENCE.match(text)
    return found[0] if found else text
