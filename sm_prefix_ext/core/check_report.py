"""The result of a check over many targets: rows that every output format is made from."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .findings import ERROR, WARNING, Finding, Severity


class Position(NamedTuple):
    """A place in a text file.

    Args:
        line: from 1.
        column: from 1, in characters.
    """

    line: int
    column: int


@dataclass(frozen=True)
class ReportedFinding:
    """A finding, and where it was found.

    Args:
        finding: its severity is the one that the policy file gives.
        target: the target, as a user can type it again.
        file: the file that it stands in, relative to the current folder where it is below that,
            with ``/`` on every platform; ``None`` for what no file holds.
        position: where the step stands in the file, if the file has lines.
        hidden: why the finding does not count, such as ``"off in sm-prefix.toml: …"`` or
            ``"in the baseline"``; ``None`` where it counts.
    """

    finding: Finding
    target: str
    file: str | None = None
    position: Position | None = None
    hidden: str | None = None

    @property
    def fingerprint(self) -> str:
        """32 hex digits that stay the same when lines move and messages are reworded.

        Example:
            >>> from sm_prefix_ext.core.check_report import ReportedFinding
            >>> from sm_prefix_ext.core.findings import Finding
            >>> finding = Finding.of("PFX001", "Train", "Training", "No name.", "Declare one.")
            >>> ReportedFinding(finding, "pipeline.json").fingerprint
            'f5a778dd870f0e0643913737eaa9f06b'
        """
        identity = [self.finding.code, self.target, self.finding.step, self.finding.step_type]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class CheckedTarget:
    """One pipeline, or one target without any, and what the check found in it.

    Args:
        target: as a user can type it again, such as ``template.yaml#TrainPipeline``.
        kind: what it was read as, such as ``"definition"`` or ``"CloudFormation template"``.
        policy: the policy file, or the options that gave the policy; ``None`` with
            ``--declared-only``.
        jobs: how many jobs were judged.
        findings: those that count and those that are hidden.
        not_read: why there is no definition to judge; ``None`` where it was judged.
    """

    target: str
    kind: str
    policy: str | None = None
    jobs: int = 0
    findings: tuple[ReportedFinding, ...] = ()
    not_read: str | None = None


class UnreadFile(NamedTuple):
    """A file that could not be read.

    Args:
        file: its path.
        reason: why, in one sentence.
    """

    file: str
    reason: str


@dataclass(frozen=True)
class CheckReport:
    """What a check found in all its targets.

    Args:
        targets: in the order in which they were checked.
        files_read: how many files were read.
        unread: the files that could not be read.
        strict: whether warnings fail the check too.
        declared_only: whether names were judged as they stand, without a policy.
    """

    targets: tuple[CheckedTarget, ...]
    files_read: int = 0
    unread: tuple[UnreadFile, ...] = ()
    strict: bool = False
    declared_only: bool = False

    @property
    def findings(self) -> tuple[ReportedFinding, ...]:
        """The findings that count."""
        return tuple(row for row in self._rows() if row.hidden is None)

    @property
    def hidden(self) -> tuple[ReportedFinding, ...]:
        """The findings that a policy file, an option or the baseline hides."""
        return tuple(row for row in self._rows() if row.hidden is not None)

    @property
    def failed(self) -> bool:
        """Whether a finding fails the check: an error, with ``strict`` a warning too."""
        return bool(self.count(ERROR) or (self.strict and self.count(WARNING)))

    @property
    def jobs(self) -> int:
        """How many jobs were judged."""
        return sum(checked.jobs for checked in self.targets)

    @property
    def pipelines(self) -> int:
        """How many pipelines were judged."""
        return sum(checked.not_read is None for checked in self.targets)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity count."""
        return Counter(row.finding.severity for row in self.findings)[severity]

    def _rows(self) -> Iterator[ReportedFinding]:
        for checked in self.targets:
            yield from checked.findings
