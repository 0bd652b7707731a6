"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from ..core.arns import must_be_scope
from ..core.prefix_policy import PrefixPolicy
from ..core.strict_json import loads
from .inputs import LoadError
from .loader import Options
from .parameters import FILE_NAME, scp_option, together
from .policy_choice import PolicyChoice

F = TypeVar("F", bound=Callable[..., Any])


def _policy_options(files: Callable[[F], F]) -> Callable[[F], F]:
    short = "The prefix for step types whose limit is 6."
    return together(
        files,
        click.option("--prefix", metavar="P", help="The prefix that every job's name carries."),
        click.option("--short-prefix", metavar="S", help=short),
        click.option("--team", metavar="NAME", help="A team of a policy file that has teams."),
    )


policy_options = _policy_options(
    click.option("--policy", type=FILE_NAME, metavar="FILE", help="A prefix policy, TOML.")
)
policies_options = _policy_options(
    click.option(
        "--policy",
        "policies",
        multiple=True,
        type=FILE_NAME,
        metavar="FILE|FOLDER",
        help="A prefix policy, TOML, or a folder with such files; repeatable.",
    )
)

account_option = click.option("--account", metavar="ID", help="The account in the ARNs, 12 digits.")
region_option = click.option("--region", metavar="NAME", help="The region in the ARNs.")

place_options = together(
    account_option,
    region_option,
    click.option("--bucket", metavar="NAME", help="The bucket for the author's code."),
    click.option("--pipeline-name", metavar="NAME", help="The pipeline's own name."),
    click.option("--role-arn", metavar="ARN", help="The pipeline's execution role."),
)

role_options = together(
    click.option(
        "--role-policy",
        "role_policies",
        multiple=True,
        type=FILE_NAME,
        metavar="FILE",
        help="A policy of the execution role; give as many as it has.",
    ),
    click.option(
        "--boundary", type=FILE_NAME, metavar="FILE", help="The role's permissions boundary."
    ),
    scp_option("The SCPs of a level, the root first, separated by commas; repeatable."),
)

target_options = together(
    click.option(
        "--kwargs",
        metavar="JSON",
        help="Arguments for the function of a Python target, a JSON object.",
    ),
    click.option(
        "--template-parameters",
        multiple=True,
        type=FILE_NAME,
        metavar="NAME=VALUE|FILE",
        help="The value of a template's parameter, or a JSON file of values; repeatable.",
    ),
    click.option(
        "--execution",
        metavar="ARN",
        help="Read the definition that this execution of the pipeline ran.",
    ),
)

parameter_option = click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a pipeline parameter, instead of its default; repeatable.",
)


def given_parameters(pairs: Sequence[str]) -> dict[str, str]:
    """Return the values of pipeline parameters in the options."""
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.UsageError(f"--parameter is {pair!r}; wanted NAME=VALUE.")
        values[name] = value
    return values


def format_option(*forms: str) -> Callable[[F], F]:
    """Return the option for the output's form, by default the first."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], help="How to print."
    )


def policy_choice(
    policy: str | None, prefix: str | None, short_prefix: str | None, team: str | None
) -> PolicyChoice:
    """Return how the options choose each target's policy."""
    if policy is not None:
        if prefix is not None or short_prefix is not None:
            raise click.UsageError("--policy and --prefix exclude each other; give one.")
        return PolicyChoice(file=Path(policy), team=team)
    if prefix is None and short_prefix is None:
        return PolicyChoice(team=team)
    if team is not None:
        raise click.UsageError("--team picks a team of a policy file; --prefix has none.")
    return PolicyChoice(given=PrefixPolicy(prefix, short_prefix=short_prefix))


def target_reading(
    choice: PolicyChoice,
    *,
    kwargs: str | None,
    template_parameters: Sequence[str],
    execution: str | None,
    account: str | None = None,
    region: str | None = None,
    exclude: Sequence[str] = (),
) -> Options:
    """Return how the options read targets."""
    from ..targets.template_values import TemplateValues

    must_be_scope(account, region)
    template = TemplateValues.parse(template_parameters)
    return Options(
        choice=choice,
        kwargs=_given_kwargs(kwargs),
        template=template._replace(account=account, region=region),
        execution=execution,
        exclude=tuple(exclude),
    )


def _given_kwargs(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    kwargs = loads(text, "--kwargs")
    if not isinstance(kwargs, dict):
        raise LoadError(f"--kwargs is {text!r}; wanted a JSON object of argument names to values.")
    return kwargs
