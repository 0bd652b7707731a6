"""The command obeys the levels of a policy file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

STEP = {"Name": "Train", "Type": "Training", "Arguments": {"TrainingJobName": "other"}}


def write(folder: Path, rows: str, **more: object) -> tuple[str, ...]:
    """Write a definition with a name outside the policy, and the policy; return the arguments."""
    (folder / "p.toml").write_text(f'prefix = "team-a"\n[findings]\n{rows}', encoding="utf-8")
    definition = {"Version": "2020-12-01", "Steps": [STEP], **more}
    (folder / "d.json").write_text(json.dumps(definition), encoding="utf-8")
    return ("d.json", "--policy", "p.toml")


@pytest.mark.parametrize(
    ("findings", "status", "shown"),
    [
        ("", 1, [("PFX006", "error")]),
        ('PFX006 = "warning"', 0, [("PFX006", "warning")]),
        ('PFX006 = { level = "off", reason = "old" }', 0, []),
    ],
)
def test_check(
    run: Run, tmp_path: Path, findings: str, status: int, shown: list[tuple[str, str]]
) -> None:
    """A lowered error is shown and does not fail; one that is off is not shown."""
    ended, output, _ = run("check", *write(tmp_path, findings), "--format", "json")
    rows = json.loads(output)["findings"]
    counted = [(row["code"], row["severity"]) for row in rows if not row.get("hidden")]
    assert (status, shown) == (ended, counted)


def test_plan(run: Run, tmp_path: Path) -> None:
    """``plan`` shows the jobs of a definition whose finding is off."""
    assert 1 == run("plan", *write(tmp_path, ""))[0]
    status, output, _ = run("plan", *write(tmp_path, 'PFX006 = "off"'), "--format", "json")
    assert (0, ["other"]) == (status, [job["prefix"] for job in json.loads(output)["jobs"]])


def test_a_definition_switches_nothing_off(run: Run, tmp_path: Path) -> None:
    """Levels in a definition are not read."""
    levels = {"PFX006": "off"}
    more = {"findings": levels, "Metadata": {"sm-prefix": {"findings": levels}}}
    arguments = write(tmp_path, "", **more)
    assert 1 == run("check", *arguments)[0]


@pytest.mark.parametrize(
    ("findings", "why"),
    [
        ('PX006 = "off"', "findings.PX006: no finding has this code. Did you mean 'PFX006'?"),
        ('PFX005 = "off"', "findings.PFX005: this finding is always an error"),
    ],
)
def test_a_file_that_can_not_be_used(run: Run, tmp_path: Path, findings: str, why: str) -> None:
    """An invalid policy file gives one line on standard error."""
    status, output, error = run("check", *write(tmp_path, findings))
    assert (2, "", 1) == (status, output, error.count("\n"))
    assert why in error
