"""The result of a check over many targets: the rows from which every output format is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .findings import ERROR, WARNING, Finding, Severity


class Position(NamedTuple):
    """A position in a text file.

    Args:
        line: from 1.
        column: from 1, in characters.
    """

    line: int
    column: int


class ReportedFinding(NamedTuple):
    """A finding and its location among the checked targets.

    Args:
        finding: with the severity that the policy file sets.
        target: the target, as a user can type it again.
        file: the file that contains it, relative to the current folder if it is below that, with
            ``/`` on every platform; ``None`` if no file contains it.
        position: the position of the step in the file, if the file has lines.
        hidden: the reason why the finding does not count, such as ``"off in sm-prefix.toml: …"`` or
            ``"in the baseline"``; ``None`` if it counts.
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
        import hashlib  # here, since a check without findings starts faster without it

        identity = [self.finding.code, self.target, self.finding.step, self.finding.step_type]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


class CheckedTarget(NamedTuple):
    """The result of a check of one pipeline, or of one target without any.

    Args:
        target: as a user can type it again, such as ``template.yaml#TrainPipeline``.
        kind: the format in which it was read, such as ``"definition"`` or ``"CloudFormation
            template"``.
        policy: the policy file, or the options that gave the policy; ``None`` with
            ``--declared-only``.
        jobs: how many jobs the check judged.
        findings: the findings that count and those that are hidden.
        not_read: why there is no definition to judge; ``None`` if it was judged.
        file: the file that contains it, as in :class:`ReportedFinding`.
        notes: sentences about what is wrong with the pipeline's graph, such as a cycle.
        definition: the pipeline's definition, if the report draws it; else ``None``, so that the
            report of a large check stays small.
    """

    target: str
    kind: str
    policy: str | None = None
    jobs: int = 0
    findings: tuple[ReportedFinding, ...] = ()
    not_read: str | None = None
    file: str | None = None
    notes: tuple[str, ...] = ()
    definition: Mapping[str, Any] | None = None


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
    """The result of a check over all its targets.

    Args:
        targets: in the order of the check.
        files_read: how many files the check read.
        unread: the files that it could not read.
        strict: whether warnings fail the check too.
        declared_only: whether it checked declared names only, without a policy.
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
        """Whether a finding fails the check: an error, or with ``strict`` a warning too."""
        return bool(self.count(ERROR) or (self.strict and self.count(WARNING)))

    @property
    def jobs(self) -> int:
        """How many jobs the check judged."""
        return sum(checked.jobs for checked in self.targets)

    @property
    def pipelines(self) -> int:
        """How many pipelines the check judged."""
        return sum(checked.not_read is None for checked in self.targets)

    def count(self, severity: Severity) -> int:
        """Return how many findings of a severity count."""
        return Counter(row.finding.severity for row in self.findings)[severity]

    def _rows(self) -> Iterator[ReportedFinding]:
        for checked in self.targets:
            yield from checked.findings
