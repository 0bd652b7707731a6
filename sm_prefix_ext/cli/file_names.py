"""Parameters of the command that a shell completes as the names of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _FileName(click.types.StringParamType):
    """A text that may be a file's name; each command says what else it accepts."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # here, since only a shell asks for it

        return [CompletionItem(incomplete, type="file")]


FILE_NAME = _FileName()
