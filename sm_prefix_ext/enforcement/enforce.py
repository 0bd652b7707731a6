"""Give every job of a definition its name and role, and return all findings."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from ..core.definition import (
    Definition,
    StepView,
    copied,
    is_generated_name,
    role_slots,
    steps,
    unknown_step_type,
)
from ..core.findings import (
    GROUP_OUTSIDE_POLICY,
    NOT_REACHED,
    SAME_PREFIX,
    Finding,
)
from ..core.job_names import JobPrefix
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import Kind
from .name_rules import (
    Declared,
    Location,
    bare_name,
    check_full_name,
    check_step_name,
    compose_name,
    same_prefix_fix,
)


def enforce(
    document: Mapping[str, Any],
    policy: PrefixPolicy,
    declared: Mapping[str, Declared] | None = None,
    *,
    prefixing: bool = True,
) -> tuple[Definition, tuple[Finding, ...]]:
    """Compose the names of a definition's jobs, set the policy's roles, and judge the result.

    Args:
        document: a rendered definition; it is not changed.
        policy: the policy with the prefix and the roles.
        declared: the declared names, by step name; for other steps, the name in the document
            counts as the declared name. ``None`` for a final definition, whose names are judged
            unchanged.
        prefixing: ``False`` keeps the names and judges none of them; the policy's roles still
            apply.

    Returns:
        A new definition and the findings. The definition may be sent if none of them is an error.

    Raises:
        ValueError: if the document isn't a pipeline definition.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.enforcement.enforce import enforce
        >>> from sm_prefix_ext.enforcement.name_rules import Declared
        >>> step = {"Name": "Train", "Type": "Training", "Arguments": {}}
        >>> declared = {"Train": Declared("xgb")}
        >>> definition, findings = enforce({"Steps": [step]}, PrefixPolicy("team-a"), declared)
        >>> definition["Steps"][0]["Arguments"]["TrainingJobName"], findings
        ('team-a-xgb', ())
    """
    definition: Definition = copied(document)
    return definition, enforce_in_place(definition, policy, declared, prefixing=prefixing)


def enforce_in_place(
    definition: Definition,
    policy: PrefixPolicy,
    declared: Mapping[str, Declared] | None = None,
    *,
    prefixing: bool = True,
    names: Mapping[tuple[str, str], str] | None = None,
    composes: bool | None = None,
    reached: Container[str] | None = None,
) -> tuple[Finding, ...]:
    """Do the same as :func:`enforce`, and change the given definition.

    Args:
        definition: a rendered definition.
        policy: the policy with the prefix and the roles.
        declared: the declared names, by step name.
        prefixing: ``False`` keeps the names.
        names: the names that the caller has composed and judged already, by step type and step
            name.
        composes: whether to put the policy's prefix in front of declared names; by default, if
            ``declared`` is given.
        reached: the names of the steps whose declared names the caller has read; a job of any
            other step is an error. ``None`` for a definition without its objects.
    """
    composes = declared is not None if composes is None else composes
    known, declared = names or {}, declared or {}
    findings: list[Finding] = []
    first_steps: dict[str, StepView] = {}
    for step in steps(definition):
        if step.kind is None:
            findings.append(unknown_step_type(step))
            continue
        kind, name = step.kind, known.get((step.step_type, step.name))
        if prefixing and name is None:
            findings += check_step_name(Location(step.path, step.step_type, step.name))
        if not kind.makes_job:
            if prefixing:
                findings += _full_name(step, kind, policy)
            continue
        _set_role(step, policy)
        if not prefixing:
            continue
        violations: tuple[Finding, ...] = ()
        if reached is not None and step.name not in reached:
            findings.append(_not_reached(step))
        if name is None or step.group_name is not None:
            violations = tuple(_name(step, kind, policy, declared, composes))
        else:
            step.arguments[kind.name_field] = name
        findings += violations or _same_prefix(step, kind, first_steps, declared.get(step.name))
    return tuple(findings)


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
    declared: Mapping[str, Declared],
    composes: bool,
) -> Iterator[Finding]:
    if step.group_name is not None:
        yield from _group(step, policy)
        return
    prefix = policy.prefix_for(kind)
    declared_name = declared.get(step.name) or _in_definition(step, prefix)
    location = Location(step.path, step.step_type, step.name)
    name, findings = compose_name(location, kind, declared_name, policy, composes=composes)
    if name is not None:
        step.arguments[kind.name_field] = name
    yield from findings


def _in_definition(step: StepView, prefix: JobPrefix | None) -> Declared:
    """Return the name in the definition as the declared name, unless the SDK generated it."""
    name = step.job_name
    if not isinstance(name, str) or (prefix is not None and prefix.covers(name)):
        return Declared(name)
    return Declared(generated_name=name) if is_generated_name(step, name) else Declared(name)


def _full_name(step: StepView, kind: Kind, policy: PrefixPolicy) -> tuple[Finding, ...]:
    if not kind.name_field:
        return ()
    location, name = Location(step.path, step.step_type), step.arguments.get(kind.name_field)
    return check_full_name(location, kind.name_field, name, policy)


def _group(step: StepView, policy: PrefixPolicy) -> Iterator[Finding]:
    if policy.prefix is None:
        return
    group = step.group_name
    if isinstance(group, str):
        name = bare_name(group)
        if policy.prefix.covers(name):
            return
        message = f"The model is registered into the group {name!r}, outside {policy.prefix!r}."
        fix = (
            f"Call the group {f'{policy.prefix}-{name}'!r}, or name this group in the IAM "
            "policies: a registered model's ARN has the group's name instead of a job prefix."
        )
    else:
        message = "The model package group is a pipeline expression, known only at run time."
        fix = f"Give the group's name as a string that begins with '{policy.prefix}-'."
    yield Finding.of(GROUP_OUTSIDE_POLICY, step.path, step.step_type, message, fix)


def _same_prefix(
    step: StepView, kind: Kind, first_steps: dict[str, StepView], declared: Declared | None
) -> list[Finding]:
    name = step.job_name
    if not isinstance(name, str) or step.group_name is not None:
        return []
    first = first_steps.setdefault(name, step)
    # Two steps of one path are alternatives: a template's condition chooses one of them.
    if first.path == step.path:
        return []
    return [
        Finding.of(
            SAME_PREFIX,
            step.path,
            step.step_type,
            f"Its jobs run under the prefix {name!r}, as those of {first.path!r} do; with "
            "prefixing on, job names don't contain the step's name.",
            same_prefix_fix(kind, declared),
        )
    ]


def _not_reached(step: StepView) -> Finding:
    return Finding.of(
        NOT_REACHED,
        step.path,
        step.step_type,
        "The SDK rendered this step, but no object of the pipeline refers to it, so the declared "
        "name of its job is not known.",
        "List the step in the pipeline's steps=.",
    )
