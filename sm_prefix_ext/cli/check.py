"""``check`` and ``plan``: what a pipeline's jobs will be called."""

from __future__ import annotations

import click

from ..core.findings import has_errors
from .loader import find
from .options import (
    account_option,
    format_option,
    given_parameters,
    given_policy,
    parameter_option,
    policy_options,
    region_option,
)
from .output import judging, print_findings, print_json, print_table

_COLUMNS = ("step", "step_type", "name_pattern", "arn_pattern", "role_arn")


@click.command()
@click.argument("pipeline")
@policy_options
@format_option("table", "json")
def check(
    pipeline: str, policy: str | None, prefix: str | None, short_prefix: str | None, form: str
) -> int:
    """Say all that is wrong with the job names of PIPELINE."""
    with judging(form):
        given = given_policy(policy, prefix, short_prefix)
        findings = find(pipeline).check(given)
    print_findings(findings, form)
    return int(has_errors(findings))


@click.command()
@click.argument("pipeline")
@policy_options
@account_option
@region_option
@parameter_option
@format_option("table", "json")
def plan(
    pipeline: str,
    policy: str | None,
    prefix: str | None,
    short_prefix: str | None,
    account: str | None,
    region: str | None,
    parameters: tuple[str, ...],
    form: str,
) -> int:
    """Show the jobs that PIPELINE will start: names, ARNs, roles, IAM actions.

    Names that the policy refuses are shown as findings in their place.
    """
    with judging(form):
        given = given_policy(policy, prefix, short_prefix)
        planned = find(pipeline).plan(given, account=account, region=region)
        planned = planned.replace(parameters=given_parameters(parameters))
    if form == "json":
        print_json(planned.to_dict())
    else:
        print_table(planned, _COLUMNS)
    return 0
