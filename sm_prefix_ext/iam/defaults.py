"""A plan as it runs where nobody gives its parameters other values than their defaults; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from ..plan import Plan, PlannedJob

_PARAMETERS = "Parameters"


def with_defaults(plan: Plan) -> Plan:
    """The plan with each parameter's default value in its place.

    Args:
        plan: what the pipeline will start. What is known of its jobs stays.
    """
    listed = plan.definition.get(_PARAMETERS)
    given = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    values = {
        f"{_PARAMETERS}.{one.get('Name')}": one["DefaultValue"]
        for one in given
        if one.get("DefaultValue") is not None
    }
    if not values:
        return plan
    definition = {key: _filled(value, values) for key, value in plan.definition.items()}
    fresh = Plan.from_definition(
        definition,
        account=None if plan.home.account == "*" else plan.home.account,
        region=None if plan.home.region == "*" else plan.home.region,
        role_arn=plan.role_arn,
    ).moved(partition=plan.home.partition)
    jobs = tuple(_known(plan, fresh))
    return replace(plan, definition=definition, jobs=jobs)


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(inside, values) for inside in value]
    if not isinstance(value, Mapping):
        return value
    path = value.get("Get") if len(value) == 1 else None
    if isinstance(path, str) and path in values:
        return values[path]
    return {key: _filled(inside, values) for key, inside in value.items()}


def _known(plan: Plan, fresh: Plan) -> Iterator[PlannedJob]:
    """The jobs of a plan; those of which it doesn't know all, from a fresh one."""
    found = {step: list(rows) for step, rows in groupby(fresh.jobs, lambda job: job.step)}
    for step, rows in groupby(plan.jobs, lambda job: job.step):
        old = list(rows)
        if any(job.role_arn == "*" for job in old):
            yield from found[step]
        elif any(job.name_pattern == "*" for job in old):
            yield from (replace(found[step][0], role_arn=job.role_arn) for job in old)
        else:
            yield from old
