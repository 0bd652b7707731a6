"""Give every job of a definition its name and role, and say all that is wrong; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .arns import Arn
from .definition import Definition, StepView, is_stand_in, role_slots, steps
from .findings import (
    ALPHABET,
    EXPRESSION,
    GROUP_OUTSIDE_POLICY,
    NO_SHORT_PREFIX,
    NOT_DECLARED,
    OUTSIDE_POLICY,
    RESERVED_PREFIX,
    SAME_PREFIX,
    TOO_LONG,
    UNKNOWN_STEP_TYPE,
    Finding,
)
from .kinds import KINDS, STEP_NAME_IN_JOB_NAME, Kind
from .names import RESERVED, JobPrefix, alphabet_fault, hyphenated, reserved
from .policy import PrefixPolicy


@dataclass(frozen=True)
class Declared:
    """What the user declared as the name of a step's job.

    Args:
        name: the name as the user wrote it; ``None`` or ``""`` where there is none; anything that
            isn't a string stands for a pipeline expression.
        argument: where the user wrote it, such as ``Estimator(base_job_name=)``.
        stand_in: the SDK's own name that was found in the name's place.
        lost: ``True`` where there must have been a name, and the SDK has thrown it away.
    """

    name: Any = None
    argument: str = ""
    stand_in: str | None = None
    lost: bool = False


def enforce(
    document: Mapping[str, Any],
    policy: PrefixPolicy,
    declared: Mapping[str, Declared] | None = None,
    *,
    prefixing: bool = True,
) -> tuple[Definition, tuple[Finding, ...]]:
    """Compose the names of a definition's jobs, give them the policy's roles, and judge the result.

    Args:
        document: a rendered definition; it is not changed.
        policy: the prefix and the roles that hold.
        declared: by step name, what the user declared. For a step that isn't in it, the name in
            the document is what was declared. ``None`` for a definition that is final: its names
            are judged as they stand and none is composed.
        prefixing: ``False`` leaves the names as they are and judges none of them; the policy's
            roles apply all the same.

    Returns:
        A new definition and the findings. The definition is fit to leave if none of them is an
        error.

    Raises:
        ValueError: where the document isn't a pipeline definition.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.enforcement import Declared, enforce
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": {}}
        >>> said = {"Train": Declared("xgb")}
        >>> definition, findings = enforce({"Steps": [step]}, PrefixPolicy("team-a"), said)
        >>> definition["Steps"][0]["Arguments"]["TrainingJobName"], findings
        ('team-a-xgb', ())
    """
    definition: Definition = _copied(dict(document))
    return definition, enforce_in_place(definition, policy, declared, prefixing=prefixing)


def enforce_in_place(
    definition: Definition,
    policy: PrefixPolicy,
    declared: Mapping[str, Declared] | None = None,
    *,
    prefixing: bool = True,
) -> tuple[Finding, ...]:
    """As :func:`enforce`, for a definition that is the caller's to change."""
    findings: list[Finding] = []
    taken: dict[str, StepView] = {}
    for step in steps(definition):
        if step.kind is None:
            findings.append(unknown_step_type(step))
            continue
        if not step.kind.makes_job:
            continue
        _set_role(step, policy)
        if prefixing:
            faults = list(_name(step, step.kind, policy, declared))
            findings += faults or _alike(step, step.kind, taken)
    return tuple(findings)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _set_role(step: StepView, policy: PrefixPolicy) -> None:
    role = policy.role_for(step.name, step.step_type)
    if role is None or step.kind is None:
        return
    for path in step.kind.role_fields:
        for holder, key in role_slots(step.arguments, path):
            holder[key] = role


