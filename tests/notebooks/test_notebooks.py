"""The notebooks run from top to bottom, and are stored without outputs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

from ..installed import needs_sdk

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    """The table below is not empty."""
    assert "01_quick_start.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_outputs(path: Path) -> None:
    """A notebook in the repository carries no outputs and no execution counts."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert ([], None) == (cell.outputs, cell.execution_count)


@needs_sdk
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_from_top_to_bottom(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every cell runs on the installed SDK, asserts included."""
    inherited = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *inherited]))
    beside, temporary = tmp_path / "notebooks", tmp_path / "temporary"
    beside.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(beside)}}
    )
    client.execute()
    assert [] == list(beside.iterdir())
    assert "" == noise(notebook)
    html = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]
    assert any("team-a-" in table for table in html)
    if path.stem == "02_change_one_import":
        [made] = temporary.rglob("before.py")
        assert_only_imports_differ(made.parent)


def noise(notebook: nbformat.NotebookNode) -> str:
    """What the SDK and boto3 say of themselves in the outputs of a notebook."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    text = "".join(output.text for output in outputs if output.get("name") == "stderr")
    told = "".join(output.text for output in outputs if output.get("name") == "stdout")
    return text + "".join(re.findall("Running within a PipelineSession|Found credentials", told))


def assert_only_imports_differ(folder: Path) -> None:
    """The notebook's two pipelines are the same, line by line, but for where names come from."""
    before, after = (
        (folder / name).read_text(encoding="utf-8").splitlines()
        for name in ("before.py", "after.py")
    )
    assert len(before) == len(after)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) >= 5
    for old, new in changed:
        module, name = re.fullmatch(r"from (\S+) import (\w+)", old).groups()
        assert module.startswith("sagemaker.")
        assert f"from sm_prefix_ext import {name}" == new
