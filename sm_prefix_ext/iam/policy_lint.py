"""What is unwise in a role's policies, seen from the jobs of a plan; pure."""

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
from ..core.plan import Plan, PlannedJob
from .evaluator.evaluate import ALLOWED, IDENTITY, Layer, decide
from .evaluator.pattern_index import PatternIndex
from .evaluator.pattern_overlap import subject_of
from .evaluator.patterns import Context, glob, matches
from .evaluator.policy_parser import Statement
from .required_permissions import Request, samples, shape_of

_WILD_TYPE = re.compile(r"arn:[^:]*:(?:sagemaker|\*):[^:]*:[^:]*:[^/]*[*?][^/]*/.+")
_AT_MOST = 3
"""So many patterns are shown for a job; more of them say nothing new."""


def advise(
    plan: Plan,
    asked: Iterable[Request],
    layers: Sequence[Layer],
    context: Callable[[Request], Context],
) -> Iterator[Finding]:
    """Warnings about policies that are in the way of the prefix, or make nothing of it.

    Args:
        plan: what the pipeline will start.
        asked: what the service will ask for it.
        layers: the policies of the execution role.
        context: gives what is known of a request's condition keys.
    """
    yield from _wild_types(statement for layer in layers for statement in layer.statements)
    allows = [
        statement
        for layer in layers
        if layer.name == IDENTITY
        for statement in layer.statements
        if statement.effect == "Allow"
    ]
    creates = {(one.step, one.action): one for one in asked}
    jobs = {(job.step_type, job.arn_pattern): job for job in plan.jobs}.values()
    for job in _one_per_type(jobs):
        create = creates[job.step, job.actions[0]]
        yield from _voided(job, replace(create, shape=""), layers, context(create))
    named: dict[str, _Named] = {}
    for job in jobs:
        action = job.actions[0]
        if action not in named:
            named[action] = _Named(one for one in allows if one.names_action(action))
        known = context(creates[job.step, action])
        covering = named[action].covering(job, known)
        if not covering:
            yield from _not_quite(job, named[action])
        elif job.prefix is not None:
            yield from _other_names(job, named[action], covering=covering)


def _one_per_type(jobs: Iterable[PlannedJob]) -> Iterable[PlannedJob]:
    return {job.actions[0]: job for job in reversed(list(jobs)) if job.prefix}.values()


def _voided(
    job: PlannedJob, create: Request, layers: Sequence[Layer], context: Context
) -> Iterator[Finding]:
    anything = replace(create, resource=job.arn_pattern.removesuffix(job.name_pattern) + "*")
    decision = decide(layers, create.action, anything.subject, context)
    if decision.verdict == ALLOWED:
        yield _finding(
            PREFIX_VOIDED,
            decision.statements[-1].policy,
            f"{decision.statements[-1]} lets the role start a job of type {job.step_type} under "
            f"any name, so the prefix {job.prefix!r} holds nobody back.",
            f"Allow {create.action} on {job.arn_pattern} alone.",
        )


def _wild_types(statements: Iterable[Statement]) -> Iterator[Finding]:
    for one in statements:
        for template in one.resources:
            if _WILD_TYPE.fullmatch(template.text):
                yield _finding(
                    WILDCARD_IN_RESOURCE_TYPE,
                    one.policy,
                    f"{_called(one)} names {template.text}, with a wildcard in the resource type, "
                    "which IAM's guide forbids and linters refuse; it is read as a pattern here.",
                    "Write one ARN for each resource type, such as training-job/…",
                )


