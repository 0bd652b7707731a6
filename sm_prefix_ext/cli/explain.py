"""``explain`` and ``collisions``: what a code means, and which prefixes cover each other."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from ..core.findings import CATALOGUE
from ..core.policy_file import PolicyFile, files_in
from ..core.prefix_policy import PrefixPolicy
from ..core.text import printable
from .inputs import LoadError
from .options import format_option
from .output import judging, print_json

_WIDTH = 80


@click.command()
@click.argument("code", required=False)
@format_option("table", "json")
def explain(code: str | None, form: str) -> int:
    """Explain the finding CODE, such as PFX003; without CODE, list all of them."""
    codes = list(CATALOGUE) if code is None else [_known(code)]
    if form == "json":
        print_json({"rules": [_row(known) for known in codes]})
    elif code is None:
        for known in codes:
            rule = CATALOGUE[known]
            click.echo(f"{known}  {rule.severity:<7}  {rule.title}")
    else:
        _print(codes[0])
    return 0


def _row(code: str) -> dict[str, str]:
    from ..core.finding_explanations import EXPLANATIONS

    return {"code": code, **CATALOGUE[code]._asdict(), **EXPLANATIONS[code]._asdict()}


def _print(code: str) -> None:
    from ..core.finding_explanations import EXPLANATIONS

    rule, explanation = CATALOGUE[code], EXPLANATIONS[code]
    click.echo(f"{code} ({rule.severity}): {rule.title}\n")
    for text in (rule.meaning, f"Why: {explanation.why}", f"Fix: {rule.fix}"):
        click.echo(textwrap.fill(text, _WIDTH))
    for label, example in (("Wrong", explanation.wrong), ("Right", explanation.right)):
        click.echo(f"\n{label} ({explanation.kind}):\n{textwrap.indent(example, '    ')}")
    click.echo(f"\nSource: {explanation.source}")


def _known(code: str) -> str:
    if code.upper() in CATALOGUE:
        return code.upper()
    near = difflib.get_close_matches(code.upper(), CATALOGUE, n=1, cutoff=0.0)[0]
    raise LoadError(
        f"There is no finding {printable(code)}. Did you mean {near}? "
        "'sm-prefix explain' lists all codes."
    )


@click.command()
@click.argument("prefixes", metavar="PREFIX...", nargs=-1, required=True)
@format_option("table", "json")
def collisions(prefixes: tuple[str, ...], form: str) -> int:
    """Find prefixes whose IAM pattern covers the jobs of another.

    A PREFIX is a prefix, a policy file (.toml), whose teams each count by themselves, or a
    directory: of that, each sm-prefix.toml at any depth, and every other .toml with a prefix or a
    team in it. Collisions make the exit status 1.
    """
    from ..iam.collisions import owned_collisions

    with judging(form):
        found = sorted(
            (pair.collision, _label(pair.owner), _label(pair.covered))
            for pair in owned_collisions(list(_owners(prefixes)))
        )
    if form == "json":
        rows = (
            {**pair._asdict(), "prefix_of": owner, "covers_of": covered}
            for pair, owner, covered in found
        )
        print_json({"collisions": list(rows)})
    elif not found:
        click.echo("No collisions: no prefix covers another's jobs.")
    else:
        for pair, owner, covered in found:
            wide, narrow = _with_owner(f"{pair.prefix}-*", owner), _with_owner(pair.covers, covered)
            click.echo(f"{wide} covers the jobs of {narrow}.")
    return int(bool(found))


def _owners(prefixes: tuple[str, ...]) -> Iterator[str | PrefixPolicy]:
    for prefix in prefixes:
        path = Path(prefix)
        if path.is_dir():
            for file in files_in(path):
                yield from file.policies()
        elif path.suffix == ".toml":
            yield from PolicyFile.read(path).policies()
        else:
            yield prefix


def _label(owner: str | PrefixPolicy) -> str:
    """Whose a prefix is: a team of a file, or a file; ``""`` for an argument of the command."""
    if isinstance(owner, str) or owner.source is None:
        return ""
    return f"team {owner.team} in {owner.source}" if owner.team else owner.source


def _with_owner(prefix: str, owner: str) -> str:
    return f"{prefix} ({printable(owner)})" if owner else prefix
