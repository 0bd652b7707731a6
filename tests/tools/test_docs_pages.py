"""The parts of the generated pages: sentences of the index, options, docstrings."""

from __future__ import annotations

import click
import pytest

import sm_prefix_ext
from sm_prefix_ext import iam
from sm_prefix_ext.cli.app import cli
from tools.command_reference import all_commands, commands_page
from tools.docstrings import as_markdown
from tools.llms import ROOT, first_sentence, llms_page


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("# A\n\nOne of `two`. Three.\n", "One of two."),
        (
            "# A\n\n<!-- made -->\n\n[Link](b.md) to\nsm-prefix.toml. More.\n",
            "Link to sm-prefix.toml.",
        ),
        ("---\nhide: [toc]\n---\n\n# A\n\n**Bold**: x\n\nSecond.\n", "Bold: x"),
    ],
)
def test_the_first_sentence(page: str, sentence: str) -> None:
    """Without front matter, comments and marks."""
    assert sentence == first_sentence(page)


def test_the_index_has_the_form_of_llms_txt() -> None:
    """A title, a summary, and lists of links below headings, each with a description."""
    title, summary, *sections = llms_page().split("\n\n")
    assert title.startswith("# ")
    assert summary.startswith("> ")
    lines = [line for part in sections for line in part.splitlines()]
    links = [line for line in lines if not line.startswith("## ")]
    assert len(links) > 30
    for line in links:
        head, url, text = line.partition("](https://")
        assert head.startswith("- [") and url and text.partition("/): ")[2].strip(), line


def test_the_reference_has_every_command_and_option() -> None:
    """Each command with its purpose and its options, those of check among them."""
    page = commands_page()
    commands = dict(all_commands())
    assert [*cli.commands] == [name for name in commands if " " not in name]
    assert "audit diff" in commands
    for name, command in commands.items():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert f"sm-prefix {name} " in section, name
        assert command.help and command.help.split("\n")[0] in section, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert f"`{option.opts[-1]}`" in section, (name, option.opts)
    assert "| `--baseline` `FILE` | A file of known findings" in page


def test_no_cell_breaks_its_row() -> None:
    """A bar in a choice is escaped."""
    rows = [line for line in commands_page().splitlines() if line.startswith("| `")]
    assert [2] * len(rows) == [row.replace("\\|", "").count("|") - 1 for row in rows]


def test_the_api_has_every_public_name() -> None:
    """Of the package and of ``iam``; a module of the same name as its function stands before it."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    shown = {line.rpartition(".")[2] for line in page.splitlines() if line.startswith("::: ")}
    assert {*sm_prefix_ext.__all__, *iam.__all__} - {"iam"} <= shown


def test_docstrings_become_markdown() -> None:
    """Sphinx's roles and the title of examples; nothing else."""
    text = "Like :func:`.plan.of`, :class:`Plan`.\n\n    Example:\n        >>> x"
    assert "Like `of`, `Plan`.\n\n    Examples:\n        >>> x" == as_markdown(text)
    assert "An Example: this" == as_markdown("An Example: this")
