"""Check many targets, each under its policy, and make one report of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding, UnreadFile
from ..core.finding_levels import FIXED
from ..core.findings import Finding
from ..core.prefix_policy import PrefixPolicy, missing_prefix
from .inputs import LoadError
from .loader import Options, Target, find, read_file


@dataclass(frozen=True)
class Selection:
    """Which findings count.

    Args:
        select: the codes that count; empty for all.
        ignore: codes that do not count.
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()

    def hides(self, finding: Finding) -> str | None:
        """Why a finding doesn't count, or ``None``."""
        if finding.code in self.ignore:
            return "ignored by --ignore"
        # What was not judged counts in every selection.
        if self.select and finding.code not in self.select | FIXED.keys():
            return "not in --select"
        return None


@dataclass
class Gate:
    """One run of ``sm-prefix check``.

    Args:
        options: how targets are read, and how each gets its policy.
        selection: which findings count.
        declared_only: judge names as they stand, without a policy.
        strict: let warnings fail the check.
    """

    options: Options
    selection: Selection = field(default_factory=Selection)
    declared_only: bool = False
    strict: bool = False
    _files_read: int = 0
    _unread: list[UnreadFile] = field(default_factory=list)

    def check(self, arguments: Sequence[str]) -> CheckReport:
        """Check every pipeline that the arguments name.

        Args:
            arguments: targets and folders.

        Raises:
            LoadError: where a named target can't be used, or a target has no policy.
        """
        checked: dict[str, CheckedTarget] = {}
        for argument in arguments:
            for target in self._targets(argument):
                # Two arguments may name one file; it is checked once.
                name = _name(target)
                if name not in checked:
                    checked[name] = self._checked(target, name)
        return CheckReport(
            targets=tuple(checked.values()),
            files_read=self._files_read,
            unread=tuple(self._unread),
            strict=self.strict,
            declared_only=self.declared_only,
        )

    def _targets(self, argument: str) -> Iterator[Target]:
        if argument != "-" and os.path.isdir(argument):  # noqa: PTH112 - Path raises on a NUL
            yield from self._in_folder(Path(argument))
            return
        self._files_read += 1
        yield from find(argument, self.options)

    def _in_folder(self, folder: Path) -> Iterator[Target]:
        from ..targets.folders import pipeline_files

        files, unread, pipelines = self._files_read, len(self._unread), 0
        for path in pipeline_files(folder, self.options.exclude):
            try:
                sources = read_file(str(path), self.options, named=False)
            except LoadError as error:
                self._unread.append(UnreadFile(_relative(str(path)), str(error)))
                continue
            self._files_read += 1
            pipelines += len(sources)
            yield from map(Target, sources)
        if not pipelines and len(self._unread) == unread:
            raise LoadError(
                f"{folder}: there is no pipeline in the {self._files_read - files} JSON and YAML "
                "files of this folder that git does not ignore; name a file, or another folder."
            )

    def _checked(self, target: Target, name: str) -> CheckedTarget:
        source = target.source
        policy = self._policy(target)
        judged = target.judge(policy)
        rows = [self._row(target, name, finding) for finding in judged.findings]
        for finding, level in judged.switched_off:
            reason = f": {level.reason}" if level.reason else ""
            hidden = f"off in {_relative(str(policy.source))}{reason}"
            rows.append(self._row(target, name, finding, hidden))
        return CheckedTarget(
            target=name,
            kind=source.kind,
            policy=None if self.declared_only else _label(policy),
            jobs=judged.jobs,
            findings=tuple(rows),
            not_read=source.not_read,
        )

    def _policy(self, target: Target) -> PrefixPolicy:
        if self.declared_only:
            return PrefixPolicy()
        policy = target.policy(self.options.choice)
        missing = missing_prefix(policy)
        if policy is None or missing is not None:
            raise LoadError(f"{target.source.target}: {missing}")
        return policy

    def _row(
        self, target: Target, name: str, finding: Finding, hidden: str | None = None
    ) -> ReportedFinding:
        source = target.source
        hidden = hidden or self.selection.hides(finding)
        position = None
        if hidden is None and source.file is not None:
            position = source.locate(finding.step) or source.locate("")
        file = None if source.file is None else _relative(source.file)
        return ReportedFinding(finding, name, file, position, hidden)


def _name(target: Target) -> str:
    """The target as a report names it: its file relative to the current folder."""
    source = target.source
    if source.file is None:
        return source.target
    return _relative(source.file) + source.target.removeprefix(source.file)


def _label(policy: PrefixPolicy) -> str:
    """How a report names a policy: its file, with the team, or its prefix."""
    if policy.source is None:
        return f"prefix {policy.prefix}"
    source = _relative(policy.source)
    return f"{source} (team {policy.team})" if policy.team else source


def _relative(path: str) -> str:
    """A path below the current folder relative to it, with ``/``; any other as it is."""
    try:
        return Path(path).resolve().relative_to(Path.cwd()).as_posix()
    except (OSError, ValueError):
        return path
