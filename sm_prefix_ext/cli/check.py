"""``check``: judge every pipeline of many targets by its policy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from ..core.check_report import CheckReport
from ..core.finding_levels import FIXED
from ..reporting.check_limits import over_limit
from ..reporting.check_summary import counted
from ..reporting.formats import DRAWN, FORMATS
from .gate import Gate, Selection
from .inputs import LoadError, finding_code
from .options import (
    account_option,
    format_option,
    policy_choice,
    policy_options,
    region_option,
    target_options,
    target_reading,
)
from .output import is_verbose, judging, output_options, print_report, show_cause
from .parameters import FILE_NAME


@click.command()
@click.argument("targets", type=FILE_NAME, metavar="TARGET...", nargs=-1, required=True)
@policy_options
@click.option("--declared-only", is_flag=True, help="Judge names as they are, without a policy.")
@target_options
@account_option
@region_option
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave files and folders out of a folder's search; repeatable.",
)
@click.option("--select", multiple=True, metavar="CODES", help="Count only these findings.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not count these findings.")
@click.option("--strict", is_flag=True, help="Let warnings fail the check too.")
@click.option(
    "--baseline",
    type=FILE_NAME,
    metavar="FILE",
    help="A file of known findings, which do not count.",
)
@click.option("--write-baseline", is_flag=True, help="Write the present findings to --baseline.")
@format_option(*FORMATS)
@output_options
def check(
    targets: tuple[str, ...],
    declared_only: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    baseline: str | None,
    write_baseline: bool,
    form: str,
    **given: Any,
) -> int:
    """Report everything that is wrong with the job names of each TARGET.

    A TARGET is a definition's JSON, a CloudFormation template, a Terraform plan (a file, or - for
    standard input; FILE#ID picks one of several pipelines), a folder of these, a pipeline's ARN,
    an s3:// URI, or file.py:name or package.module:name, whose Python code is then run.

    It needs a policy with a prefix: that of --policy, --prefix, the pipeline itself or the nearest
    sm-prefix.toml above the target, or a discovered one.

    Exit status: 0, no findings of severity error; 1, findings; 2, a target can't be read.
    """
    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE.")
    if write_baseline and given["output"] is not None:
        raise click.UsageError("--write-baseline writes no report; leave --output out.")
    with judging(form):
        gate = _gate(
            given,
            declared_only,
            Selection(_codes(select, counts=True), _codes(ignore, counts=False)),
            strict,
            drawn=form in DRAWN,
        )
        report = gate.check(targets)
        for error in gate.errors if is_verbose() else ():
            show_cause(error)
        if write_baseline:
            return _write_baseline(report, str(baseline))
        if baseline is not None:
            from ..core.baseline import Baseline

            report = Baseline.read(baseline).apply(report)
    print_report(report, form, output=given["output"], color=given["color"], quiet=given["quiet"])
    left_out = over_limit(report, form)
    if left_out is not None:
        click.echo(f"sm-prefix: {left_out}", err=True)
    return 2 if report.unread else int(report.failed)


def _gate(
    given: dict[str, Any],
    declared_only: bool,
    selection: Selection,
    strict: bool,
    *,
    drawn: bool,
) -> Gate:
    policy = {name: given[name] for name in ("policy", "prefix", "short_prefix", "team")}
    if declared_only and any(policy.values()):
        raise click.UsageError("--declared-only excludes --policy, --prefix and --team.")
    reading = ("kwargs", "template_parameters", "execution", "account", "region", "exclude")
    return Gate(
        target_reading(policy_choice(**policy), **{name: given[name] for name in reading}),
        selection,
        declared_only,
        strict,
        drawn,
    )


def _codes(given: Iterable[str], *, counts: bool) -> frozenset[str]:
    """The codes of options such as ``--ignore PFX007,PFX011``.

    Args:
        given: the values of the option.
        counts: whether findings of these codes count.
    """
    written = (code for text in given for code in text.split(","))
    codes = frozenset(finding_code(code) for code in written if code.strip())
    fixed = sorted(codes & FIXED.keys())
    if fixed and not counts:
        raise click.UsageError(f"--ignore can't hide {fixed[0]}: {FIXED[fixed[0]]}.")
    return codes


def _write_baseline(report: CheckReport, path: str) -> int:
    if report.unread:
        file, reason = report.unread[0]
        raise LoadError(f"No baseline was written, since {file} could not be read: {reason}")
    from ..core.baseline import Baseline

    baseline = Baseline.of(report)
    try:
        baseline.write(path)
    except OSError as error:
        raise LoadError(str(error)) from None
    left = len(report.findings) - len(baseline.entries)
    fails = f" {counted(left, 'finding')} of what could not be judged still fails." if left else ""
    known = counted(len(baseline.entries), "known finding")
    click.echo(f"{path} written: {known}.{fails}", err=True)
    return 0
