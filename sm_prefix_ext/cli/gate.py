"""Check many targets, each under its policy, and report them together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding, UnreadFile
from ..core.errors import PrefixError, PrefixViolation
from ..core.finding_levels import FIXED
from ..core.findings import Finding
from ..core.paths import from_here, is_folder
from ..core.prefix_policy import PrefixPolicy, missing_prefix
from ..core.step_graph import step_graph
from ..reporting.check_summary import counted
from ..targets.source import PipelineSource
from .inputs import LoadError
from .loader import Options, Target, find, read_file
from .python_target import PYTHON, isolated_imports, must_go_with_python


class Selection(NamedTuple):
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
        declared_only: whether to judge names as they are, without a policy.
        strict: whether warnings fail the check.
        drawn: whether the report keeps the definitions, for a format that draws them.
        errors: why targets could not be read, after :meth:`check`.
    """

    options: Options
    selection: Selection = field(default_factory=Selection)
    declared_only: bool = False
    strict: bool = False
    drawn: bool = False
    errors: list[Exception] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)
    _parameters: set[str] = field(default_factory=set)
    _unread: list[UnreadFile] = field(default_factory=list)

    def check(self, arguments: Sequence[str]) -> CheckReport:
        """Check every pipeline that the arguments name.

        Args:
            arguments: targets and folders.

        Raises:
            LoadError: where a named target can't be used, or a target has no policy.
            TargetError: for a value of a parameter that no template has.
        """
        checked: dict[str, CheckedTarget] = {}
        for argument in dict.fromkeys(arguments):  # standard input can be read once
            with isolated_imports(), self._reporting(argument):
                try:
                    for target in self._targets(argument):
                        # Two arguments may name one file; it is checked once.
                        name = target.source.label
                        self._parameters.update(target.source.parameters)
                        if name not in checked:
                            with self._reporting(name):
                                checked[name] = self._checked(target, name)
                except PrefixViolation as violation:
                    checked[argument] = self._refused(argument, violation)
        if not checked and self.errors:
            raise self.errors[0]
        if not self.errors:  # a target that can't be read may take any argument or parameter
            kinds = {target.kind for target in checked.values()}
            must_go_with_python(self.options.kwargs, arguments, kinds)
            self.options.template.must_be_declared(self._parameters)
        return CheckReport(
            targets=tuple(checked.values()),
            files_read=len(self._read),
            unread=tuple(self._unread),
            strict=self.strict,
            declared_only=self.declared_only,
        )

    @contextlib.contextmanager
    def _reporting(self, name: str) -> Iterator[None]:
        """Report an unusable target as not read, so that the other targets are still judged."""
        try:
            yield
        except PrefixViolation:
            raise  # its findings are reported
        except (PrefixError, ValueError) as error:
            self._unread.append(UnreadFile(name, str(error)))
            self.errors.append(error)

    def _targets(self, argument: str) -> Iterator[Target]:
        if argument != "-" and is_folder(argument):
            yield from self._in_folder(Path(argument))
            return
        for target in find(argument, self.options):
            file = target.source.file
            self._read.add(argument if file is None else from_here(file))
            yield target

    def _in_folder(self, folder: Path) -> Iterator[Target]:
        from ..targets.folders import pipeline_files

        files, unread, pipelines = 0, len(self._unread), 0
        for path in pipeline_files(folder, self.options.exclude):
            name = from_here(str(path))
            sources: tuple[PipelineSource, ...] = ()
            with self._reporting(name):
                sources = read_file(str(path), self.options, named=False)
                self._read.add(name)
                files += 1
            pipelines += len(sources)
            yield from map(Target, sources)
        if not pipelines and len(self._unread) == unread:
            read = counted(files, "file")
            raise LoadError(
                f"{folder}: there is no pipeline in this folder ({read} of JSON or YAML read, "
                "without those that git ignores); name a file, or another folder."
            )

    def _checked(self, target: Target, name: str) -> CheckedTarget:
        source = target.source
        policy = self._policy(target)
        judged = target.judge(policy)
        rows = [self._row(target, name, finding) for finding in judged.findings]
        for finding, level in judged.switched_off:
            reason = f": {level.reason}" if level.reason else ""
            hidden = f"off in {from_here(str(policy.source))}{reason}"
            rows.append(self._row(target, name, finding, hidden))
        return CheckedTarget(
            target=name,
            kind=source.kind,
            policy=None if self.declared_only else _label(policy),
            jobs=judged.jobs,
            findings=tuple(rows),
            not_read=source.not_read,
            file=_file(source),
            notes=step_graph(judged.definition).problems if judged.definition else (),
            definition=judged.definition if self.drawn else None,
        )

    def _refused(self, argument: str, violation: PrefixViolation) -> CheckedTarget:
        """Report the findings of a job class whose refusal leaves no pipeline to judge."""
        file = argument.rpartition(":")[0]
        place = from_here(file) if file.endswith(".py") else None
        rows = [
            ReportedFinding(finding, argument, place, None, self.selection.hides(finding))
            for finding in violation.findings
        ]
        return CheckedTarget(argument, PYTHON, jobs=1, findings=tuple(rows), file=place)

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
        if source.file is None:
            return ReportedFinding(finding, name, hidden=hidden)
        position = source.locate(finding.step) or source.locate("")
        return ReportedFinding(finding, name, _file(source), position, hidden)


def _file(source: PipelineSource) -> str | None:
    return None if source.file is None else from_here(source.file)


def _label(policy: PrefixPolicy) -> str:
    """How a report names a policy: its file, with the team, or its prefix."""
    if policy.source is None:
        return f"prefix {policy.prefix}"
    source = from_here(policy.source)
    return f"{source} (team {policy.team})" if policy.team else source
