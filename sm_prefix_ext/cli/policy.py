"""``policy`` and ``preflight``: the IAM policies that a pipeline needs, and whether it has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from ..core.prefix_policy import PrefixPolicy
from ..core.text import printable, printable_json
from .inputs import read_policy
from .loader import find_one
from .options import (
    format_option,
    given_parameters,
    parameter_option,
    place_options,
    policy_choice,
    policy_options,
    role_options,
    target_options,
    target_reading,
)
from .output import judging, print_displayed, verbose_option
from .parameters import FILE_NAME
from .policy_choice import PolicyChoice
from .progress import doing
from .projections import report_options
from .quiet import quiet_sdk

if TYPE_CHECKING:
    from ..core.plan import Plan
    from ..iam import PolicyDocument

_OF_A_PIPELINE = ("execution-role", "author")
_AUDIT_FLAGS = ("jobs", "versions", "iam", "cloudtrail", "organization")
_TAKEN_BY: Mapping[str, str] = {
    "bucket": "author",
    "kinds": "prefix",
    **dict.fromkeys(("tag", "vpcs", "admins"), "scp"),
    **dict.fromkeys((*_AUDIT_FLAGS, "assume_role"), "audit"),
}
"""By option, the value of ``--for`` that it requires."""


@click.command("policy")
@click.argument("pipeline", type=FILE_NAME, metavar="[TARGET]", required=False)
@click.option(
    "--for",
    "purpose",
    type=click.Choice([*_OF_A_PIPELINE, "prefix", "scp", "trust", "audit"]),
    default="execution-role",
    show_default=True,
    help="Whom the policy is for.",
)
@policy_options
@target_options
@place_options
@parameter_option
@click.option("--kind", "kinds", multiple=True, metavar="TYPE", help="For prefix: a step type.")
@click.option("--tag", metavar="KEY=VALUE", help="For scp: the tag of exempted roles.")
@click.option("--vpc", "vpcs", multiple=True, metavar="ID", help="For scp: a VPC.")
@click.option("--admin", "admins", multiple=True, metavar="ARN", help="For scp: who may tag.")
@click.option("--jobs", is_flag=True, default=None, help="For audit: stand-alone jobs too.")
@click.option("--versions", is_flag=True, default=None, help="For audit: earlier versions too.")
@click.option("--iam", is_flag=True, default=None, help="For audit: IAM policies too.")
@click.option("--cloudtrail", is_flag=True, default=None, help="For audit: denials too.")
@click.option(
    "--organization", is_flag=True, default=None, help="For audit: the organization's accounts."
)
@click.option("--assume-role", metavar="NAME", help="For audit: the role in other accounts.")
@format_option("json", "cloudformation", "terraform")
@click.option(
    "--name",
    metavar="NAME",
    help="The policy's name where it is deployed; by default derived from the pipeline's.",
)
@verbose_option
@click.pass_context
def write_policy(
    context: click.Context, /, purpose: str, form: str, name: str | None, **given: Any
) -> int:
    """Write the least IAM policy for TARGET's execution role or author, or for a team's prefix.

    With --for prefix, the policy covers the step types of TARGET; scp, trust and audit need no
    TARGET. Notes on what the policy leaves out, and findings, go to standard error.
    """
    _must_be_taken(context, purpose)
    with judging("table", err=True):
        document = _generate(purpose, **given)
        text = _deployed(document, form, name)
    click.echo(printable_json(text.rstrip("\n")))
    if form != "json" and name is None and purpose in _OF_A_PIPELINE and document.name == purpose:
        click.echo(
            f"note: The pipeline's name is unknown, so the policy is called {purpose}, which other "
            "policies may be called too; give --pipeline-name or --name.",
            err=True,
        )
    for note in document.notes:
        click.echo(f"note: {printable(note)}", err=True)
    for key, value in document.tags.items():
        click.echo(printable(f"note: Put the tag {key}={value} on the execution role."), err=True)
    return 0


def _must_be_taken(context: click.Context, purpose: str) -> None:
    """Refuse options that belong to another purpose."""
    if context.params["pipeline"] is None and purpose in _OF_A_PIPELINE:
        raise click.UsageError(f"--for {purpose} needs a TARGET.")
    if context.params["name"] is not None and context.params["form"] == "json":
        raise click.UsageError("--name goes with --format cloudformation or terraform.")
    for option in context.command.params:
        taker = _TAKEN_BY.get(str(option.name), purpose)
        if purpose != taker and context.params.get(str(option.name)) not in (None, ()):
            raise click.UsageError(
                f"{option.opts[0]} goes with --for {taker}; got --for {purpose}."
            )


def _generate(
    purpose: str,
    *,
    pipeline: str | None,
    kinds: tuple[str, ...],
    tag: str | None,
    vpcs: tuple[str, ...],
    admins: tuple[str, ...],
    assume_role: str | None,
    bucket: str | None,
    parameters: tuple[str, ...],
    **given: Any,
) -> PolicyDocument:
    from .. import iam

    account, region = given["account"], given["region"]
    if purpose == "trust":
        return iam.trust_policy(account=account)
    if purpose == "audit":
        flags: dict[str, Any] = {name: bool(given[name]) for name in _AUDIT_FLAGS}
        return iam.audit_policy(**flags, assume_role=assume_role, account=account, region=region)
    if purpose == "scp":
        key, _, value = (tag or "").partition("=")
        if not (key and value and vpcs):
            raise click.UsageError("--for scp needs --tag KEY=VALUE and --vpc ID.")
        return iam.scp_exception(key, value, vpcs, admins, region=region)
    from ..core.plan import Plan

    plan, team = Plan(()), None
    if pipeline is not None:
        plan, team = planned(pipeline, given)
    elif purpose == "prefix":
        team = _choice(given).policy(None)
    plan = plan.replace(parameters=given_parameters(parameters))
    if purpose == "prefix":
        types = kinds or dict.fromkeys(job.step_type for job in plan)
        return iam.prefix_policy(
            team or PrefixPolicy(), types or None, account=account, region=region
        )
    if purpose == "author":
        return iam.author_policy(plan, bucket=bucket)
    return iam.execution_role_policy(plan)


def _choice(given: Mapping[str, Any]) -> PolicyChoice:
    return policy_choice(*(given[name] for name in ("policy", "prefix", "short_prefix", "team")))


def planned(pipeline: str, given: Mapping[str, Any]) -> tuple[Plan, PrefixPolicy | None]:
    """The plan of the target, and the policy that applies to it."""
    reading = ("kwargs", "template_parameters", "execution", "account", "region")
    choice = _choice(given)
    target = find_one(pipeline, target_reading(choice, **{name: given[name] for name in reading}))
    policy = target.policy(choice)
    place = ("account", "region", "role_arn", "pipeline_name")
    return target.plan(policy, **{name: given[name] for name in place}), policy


def _of_prefix(kinds: tuple[str, ...], given: Mapping[str, Any]) -> Plan:
    """The plan of the jobs of a team's prefix."""
    from ..iam.prefix_plan import prefix_plan

    place = ("account", "region", "role_arn")
    policy = _choice(given).policy(None) or PrefixPolicy()
    return prefix_plan(policy, kinds, **{name: given[name] for name in place})


