"""Write the stubs of the job classes from the catalogue: ``python -m tools.stub``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sm_prefix_ext import _sdk
from sm_prefix_ext._sdk.catalogue import CATALOGUE, JobClass

FOLDER = Path(_sdk.__file__).parent
LINE = 100
JOB_CLASSES = '''\
"""The job classes as a type-checker sees them: the SDK's own; ``python -m tools.stub`` writes it.

With one major installed, a type-checker doesn't know the names of the other and doesn't check them.
"""

{of_one_major}

{of_both}
'''
EITHER = '''\
"""Where the SDK keeps the job classes that both majors have; ``python -m tools.stub`` writes it.

From a missing module, ``*`` imports nothing, whereas an explicit import would make the name ``Any``
for good. Without an SDK, ``__getattr__`` makes all names ``Any``.
"""

from typing import Any

{modules}

def __getattr__(name: str) -> Any: ...
'''


def stubs() -> Iterator[tuple[Path, str]]:
    """Yield the stubs for the catalogue, with their paths."""
    both = [row for row in CATALOGUE.values() if len(row.modules) == 2]
    single = [
        (module, row)
        for row in CATALOGUE.values()
        if len(row.modules) == 1
        for module in row.modules.values()
    ]
    lines = [_line(module, row) for module, row in sorted(single, key=_order)]
    either = sorted(((".either", row) for row in both), key=_order)
    shared = [_line(module, row) for module, row in either]
    text = JOB_CLASSES.format(of_one_major="\n".join(lines), of_both="\n".join(shared))
    yield FOLDER / "job_classes.pyi", text
    modules = sorted({module for row in both for module in row.modules.values()})
    stars = "\n".join(f"from {module} import *" for module in modules)
    yield FOLDER / "either.pyi", EITHER.format(modules=stars)


def _order(place: tuple[str, JobClass]) -> tuple[str, bool, bool, str]:
    """The order in which ruff sorts imports: within a module, constants, classes, then others."""
    module, row = place
    return module, not row.name.isupper(), row.name[0].islower(), row.name.lower()


def _line(module: str, row: JobClass) -> str:
    line = f"from {module} import {row.name} as {row.name}"
    if len(line) <= LINE:
        return line
    return f"from {module} import (\n    {row.name} as {row.name},\n)"


def main() -> None:
    """Write the stubs into the package."""
    for path, text in stubs():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
