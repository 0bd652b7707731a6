"""``audit rollout``, and the options that make an audit one: the steps from an audit's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from .inputs import LoadError
from .options import format_option, policies_options
from .output import judging, print_displayed
from .parameters import FILE_NAME, scp_option, together

if TYPE_CHECKING:
    from ..audit import AuditRow
    from ..audit.rollout import Rollout

_OPTIONS = {
    "assigned": "--assign",
    "expect": "--expect",
    "roles": "--role",
    "documents": "--documents",
    "scps": "--scp",
}
_EXPECTED = ("widen", "update", "verify", "drop", "done")


rollout_options = together(
    click.option(
        "--assign",
        "assigned",
        multiple=True,
        metavar="GLOB=TEAM",
        help="For a roll-out: the team of pipelines or principals, by name or ARN; repeatable.",
    ),
    click.option(
        "--expect",
        type=click.Choice(_EXPECTED),
        help="For a roll-out: exit status 0 if no step of an earlier phase is left.",
    ),
    click.option(
        "--role",
        "roles",
        multiple=True,
        metavar="ARN",
        help="For --expect: the steps of this role, user or group alone; repeatable.",
    ),
    click.option(
        "--documents",
        metavar="FOLDER",
        help="For a roll-out: write its policy documents to a new folder.",
    ),
    scp_option("For a roll-out: the SCPs of a level, the root first; repeatable."),
)


def taken(given: dict[str, Any]) -> dict[str, Any]:
    """Take the values of these options from the parameters of a command."""
    return {name: given.pop(name) for name in _OPTIONS}


def must_be_rollout(given: Mapping[str, Any]) -> None:
    """Refuse the options of a roll-out where there is none."""
    for name, option in _OPTIONS.items():
        if given[name]:
            raise click.UsageError(f"{option} goes with --plan-rollout.")


def print_rollout(
    rows: Iterable[AuditRow],
    policy: Any,
    form: str,
    *,
    watched: bool,
    assigned: Sequence[str],
    expect: str | None,
    roles: Sequence[str],
    documents: str | None,
    scps: Sequence[str],
) -> int:
    """Print a roll-out, and return the exit status.

    Args:
        rows: the rows of an audit.
        policy: its policy.
        form: how to print.
        watched: whether the rows have all jobs of some time.
        assigned: the values of ``--assign``.
        expect: the value of ``--expect``.
        roles: the values of ``--role``.
        documents: the folder for the documents, or ``None``.
        scps: the values of ``--scp``.
    """
    from ..audit.rollout import rollout
    from .policy import read_level

    if roles and expect is None:
        raise click.UsageError("--role goes with --expect.")
    with judging(form):
        levels = [read_level(level) for level in scps]
        planned = rollout(rows, policy, assign=_pairs(assigned), watched=watched, scps=levels)
    if documents is not None:
        _write_documents(planned, documents)
    print_displayed(planned, form, None)
    return int(bool(planned.left_before(expect or "done", roles)))


def _pairs(assigned: Sequence[str]) -> dict[str, str]:
    teams: dict[str, str] = {}
    for text in assigned:
        pattern, equals, team = text.rpartition("=")  # a role's name may have an equals sign
        if not (pattern and equals and team):
            raise click.UsageError(f"--assign is {text!r}; wanted GLOB=TEAM.")
        teams.setdefault(pattern, team)
    return teams


def _write_documents(planned: Rollout, folder: str) -> None:
    import json

    from ..core.output_folder import write_folder

    texts = {
        f"{each.name}.json": f"{json.dumps(each.document, indent=2)}\n"
        for step in planned
        for each in step.documents
    }
    try:
        write_folder(folder, texts)
    except OSError as error:
        raise LoadError(str(error)) from None


@click.command("rollout", short_help="Plan the switch to prefixes by the audit in FILE.")
@click.argument("file", type=FILE_NAME)
@policies_options
@rollout_options
@format_option("table", "json", "html", "markdown")
def rollout_of_file(
    file: str,
    policies: tuple[str, ...],
    prefix: str | None,
    short_prefix: str | None,
    team: str | None,
    form: str,
    **given: Any,
) -> int:
    """Plan the switch from pipelines-… to prefixes by the audit in FILE.

    The policy is that of the audit. "audit --plan-rollout" does the same with a new audit.

    Exit status: 0, no step is left; 1, some are; 2, the file can't be used.
    """
    from ..audit.complete import complete
    from ..audit.judge import prefixes_of, teams_of
    from ..audit.output import kept_rows
    from .audited_policies import audited_policies

    with judging(form):
        policy = audited_policies(policies, prefix, short_prefix, team)
        asked = complete(file, "used for a roll-out").asked
        if asked.get("teams") != prefixes_of(teams_of(policy)):
            raise LoadError(f"{file} is of an audit with other teams; give its policy.")
        watched = bool(asked.get("jobs"))
        return print_rollout(kept_rows(file), policy, form, watched=watched, **given)
