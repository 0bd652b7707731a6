"""A baseline: the findings that an old repository had when it adopted the check."""

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
from .strict_json import loads
from .text import printable, shown

SCHEMA = 1
IN_THE_BASELINE = "in the baseline"


class BaselineError(PrefixError, ValueError):
    """A baseline file that can't be used.

    Args:
        file: the file's path.
        why: what is wrong, and what to do.
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

    Args:
        target: as a report names it.
        step: the path of step names.
        code: such as ``PFX001``.
        fingerprint: by which a finding is known again; the other fields are for readers.
    """

    target: str
    step: str
    code: str
    fingerprint: str

    @classmethod
    def of(cls, row: ReportedFinding) -> BaselineEntry:
        """The entry for a finding."""
        return cls(row.target, row.finding.step, row.finding.code, row.fingerprint)

    def to_dict(self) -> dict[str, str]:
        """The entry as plain data, for JSON."""
        return {
            "code": self.code,
            "target": self.target,
            "step": self.step,
            "fingerprint": self.fingerprint,
        }


@dataclass(frozen=True)
class Baseline:
    """Known findings, as often as each is there.

    Args:
        entries: sorted.

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
        """The findings of a report that count, or that a baseline hides."""
        return cls(tuple(sorted(map(BaselineEntry.of, _candidates(report)))))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a file that :meth:`write` wrote.

        Raises:
            BaselineError: for a file that can't be read or is no baseline.
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
        """Write the file whole or not at all, one finding a line.

        Raises:
            OSError: where the file can't be written; what was there before stays.
        """
        lines = ",\n".join(f"    {json.dumps(entry.to_dict())}" for entry in self.entries)
        findings = f"[\n{lines}\n  ]" if lines else "[]"
        _replace(Path(path), f'{{\n  "schema": {SCHEMA},\n  "findings": {findings}\n}}\n')

    def apply(self, report: CheckReport) -> CheckReport:
        """The report in which known findings do not count.

        A finding that is there twice and known once counts once.
        """
        left = Counter(entry.fingerprint for entry in self.entries)
        targets = tuple(_without_known(checked, left) for checked in report.targets)
        return replace(report, targets=targets)

    def stale(self, report: CheckReport) -> tuple[BaselineEntry, ...]:
        """The entries that no finding of a report matches any more, to be taken out.

        Those of targets that the report does not cover are among them.
        """
        found = Counter(row.fingerprint for row in _candidates(report))
        stale = []
        for entry in self.entries:
            found[entry.fingerprint] -= 1
            if found[entry.fingerprint] < 0:
                stale.append(entry)
        return tuple(stale)


def _candidates(report: CheckReport) -> Iterator[ReportedFinding]:
    """The findings that count, but for a baseline."""
    for checked in report.targets:
        yield from (row for row in checked.findings if row.hidden in (None, IN_THE_BASELINE))


def _without_known(checked: CheckedTarget, left: Counter[str]) -> CheckedTarget:
    rows = []
    for row in checked.findings:
        if row.hidden is None and left[row.fingerprint] > 0:
            left[row.fingerprint] -= 1
            row = replace(row, hidden=IN_THE_BASELINE)
        rows.append(row)
    return replace(checked, findings=tuple(rows))


_FIELDS = ("target", "step", "code", "fingerprint")


def _entries(path: str | os.PathLike[str], document: Any) -> Iterator[BaselineEntry]:
    if not isinstance(document, Mapping) or "findings" not in document:
        raise BaselineError(
            path, "this is no baseline; wanted a file written with --write-baseline."
        )
    if document.get("schema") != SCHEMA or isinstance(document["schema"], bool):
        raise BaselineError(
            path,
            f"its schema is {shown(document.get('schema'))}; this release reads {SCHEMA}. Write "
            "the baseline anew with --write-baseline, or update sm-prefix-ext.",
        )
    findings = document["findings"]
    if not isinstance(findings, list):
        raise BaselineError(path, f"findings is {shown(findings)}; wanted a list.")
    for index, given in enumerate(findings):
        if not isinstance(given, Mapping) or not _has_texts(given, _FIELDS):
            raise BaselineError(
                path,
                f"findings[{index}] is {shown(given)}; wanted texts for {', '.join(_FIELDS)}.",
            )
        yield BaselineEntry(*(given[field] for field in _FIELDS))


def _has_texts(given: Mapping[str, Any], fields: Iterable[str]) -> bool:
    return all(isinstance(given.get(field), str) for field in fields)


def _replace(path: Path, text: str) -> None:
    """Write next to the file first, so that a full disk leaves the file as it was."""
    path = Path(os.path.realpath(path))  # a link stays one
    temporary = path.with_name(f".{path.name}-{os.urandom(4).hex()}")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(path.stat().st_mode & 0o7777)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