def _name(
    step: StepView,
    kind: Kind,
    policy: PrefixPolicy,
    declared: Mapping[str, Declared] | None,
) -> Iterator[Finding]:
    if step.group_name is not None:
        yield from _group(step, policy)
        return
    prefix = policy.prefix_for(kind)
    lacking = policy.prefix is not None and prefix is None
    if lacking:
        yield _no_short_prefix(step, kind, policy)
    composes = prefix is not None and declared is not None
    said = (declared or {}).get(step.name) or _found(step, prefix)
    if said.lost:
        yield _lost(step, said)
        return
    if said.name is None or said.name == "":
        if composes and prefix is not None:
            step.arguments[kind.name_field] = _fallback(prefix, kind, step.name)
        elif not lacking:
            yield _not_declared(step, kind, said, prefix)
        return
    if not isinstance(said.name, str):
        yield _expression(step, kind, said)
        return
    fault = alphabet_fault(said.name)
    if fault is not None:
        yield _alphabet(step, kind, said, fault)
    if reserved(said.name) and not composes:
        yield _reserved(step, said)
    composed = _composed(prefix, kind, said.name) if composes and prefix else said.name
    if len(composed) > kind.prefix_limit and not lacking:
        yield _too_long(step, kind, said, composed)
    if prefix is not None and not prefix.covers(composed):
        yield _outside(step, said, prefix)
    step.arguments[kind.name_field] = composed


def _composed(prefix: JobPrefix, kind: Kind, name: str) -> str:
    """The name with the prefix in front; for a kind with the short limit only where that fits."""
    whole = name if prefix.covers(name) else f"{prefix}-{name}"
    return str(prefix) if kind.short and len(whole) > kind.prefix_limit else whole


def _found(step: StepView, prefix: JobPrefix | None) -> Declared:
    """What stands in the definition, where nothing is known of what the user declared."""
    name = step.job_name
    if not isinstance(name, str) or (prefix is not None and prefix.covers(name)):
        return Declared(name)
    return Declared(None, stand_in=name) if is_stand_in(step, name) else Declared(name)


def _fallback(prefix: JobPrefix, kind: Kind, step_name: str) -> str:
    """The name of a job that nobody named: the prefix, and what fits of the step's name."""
    if kind.short:
        return str(prefix)
    room = min(STEP_NAME_IN_JOB_NAME, kind.prefix_limit - len(prefix) - 1)
    part = hyphenated(step_name)[: max(room, 0)].strip("-")
    return f"{prefix}-{part}" if part else str(prefix)


def _group(step: StepView, policy: PrefixPolicy) -> Iterator[Finding]:
    if policy.prefix is None:
        return
    group = step.group_name
    if isinstance(group, str):
        name = _bare(group)
        if policy.prefix.covers(name):
            return
        message = f"The model is registered into the group {name!r}, outside {policy.prefix!r}."
        fix = (
            f"Call the group {f'{policy.prefix}-{name}'!r}, or have the policies name this group: "
            "a registered model's ARN carries the group's name and no job prefix."
        )
    else:
        message = "The model package group is a pipeline expression, known only in a run."
        fix = f"Give the group's name as a string that begins with '{policy.prefix}-'."
    yield Finding.of(GROUP_OUTSIDE_POLICY, step.path, step.step_type, message, fix)


def _bare(group: str) -> str:
    try:
        return Arn.parse(group).name
    except ValueError:
        return group


def _alike(step: StepView, kind: Kind, taken: dict[str, StepView]) -> list[Finding]:
    name = step.job_name
    if not isinstance(name, str) or step.group_name is not None:
        return []
    first = taken.setdefault(name, step)
    if first is step:
        return []
    return [
        Finding.of(
            SAME_PREFIX,
            step.path,
            step.step_type,
            f"Its jobs run under the prefix {name!r}, as those of {first.path!r} do; with "
            "prefixing on, a job's name says nothing of its step.",
            f"Declare another name in {_where(kind)}, unless telling them apart by the execution's "
            "steps is enough.",
        )
    ]


def _where(kind: Kind) -> str:
    arguments = list(dict.fromkeys(a for a in kind.sdk_arguments.values() if "(" in a))
    return " or ".join(arguments) or kind.name_field


def _said(said: Declared) -> str:
    return f"{said.argument} got {said.name!r}" if said.argument else f"The name is {said.name!r}"


def _not_declared(step: StepView, kind: Kind, said: Declared, prefix: JobPrefix | None) -> Finding:
    got = "No name is declared for its job"
    if said.stand_in:
        got = f"{said.stand_in!r} is what the SDK calls a job for which no name is declared"
    if prefix is None:
        fix = (
            f"Declare {'another' if said.stand_in else 'one'} in {said.argument or _where(kind)}, "
            f"at most {kind.prefix_limit} characters, or give a prefix policy."
        )
    else:
        fix = f"Name it {str(prefix)!r}, or begin the name with '{prefix}-'."
    return Finding.of(
        NOT_DECLARED,
        step.path,
        step.step_type,
        f"{got}, so its job would run outside any prefix.",
        fix,
    )


