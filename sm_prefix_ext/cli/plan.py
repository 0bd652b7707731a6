"""``plan``: the jobs that a pipeline will start."""

from __future__ import annotations

from typing import Any

import click

from .loader import find_one
from .options import (
    account_option,
    format_option,
    given_parameters,
    parameter_option,
    policy_choice,
    policy_options,
    region_option,
    target_options,
    target_reading,
)
from .output import judging, print_json, show, verbose_option


@click.command()
@click.argument("pipeline", metavar="TARGET")
@policy_options
@target_options
@account_option
@region_option
@parameter_option
@format_option("table", "json")
@verbose_option
def plan(
    pipeline: str,
    policy: str | None,
    prefix: str | None,
    short_prefix: str | None,
    team: str | None,
    account: str | None,
    region: str | None,
    parameters: tuple[str, ...],
    form: str,
    **reading: Any,
) -> int:
    """Show the jobs that TARGET will start: names, ARNs, roles, IAM actions.

    TARGET is one pipeline, in any form that check accepts. If the policy refuses names, the command
    shows findings instead of the jobs.
    """
    with judging(form):
        choice = policy_choice(policy, prefix, short_prefix, team)
        target = find_one(
            pipeline, target_reading(choice, account=account, region=region, **reading)
        )
        planned = target.plan(target.policy(choice), account=account, region=region)
        planned = planned.replace(parameters=given_parameters(parameters))
    if form == "json":
        print_json(planned.to_dict())
    else:
        show(planned)
    return 0
