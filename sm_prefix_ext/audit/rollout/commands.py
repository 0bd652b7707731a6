"""The commands of a roll-out's steps, whose exit status says whether it is safe to go on."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...core.policy_file import Team
from ...core.policy_search import FILE_NAME
from .step import DROP, Phase

DONE = "done"
"""What is expected after all phases."""


@dataclass(frozen=True)
class Commands:
    """Writes commands against a policy.

    Args:
        teams: the teams of the policy.
        assigned: maps globs to teams, as the user assigned them.
        since: the time from which jobs are watched, in ISO 8601.
        scps: the files of each level of SCPs, separated by commas.
    """

    teams: Sequence[Team]
    assigned: Mapping[str, str] = field(default_factory=dict)
    since: str = ""
    scps: Sequence[str] = ()

    def preflight(
        self, team: Team, kinds: Iterable[str], role: str, account: str, region: str
    ) -> str:
        """Return the command that asks IAM whether a role may start the jobs of a team."""
        options = [part for kind in kinds for part in ("--kind", kind)]
        place = ("--role-arn", role, "--account", account, "--region", region)
        return _line("preflight", *options, "--live", *place, *self._of_scps(), *_of_team(team))

    def check(self, team: Team, arn: str) -> str:
        """Return the command that checks a pipeline's present definition."""
        return _line("check", arn, *_of_team(team))

    def audit(self, expected: Phase | str, regions: Iterable[str], roles: Iterable[str]) -> str:
        """Return the command that audits again, and expects that no step before a phase is left.

        Args:
            expected: the phase, or ``"done"``.
            regions: those to read.
            roles: the principals whose steps count; none for all.
        """
        places = [part for region in regions for part in ("--region", region)]
        options = ["--iam"]
        if expected in (DROP, DONE):
            options += ["--jobs", "--since", self.since]
        options += ["--plan-rollout", "--expect", expected]
        options += [part for role in roles for part in ("--role", role)]
        for pattern, team in self.assigned.items():
            options += ["--assign", f"{pattern}={team}"]
        return _line("audit", *self._of_all(), *places, *options, *self._of_scps())

    def _of_scps(self) -> tuple[str, ...]:
        return tuple(part for level in self.scps for part in ("--scp", level))

    def _of_all(self) -> tuple[str, ...]:
        if len(self.teams) == 1:
            return _of_team(self.teams[0])
        return tuple(part for file in self.files or (FILE_NAME,) for part in ("--policy", file))

    @property
    def files(self) -> tuple[str, ...]:
        """The files that have the policies of all teams; none if one has no file."""
        sources = dict.fromkeys(team.policy.source for team in self.teams)
        return () if None in sources else tuple(str(source) for source in sources)


def _of_team(team: Team) -> tuple[str, ...]:
    policy = team.policy
    if policy.source is not None:
        return "--policy", policy.source, *(("--team", policy.team) if policy.team else ())
    options = ("--prefix", str(policy.prefix))
    if policy.short_prefix in (None, policy.prefix):
        return options
    return *options, "--short-prefix", str(policy.short_prefix)


def _line(*words: str) -> str:
    return shlex.join(("sm-prefix", *words))
