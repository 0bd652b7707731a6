"""What is unwise in a role's policies, seen from the jobs of a plan; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ..findings import (
    NARROWER_THAN_JOBS,
    OTHER_CASE,
    OTHER_NAMES,
    PREFIX_VOIDED,
    WILDCARD_IN_RESOURCE_TYPE,
    Finding,
)
from ..names import RESERVED
from ..plan import Plan, PlannedJob
from .evaluation import ALLOWED, IDENTITY, Layer, judge
from .grammar import Statement
from .matching import Context, glob, matches
from .requests import Request, samples, shape_of

_WILD_TYPE = re.compile(r"arn:[^:]*:(?:sagemaker|\*):[^:]*:[^:]*:[^/]*[*?][^/]*/.+")


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
    for job in jobs:
        known = context(creates[job.step, job.actions[0]])
        speaking = [one for one in allows if one.names_action(job.actions[0])]
        covering = [one for one in speaking if one.covers(job.arn_pattern, known) is True]
        names = _Names(job)
        for statement in speaking:
            if not covering:
                yield from _not_quite(job, names, statement)
            elif job.prefix is not None and statement not in covering:
                yield from _still(job, statement)


def _one_per_type(jobs: Iterable[PlannedJob]) -> Iterable[PlannedJob]:
    return {job.actions[0]: job for job in reversed(list(jobs)) if job.prefix}.values()


def _voided(
    job: PlannedJob, create: Request, layers: Sequence[Layer], context: Context
) -> Iterator[Finding]:
    anything = replace(create, resource=job.arn_pattern.removesuffix(job.name_pattern) + "*")
    decision = judge(layers, create.action, anything.subject, context)
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


class _Names:
    """Names of the real form for a job, and what all of them begin with, in both spellings."""

    def __init__(self, job: PlannedJob) -> None:
        head = job.arn_pattern.partition("*")[0]
        self.head = head if head.endswith("-") else None
        self.samples = samples(shape_of(job))
        self.lower = tuple(name.lower() for name in self.samples)

    def met_by(self, pattern: str) -> bool:
        """Whether a pattern matches some of them, or begins like them and goes on."""
        if self.head is not None and pattern.startswith(self.head):
            return True
        return any(matches(pattern, name) for name in self.samples)

    def met_in_lower_case(self, pattern: str) -> bool:
        """The same, letter case apart."""
        if self.head is not None and pattern.lower().startswith(self.head.lower()):
            return True
        return any(matches(pattern.lower(), name) for name in self.lower)


def _not_quite(job: PlannedJob, names: _Names, statement: Statement) -> Iterator[Finding]:
    """What keeps a statement's patterns from covering a job's names."""
    if statement.not_resource:
        return
    nothing = Context()
    for template in statement.resources:
        pattern, text = template.fill(nothing), template.text
        if not isinstance(pattern, str):
            continue
        if names.met_by(pattern):
            yield _finding(
                NARROWER_THAN_JOBS,
                statement.policy,
                f"{_called(statement)} names {text}, which covers a part of {job.arn_pattern} "
                f"only, the jobs of step {job.step}.",
                f"Name {job.arn_pattern}.",
            )
        elif names.met_in_lower_case(pattern):
            yield _finding(
                OTHER_CASE,
                statement.policy,
                f"{_called(statement)} names {text}, which differs from {job.arn_pattern} in "
                "letter case; IAM compares ARNs with it.",
                f"Name {job.arn_pattern}, and its lower-case spelling too.",
            )
        elif _other_way(job, text):
            yield _other_names(job, statement, text)


def _still(job: PlannedJob, statement: Statement) -> Iterator[Finding]:
    """What a statement names that such jobs were called before they had a prefix."""
    for template in () if statement.not_resource else statement.resources:
        if _reserved(template.text) and _other_way(job, template.text):
            yield _other_names(job, statement, template.text)


def _other_names(job: PlannedJob, statement: Statement, text: str) -> Finding:
    prefixed = "with" if job.prefix else "without"
    return _finding(
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
