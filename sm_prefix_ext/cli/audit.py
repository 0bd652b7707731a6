"""``audit``: which pipelines and jobs of accounts are inside which prefix."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from ..core.text import printable
from .audited_policies import audited_policies
from .inputs import LoadError
from .options import format_option, policies_options
from .output import SCHEMA, judging, print_displayed, print_json
from .parameters import FILE_NAME
from .progress import bar
from .quiet import quiet_sdk
from .rollout import must_be_rollout, print_rollout, rollout_of_file, rollout_options, taken

if TYPE_CHECKING:
    from ..audit import Audit, AuditRow


@click.group(invoke_without_command=True)
@policies_options
@click.option("--region", "regions", multiple=True, metavar="NAME", help="Repeatable.")
@click.option("--all-regions", is_flag=True, help="Every region that SageMaker has.")
@click.option(
    "--accounts",
    type=FILE_NAME,
    metavar="FILE|organization",
    help="Account IDs or ARNs of roles to assume, one a line; or all of the organization.",
)
@click.option("--assume-role", metavar="NAME", help="The role to assume in accounts given by ID.")
@click.option("--external-id", metavar="ID", help="What these roles' trust policies ask for.")
@click.option(
    "--executions",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the latest N executions of each pipeline; 1 by default, all with --since.",
)
@click.option("--since", metavar="TIME", help="Such as 30d, 12h or 2026-01-31.")
@click.option("--jobs", is_flag=True, help="Read stand-alone jobs since --since too.")
@click.option(
    "--versions",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Read the latest N earlier versions of each pipeline too.",
)
@click.option("--iam", is_flag=True, help="Read what IAM policies say of jobs' names too.")
@click.option("--cloudtrail", is_flag=True, help="Read denials of jobs since --since too.")
@click.option(
    "--workers",
    type=int,
    default=8,
    show_default=True,
    help="Requests at once to one account and region.",
)
@click.option(
    "--units",
    "units_at_once",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help="Accounts and regions at once.",
)
@click.option(
    "-o",
    "--output",
    type=FILE_NAME,
    metavar="FILE",
    help="Write all rows to a JSON Lines file, or to one of Parquet with the suffix .parquet.",
)
@click.option("--resume", is_flag=True, help="Continue the file of --output.")
@click.option(
    "--plan-rollout",
    is_flag=True,
    help="Print the steps from the names pipelines-… to prefixes, each with its policies.",
)
@rollout_options
@format_option("table", "json", "html", "markdown")
@click.pass_context
@quiet_sdk()
def audit(
    context: click.Context,
    /,
    regions: tuple[str, ...],
    all_regions: bool,
    accounts: str | None,
    resume: bool,
    plan_rollout: bool,
    form: str,
    policies: tuple[str, ...],
    prefix: str | None,
    short_prefix: str | None,
    team: str | None,
    **given: Any,
) -> int:
    """Audit what runs in accounts already: its pipelines, and the jobs of their executions.

    --iam adds the statements about jobs of IAM policies, --cloudtrail denials that name a job.

    Without --accounts and --region, those of your AWS credentials. All requests only read. What
    can't be read is a row "unknown" with the reason and the permission. "audit diff OLD NEW"
    compares the files of two audits; "audit rollout FILE" plans from one.

    Exit status: 0, all inside; 1, something is not; 2, nothing could be read. With --plan-rollout:
    0, no step is left, or none before what --expect names; 1, some are.
    """
    if context.invoked_subcommand is not None:
        return 0
    from ..audit import audit as read

    if all_regions and regions:
        raise click.UsageError("--region and --all-regions exclude each other; give one.")
    of_rollout = taken(given)
    if not plan_rollout:
        must_be_rollout(of_rollout)
    with judging(form):
        policy = audited_policies(policies, prefix, short_prefix, team)
        rows = read(
            policy=policy,
            regions="all" if all_regions else regions or None,
            accounts=_accounts(accounts),
            resume=resume,
            **given,
        )
    if rows.remark is not None:
        click.echo(f"sm-prefix: {printable(rows.remark)}", err=True)
    status: int | None = None
    with rows, judging(form):
        if plan_rollout:
            watched = bool(given["jobs"])
            seen = _shown(rows)
            status = print_rollout(seen, policy, form, watched=watched, **of_rollout)
        elif form == "json":
            _print_rows(rows)
        else:
            for _ in _shown(rows):
                pass
            print_displayed(rows, form, None)
    if rows.nothing_read:
        raise LoadError(f"nothing could be read. {rows.first_reason}")
    return int(not rows.all_inside) if status is None else status


audit.add_command(rollout_of_file)


@audit.command()
@click.argument("old", type=FILE_NAME)
@click.argument("new", type=FILE_NAME)
@format_option("table", "json", "html", "markdown")
def diff(old: str, new: str, form: str) -> int:
    """Compare the audits of two files: what changed from OLD to NEW.

    Exit status: 0, nothing; 1, something; 2, a file can't be compared.
    """
    from ..audit.difference import difference

    with judging(form):
        found = difference(old, new)
    if form == "json":  # all changes; a display cuts them
        print_json(found.to_dict())
    else:
        print_displayed(found, form, None)
    return int(bool(found.changes))


def _accounts(accounts: str | None) -> Any:
    from ..audit.accounts import read_accounts
    from ..audit.organization import ORGANIZATION

    if accounts is None or accounts == ORGANIZATION:
        return accounts or ()
    try:
        return read_accounts(accounts)
    except OSError as error:
        raise LoadError(
            f"{accounts} can't be read: {error.strerror}. Wanted a file of accounts, or "
            f"{ORGANIZATION}."
        ) from None


def _shown(rows: Audit) -> Iterator[AuditRow]:
    """Yield the rows, and show on a terminal what was seen and what is left."""
    with bar() as update:
        for number, row in enumerate(rows, start=1):
            left, total = rows.units_left
            seen = f"{number:,} rows, {rows.not_inside:,} of them not inside"
            update(total - left, total, f"{seen}; {left:,} of {total:,} accounts and regions left")
            yield row


def _print_rows(rows: Audit) -> None:
    """Print the rows as they come, as one JSON document."""
    click.echo(f'{{"schema": {SCHEMA}, "rows": [', nl=False)
    separator = "\n"
    # On a terminal the rows themselves show how far it is.
    for row in rows if sys.stdout.isatty() else _shown(rows):
        click.echo(f"{separator}{json.dumps(row.to_dict())}", nl=False)
        separator = ",\n"
    click.echo("\n]}")
