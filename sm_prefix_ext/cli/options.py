"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ..core.prefix_policy import PrefixPolicy

F = TypeVar("F", bound=Callable[..., Any])


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


policy_options = _together(
    click.option("--policy", metavar="FILE", help="A prefix policy, TOML."),
    click.option("--prefix", metavar="P", help="The prefix that every job's name carries."),
    click.option("--short-prefix", metavar="S", help="The same for the types whose limit is 6."),
)

account_option = click.option("--account", metavar="ID", help="The account in the ARNs, 12 digits.")
region_option = click.option("--region", metavar="NAME", help="The region in the ARNs.")

place_options = _together(
    account_option,
    region_option,
    click.option("--bucket", metavar="NAME", help="Where the author's code goes."),
    click.option("--pipeline-name", metavar="NAME", help="The pipeline's own name."),
    click.option("--role-arn", metavar="ARN", help="The pipeline's execution role."),
)


parameter_option = click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter's value in place of its default; repeatable.",
)


def given_parameters(pairs: Sequence[str]) -> dict[str, str]:
    """The values of parameters that the options give."""
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.UsageError(f"--parameter is {pair!r}; wanted NAME=VALUE.")
        values[name] = value
    return values


def format_option(*forms: str) -> Callable[[F], F]:
    """How to print: one of some forms, the first by default."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], help="How to print."
    )


def given_policy(policy: str | None, prefix: str | None, short: str | None) -> PrefixPolicy | None:
    """The policy that the options tell, or ``None`` where they are left out."""
    if policy is not None:
        if prefix is not None or short is not None:
            raise click.UsageError("--policy and --prefix exclude each other; give one.")
        return PrefixPolicy.from_file(policy)
    if prefix is None and short is None:
        return None
    return PrefixPolicy(prefix, short_prefix=short)
