"""``check`` and ``plan``: what a pipeline's jobs will be called."""

from __future__ import annotations

import click

from ..core.findings import has_errors
from ..core.prefix_policy import PrefixPolicy, missing_prefix
from .loader import LoadError, find
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

_AS_DECLARED = "No findings: every name is valid as it stands; no prefix was asked for."
_COLUMNS = ("step", "step_type", "name_pattern", "arn_pattern", "role_arn")


@click.command()
@click.argument("pipeline")
@policy_options
@click.option("--declared-only", is_flag=True, help="Judge names as they stand, without a policy.")
@format_option("table", "json")
def check(
    pipeline: str,
    policy: str | None,
    prefix: str | None,
    short_prefix: str | None,
    declared_only: bool,
    form: str,
) -> int:
    """Report everything that is wrong with the job names of PIPELINE.

    It needs a policy with a prefix: by --policy, by --prefix, of the pipeline itself or discovered.
    """
    with judging(form):
        given = given_policy(policy, prefix, short_prefix)
        if declared_only and given is not None:
            raise click.UsageError("--declared-only excludes --policy and --prefix.")
        target = find(pipeline)
        if declared_only:
            given = PrefixPolicy()
        else:
            _must_have_a_prefix(target.policy(given))
        findings = target.check(given)
    print_findings(findings, form, none=_AS_DECLARED if declared_only else None)
    return int(has_errors(findings))


def _must_have_a_prefix(policy: PrefixPolicy | None) -> None:
    missing = missing_prefix(policy)
    if missing is not None:
        raise LoadError(missing)


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
