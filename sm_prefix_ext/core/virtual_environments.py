"""Tell virtual environments from other folders."""

from __future__ import annotations

from pathlib import Path


def is_virtual_environment(folder: Path) -> bool:
    """Test whether a folder is a virtual environment, with its interpreter.

    ``pyvenv.cfg`` alone doesn't make one: anyone could add that file to a folder of pipelines.
    """
    return (folder / "pyvenv.cfg").is_file() and any(
        any((folder / programs).glob("python*")) for programs in ("bin", "Scripts")
    )
