"""The baseline: known findings do not count, new ones do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sm_prefix_ext.core.baseline import Baseline, BaselineError
from sm_prefix_ext.core.check_report import CheckedTarget, CheckReport, ReportedFinding
from sm_prefix_ext.core.findings import Finding


def row(step: str, code: str = "PFX001", target: str = "a.json", **given: str) -> ReportedFinding:
    """A finding of a target."""
    finding = Finding.of(code, step, "Training", given.pop("message", "No name."), "Declare one.")
    return ReportedFinding(finding, target, **given)


def report(*rows: ReportedFinding) -> CheckReport:
    """A report with each target's findings together."""
    targets = dict.fromkeys(found.target for found in rows)
    return CheckReport(
        tuple(
            CheckedTarget(
                target, "definition", findings=tuple(r for r in rows if r.target == target)
            )
            for target in targets
        )
    )


def steps(rows: tuple[ReportedFinding, ...]) -> list[str]:
    """The steps of findings."""
    return [found.finding.step for found in rows]


def test_known_findings_do_not_count() -> None:
    """New ones do, and another target's or code's is new."""
    baseline = Baseline.of(report(row("Train"), row("Old")))
    new = [row("New"), row("Train", "PFX003"), row("Train", target="b.json")]
    found = baseline.apply(report(row("Train", message="Reworded."), *new))
    assert new == list(found.findings)
    assert [("Train", "in the baseline")] == [(r.finding.step, r.hidden) for r in found.hidden]
    assert ["Old"] == [entry.step for entry in baseline.stale(found)]


def test_equal_findings_are_counted() -> None:
    """Two in the report and one in the baseline leave one; the reverse leaves a stale entry."""
    once, twice = report(row("Train")), report(row("Train"), row("Train"))
    assert 1 == len(Baseline.of(once).apply(twice).findings)
    assert 0 == len(Baseline.of(twice).apply(twice).findings)
    assert [] == list(Baseline.of(once).stale(twice))
    assert ["Train"] == [entry.step for entry in Baseline.of(twice).stale(once)]


def test_what_a_policy_file_hides_is_not_in_it() -> None:
    """Nor does it use an entry up; what a baseline hid is, so that it can be written anew."""
    off = row("Train", hidden="off in sm-prefix.toml")
    found = report(off, row("Train"), row("Fit"))
    baseline = Baseline.of(report(row("Train")))
    assert ["Fit"] == steps(baseline.apply(found).findings)
    assert ["Fit", "Train"] == [entry.step for entry in Baseline.of(baseline.apply(found)).entries]
    assert ["Train"] == [entry.step for entry in baseline.stale(report(off))]


def test_the_file(tmp_path: Path) -> None:
    """One finding a line, sorted, the same for the same findings in another order."""
    rows = [row("B"), row("A"), row("B"), row("Ü", "PFX003", "b.json")]
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    Baseline.of(report(*rows)).write(first)
    Baseline.of(report(*reversed(rows))).write(second)
    assert first.read_bytes() == second.read_bytes()
    lines = first.read_text(encoding="utf-8").splitlines()
    assert ["A", "B", "B", "Ü"] == [
        json.loads(line.strip(" ,"))["step"] for line in lines if "fingerprint" in line
    ]
    assert Baseline.of(report(*rows)) == Baseline.read(first)
    assert 1 == json.loads(first.read_text(encoding="utf-8"))["schema"]


def test_no_finding(tmp_path: Path) -> None:
    """An empty baseline is a file too."""
    Baseline().write(tmp_path / "b.json")
    assert Baseline() == Baseline.read(tmp_path / "b.json")
    assert {"schema": 1, "findings": []} == json.loads((tmp_path / "b.json").read_text())


def test_writing_keeps_the_file_or_replaces_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its permissions and a link to it stay; a failure leaves what was there, and nothing else."""
    file, link = tmp_path / "b.json", tmp_path / "link.json"
    Baseline().write(file)
    file.chmod(0o640)
    link.symlink_to(file)
    Baseline.of(report(row("Train"))).write(link)
    assert (True, 0o640) == (link.is_symlink(), file.stat().st_mode & 0o777)
    assert 1 == len(Baseline.read(file).entries)
    before = file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        Baseline().write(file)
    assert before == file.read_bytes()
    assert ["b.json", "link.json"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "can't be read"),
        (b"\xff", "can't be read"),
        (b"{", "the baseline is not JSON"),
        (b'{"schema": 1, "schema": 1}', "the key 'schema' twice"),
        (b"[]", "this is no baseline"),
        (b'{"schema": 1}', "this is no baseline"),
        (b'{"findings": []}', "its schema is None"),
        (b'{"schema": 2, "findings": []}', "its schema is 2; this release reads 1"),
        (b'{"schema": true, "findings": []}', "its schema is True"),
        (b'{"schema": 1, "findings": {}}', "findings is {}"),
        (b'{"schema": 1, "findings": [{"code": "PFX001"}]}', "findings[0] is {'code'"),
        (b'{"schema": 1, "findings": ["\\u001b[2K"]}', r"\x1b[2K"),
    ],
)
def test_files_that_are_no_baseline(tmp_path: Path, text: bytes | None, why: str) -> None:
    """One sentence with the file and the reason."""
    file = tmp_path / "b.json"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(BaselineError) as raised:
        Baseline.read(file)
    assert str(file) == raised.value.file
    assert why in str(raised.value)
    assert str(raised.value).isprintable()
