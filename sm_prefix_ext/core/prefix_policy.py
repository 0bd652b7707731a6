"""The prefix policy: the prefix that the jobs carry, and the role of each step."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from . import policy_search
from .arns import is_role_arn
from .errors import InvalidPrefix, PolicyFileError
from .finding_levels import NO_LEVELS, FindingLevels
from .findings import UNMATCHED_STEP_ROLE, Finding
from .job_names import JobPrefix, exact_str
from .paths import from_here
from .step_types import KINDS, PREFIX_LIMIT, SHORT_PREFIX_LIMIT, Kind
from .text import shown

if TYPE_CHECKING:
    from .policy_tables import PolicyTable, PolicyTables

_ALIKE = 0.85
"""From this ratio of :mod:`difflib` on, a word counts as a misspelling of another one."""


@dataclass(frozen=True, init=False)
class PrefixPolicy:
    """An administrator's rules for the jobs of a pipeline.

    Args:
        prefix: the beginning of every job's name, at most 38 characters; ``None`` requires only
            declared names that fit the service's limits.
        short_prefix: the same for the step types whose limit is 6 characters (Tuning, AutoML);
            by default ``prefix``, if that fits.
        step_roles: maps a step's name, a step type (``"Training"``) or ``"*"`` to a role's ARN.
            The name takes precedence over the type, and the type over ``"*"``.

    Raises:
        InvalidPrefix: for a prefix that a job's name can't have.
        ValueError: for a step role that isn't a role's ARN, or whose key looks like a misspelt
            step type.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> policy = PrefixPolicy("team-a", step_roles={"*": "arn:aws:iam::111122223333:role/jobs"})
        >>> policy.short_prefix
        'team-a'
        >>> policy.role_for("Train", "Training")
        'arn:aws:iam::111122223333:role/jobs'
    """

    prefix: JobPrefix | None
    short_prefix: JobPrefix | None
    step_roles: Mapping[str, str]
    source: str | None = field(default=None, init=False, compare=False, repr=False)
    """The file that contains the policy; ``None`` if no file does."""
    team: str | None = field(default=None, init=False, compare=False, repr=False)
    """The team in that file that has the policy; ``None`` for the file's top level."""
    levels: FindingLevels = field(init=False, compare=False, repr=False)
    """The levels of findings in that file, by code."""

    def __init__(
        self,
        prefix: str | None = None,
        *,
        short_prefix: str | None = None,
        step_roles: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        checked = _fitting(prefix, PREFIX_LIMIT)
        short = _fitting(short_prefix, SHORT_PREFIX_LIMIT)
        if short is None and checked is not None and len(checked) <= SHORT_PREFIX_LIMIT:
            short = checked
        object.__setattr__(self, "prefix", checked)
        object.__setattr__(self, "short_prefix", short)
        object.__setattr__(self, "step_roles", _checked_roles(step_roles))
        object.__setattr__(self, "levels", NO_LEVELS)

    def __hash__(self) -> int:
        return hash((self.prefix, self.short_prefix, frozenset(self.step_roles.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        origin = {"source": self.source, "team": self.team, "levels": dict(self.levels)}
        return _revive, (self.prefix, self.short_prefix, dict(self.step_roles), origin)

    def prefix_for(self, kind: Kind) -> JobPrefix | None:
        """Return the prefix for jobs of a kind: the short prefix if the limit is 6 characters."""
        return self.short_prefix if kind.short else self.prefix

    def with_collection_roles(self, owners: Mapping[str, str]) -> PrefixPolicy:
        """Return the policy in which steps take the role of the step collection that has them.

        Args:
            owners: maps the name of a step to that of its collection.
        """
        roles = {
            step: self.step_roles[owner]
            for step, owner in owners.items()
            if owner in self.step_roles
        }
        return self._with_roles({**roles, **self.step_roles}) if roles else self

    def _with_roles(self, roles: Mapping[str, str]) -> PrefixPolicy:
        """Return the policy with other roles, whose keys were checked before."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self), step_roles=MappingProxyType(dict(roles)))
        return twin

    def role_for(self, step: str, step_type: str) -> str | None:
        """Return the role that the policy gives a step, or ``None``.

        Args:
            step: the step's name.
            step_type: its type, such as ``Training``.
        """
        for key in (exact_str(step), exact_str(step_type), "*"):
            if key in self.step_roles:
                return self.step_roles[key]
        return None

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, team: str | None = None) -> PrefixPolicy:
        """Read a policy from a TOML file.

        In a file with teams, the policy is that of ``team``; else of the team whose ``paths`` match
        the current folder; else that outside the teams.

        Args:
            path: a policy file (docs/policy-file.md).
            team: the name of one of its teams.

        Raises:
            PolicyFileError: for a file that can't be read, isn't TOML, or has an unknown key or an
                invalid value; for an unknown team; and if the current folder belongs to no team or
                to several.
        """
        from .policy_tables import PolicyTables  # here, since a policy without a file needs none

        tables = PolicyTables.read(path)
        top, teams = policies_of(tables, cls)
        here = Path.cwd() if tables.teams and team is None else None
        chosen = tables.choose(here, team)
        return top if chosen is tables.top else teams[tables.teams.index(chosen)]

    @classmethod
    def discover(cls) -> PrefixPolicy | None:
        """Find and read the policy that applies to the current folder.

        The file is the first of: the one that ``$SM_PREFIX_POLICY`` names; ``sm-prefix.toml`` in
        the current folder or a parent of it; ``sm-prefix.toml`` in the user's, then the site's
        configuration folder. In a file with teams, the team is the one that ``$SM_PREFIX_TEAM``
        names, else as for :meth:`from_file`. In a block of :func:`discovered_as`, the policy is
        that of the block.

        Returns:
            The policy, or ``None`` if there is no file.

        Raises:
            PolicyFileError: as :meth:`from_file`, and if ``$SM_PREFIX_POLICY`` names a file that
                isn't there.
        """
        held = _HELD.get()
        if held is not None:
            return held
        path = policy_search.discover()
        team = os.environ.get(policy_search.TEAM_VARIABLE) or None
        return None if path is None else cls.from_file(path, team=team)


_HELD: ContextVar[PrefixPolicy | None] = ContextVar("sm_prefix_discovered", default=None)


@contextmanager
def discovered_as(policy: PrefixPolicy) -> Iterator[None]:
    """Make :meth:`PrefixPolicy.discover` return a given policy, in this block and this thread.

    It is for importing a module whose policy is known: its job classes discover a policy when they
    are created, and the current folder may belong to another team.

    Args:
        policy: the policy that :meth:`PrefixPolicy.discover` returns.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.core.prefix_policy import discovered_as
        >>> with discovered_as(PrefixPolicy("team-a")):
        ...     PrefixPolicy.discover().prefix
        'team-a'
    """
    token = _HELD.set(policy)
    try:
        yield
    finally:
        _HELD.reset(token)


P = TypeVar("P", bound=PrefixPolicy)


def policies_of(tables: PolicyTables, cls: type[P]) -> tuple[P, tuple[P, ...]]:
    """Return the policies of a file: that outside its teams, and those of the teams, in order.

    Args:
        tables: the file.
        cls: the class of the policies.

    Raises:
        PolicyFileError: for an invalid value, and for two teams with the same prefix.
    """
    top = _policy_of(tables, tables.top, cls)
    teams = tuple(_policy_of(tables, table, cls) for table in tables.teams)
    owners: dict[str, P] = {}
    for policy, table in zip(teams, tables.teams):
        for key in ("prefix", "short_prefix"):
            prefix = getattr(policy, key)
            # In lower case, since SageMaker has authorized job names in lower case too.
            owner = prefix and owners.setdefault(prefix.lower(), policy)
            if owner and owner is not policy:
                raise PolicyFileError(
                    tables.path,
                    table.key(key),
                    f"the team {owner.team} has the prefix {str(prefix)!r} too, so an IAM policy "
                    "can't distinguish their jobs; give each team its own prefix.",
                )
    return top, teams


def _policy_of(tables: PolicyTables, table: PolicyTable, cls: type[P]) -> P:
    values = table.values
    for key in ("prefix", "short_prefix"):
        try:
            given: dict[str, Any] = {key: values.get(key)}
            cls(**given)
        except ValueError as error:
            raise PolicyFileError(tables.path, table.key(key), str(error)) from None
    try:
        roles = _checked_roles(values.get("step_roles", {}))
    except _InvalidRole as invalid:
        key = f"step_roles.{invalid.key}" if invalid.key else "step_roles"
        raise PolicyFileError(tables.path, table.key(key), invalid.why) from None
    policy = cls(values.get("prefix"), short_prefix=values.get("short_prefix"), step_roles=roles)
    return _with_origin(policy, source=tables.path, team=table.team, levels=tables.levels)


def _with_origin(policy: P, **origin: Any) -> P:
    """Set the origin of a policy that was just created, and return the policy."""
    for name, value in origin.items():
        object.__setattr__(policy, name, value)
    return policy


def missing_prefix(policy: PrefixPolicy | None) -> str | None:
    """Return why job names can't be checked against a policy, in a sentence; ``None`` if they can.

    Args:
        policy: the policy; ``None`` if there is none.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.core.prefix_policy import missing_prefix
        >>> missing_prefix(PrefixPolicy("team-a"))
        >>> print(missing_prefix(PrefixPolicy(short_prefix="ta")).partition(",")[0])
        The policy has no prefix but a short one
    """
    if policy is None:
        return (
            "There is no prefix policy to check against: give --prefix or --policy, or add an "
            "sm-prefix.toml; --declared-only judges names as they stand."
        )
    if policy.prefix is not None:
        return None
    which = f"The policy {from_here(policy.source)}" if policy.source else "The policy"
    short = " but a short one" if policy.short_prefix is not None else ""
    return (
        f"{which} has no prefix{short}, so there is nothing to check against: give it a prefix, or "
        "judge names as they stand with --declared-only."
    )


def unmatched_step_roles(policy: PrefixPolicy, step_names: Iterable[str]) -> tuple[Finding, ...]:
    """Return a warning for each key of ``step_roles`` that is neither a step nor a step type.

    Args:
        policy: the user's policy.
        step_names: the names of all steps of the pipeline, nested steps too, and of its step
            collections.

    Example:
        >>> from sm_prefix_ext import PrefixPolicy
        >>> from sm_prefix_ext.core.prefix_policy import unmatched_step_roles
        >>> policy = PrefixPolicy(step_roles={"Trian": "arn:aws:iam::111122223333:role/train"})
        >>> [finding.fix for finding in unmatched_step_roles(policy, ["Train", "Evaluate"])]
        ["Write 'Train' in step_roles, or take the entry out."]
    """
    names = {exact_str(name) for name in step_names}
    return tuple(
        _unmatched(key, names, policy.source)
        for key in policy.step_roles
        if key != "*" and key not in KINDS and key not in names
    )


def _unmatched(key: str, names: Iterable[str], source: str | None) -> Finding:
    import difflib  # here, since a policy without such a role starts faster without it

    near = difflib.get_close_matches(key, sorted({*names, *KINDS}), n=1)
    where = f" of {from_here(source)}" if source else ""
    return Finding.of(
        UNMATCHED_STEP_ROLE,
        key,
        "",
        f"The role for {key!r} in step_roles goes to no step: the pipeline has no step of that "
        "name, and there is no such step type.",
        f"Write {near[0]!r} in step_roles{where}, or take the entry out."
        if near
        else f"Take the entry out{where}.",
    )


def _fitting(value: str | None, limit: int) -> JobPrefix | None:
    if value is None:
        return None
    prefix = JobPrefix(value)
    if len(prefix) > limit:
        what = "a short prefix" if limit == SHORT_PREFIX_LIMIT else "a prefix"
        raise InvalidPrefix(
            value,
            f"it has {len(prefix)} characters",
            f"{what} has at most {limit}, the service's limit",
        )
    return prefix


class _InvalidRole(ValueError):
    def __init__(self, key: str, why: str) -> None:
        super().__init__(key, why)
        self.key = key
        self.why = why

    def __str__(self) -> str:
        return f"step_roles[{self.key!r}]: {self.why}" if self.key else f"step_roles: {self.why}"


def _checked_roles(roles: Any) -> Mapping[str, str]:
    if not isinstance(roles, Mapping):
        raise _InvalidRole(
            "",
            f"got {shown(roles)}; wanted a table that maps a step's name, a step type or '*' to a "
            "role's ARN.",
        )
    checked = {}
    for key, role in roles.items():
        if not isinstance(key, str) or not key:
            raise _InvalidRole(shown(key), "wanted a step's name, a step type or '*' as the key.")
        key = exact_str(key)
        misspelt = _misspelt_type(key)
        if misspelt is not None:
            raise _InvalidRole(
                key,
                f"this looks like a misspelling of the step type {misspelt!r}; write {misspelt!r}, "
                "or rename the step if this is its name.",
            )
        if not is_role_arn(role):
            raise _InvalidRole(
                key,
                f"{shown(role)} is not the ARN of a role; wanted "
                "arn:<partition>:iam::<account>:role/<name>.",
            )
        checked[key] = exact_str(role)
    return MappingProxyType(checked)


def _misspelt_type(key: str) -> str | None:
    """Return the step type that a key misspells; ``None`` for a step type and for a step's name.

    A key that contains a step type, or is contained in one, is a step's name, since steps may be
    named ``training``, ``Preprocessing`` or ``Transform2``.
    """
    import difflib  # here, since a policy without roles starts faster without it

    near = difflib.get_close_matches(key, KINDS, n=1, cutoff=_ALIKE)
    if not near:
        return None
    word, known = key.lower(), near[0].lower()
    return None if word in known or known in word else near[0]


def _revive(
    prefix: str | None, short: str | None, roles: dict[str, str], origin: dict[str, Any]
) -> PrefixPolicy:
    policy = PrefixPolicy(prefix, short_prefix=short)._with_roles(roles)
    return _with_origin(policy, **{**origin, "levels": MappingProxyType(origin["levels"])})
