"""``explain`` and ``collisions``: the meaning of a code, and prefixes that cover each other."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from ..core.findings import CATALOGUE
from ..core.job_names import JobPrefix
from ..core.paths import is_folder
from ..core.prefix_policy import PrefixPolicy
from ..core.text import printable
from .inputs import LoadError, finding_code
from .options import format_option
from .output import judging, print_json
from .parameters import FILE_NAME
from .policy_choice import policy_files

_WIDTH = 80


@click.command()
@click.argument("codes", metavar="[CODE...]", nargs=-1)
@format_option("table", "json")
def explain(codes: tuple[str, ...], form: str) -> int:
    """Explain each finding CODE, such as PFX003; without CODE, list all of them."""
    wanted = list(dict.fromkeys(map(finding_code, codes))) or list(CATALOGUE)
    if form == "json":
        print_json({"rules": [_row(code) for code in wanted]})
    elif not codes:
        for code in wanted:
            rule = CATALOGUE[code]
            click.echo(f"{code}  {rule.severity:<7}  {rule.title}")
    else:
        for index, code in enumerate(wanted):
            if index:
                click.echo("\n")
            _print(code)
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


@click.command()
@click.argument(
    "prefixes", type=FILE_NAME, metavar="PREFIX|FILE|FOLDER...", nargs=-1, required=True
)
@format_option("table", "json")
def collisions(prefixes: tuple[str, ...], form: str) -> int:
    """Find prefixes whose IAM pattern covers the jobs of another.

    FILE is a policy file (.toml), of which each team counts separately. In a FOLDER, every
    sm-prefix.toml counts, at any depth, and every other .toml that has a prefix or a team.
    Collisions make the exit status 1.
    """
    from ..iam.collisions import owned_collisions

    with judging(form):
        found = sorted(
            (pair.collision, _label(pair.owner), _label(pair.covered))
            for pair in owned_collisions(_comparable(prefixes))
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


def _comparable(prefixes: tuple[str, ...]) -> list[str | PrefixPolicy]:
    owners = list(_owners(prefixes))
    if len(owners) == 1 and isinstance(owners[0], str):
        prefix = JobPrefix(owners[0])  # raises if it is no prefix
        raise LoadError(
            f"{printable(prefix)}: one prefix has nothing to collide with; give several prefixes, "
            "policy files or a folder."
        )
    return owners


def _owners(prefixes: tuple[str, ...]) -> Iterator[str | PrefixPolicy]:
    for prefix in prefixes:
        path = Path(prefix)
        if is_folder(path) or path.suffix == ".toml":
            for file in policy_files(path):
                yield from file.policies()
        else:
            yield prefix


def _label(owner: str | PrefixPolicy) -> str:
    """The owner of a prefix: a team of a file, or a file; ``""`` for an argument of the command."""
    if isinstance(owner, str) or owner.source is None:
        return ""
    return f"team {owner.team} in {owner.source}" if owner.team else owner.source


def _with_owner(prefix: str, owner: str) -> str:
    return f"{prefix} ({printable(owner)})" if owner else prefix
