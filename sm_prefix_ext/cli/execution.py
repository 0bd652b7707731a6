"""``jobs`` and ``demo``: the jobs of an execution, and an example."""

from __future__ import annotations

import click

from .inputs import LoadError, read_json
from .options import policy_choice, policy_options
from .output import judging, print_displayed
from .parameters import FILE_NAME
from .progress import doing
from .projections import report_options
from .quiet import quiet_sdk


@click.command()
@click.argument("execution", type=FILE_NAME)
@policy_options
@click.option("--watch", is_flag=True, help="Follow the execution until it ends.")
@click.option(
    "--expect-prefix",
    "expected",
    metavar="P",
    help="The prefix that every job should have; the same as --prefix.",
)
@report_options
@quiet_sdk()
def jobs(
    execution: str,
    policy: str | None,
    prefix: str | None,
    short_prefix: str | None,
    team: str | None,
    watch: bool,
    expected: str | None,
    form: str,
    output: str | None,
) -> int:
    """List the jobs of EXECUTION, with their prefixes and ARNs.

    EXECUTION is an execution's ARN (read with your AWS credentials), or JSON of
    ListPipelineExecutionSteps (a file, or -). Jobs outside the policy make the exit status 1.
    """
    from ..core.prefixed_jobs import prefixed_jobs

    if expected is not None and prefix not in (None, expected):
        raise click.UsageError("--prefix and --expect-prefix are the same; give one.")
    prefix = prefix if expected is None else expected
    if watch and not execution.startswith("arn:"):
        raise click.UsageError("--watch needs the ARN of an execution.")
    with judging(form, output=output):
        given = policy_choice(policy, prefix, short_prefix, team).policy(None)
        if given is not None and given.prefix is None and (policy or short_prefix):
            raise LoadError("The policy has no prefix to compare the jobs with; set one.")
        if watch:
            from .watching import follow

            records = follow(execution, given, err=form != "table" and output is None)
        elif execution.startswith("arn:"):
            with doing("reading the steps of the execution"):
                records = prefixed_jobs(execution)
        else:
            records = prefixed_jobs(read_json(execution))
    if given is None or given.prefix is None:
        print_displayed(records, form, output)
        click.echo("note: Without a prefix, the jobs were not compared with a policy.", err=True)
        return 0
    print_displayed(records.compared_with(given), form, output)
    return int(bool(records.outside(given)))


@click.command()
@quiet_sdk()
def demo() -> int:
    """Run a real pipeline on an AWS that is embedded in this process; needs no account."""
    try:
        from ..demo import run
    except ImportError as error:
        raise LoadError(str(error)) from None
    return run()
