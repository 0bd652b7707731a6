"""What parameters of several commands are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])


class _FileName(click.types.StringParamType):
    """A text that may be a file's name, which a shell completes.

    Each command says what else it accepts.
    """

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # here, since only a shell asks for it

        return [CompletionItem(incomplete, type="file")]


FILE_NAME = _FileName()

output_option = click.option(
    "-o",
    "--output",
    type=FILE_NAME,
    metavar="FILE",
    callback=lambda context, parameter, value: None if value == "-" else value,
    help="Write the report to a file instead.",
)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options; the help lists them in this order."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def scp_option(text: str) -> Callable[[F], F]:
    """Return the option for the levels of SCPs.

    Args:
        text: its help.
    """
    return click.option(
        "--scp", "scps", multiple=True, type=FILE_NAME, metavar="FILE[,FILE…]", help=text
    )
