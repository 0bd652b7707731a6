"""The group of all commands, and their exit status."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from .. import __version__
from ..core.errors import PrefixError
from ..core.text import no_command, printable
from .inputs import LoadError
from .output import Settings, discard_output, escape_unencodable, show_cause

_CLOSED_PIPE = 141
"""The status that a shell reports for a program that SIGPIPE ended: 128 + 13."""

_COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "audit": "audit:audit",
        "check": "check:check",
        "collisions": "explain:collisions",
        "completion": "completion:completion",
        "demo": "execution:demo",
        "explain": "explain:explain",
        "jobs": "execution:jobs",
        "plan": "plan:plan",
        "policy": "policy:write_policy",
        "preflight": "policy:preflight",
        "rehearse": "rehearse:rehearse",
    }
)
"""By name, the module of this folder and the function in it that make the command."""


class _Commands(click.Group):
    """A group whose commands are names alone until they are needed, so that it starts fast."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, function = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f".{module}", __package__), function)
        return command

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        with _ending_at_a_closed_pipe():  # it prints the help
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        with _ending_at_a_closed_pipe():
            return super().invoke(ctx)


@contextlib.contextmanager
def _ending_at_a_closed_pipe() -> Iterator[None]:
    """End the command when the reader has enough, such as ``head``; click would exit with 1."""
    try:
        yield
    except BrokenPipeError:
        discard_output()
        raise click.exceptions.Exit(_CLOSED_PIPE) from None


@click.group(
    cls=_Commands,
    commands={name: click.Command(name) for name in _COMMANDS},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="sm-prefix")
def cli() -> None:
    """Job prefixes that hold, for SageMaker Pipelines.

    A TARGET is a definition's JSON, a CloudFormation template or a Terraform plan (a file, or - for
    standard input; FILE#ID picks one of several pipelines), a pipeline's ARN, an s3:// URI, or
    file.py:name or package.module:name, where name is a pipeline or a function that returns one.
    Python targets run their code; the others run none.

    Without --policy or --prefix the policy is that of the nearest sm-prefix.toml above the target,
    else the one found in $SM_PREFIX_POLICY, in sm-prefix.toml here or above, or in the user's or
    site's configuration folder.

    Exit status: 0, all well; 1, findings of severity error, or something denied; 2, the input or
    the call is wrong; 130, interrupted.
    """


def run(arguments: list[str]) -> int:
    """Run the command; report every error, except a bug of this package, in one line on stderr.

    Returns:
        The exit status.
    """
    escape_unencodable()
    settings = Settings()
    try:
        status: int | None = cli.main(
            arguments or ["--help"], prog_name="sm-prefix", standalone_mode=False, obj=settings
        )
        return status or 0
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        return _failed(error.format_message())
    except (LoadError, PrefixError) as error:
        if settings.verbose:
            show_cause(error)
        return _failed(str(error))
    except OSError as error:
        discard_output()
        return _failed(f"reading or writing failed: {error}")
    except Exception as error:
        if not _is_of_aws(error):
            raise
        from ..core.aws_errors import advice
        from .python_target import region_hint

        reason = f"{str(error).rstrip('.')}. {advice(error)}".rstrip()
        return _failed(f"the request to AWS failed: {reason}{region_hint(error)}")


def _is_of_aws(error: Exception) -> bool:
    return any(base.__module__.startswith("botocore.") for base in type(error).__mro__)


def _failed(message: str) -> int:
    with contextlib.suppress(OSError):  # standard error may be what failed
        line = f"sm-prefix: {printable(' '.join(message.split()))}"
        click.echo(no_command(line), err=True)
    return 2
