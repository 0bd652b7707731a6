"""A baseline: the findings that a repository had when it adopted the check."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .check_report import CheckedTarget, CheckReport, ReportedFinding
from .errors import PrefixError
from .finding_levels import FIXED
from .output_file import write_whole
from .paths import absolute, from_here
from .strict_json import loads
from .text import printable, shown

SCHEMA = 1
IN_THE_BASELINE = "in the baseline"


class BaselineError(PrefixError, ValueError):
    """An invalid baseline file.

    Args:
        file: the file's path.
        why: the problem, and how to fix it.
    """

    def __init__(self, file: object, why: str) -> None:
        super().__init__(file, why)
        self.file = str(file)
        self.why = why

    def __str__(self) -> str:
        return printable(f"{self.file}: {self.why}")


@dataclass(frozen=True, order=True)
class BaselineEntry:
    """A known finding.

    A finding matches if all its texts are equal: another invalid name in the same step has another
    message, so it is a new finding.

    Args:
        target: the target, as in a report; a file's path is relative to the current folder if it
            is below that, else absolute, with ``/``.
        step: the path of step names.
        code: such as ``PFX001``.
        message: the finding's message.
        file: whether the target is in a file; then the baseline's file has its path relative to the
            baseline's folder.
    """

    target: str
    step: str
    code: str
    message: str
    file: bool = False

    @classmethod
    def of(cls, row: ReportedFinding) -> BaselineEntry:
        """Return the entry for a finding."""
        found = row.finding
        target = _target(row)
        return cls(target, found.step, found.code, found.message, row.file is not None)

    def to_dict(self) -> dict[str, str | bool]:
        """Return the entry as a dict, for JSON."""
        return {
            "code": self.code,
            "target": self.target,
            "file": self.file,
            "step": self.step,
            "message": self.message,
        }


@dataclass(frozen=True)
class Baseline:
    """Known findings.

    Args:
        entries: the findings, sorted; one that occurs twice has two entries.

    Example:
        >>> from sm_prefix_ext.core.baseline import Baseline
        >>> from sm_prefix_ext.core.check_report import CheckedTarget, CheckReport, ReportedFinding
        >>> from sm_prefix_ext.core.findings import Finding
        >>> finding = Finding.of("PFX001", "Train", "Training", "No name.", "Declare one.")
        >>> row = ReportedFinding(finding, "pipeline.json")
        >>> report = CheckReport((CheckedTarget("pipeline.json", "definition", findings=(row,)),))
        >>> report.failed, Baseline.of(report).apply(report).failed
        (True, False)
    """

    entries: tuple[BaselineEntry, ...] = ()

    @classmethod
    def of(cls, report: CheckReport) -> Baseline:
        """Create a baseline of the findings that count in a report, or that a baseline hides.

        Findings of the codes in :data:`~sm_prefix_ext.core.finding_levels.FIXED` are left out,
        since they report names that were not checked.
        """
        return cls(tuple(sorted(map(BaselineEntry.of, _candidates(report)))))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a file that :meth:`write` wrote.

        Raises:
            BaselineError: for a file that can't be read or isn't a baseline.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise BaselineError(path, f"the file can't be read: {error.strerror}.") from None
        except ValueError as error:  # not UTF-8, or not a path
            raise BaselineError(path, f"the file can't be read: {error}.") from None
        try:
            document = loads(text, "the baseline")
        except ValueError as error:
            raise BaselineError(path, str(error)) from None
        return cls(tuple(sorted(_entries(path, document))))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file, with a line for each finding; an error leaves an existing file unchanged.

        Targets in files are written relative to the baseline's folder.

        Raises:
            OSError: if the file can't be written.
        """
        folder = _folder(path)
        entries = sorted(
            replace(entry, target=_below(folder, entry.target)) if entry.file else entry
            for entry in self.entries
        )
        lines = ",\n".join(f"    {json.dumps(entry.to_dict())}" for entry in entries)
        findings = f"[\n{lines}\n  ]" if lines else "[]"
        write_whole(path, f'{{\n  "schema": {SCHEMA},\n  "findings": {findings}\n}}\n')

    def apply(self, report: CheckReport) -> CheckReport:
        """Return the report in which known findings do not count.

        A finding that occurs twice and has one entry counts once.
        """
        left = Counter(self.entries)
        targets = tuple(_without_known(checked, left) for checked in report.targets)
        return replace(report, targets=targets)

    def stale(self, report: CheckReport) -> tuple[BaselineEntry, ...]:
        """Return the entries that match no finding of a report, and can be removed.

        They include the entries of targets that the report does not cover.
        """
        found = Counter(map(BaselineEntry.of, _candidates(report)))
        stale = []
        for entry in self.entries:
            found[entry] -= 1
            if found[entry] < 0:
                stale.append(entry)
        return tuple(stale)


