"""The baseline: known findings do not count, new ones do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sm_prefix_ext.core.baseline import Baseline, BaselineEntry, BaselineError
from sm_prefix_ext.core.check_report import CheckedTarget, CheckReport, ReportedFinding
from sm_prefix_ext.core.finding_levels import FIXED
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
    found = baseline.apply(report(row("Train"), *new))
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


def test_another_bad_name_is_a_new_finding() -> None:
    """A finding is known by its message, which has the name; its fingerprint has no message."""
    old = row("Train", "PFX006", message="other-train is outside risk-*.")
    new = row("Train", "PFX006", message="evil-train is outside risk-*.")
    baseline = Baseline.of(report(old))
    assert (new,) == baseline.apply(report(new)).findings
    assert ["other-train is outside risk-*."] == [e.message for e in baseline.stale(report(new))]
    assert old.fingerprint == new.fingerprint


@pytest.mark.parametrize("code", FIXED)
def test_what_was_not_judged_is_never_known(code: str) -> None:
    """Such a finding is not written, and an entry written by hand does not hide it."""
    found = report(row("Train", code))
    assert () == Baseline.of(found).entries
    by_hand = Baseline((BaselineEntry.of(row("Train", code)),))
    assert found == by_hand.apply(found)
    assert by_hand.entries == by_hand.stale(found)


def test_targets_are_relative_to_the_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same findings are known from every folder; what is no file stays as it is."""
    file, inner = tmp_path / "known" / "b.json", tmp_path / "p"
    file.parent.mkdir()
    inner.mkdir()
    monkeypatch.chdir(tmp_path)
    others = [row("A", target=target) for target in ("-", "s3://b/k.json", "package.module:name")]
    Baseline.of(report(row("A", target="p/a.yaml#P", file="p/a.yaml"), *others)).write(file)
    rows = json.loads(file.read_text(encoding="utf-8"))["findings"]
    assert {"-", "../p/a.yaml#P", "package.module:name", "s3://b/k.json"} == {
        found["target"] for found in rows
    }
    typed = str(inner / "a.yaml")
    for folder, path in ((tmp_path, "p/a.yaml"), (inner, "a.yaml"), (file.parent, typed)):
        monkeypatch.chdir(folder)
        baseline = Baseline.read(os.path.relpath(file))
        found = report(row("A", target=f"{path}#P", file=path), *others)
        assert () == baseline.apply(found).findings
        assert () == baseline.stale(found)
        before = file.read_bytes()
        baseline.write(file)
        assert before == file.read_bytes()
    monkeypatch.chdir(inner)
    other_folder = report(row("A", target="p/a.yaml#P", file="p/a.yaml"))
    assert 1 == len(Baseline.read(file).apply(other_folder).findings)


def test_a_file_typed_in_another_way_is_the_same(tmp_path: Path) -> None:
    """A target that keeps the user's spelling of its file is known under the other one too."""
    typed = report(row("A", target="./train.py:pipeline", file="train.py"))
    plain = report(row("A", target="train.py:pipeline", file="train.py"))
    Baseline.of(typed).write(tmp_path / "b.json")
    assert () == Baseline.read(tmp_path / "b.json").apply(plain).findings


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
        json.loads(line.strip(" ,"))["step"] for line in lines if "message" in line
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
        (b"[]", "this is not a baseline"),
        (b'{"schema": 1}', "this is not a baseline"),
        (b'{"findings": []}', "its schema is None"),
        (b'{"schema": 2, "findings": []}', "its schema is 2; this release reads 1"),
        (b'{"schema": true, "findings": []}', "its schema is True"),
        (b'{"schema": 1, "findings": {}}', "findings is {}"),
        (b'{"schema": 1, "findings": [{"code": "PFX001"}]}', "findings[0] is {'code'"),
        (
            b'{"schema": 1, "findings": [{"code": "PFX001", "target": "a", "step": "", '
            b'"message": "m", "file": "yes"}]}',
            "findings[0].file is 'yes'; wanted true or false",
        ),
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