class _Named:
    """What statements that allow an action name; each statement by its number here."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._statements = tuple(statements)
        self._texts: list[tuple[int, str]] = []
        self._wide: list[int] = []
        exact: list[tuple[str, int]] = []
        nothing = Context()
        for number, statement in enumerate(self._statements):
            if statement.fixed_resources is None:
                self._wide.append(number)
            for template in () if statement.not_resource else statement.resources:
                pattern = template.fill(nothing)
                if isinstance(pattern, str):
                    exact.append((pattern, len(self._texts)))
                self._texts.append((number, template.text))
        self._exact = PatternIndex(exact)
        self._lower = PatternIndex((pattern.lower(), place) for pattern, place in exact)
        self._other_way: dict[tuple[str, bool], dict[int, str]] = {}

    def covering(self, job: PlannedJob, known: Context) -> frozenset[int]:
        """The statements that name all names of a job."""
        subject = subject_of(job.arn_pattern)
        likely = {self._texts[place][0] for _, place in self._exact.like(subject)}
        return frozenset(
            number
            for number in likely.union(self._wide)
            if self._statements[number].covers(job.arn_pattern, known) is True
        )

    def met(self, job: PlannedJob) -> Iterator[tuple[Statement, str]]:
        """What meets some of a job's names, or begins like them and goes on."""
        return self._found(self._exact, samples(shape_of(job)), _common_head(job))

    def met_in_lower_case(self, job: PlannedJob) -> Iterator[tuple[Statement, str]]:
        """The same, letter case apart."""
        names = tuple(name.lower() for name in samples(shape_of(job)))
        return self._found(self._lower, names, _common_head(job).lower())

    def the_other_way(self, job: PlannedJob) -> Mapping[int, str]:
        """The first pattern of each statement for such jobs with prefixing the other way round."""
        resource_type = job.arn_pattern.split(":", 5)[5].partition("/")[0]
        key = resource_type, job.name_pattern.startswith(f"{RESERVED}-")
        if key not in self._other_way:
            found = self._other_way[key] = {}
            for number, text in self._texts:
                if number not in found and _other_way(job, text):
                    found[number] = text
        return self._other_way[key]

    def statement(self, number: int) -> Statement:
        """A statement by its number."""
        return self._statements[number]

    def _found(
        self, index: PatternIndex[int], names: Iterable[str], head: str
    ) -> Iterator[tuple[Statement, str]]:
        begun = index.beginning_with(head) if head else ()
        matching = (one for name in names for one in index.like(name) if matches(one[0], name))
        places = dict.fromkeys(place for _, place in chain(begun, matching))
        for number, text in map(self._texts.__getitem__, sorted(islice(places, _AT_MOST))):
            yield self._statements[number], text


def _common_head(job: PlannedJob) -> str:
    """What all names of a job begin with, where that ends a word."""
    head = job.arn_pattern.partition("*")[0]
    return head if head.endswith("-") else ""


def _not_quite(job: PlannedJob, named: _Named) -> Iterator[Finding]:
    """What keeps the patterns of statements from covering a job's names."""
    met = list(named.met(job))
    other_case = [] if met else list(named.met_in_lower_case(job))
    for statement, text in met:
        yield _finding(
            NARROWER_THAN_JOBS,
            statement.policy,
            f"{_called(statement)} names {text}, which covers a part of {job.arn_pattern} "
            f"only, the jobs of step {job.step}.",
            f"Name {job.arn_pattern}.",
        )
    for statement, text in other_case:
        yield _finding(
            OTHER_CASE,
            statement.policy,
            f"{_called(statement)} names {text}, which differs from {job.arn_pattern} in "
            "letter case; IAM compares ARNs with it.",
            f"Name {job.arn_pattern}, and its lower-case spelling too.",
        )
    yield from _other_names(job, named, but={text for _, text in (*met, *other_case)})


def _other_names(
    job: PlannedJob,
    named: _Named,
    *,
    covering: Set[int] = frozenset(),
    but: Set[str] = frozenset(),
) -> Iterator[Finding]:
    """What such jobs are called with prefixing the other way round, where statements name that."""
    found = named.the_other_way(job)
    others = (one for one, text in found.items() if one not in covering and text not in but)
    number = next(others, None)
    if number is None:
        return
    statement, text = named.statement(number), found[number]
    prefixed = "with" if job.prefix else "without"
    yield _finding(
        OTHER_NAMES,
        statement.policy,
        f"{_called(statement)} names {text}, but step {job.step} runs {prefixed} a "
        f"prefix, under {job.name_pattern}.",
        f"Name {job.arn_pattern}, or turn prefixing {'off' if job.prefix else 'on'}.",
    )


def _other_way(job: PlannedJob, text: str) -> bool:
    """Whether a pattern is for jobs of this type with prefixing the other way round."""
    if _reserved(text) == job.name_pattern.startswith(f"{RESERVED}-"):
        return False
    if job.name_pattern.endswith("/*"):
        return False  # a group's name is its own, with prefixing on or off
    resource_type = job.arn_pattern.split(":", 5)[5].partition("/")[0]
    of_type, slash, name = text.split(":", 5)[-1].partition("/")
    return bool(slash) and name != "*" and matches(glob(of_type), resource_type)


def _reserved(text: str) -> bool:
    """Whether a pattern is for the names that the service gives with prefixing off."""
    return text.rpartition("/")[2].startswith(f"{RESERVED}-")


def _called(statement: Statement) -> str:
    sid = f" ({statement.sid})" if statement.sid else ""
    return f"Statement {statement.index}{sid} of {statement.policy}"


def _finding(code: str, policy: str, message: str, fix: str) -> Finding:
    return Finding.of(code, policy, "IAM policy", message, fix)
