"""``plan``: the jobs that a pipeline will start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..core.text import printable_json
from .loader import find_one
from .options import (
    account_option,
    given_parameters,
    parameter_option,
    policy_choice,
    policy_options,
    region_option,
    target_options,
    target_reading,
)
from .output import judging, print_displayed, verbose_option
from .parameters import FILE_NAME
from .projections import report_options

if TYPE_CHECKING:
    from ..core.display.report import Document
    from ..core.plan import Plan


@click.command()
@click.argument("pipeline", type=FILE_NAME, metavar="TARGET")
@policy_options
@target_options
@account_option
@region_option
@parameter_option
@report_options
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
    output: str | None,
    **reading: Any,
) -> int:
    """Show the jobs that TARGET will start: names, ARNs, roles, IAM actions.

    TARGET is one pipeline, in any form that check accepts. If the policy refuses names, the command
    shows findings instead of the jobs.
    """
    with judging(form, output=output):
        choice = policy_choice(policy, prefix, short_prefix, team)
        target = find_one(
            pipeline, target_reading(choice, account=account, region=region, **reading)
        )
        planned = target.plan(target.policy(choice), account=account, region=region)
        planned = planned.replace(parameters=given_parameters(parameters))
    documents = _policies(planned) if form == "html" else ()
    print_displayed(planned, form, output, documents=documents)
    return 0


def _policies(planned: Plan) -> tuple[Document, ...]:
    """The policies that the execution role and the author need."""
    from .. import iam
    from ..core.display.report import Document

    generated = {
        "Policy of the execution role": iam.execution_role_policy(planned),
        "Policy of the author": iam.author_policy(planned),
    }
    return tuple(
        Document(title, printable_json(policy.to_json()), policy.notes)
        for title, policy in generated.items()
    )
