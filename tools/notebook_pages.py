"""Turn the notebooks into pages of the site: a hook of MkDocs.

The repository has them without outputs. With ``EXECUTE_NOTEBOOKS`` set, the hook executes them,
which needs an SDK, and their pages show the outputs; without, the pages show the cells alone.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jinja2 import DictLoader
from nbconvert import MarkdownExporter

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
_OUTPUT = "~~~~~~ {{ .text .no-copy .output }}\n{{{{ {text} | strip_ansi }}}}\n~~~~~~"
_TEMPLATE = f"""\
{{%- extends 'markdown/index.md.j2' -%}}
{{%- block stream %}}
{_OUTPUT.format(text="output.text.rstrip()")}
{{% endblock stream -%}}
{{%- block data_text scoped %}}
{_OUTPUT.format(text="output.data['text/plain']")}
{{% endblock data_text -%}}
{{%- block data_html scoped %}}
<div class="output">{{{{ output.data['text/html'] }}}}</div>
{{% endblock data_html -%}}
"""


def as_page(notebook: Path, *, execute: bool) -> str:
    """Return a notebook as Markdown for the site.

    Args:
        notebook: the file.
        execute: whether to execute its cells and show their outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    exporter = MarkdownExporter(
        extra_loaders=[DictLoader({"page": _TEMPLATE})],
        template_file="page",
        config={"ExecutePreprocessor": {"enabled": execute, "timeout": 300}},
    )
    with tempfile.TemporaryDirectory() as folder:
        page, _ = exporter.from_notebook_node(
            nbformat.read(notebook, as_version=4), {"metadata": {"path": folder}}
        )
    return str(page).strip() + "\n"


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:
    """Add a page for each notebook; MkDocs calls this hook."""
    from mkdocs.structure.files import File

    execute = bool(os.environ.get("EXECUTE_NOTEBOOKS"))
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        page = as_page(notebook, execute=execute)
        source = f"[{notebook.name}]({config.repo_url}/blob/main/notebooks/{notebook.name})"
        shown = "with its outputs" if execute else "without its outputs"
        text = f"{page}\nThis page shows the notebook {source} {shown}.\n"
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=text))
    return files
