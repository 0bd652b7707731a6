"""Findings about a role's policies, given the jobs of a plan; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import chain, islice

from ..core.findings import (
    NARROWER_THAN_JOBS,
    OTHER_CASE,
    OTHER_NAMES,
    PREFIX_VOIDED,
    WILDCARD_IN_RESOURCE_TYPE,
    Finding,
)
from ..core.job_names import RESERVED
from ..core.plan import Plan
from ..core.planned_jobs import PlannedJob
from .evaluator.evaluate import ALLOWED, IDENTITY, DecidingStatement, Layer, decide
from .evaluator.pattern_index import PatternIndex
from .evaluator.pattern_overlap import subject_of
from .evaluator.patterns import Context, glob, matches
from .evaluator.policy_parser import Statement
from .required_permissions import Request, samples, shape_of

_WILDCARD_TYPE = re.compile(r"arn:[^:]*:(?:sagemaker|\*):[^:]*:[^:]*:[^/]*[*?][^/]*/.+")
_MOST_PATTERNS = 3
"""How many partly matching patterns are reported for a job."""


def lint_policies(
    plan: Plan,
    requests: Iterable[Request],
    layers: Sequence[Layer],
    context: Callable[[Request], Context],
) -> Iterator[Finding]:
    """Yield warnings about policies that void the prefix, or don't fit the jobs' names.

    Args:
        plan: what the pipeline will start.
        requests: the requests of its execution role.
        layers: the policies of the execution role.
        context: returns the condition keys of a request.
    """
    yield from _wildcard_types(statement for layer in layers for statement in layer.statements)
    allows = [
        statement
        for layer in layers
        if layer.name == IDENTITY
        for statement in layer.statements
        if statement.effect == "Allow"
    ]
    creates = {(request.step, request.action): request for request in requests}
    jobs = {(job.step_type, job.arn_pattern): job for job in plan.jobs}.values()
    for job in _one_per_type(jobs):
        create = creates[job.step, job.actions[0]]
        yield from _unrestricted(job, replace(create, shape=""), layers, context(create))
    patterns: dict[str, _AllowedPatterns] = {}
    for job in jobs:
        action = job.actions[0]
        if action not in patterns:
            patterns[action] = _AllowedPatterns(s for s in allows if s.names_action(action))
        covering = patterns[action].covering(job, context(creates[job.step, action]))
        if not covering:
            yield from _partial_match(job, patterns[action])
        elif job.prefix is not None:
            yield from _stale_pattern(job, patterns[action], covering=covering)


def _one_per_type(jobs: Iterable[PlannedJob]) -> Iterable[PlannedJob]:
    """Return the first job with a prefix for each create action."""
    return {job.actions[0]: job for job in reversed(list(jobs)) if job.prefix}.values()


def _unrestricted(
    job: PlannedJob, create: Request, layers: Sequence[Layer], context: Context
) -> Iterator[Finding]:
    """Report a role that may start jobs of a type under any name (PFX012)."""
    any_name = replace(create, resource=job.arn_pattern.removesuffix(job.name_pattern) + "*")
    decision = decide(layers, create.action, any_name.subject, context)
    if decision.verdict == ALLOWED:
        statement = decision.statements[-1]
        yield _finding(
            PREFIX_VOIDED,
            statement.policy,
            f"{_location(statement)} allows jobs of type {job.step_type} under any name, so the "
            f"prefix {job.prefix!r} does not restrict this role.",
            f"Allow {create.action} on {job.arn_pattern} only.",
        )


def _wildcard_types(statements: Iterable[Statement]) -> Iterator[Finding]:
    """Report resources with a wildcard in the resource type (PFX013).

    Source: IAM user guide, "Amazon Resource Names (ARNs)", "Paths in ARNs": a wildcard can't stand
    in the resource type. The evaluator takes it for a pattern.
    """
    for statement in statements:
        for template in statement.resources:
            if _WILDCARD_TYPE.fullmatch(template.text):
                yield _finding(
                    WILDCARD_IN_RESOURCE_TYPE,
                    statement.policy,
                    f"{_location(statement)} has the resource {template.text} with a wildcard in "
                    "the resource type. IAM's guide forbids that and linters reject it; the "
                    "preflight evaluates it as a pattern.",
                    "Write one ARN for each resource type, such as training-job/…",
                )


class _AllowedPatterns:
    """The resource patterns of statements that allow an action, indexed for many jobs.

    Args:
        statements: the statements; methods refer to each by its position here.
    """

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._statements = tuple(statements)
        self._texts: list[tuple[int, str]] = []
        self._not_indexed: list[int] = []
        patterns: list[tuple[str, int]] = []
        no_values = Context()
        for number, statement in enumerate(self._statements):
            if statement.fixed_resources is None:
                self._not_indexed.append(number)
            for template in () if statement.not_resource else statement.resources:
                pattern = template.fill(no_values)
                if isinstance(pattern, str):
                    patterns.append((pattern, len(self._texts)))
                self._texts.append((number, template.text))
        self._index = PatternIndex(patterns)
        self._lower_case = PatternIndex((pattern.lower(), place) for pattern, place in patterns)
        self._of_other_mode: dict[tuple[str, bool], dict[int, str]] = {}

    def covering(self, job: PlannedJob, context: Context) -> frozenset[int]:
        """Return the statements that match all names of a job."""
        subject = subject_of(job.arn_pattern)
        candidates = {self._texts[place][0] for _, place in self._index.like(subject)}
        return frozenset(
            number
            for number in candidates.union(self._not_indexed)
            if self._statements[number].covers(job.arn_pattern, context) is True
        )

    def partly_matching(self, job: PlannedJob) -> Iterator[tuple[Statement, str]]:
        """Yield patterns that match some names of a job, or share their beginning."""
        return self._lookup(self._index, samples(shape_of(job)), _common_head(job))

    def matching_in_lower_case(self, job: PlannedJob) -> Iterator[tuple[Statement, str]]:
        """Yield patterns that do so if letter case is ignored."""
        names = tuple(name.lower() for name in samples(shape_of(job)))
        return self._lookup(self._lower_case, names, _common_head(job).lower())

    def of_other_mode(self, job: PlannedJob) -> Mapping[int, str]:
        """Return each statement's first pattern that fits such jobs with prefixing toggled."""
        resource_type = job.arn_pattern.split(":", 5)[5].partition("/")[0]
        key = resource_type, job.name_pattern.startswith(f"{RESERVED}-")
        if key not in self._of_other_mode:
            patterns = self._of_other_mode[key] = {}
            for number, text in self._texts:
                if number not in patterns and _wrong_mode(job, text):
                    patterns[number] = text
        return self._of_other_mode[key]

    def statement(self, number: int) -> Statement:
        """Return a statement by its position."""
        return self._statements[number]

    def _lookup(
        self, index: PatternIndex[int], names: Iterable[str], head: str
    ) -> Iterator[tuple[Statement, str]]:
        beginning = index.beginning_with(head) if head else ()
        matching = (
            entry for name in names for entry in index.like(name) if matches(entry[0], name)
        )
        places = dict.fromkeys(place for _, place in chain(beginning, matching))
        for number, text in map(self._texts.__getitem__, sorted(islice(places, _MOST_PATTERNS))):
            yield self._statements[number], text