def _deployed(document: PolicyDocument, form: str, name: str | None) -> str:
    if form == "json":
        return document.to_json()
    deployed = document.to_terraform if form == "terraform" else document.to_cloudformation
    return deployed(name=name)


@click.command()
@click.argument("pipeline", type=FILE_NAME, metavar="[TARGET]", required=False)
@click.option("--kind", "kinds", multiple=True, metavar="TYPE", help="Without TARGET: a step type.")
@role_options
@click.option(
    "--author-policy",
    "author_policies",
    multiple=True,
    type=FILE_NAME,
    metavar="FILE",
    help="A policy of the principal that creates and starts the pipeline.",
)
@click.option(
    "--live", is_flag=True, help="Read the role's policies from IAM, and ask its simulator."
)
@policy_options
@target_options
@place_options
@parameter_option
@report_options
@verbose_option
@quiet_sdk()
def preflight(
    pipeline: str | None,
    kinds: tuple[str, ...],
    role_policies: tuple[str, ...],
    boundary: str | None,
    scps: tuple[str, ...],
    author_policies: tuple[str, ...],
    live: bool,
    form: str,
    output: str | None,
    bucket: str | None,
    parameters: tuple[str, ...],
    **given: Any,
) -> int:
    """Check, request by request, whether policies let the jobs of TARGET run.

    Without TARGET, the jobs are those of a prefix and of the step types in --kind.

    Exit status 1 if a request is refused, or is not certain to be allowed.
    """
    from .. import iam
    from ..iam.live import preflight_live

    if live == bool(role_policies) or (live and boundary is not None):
        raise click.UsageError(
            "Give the role's policies as --role-policy FILE (and --boundary FILE), or --live to "
            "have them read from IAM."
        )
    if live and given["role_arn"] is None:
        raise click.UsageError("--live needs --role-arn ARN, the pipeline's execution role.")
    if (pipeline is None) != bool(kinds):
        raise click.UsageError("Give a TARGET, or a prefix and its step types as --kind TYPE.")
    if pipeline is None and author_policies:
        raise click.UsageError("--author-policy goes with a TARGET.")
    if bucket is not None and not author_policies:
        raise click.UsageError(
            "--bucket is the bucket for the author's code; give --author-policy FILE with it."
        )
    with judging(form, output=output):
        known: dict[str, Any] = {
            "scps": [read_level(level) for level in scps],
            "author_policies": read_policies(author_policies) or None,
            "bucket": bucket,
        }
        documents = read_policies(role_policies)
        bound = None if boundary is None else read_policy(boundary)
        plan = _of_prefix(kinds, given) if pipeline is None else planned(pipeline, given)[0]
        plan = plan.replace(parameters=given_parameters(parameters))
        if live:
            import boto3

            with doing("asking IAM"):
                answer = preflight_live(boto3.client("iam"), plan, str(given["role_arn"]), **known)
        else:
            answer = iam.preflight(plan, role_policies=documents, boundary=bound, **known)
    print_displayed(answer, form, output)
    return int(not answer.ok)


def read_level(level: str) -> dict[str, Any]:
    """Return the documents of a level of SCPs, by their files.

    Args:
        level: names of files, separated by commas.
    """
    names = level.split(",")
    if not all(names):
        raise click.UsageError(f"--scp {level!r} has an empty file name; wanted FILE[,FILE…].")
    return read_policies(names)


def read_policies(names: Iterable[str]) -> dict[str, Any]:
    """Return policy documents by the files that have them."""
    return {name: read_policy(name) for name in names}