def _candidates(report: CheckReport) -> Iterator[ReportedFinding]:
    """Yield the findings that count, or would count without a baseline."""
    for checked in report.targets:
        for row in checked.findings:
            if row.hidden in (None, IN_THE_BASELINE) and row.finding.code not in FIXED:
                yield row


def _without_known(checked: CheckedTarget, left: Counter[BaselineEntry]) -> CheckedTarget:
    rows = []
    for row in checked.findings:
        entry = BaselineEntry.of(row)
        if row.hidden is None and row.finding.code not in FIXED and left[entry] > 0:
            left[entry] -= 1
            row = row._replace(hidden=IN_THE_BASELINE)
        rows.append(row)
    return checked._replace(findings=tuple(rows))


def _target(row: ReportedFinding) -> str:
    """The target of a finding, the same however the user typed the file's path."""
    if row.file is None:
        return row.target
    if row.target.startswith(row.file):
        return _from_here(row.file) + row.target[len(row.file) :]
    # The file's path was typed in another way, such as ./train.py:pipeline for train.py.
    _, name, rest = row.target.rpartition(Path(row.file).name)
    return _from_here(row.file) + rest if name else row.target


def _from_here(path: str) -> str:
    """A path relative to the current folder if it is below that, else absolute."""
    return from_here(absolute(path).as_posix())


def _below(folder: str, path: str) -> str:
    """A path relative to a folder; as it is where that is on another drive."""
    with contextlib.suppress(ValueError):
        return Path(os.path.relpath(path, folder)).as_posix()
    return path


def _folder(path: str | os.PathLike[str]) -> str:
    return str(absolute(path).parent)


_FIELDS = ("target", "step", "code", "message")


def _entries(path: str | os.PathLike[str], document: Any) -> Iterator[BaselineEntry]:
    if not isinstance(document, Mapping) or "findings" not in document:
        raise BaselineError(
            path, "this is not a baseline; wanted a file written with --write-baseline."
        )
    if document.get("schema") != SCHEMA or isinstance(document["schema"], bool):
        raise BaselineError(
            path,
            f"its schema is {shown(document.get('schema'))}; this release reads {SCHEMA}. Rewrite "
            "the baseline with --write-baseline, or update sm-prefix-ext.",
        )
    findings = document["findings"]
    if not isinstance(findings, list):
        raise BaselineError(
            path,
            f"findings is {shown(findings)}; wanted a list. "
            "Rewrite the baseline with --write-baseline.",
        )
    for index, given in enumerate(findings):
        if not isinstance(given, Mapping) or not _has_texts(given, _FIELDS):
            raise BaselineError(
                path,
                f"findings[{index}] is {shown(given)}; wanted an object with strings for "
                f"{', '.join(_FIELDS)}. "
                "Rewrite the baseline with --write-baseline.",
            )
        yield _entry(path, index, given)


def _entry(path: str | os.PathLike[str], index: int, given: Mapping[str, Any]) -> BaselineEntry:
    in_file = given.get("file")
    if not isinstance(in_file, bool):
        raise BaselineError(
            path,
            f"findings[{index}].file is {shown(in_file)}; wanted true or false. "
            "Rewrite the baseline with --write-baseline.",
        )
    target, step, code, message = (given[field] for field in _FIELDS)
    entry = BaselineEntry(target, step, code, message, in_file)
    if not in_file:
        return entry
    return replace(entry, target=_from_here(str(Path(_folder(path), entry.target))))


def _has_texts(given: Mapping[str, Any], fields: Iterable[str]) -> bool:
    return all(isinstance(given.get(field), str) for field in fields)
