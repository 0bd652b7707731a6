"""Write the picture in the README, ``docs/images/pipeline.svg``: ``python -m tools.image``.

It is the pipeline of the golden files with a name that is too long. Needs the extra ``picture``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sm_prefix_ext import PrefixPolicy
from sm_prefix_ext.core.definition import copied
from sm_prefix_ext.core.display.svg import as_image
from sm_prefix_ext.core.findings_report import finding_marks
from sm_prefix_ext.core.picture import picture
from sm_prefix_ext.enforcement.enforce import enforce_in_place

ROOT = Path(__file__).parents[1]
IMAGE = ROOT / "docs" / "images" / "pipeline.svg"
_TOO_LONG = "team-a-age-regression-with-xgboost-weekly"


def image() -> str:
    """Return the picture."""
    definition: dict[str, Any] = json.loads(
        (ROOT / "tests" / "golden" / "files" / "definition-v2.json").read_text(encoding="utf-8")
    )
    [train] = [step for step in definition["Steps"] if step["Name"] == "Train"]
    train["Arguments"]["TrainingJobName"] = _TOO_LONG
    findings = enforce_in_place(copied(definition), PrefixPolicy("team-a"), composes=False)
    graph, _ = picture(definition, finding_marks(findings))
    return as_image(graph, "A pipeline; the name of one job is too long")


if __name__ == "__main__":
    IMAGE.parent.mkdir(exist_ok=True)
    IMAGE.write_text(image(), encoding="utf-8")
