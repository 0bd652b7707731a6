"""A pipeline that a target holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from sm_prefix_ext.targets.source import PipelineSource


@pytest.mark.parametrize(
    ("target", "file", "label"),
    [
        ("{here}/p/t.yaml#A", "{here}/p/t.yaml", "p/t.yaml#A"),
        ("./train.py:pipeline", "./train.py", "train.py:pipeline"),
        ("package.module:pipeline", "{here}/package/module.py", "package.module:pipeline"),
        ("/elsewhere/t.json", "/elsewhere/t.json", "/elsewhere/t.json"),
        ("s3://bucket/key", None, "s3://bucket/key"),
    ],
)
def test_the_label(target: str, file: str | None, label: str) -> None:
    """A file is named relative to the current folder; any other target stays as it was typed."""
    here = Path.cwd().as_posix()
    path = None if file is None else file.format(here=here)
    assert label == PipelineSource(target.format(here=here), "definition", None, path).label
