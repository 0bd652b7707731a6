"""The command ``sm-prefix``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from . import __version__
from .errors import PrefixError, PrefixViolation
from .findings import Finding, has_errors
from .policy import PrefixPolicy
from .target import BadTarget, find, read_json

F = TypeVar("F", bound=Callable[..., Any])

PLAN_COLUMNS = ("step", "step_type", "name_pattern", "arn_pattern", "role_arn")
JOB_COLUMNS = ("step_name", "status", "prefix", "arn")


def _policy_options(command: F) -> F:
    for option in (
        click.option(
            "--short-prefix", metavar="S", help="The same for the types whose limit is 6."
        ),
        click.option("--prefix", metavar="P", help="The prefix that every job's name carries."),
        click.option("--policy", metavar="FILE", help="A prefix policy, TOML."),
    ):
        command = option(command)
    return command


def _format_option(command: F) -> F:
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        help="How to print.",
    )(command)


def _given_policy(policy: str | None, prefix: str | None, short: str | None) -> PrefixPolicy | None:
    if policy is not None:
        if prefix is not None or short is not None:
            raise click.UsageError("--policy and --prefix exclude each other; give one.")
        return PrefixPolicy.from_file(policy)
    if prefix is None and short is None:
        return None
    return PrefixPolicy(prefix, short_prefix=short)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sm-prefix")
def cli() -> None:
    """Job prefixes that hold, for SageMaker Pipelines.

    A PIPELINE is a definition's JSON (a file, or - for standard input), file.py:name or
    package.module:name, where name is a pipeline or a function that returns one.

    Without --policy or --prefix the policy is the one found in $SM_PREFIX_POLICY, in
    sm-prefix.toml here or above, or in the user's or site's configuration folder.

    Exit status: 0, all well; 1, findings of severity error; 2, the input or the call is wrong.
    """


@cli.command()
@click.argument("pipeline")
@_policy_options
@_format_option
def check(
    pipeline: str, policy: str | None, prefix: str | None, short_prefix: str | None, form: str
) -> int:
    """Say all that is wrong with the job names of PIPELINE."""
    given = _given_policy(policy, prefix, short_prefix)
    findings = find(pipeline).check(given)
    _print_findings(findings, form)
    return int(has_errors(findings))


@cli.command()
@click.argument("pipeline")
@_policy_options
@click.option("--account", metavar="ID", help="The account in the ARNs, 12 digits.")
@click.option("--region", metavar="NAME", help="The region in the ARNs.")
@_format_option
def plan(
    pipeline: str,
    policy: str | None,
    prefix: str | None,
    short_prefix: str | None,
    account: str | None,
    region: str | None,
    form: str,
) -> int:
    """Show the jobs that PIPELINE will start: names, ARNs, roles, IAM actions."""
    given = _given_policy(policy, prefix, short_prefix)
    try:
        planned = find(pipeline).plan(given, account=account, region=region)
    except PrefixViolation as violation:
        _print_findings(violation.findings, form)
        return 1
    if form == "json":
        click.echo(json.dumps(planned.to_dict(), indent=2))
    else:
        _print_table(planned, PLAN_COLUMNS)
    return 0


def _place_options(command: F) -> F:
    for option in (
        click.option("--role-arn", metavar="ARN", help="The pipeline's execution role."),
        click.option("--pipeline-name", metavar="NAME", help="The pipeline's own name."),
        click.option("--bucket", metavar="NAME", help="Where the author's code goes."),
        click.option("--region", metavar="NAME", help="The region in the ARNs."),
        click.option("--account", metavar="ID", help="The account in the ARNs, 12 digits."),
    ):
        command = option(command)
    return command


@cli.command("policy")
@click.argument("pipeline", required=False)
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["execution-role", "author", "prefix", "scp", "trust"]),
    default="execution-role",
    show_default=True,
    help="Whom the policy is for.",
)
@_policy_options
@_place_options
@click.option("--kind", "kinds", multiple=True, metavar="TYPE", help="For prefix: a step type.")
@click.option("--tag", metavar="KEY=VALUE", help="For scp: the tag of exempted roles.")
@click.option("--vpc", "vpcs", multiple=True, metavar="ID", help="For scp: a VPC.")
@click.option("--admin", "admins", multiple=True, metavar="ARN", help="For scp: who may tag.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "cloudformation", "terraform"]),
    default="json",
    help="How to print.",
)
def write_policy(
    pipeline: str | None,
    purpose: str,
    policy: str | None,
    prefix: str | None,
    short_prefix: str | None,
    kinds: tuple[str, ...],
    tag: str | None,
    vpcs: tuple[str, ...],
    admins: tuple[str, ...],
    form: str,
    **place: str | None,
) -> int:
    """Write the least IAM policy: for PIPELINE's execution role or author, or a team's prefix.

    What the policy leaves open is said on standard error.
    """
    from . import iam

    given = _given_policy(policy, prefix, short_prefix)
    bucket = place.pop("bucket")
    account, region = place["account"], place["region"]
    try:
        if purpose in ("execution-role", "author"):
            if pipeline is None:
                raise click.UsageError(f"--for {purpose} needs a PIPELINE.")
            plan = find(pipeline).plan(given, **place)
            made = (
                iam.author_policy(plan, bucket=bucket)
                if purpose == "author"
                else iam.execution_role_policy(plan)
            )
        elif pipeline is not None:
            raise click.UsageError(f"--for {purpose} takes no PIPELINE; got {pipeline}.")
        elif purpose == "prefix":
            team = given or PrefixPolicy.discover() or PrefixPolicy()
            made = iam.prefix_policy(team, kinds or None, account=account, region=region)
        elif purpose == "scp":
            key, _, value = (tag or "").partition("=")
            made = iam.scp_exception(key, value, vpcs, admins, region=region)
        else:
            made = iam.trust_policy(account=account)
        text = made.to_json() if form == "json" else _deployed(made, form)
    except PrefixViolation as violation:
        _print_findings(violation.findings, "table")
        return 1
    except ValueError as error:
        raise BadTarget(str(error)) from None
    click.echo(text.rstrip("\n"))
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    for key, value in made.tags.items():
        click.echo(f"note: Put the tag {key}={value} on the execution role.", err=True)
    return 0


def _deployed(made: Any, form: str) -> str:
    return str(made.to_terraform() if form == "terraform" else made.to_cloudformation())


@cli.command()
@click.argument("pipeline")
@click.option(
    "--role-policy",
    "role_policies",
    multiple=True,
    metavar="FILE",
    help="A policy of the execution role; give as many as it has.",
)
@click.option("--boundary", metavar="FILE", help="The role's permissions boundary.")
@click.option(
    "--scp",
    "scps",
    multiple=True,
    metavar="FILE[,FILE…]",
    help="A level of SCPs, the root first; its policies with commas between them.",
)
@click.option(
    "--author-policy",
    "author_policies",
    multiple=True,
    metavar="FILE",
    help="A policy of whoever creates and starts the pipeline.",
)
@click.option("--live", is_flag=True, help="Ask IAM for the role's policies, and its simulator.")
@_policy_options
@_place_options
@_format_option
def preflight(
    pipeline: str,
    role_policies: tuple[str, ...],
    boundary: str | None,
    scps: tuple[str, ...],
    author_policies: tuple[str, ...],
    live: bool,
    policy: str | None,
    prefix: str | None,
    short_prefix: str | None,
    form: str,
    **place: str | None,
) -> int:
    """Say whether policies let the jobs of PIPELINE run, request by request.

    Exit status 1 where a request is refused, or nobody can say that it is allowed.
    """
    from . import iam
    from .iam.live import preflight_live

    if live == bool(role_policies) or (live and boundary):
        raise click.UsageError(
            "Give the role's policies as --role-policy FILE (and --boundary FILE), or --live to "
            "have them read from IAM."
        )
    bucket = place.pop("bucket")
    if live and place["role_arn"] is None:
        raise click.UsageError("--live needs --role-arn ARN, the pipeline's execution role.")
    given = _given_policy(policy, prefix, short_prefix)
    known: dict[str, Any] = {
        "scps": [{name: read_json(name) for name in level.split(",")} for level in scps],
        "author_policies": {name: read_json(name) for name in author_policies} or None,
        "bucket": bucket,
    }
    try:
        plan = find(pipeline).plan(given, **place)
        if live:
            import boto3

            answer = preflight_live(boto3.client("iam"), plan, str(place["role_arn"]), **known)
        else:
            documents = {name: read_json(name) for name in role_policies}
            bound = None if boundary is None else read_json(boundary)
            answer = iam.preflight(plan, role_policies=documents, boundary=bound, **known)
    except PrefixViolation as violation:
        _print_findings(violation.findings, form)
        return 1
    except ValueError as error:
        raise BadTarget(str(error)) from None
    if form == "json":
        click.echo(json.dumps(answer.to_dict(), indent=2))
    else:
        _print_preflight(answer)
    return int(not answer.ok)


def _print_preflight(answer: Any) -> None:
    from .report import terminal

    console = terminal.console()
    console.print(terminal.preflight(answer))
    if answer.warnings:
        console.print(terminal.findings(answer.warnings))


@cli.command()
@click.argument("execution")
@_policy_options
@_format_option
def jobs(
    execution: str, policy: str | None, prefix: str | None, short_prefix: str | None, form: str
) -> int:
    """Read the jobs of EXECUTION back, with their prefixes and ARNs.

    EXECUTION is an execution's ARN (read with your AWS credentials), or JSON of
    ListPipelineExecutionSteps (a file, or -). Jobs outside the policy make the exit status 1.
    """
    from .execution import prefixed_jobs

    given = _given_policy(policy, prefix, short_prefix) or PrefixPolicy.discover()
    is_arn = execution.startswith("arn:")
    try:
        records = prefixed_jobs(execution if is_arn else read_json(execution))
    except ValueError as error:
        raise BadTarget(str(error)) from None
    outside = records.outside(given) if given is not None else ()
    if form == "json":
        click.echo(json.dumps(records.to_dict(), indent=2))
    else:
        _print_table(records, JOB_COLUMNS)
        for record in outside:
            click.echo(f"Outside the policy: {record.step_name}: {record.arn}")
    return int(bool(outside))


@cli.command()
def demo() -> int:
    """Run a real pipeline on an AWS embedded in this process; needs no account."""
    try:
        from .demo import run
    except ImportError as error:
        raise BadTarget(str(error)) from None
    return run()


def _print_findings(findings: tuple[Finding, ...], form: str) -> None:
    if form == "json":
        click.echo(json.dumps({"findings": [f.to_dict() for f in findings]}, indent=2))
        return
    from .report import terminal

    console = terminal.console()
    if findings:
        console.print(terminal.findings(findings))
    console.print(terminal.verdict(findings))


def _print_table(rows: Any, columns: tuple[str, ...]) -> None:
    from .report import terminal

    terminal.console().print(terminal.jobs(rows, columns))


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every error that isn't our own fault is one line on standard error."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        status = cli.main(arguments or ["--help"], prog_name="sm-prefix", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _fail(error.format_message())
    except (BadTarget, PrefixError) as error:
        _fail(str(error))
    except Exception as error:
        if not _is_of_aws(error):
            raise
        _fail(f"asking AWS failed: {error}")
    else:
        sys.exit(status or 0)


def _is_of_aws(error: Exception) -> bool:
    return any(base.__module__.startswith("botocore.") for base in type(error).__mro__)


def _fail(message: str) -> None:
    click.echo(f"sm-prefix: {' '.join(message.split())}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
