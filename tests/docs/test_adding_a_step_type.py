"""The files that docs/adding-a-step-type.md lists agree with the table of step types."""

from __future__ import annotations

import re
from pathlib import Path

from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext.core.step_types import JOB_KINDS, KINDS

from ..embedded.definitions import LEAST, NAME_FIELDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-step-type.md").read_text(encoding="utf-8")
PLACES = re.findall(r"^\| `([^`]+)` \|", PAGE, flags=re.MULTILINE)
JOB_TYPES = {kind.step_type for kind in JOB_KINDS}
NO_CLASS = {"RegisterModel": "A model is registered by a method, whose argument carries the name."}
NOT_IN_CONTRACT = {"Job": "v3 alone has it; tests/contract/test_jobs_in_pipelines.py has it."}


def test_every_place_exists() -> None:
    """The page lists no missing file, and no file twice."""
    assert len(PLACES) == len(set(PLACES)) > 10
    assert [] == [place for place in PLACES if not (ROOT / place).exists()]
    assert [] == [
        path for path in re.findall(r"`(tests/[^`]+)`", PAGE) if not (ROOT / path).exists()
    ]


def test_every_job_type_has_a_class() -> None:
    """The reader of a declared name needs the class."""
    classes = {step_type for row in CATALOGUE.values() for step_type in row.step_types}
    assert JOB_TYPES - classes == NO_CLASS.keys()


def test_every_job_type_has_a_smallest_request() -> None:
    """The request has the name field of its row."""
    assert set() == JOB_TYPES - set(LEAST)
    assert {name: KINDS[name].name_field for name in sorted(JOB_TYPES)} == dict(
        sorted(NAME_FIELDS.items())
    )


def test_every_job_type_is_in_the_contract() -> None:
    """The test reads the file as text, because its import needs an SDK."""
    text = (ROOT / "tests" / "contract" / "step_types.py").read_text(encoding="utf-8")
    listed = re.search(r"^STEP_TYPES = \[(.*?)^\]", text, flags=re.DOTALL | re.MULTILINE)
    assert listed
    assert JOB_TYPES - NOT_IN_CONTRACT.keys() == set(re.findall(r'"(\w+)"', listed[1]))
