"""The site's pages of the notebooks."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from tools.notebook_pages import NOTEBOOKS, as_page

CELLS = {
    "text": "'~~~ and \x1b[31mred\x1b[0m'",
    "printed": "print('printed')",
    "html": "from IPython.display import HTML\nHTML('<p>one</p>\\n\\n<p>two</p>')",
}


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cells = [nbformat.v4.new_markdown_cell("# Title\n\nA sentence.")]
    cells += [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    path = tmp_path / "notebook.ipynb"
    metadata = {"language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def test_a_page_that_is_not_executed_has_the_cells_alone(notebook: Path) -> None:
    """It needs no SDK."""
    page = as_page(notebook, execute=False)
    assert page.startswith("# Title\n\nA sentence.\n")
    assert len(CELLS) == page.count("```python\n")
    assert ".output" not in page and "<p>two</p>\n" not in page


def test_an_executed_page_has_the_outputs(notebook: Path) -> None:
    """HTML as it is, in one block; text in a fence; the file stays as it was."""
    before = notebook.read_bytes()
    page = as_page(notebook, execute=True)
    assert '<div class="output"><p>one</p>\n\n<p>two</p></div>' in page
    assert "~~~~~~ { .text .no-copy .output }\nprinted\n~~~~~~" in page
    assert "'~~~ and \\x1b[31mred\\x1b[0m'\n~~~~~~" in page
    assert before == notebook.read_bytes()


def test_a_cell_that_fails_ends_the_build(tmp_path: Path) -> None:
    """No page with a traceback is published."""
    path = tmp_path / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), path)
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        as_page(path, execute=True)


def test_each_notebook_has_a_title() -> None:
    """The first cell begins with it."""
    assert 4 <= len(list(NOTEBOOKS.glob("*.ipynb")))
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert as_page(path, execute=False).startswith("# "), path