def _common_head(job: PlannedJob) -> str:
    """Return the beginning of all names of a job, if it ends at a hyphen; else nothing."""
    head = job.arn_pattern.partition("*")[0]
    return head if head.endswith("-") else ""


def _partial_match(job: PlannedJob, patterns: _AllowedPatterns) -> Iterator[Finding]:
    """Report patterns that fit only some of a job's names (PFX014), or only in lower case (PFX015).

    Patterns that fit neither way may be for jobs with prefixing toggled (PFX016).
    """
    partial = list(patterns.partly_matching(job))
    other_case = [] if partial else list(patterns.matching_in_lower_case(job))
    for statement, text in partial:
        yield _finding(
            NARROWER_THAN_JOBS,
            statement.policy,
            f"{_location(statement)} has the resource {text}, which covers only a part of "
            f"{job.arn_pattern}, the jobs of step {job.step}.",
            f"Use {job.arn_pattern} as the resource.",
        )
    for statement, text in other_case:
        yield _finding(
            OTHER_CASE,
            statement.policy,
            f"{_location(statement)} has the resource {text}, which differs from "
            f"{job.arn_pattern} in letter case; IAM compares resources case-sensitively.",
            f"Use {job.arn_pattern} as the resource, and add its lower-case spelling.",
        )
    reported = {text for _, text in (*partial, *other_case)}
    yield from _stale_pattern(job, patterns, ignored=reported)


def _stale_pattern(
    job: PlannedJob,
    patterns: _AllowedPatterns,
    *,
    covering: Set[int] = frozenset(),
    ignored: Set[str] = frozenset(),
) -> Iterator[Finding]:
    """Report the first pattern that fits the jobs only if prefixing is toggled (PFX016).

    Args:
        job: the job.
        patterns: the patterns of the statements that allow it.
        covering: statements that match the job's names, so that none of their patterns is reported.
        ignored: patterns that have a finding already.
    """
    stale = patterns.of_other_mode(job)
    candidates = (n for n, text in stale.items() if n not in covering and text not in ignored)
    number = next(candidates, None)
    if number is None:
        return
    statement, text = patterns.statement(number), stale[number]
    mode, other_mode = ("with", "off") if job.prefix else ("without", "on")
    yield _finding(
        OTHER_NAMES,
        statement.policy,
        f"{_location(statement)} has the resource {text}, but step {job.step} runs {mode} a "
        f"prefix, under {job.name_pattern}.",
        f"Use {job.arn_pattern} as the resource, or turn prefixing {other_mode}.",
    )


def _wrong_mode(job: PlannedJob, text: str) -> bool:
    """Test whether a pattern is for jobs of this type with prefixing toggled."""
    if _is_reserved(text) == job.name_pattern.startswith(f"{RESERVED}-"):
        return False
    if job.name_pattern.endswith("/*"):
        return False  # a model package group has the same name with prefixing on or off
    resource_type = job.arn_pattern.split(":", 5)[5].partition("/")[0]
    type_pattern, slash, name = text.split(":", 5)[-1].partition("/")
    return bool(slash) and name != "*" and matches(glob(type_pattern), resource_type)


def _is_reserved(text: str) -> bool:
    """Test whether a pattern is for the names that the service generates with prefixing off."""
    return text.rpartition("/")[2].startswith(f"{RESERVED}-")


def _location(statement: Statement | DecidingStatement) -> str:
    sid = f" ({statement.sid})" if statement.sid else ""
    return f"Statement {statement.index}{sid} of {statement.policy}"


def _finding(code: str, policy: str, message: str, fix: str) -> Finding:
    return Finding.of(code, policy, "IAM policy", message, fix)
