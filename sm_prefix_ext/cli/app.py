"""The commands together, and how each ends."""

from __future__ import annotations

import contextlib

import click

from .. import __version__
from ..core.errors import PrefixError
from ..core.text import printable
from .check import check, plan
from .execution import demo, jobs
from .explain import collisions, explain
from .loader import LoadError, region_hint
from .output import drop_the_rest, escape_what_cannot_be_encoded
from .policy import preflight, write_policy
from .quiet import quiet_sdk


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


for command in (check, plan, write_policy, preflight, jobs, explain, collisions, demo):
    cli.add_command(command)


def run(arguments: list[str]) -> int:
    """Run the command; every error that isn't our own fault is one line on standard error.

    Returns:
        The exit status.
    """
    escape_what_cannot_be_encoded()
    try:
        with quiet_sdk():
            return (
                cli.main(arguments or ["--help"], prog_name="sm-prefix", standalone_mode=False) or 0
            )
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        return _failed(error.format_message())
    except (LoadError, PrefixError) as error:
        return _failed(str(error))
    except OSError as error:
        drop_the_rest()
        return _failed(f"reading or writing failed: {error}")
    except Exception as error:
        if not _is_of_aws(error):
            raise
        return _failed(f"asking AWS failed: {error}{region_hint(error)}")


def _is_of_aws(error: Exception) -> bool:
    return any(base.__module__.startswith("botocore.") for base in type(error).__mro__)


def _failed(message: str) -> int:
    with contextlib.suppress(OSError):  # standard error may be what failed
        click.echo(f"sm-prefix: {printable(' '.join(message.split()))}", err=True)
    return 2
