"""``rehearse``: run a pipeline on the embedded AWS, under policies in files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from .inputs import LoadError
from .options import (
    given_parameters,
    parameter_option,
    place_options,
    policy_options,
    role_options,
    target_options,
)
from .output import judging, print_displayed, verbose_option
from .parameters import FILE_NAME
from .policy import planned, read_level, read_policies
from .progress import doing
from .projections import report_options
from .quiet import quiet_sdk

if TYPE_CHECKING:
    from ..core.plan import Plan

_BRANCHES = {"true": True, "false": False}


@click.command()
@click.argument("pipeline", type=FILE_NAME, metavar="TARGET")
@role_options
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    metavar="STEP=OUTCOME",
    help="true or false, the branch of a condition; or Failed, Stopped; repeatable.",
)
@click.option(
    "--fail", "failing", multiple=True, metavar="STEP", help="Let a step fail; repeatable."
)
@click.option(
    "--suggest",
    is_flag=True,
    help="Find the smallest addition to the role's policies that lets refused steps pass.",
)
@policy_options
@target_options
@place_options
@parameter_option
@report_options
@verbose_option
@quiet_sdk()
def rehearse(
    pipeline: str,
    role_policies: tuple[str, ...],
    boundary: str | None,
    scps: tuple[str, ...],
    outcomes: tuple[str, ...],
    failing: tuple[str, ...],
    suggest: bool,
    form: str,
    output: str | None,
    bucket: str | None,
    parameters: tuple[str, ...],
    **given: Any,
) -> int:
    """Run TARGET on an AWS that is embedded in this process, under policies in files.

    Shows each step, the name of its job, and what was asked of IAM. Nothing is sent to AWS. Exit
    status 1 if IAM would refuse a step; a step that fails for another reason does not count.
    """
    if not role_policies:
        raise click.UsageError("Give the execution role's policies as --role-policy FILE.")
    if bucket is not None:
        raise click.UsageError("--bucket is for the author, whose requests are not rehearsed.")
    chosen = _outcomes(outcomes)
    for step in failing:
        if chosen.setdefault(step, "Failed") != "Failed":
            raise click.UsageError(f"The step {step!r} has two outcomes; give one.")
    with judging(form, output=output):
        policies = read_policies(role_policies)
        layers: dict[str, Any] = {"scps": [read_level(level) for level in scps]}
        if boundary is not None:
            [layers["boundary"]] = read_policies([boundary]).values()
        plan, _ = planned(pipeline, given)
        plan = plan.replace(parameters=given_parameters(parameters))
        _must_be_steps(plan, chosen)
        try:
            from ..rehearsal import rehearse as run
        except ImportError as error:
            raise LoadError(str(error)) from None
        with doing("rehearsing the pipeline"):
            rehearsal = run(
                plan, role_policies=policies, outcomes=chosen, suggest=suggest, **layers
            )
    print_displayed(rehearsal, form, output)
    return int(not rehearsal.ok)


def _outcomes(pairs: Sequence[str]) -> dict[str, Any]:
    outcomes: dict[str, Any] = {}
    for pair in pairs:
        step, equals, outcome = pair.partition("=")
        if not step or not equals or not outcome:
            raise click.UsageError(f"--outcome is {pair!r}; wanted STEP=OUTCOME.")
        if step in outcomes:
            raise click.UsageError(f"The step {step!r} has two outcomes; give one.")
        outcomes[step] = _BRANCHES.get(outcome.lower(), outcome)
    return outcomes


def _must_be_steps(plan: Plan, names: Iterable[str]) -> None:
    """Refuse outcomes of steps that the pipeline doesn't have."""
    from ..core.definition import steps
    from ..core.text import did_you_mean, shown

    known = {view.name for view in steps(plan.definition)}
    for name in names:
        if name not in known and name.rpartition("-")[0] not in known:
            raise LoadError(
                f"The pipeline has no step {shown(name)}.{did_you_mean(name, sorted(known))}"
            )
