"""Full names, to which the service adds no prefix: of pipelines, endpoints, groups and steps."""

from __future__ import annotations

import re
from typing import Any

from ..core.arns import Arn
from ..core.expressions import described
from ..core.findings import FULL_NAME_OUTSIDE_POLICY, REFUSED_BY_SERVICE, Finding, Location
from ..core.job_names import JobPrefix, exact_str, hyphenated, invalid_characters
from ..core.prefix_policy import PrefixPolicy
from ..core.step_types import FULL_NAME_LIMITS, GROUPS, STEP_NAME_LIMIT


def bare_name(name: str) -> str:
    """Return the name in an ARN; any other text unchanged.

    Example:
        >>> from sm_prefix_ext.enforcement.full_names import bare_name
        >>> bare_name("arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/team-a-models")
        'team-a-models'
    """
    name = exact_str(name)
    try:
        return Arn.parse(name).name
    except ValueError:
        return name


def check_full_name(
    location: Location,
    subject: str,
    name: Any,
    policy: PrefixPolicy,
    code: str = FULL_NAME_OUTSIDE_POLICY,
) -> tuple[Finding, ...]:
    """Return the findings about a full name, such as an endpoint's.

    Neither the service nor this package adds a prefix to it, since other resources already refer
    to it. But IAM patterns apply to it too, so a name outside the policy's prefix is a warning. A
    name that the service refuses is an error.

    Args:
        location: the location of the name; its step type is the type of the named resource.
        subject: the argument that carries the name, such as ``Model.deploy(endpoint_name=)``.
        name: the name, or a model package group's ARN; a value that isn't a string is a pipeline
            expression; ``None`` and ``""`` are no name.
        policy: the policy with the prefix.
        code: the code of the finding for a name outside the policy.
    """
    if name is None or name == "":
        return ()
    prefix = policy.prefix
    if not isinstance(name, str):
        if prefix is None:
            return ()
        message = (
            f"{subject} is {described(name)}, a pipeline variable or expression, known only at run "
            "time."
        )
        fix = f"Give it as a string that begins with '{prefix}-'."
        return (Finding.of(code, location.path, location.step_type, message, fix),)
    refused = check_service_limits(location, subject, name, prefix)
    name = _own_name(location, name)
    if refused or prefix is None or prefix.covers(name):
        return refused
    message = f"{subject} is {name!r}, outside {str(prefix)!r}; the service adds no prefix to it."
    inside = f"{prefix}-{name}"
    call = (
        f"Call it {inside!r}" if len(inside) <= _limit(location) else _beginning(prefix, location)
    )
    fix = f"{call}, or name it in the IAM policies."
    return (Finding.of(code, location.path, location.step_type, message, fix),)


def check_service_limits(
    location: Location, subject: str, name: str, prefix: JobPrefix | None = None
) -> tuple[Finding, ...]:
    """Return the error for a full name whose characters or length the service refuses.

    Args:
        location: the location of the name; its step type is the type of the named resource.
        subject: the argument that carries the name.
        name: the name, or a model package group's ARN.
        prefix: the beginning of a proposed name.

    Example:
        >>> from sm_prefix_ext.enforcement.full_names import check_service_limits
        >>> from sm_prefix_ext.enforcement.name_rules import Location
        >>> location = Location("abalone.v2", "Pipeline")
        >>> [finding.fix for finding in check_service_limits(location, "Its name", "abalone.v2")]
        ["Call it 'abalone-v2'."]
    """
    name, limit = _own_name(location, name), _limit(location)
    why = invalid_characters(name)
    if why is None and len(name) > limit:
        why = f"it has {len(name)} characters, and the service accepts {limit}"
    if why is None:
        return ()
    proposal = "-".join(filter(None, hyphenated(name).split("-")))
    if prefix is not None and not prefix.covers(proposal):
        proposal = f"{prefix}-{proposal}" if proposal else str(prefix)
    fix = f"Call it {proposal!r}."
    if not proposal or len(proposal) > limit:
        letters = "letters, digits and hyphens, with no hyphen at either end"
        fix = f"Give it a name of at most {limit} characters: {letters}."
        if prefix is not None:
            fix = f"{_beginning(prefix, location)}: {letters}."
    message = f"{subject} is {name!r}, which the service refuses: {why}."
    return (Finding.of(REFUSED_BY_SERVICE, location.path, location.step_type, message, fix),)


def _own_name(location: Location, name: str) -> str:
    return bare_name(name) if location.step_type in GROUPS else exact_str(name)


def _limit(location: Location) -> int:
    return FULL_NAME_LIMITS.get(location.step_type, max(FULL_NAME_LIMITS.values()))


def _beginning(prefix: JobPrefix, location: Location) -> str:
    return f"Begin it with '{prefix}-', and give it at most {_limit(location)} characters"


def check_step_name(location: Location) -> tuple[Finding, ...]:
    """Return the error for a step whose own name the service refuses.

    Args:
        location: the step's location, with the name in ``step_name``.

    Example:
        >>> from sm_prefix_ext.enforcement.full_names import check_step_name
        >>> from sm_prefix_ext.enforcement.name_rules import Location
        >>> [f.fix for f in check_step_name(Location("Train it", "Training", "Train it"))]
        ["Call the step 'Train-it'."]
    """
    name = exact_str(location.step_name)
    outside = sorted(set(re.sub(r"[A-Za-z0-9_-]", "", name)))
    if outside:
        why = f"it has {', '.join(map(repr, outside))} in it"
    elif not 0 < len(name) <= STEP_NAME_LIMIT:
        why = f"it has {len(name)} characters"
    else:
        return ()
    proposal = re.sub(r"[^A-Za-z0-9_-]", "-", name)
    rule = f"1 to {STEP_NAME_LIMIT} letters, digits, hyphens and underscores"
    fits = 0 < len(proposal) <= STEP_NAME_LIMIT
    return (
        Finding.of(
            REFUSED_BY_SERVICE,
            location.path,
            location.step_type,
            f"The service refuses the step's name {name!r}: {why}; the name must have {rule}.",
            f"Call the step {proposal!r}." if fits else f"Give the step a name of {rule}.",
        ),
    )