def _lost(step: StepView, said: Declared) -> Finding:
    return Finding.of(
        NOT_DECLARED,
        step.path,
        step.step_type,
        f"Neither a name nor a group is left of what {said.argument} was given: the SDK takes the "
        "name out when it renders the step with prefixing off, outside this package.",
        f"Give {said.argument} a name and make the step anew.",
    )


def _expression(step: StepView, kind: Kind, said: Declared) -> Finding:
    where = said.argument or kind.name_field
    return Finding.of(
        EXPRESSION,
        step.path,
        step.step_type,
        f"{where} is a pipeline variable or expression; what it comes to is known only in a run.",
        "Give the name as a string, so that it can be checked before the run.",
    )


def _alphabet(step: StepView, kind: Kind, said: Declared, fault: str) -> Finding:
    why = ""
    if isinstance(said.name, str) and "/" in said.name:
        why = (
            " A job's name is no path: the templates that join a prefix and a name with '/' get a "
            "name that the service refuses."
        )
    proposal = "-".join(filter(None, hyphenated(said.name).split("-")))
    return Finding.of(
        ALPHABET,
        step.path,
        step.step_type,
        f"{_said(said)}: {fault}.{why}",
        f"Use letters, digits and hyphens, with no hyphen at either end, at most "
        f"{kind.prefix_limit} characters" + (f"; {proposal!r} would do." if proposal else "."),
    )


def _too_long(step: StepView, kind: Kind, said: Declared, composed: str) -> Finding:
    name = str(said.name)
    prefix = composed[: -len(name) - 1] if composed != name else ""
    with_prefix = f", {len(composed)} with the prefix '{prefix}-'" if prefix else ""
    room = kind.prefix_limit - (len(prefix) + 1 if prefix else 0)
    return Finding.of(
        TOO_LONG,
        step.path,
        step.step_type,
        f"{_said(said)}: {len(name)} characters{with_prefix}; the service takes "
        f"{kind.prefix_limit} for a step of type {step.step_type}.",
        f"Shorten it to {room} characters or fewer."
        if room > 0
        else f"Leave the name out, or use a shorter prefix: '{prefix}' leaves no room for a name.",
    )


def _reserved(step: StepView, said: Declared) -> Finding:
    return Finding.of(
        RESERVED_PREFIX,
        step.path,
        step.step_type,
        f"{_said(said)}: {RESERVED!r} is what the service itself uses with prefixing off.",
        "Choose another beginning.",
    )


def _outside(step: StepView, said: Declared, prefix: JobPrefix) -> Finding:
    return Finding.of(
        OUTSIDE_POLICY,
        step.path,
        step.step_type,
        f"{_said(said)}, which the policy's prefix {prefix!r} does not cover.",
        f"Name it {prefix!r}, or begin the name with '{prefix}-'.",
    )


def _no_short_prefix(step: StepView, kind: Kind, policy: PrefixPolicy) -> Finding:
    return Finding.of(
        NO_SHORT_PREFIX,
        step.path,
        step.step_type,
        f"The service takes {kind.prefix_limit} characters for a step of type {step.step_type}; "
        f"the policy's prefix {policy.prefix!r} has {len(policy.prefix or '')}, and the policy has "
        "no short prefix.",
        f"Give the policy a short_prefix of at most {kind.prefix_limit} characters.",
    )


def unknown_step_type(step: StepView) -> Finding:
    """The finding for a step whose type the table doesn't know."""
    jobs = sorted(name for name, kind in KINDS.items() if kind.makes_job)
    return Finding.of(
        UNKNOWN_STEP_TYPE,
        step.path,
        step.step_type,
        f"The step type {step.step_type!r} is unknown, so what it starts can't be judged.",
        f"Update sm-prefix-ext, or take the step out; known types with jobs are {', '.join(jobs)}.",
    )
