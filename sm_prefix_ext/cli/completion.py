"""``completion``: the script that completes the command in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script that completes sm-prefix in SHELL.

    \b
    bash: eval "$(sm-prefix completion bash)" in ~/.bashrc
    zsh:  eval "$(sm-prefix completion zsh)" in ~/.zshrc
    fish: sm-prefix completion fish > ~/.config/fish/completions/sm-prefix.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click has the three shells of the choice
    script = kind(context.find_root().command, {}, "sm-prefix", "_SM_PREFIX_COMPLETE")
    click.echo(script.source_template % script.source_vars())
    return 0
