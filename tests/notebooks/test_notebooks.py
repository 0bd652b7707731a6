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


def test_the_list_of_notebooks_is_not_empty() -> None:
    """The parametrized tests run for the first notebook."""
    assert "01_quick_start.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    """It has no execution counts either."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert ([], None) == (cell.outputs, cell.execution_count)


@needs_sdk
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs on the installed SDK, leaves no files, prints no messages of the SDK, shows names."""
    inherited = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *inherited]))
    folder, temporary = tmp_path / "notebooks", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    assert [] == list(folder.iterdir())
    assert "" == sdk_messages(notebook)
    html = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]
    assert any("team-a-" in table for table in html)
    if path.stem == "02_change_one_import":
        [before] = temporary.rglob("before.py")
        assert_only_imports_differ(before.parent)


def sdk_messages(notebook: nbformat.NotebookNode) -> str:
    """The messages of the SDK and boto3 in the outputs of a notebook."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    stderr = "".join(output.text for output in outputs if output.get("name") == "stderr")
    stdout = "".join(output.text for output in outputs if output.get("name") == "stdout")
    return stderr + "".join(
        re.findall("Running within a PipelineSession|Found credentials", stdout)
    )


def assert_only_imports_differ(folder: Path) -> None:
    """Assert that the notebook's two pipelines are equal, line by line, except for imports."""
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
