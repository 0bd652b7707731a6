"""Audit the pipelines and jobs of accounts and regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..core.arns import partition_of
from ..core.display.displayed import Displayed
from ..core.text import shown
from .accounts import Accounts, entries
from .collision_rows import collision_rows
from .executions import Scope
from .judge import Judge, Policies, prefixes_of, teams_of
from .organization import ORGANIZATION
from .output import Earlier, NotResumed, Output, kept_rows, must_be_new, read_earlier
from .parquet import SUFFIX, ParquetOutput
from .report import SHOWN_ROWS, audit_report, is_shown
from .rows import (
    COLLISION,
    INSIDE,
    UNKNOWN,
    AuditRow,
    RowKind,
    Unit,
    Verdict,
    global_region,
    is_global,
)
from .since import since_of
from .units import Units

if TYPE_CHECKING:
    from ..core.display.report import Report

MOST_WORKERS = 64


def audit(
    client_or_session: Any = None,
    *,
    policy: Policies,
    regions: Sequence[str] | str | None = None,
    accounts: Iterable[str] | str = (),
    assume_role: str | None = None,
    external_id: str | None = None,
    executions: int | None = None,
    since: datetime | str | None = None,
    jobs: bool = False,
    versions: int = 0,
    iam: bool = False,
    cloudtrail: bool = False,
    workers: int = 8,
    units_at_once: int = 1,
    shard: tuple[str, str] | None = None,
    output: str | None = None,
    resume: bool = False,
    config: Any = None,
) -> Audit:
    """Read which pipelines and jobs of accounts are inside which prefix.

    All requests only read. A read that fails is a row of the kind ``"unknown"``, with its reason
    and the permission that it needs; the audit goes on.

    Args:
        client_or_session: a boto3 client of SageMaker or a ``boto3.Session``; by default a new
            session.
        policy: a :class:`~sm_prefix_ext.PrefixPolicy`, a prefix, a
            :class:`~sm_prefix_ext.core.policy_file.PolicyFile`, or several of them.
        regions: their names, or ``"all"`` for all regions of SageMaker; by default the session's.
        accounts: IDs, or ARNs of roles to assume, or ``"organization"`` for all accounts of the
            organization; by default the session's own account.
        assume_role: the name of the role to assume in the accounts that are given by their ID, or
            that the organization has beside the session's own.
        external_id: the external ID that these roles ask for.
        executions: how many executions of each pipeline are read, the latest first; by default 1,
            or all since ``since``.
        since: the earliest start, as a ``datetime``, in ISO 8601, or as a duration before now such
            as ``"30d"``.
        jobs: whether to read the stand-alone jobs since ``since`` too.
        versions: how many earlier versions of each pipeline's definition are read, the latest
            first; an execution may still be started from them.
        iam: whether to read what the account's IAM policies say of jobs' names too; once for each
            account, as the region ``"aws-global"``.
        cloudtrail: whether to read the denials of jobs that CloudTrail has too: since ``since``, at
            most the 90 days that it keeps.
        workers: how many requests are sent at once to one account and region.
        units_at_once: how many accounts and regions are read at once; with more than 1, their rows
            come in turns.
        shard: an account and a region, the only ones to audit; the region ``"aws-global"``, or
            ``"aws-cn-global"`` and so on, is the account's IAM.
        output: a file for the rows: JSON Lines, which is written as they come; or, with the suffix
            ``.parquet``, Parquet, which is there at the end (``sm-prefix-ext[parquet]``).
        resume: whether to continue a file of JSON Lines.
        config: a ``botocore.config.Config`` on top of the audit's own.

    Returns:
        An iterator over the rows: by account and region, in each by pipeline. A resumed audit
        yields the rows that it kept first.

    Raises:
        ValueError: for arguments that can't be used.
        PrefixError: for a policy that can't be used.
        OSError: if the file can't be read or written.

    Example:
        >>> from sm_prefix_ext.audit import audit
        >>> from sm_prefix_ext.embedded import EmbeddedAWS
        >>> with EmbeddedAWS() as aws:
        ...     list(audit(aws.boto_session, policy="team-a"))
        []
    """
    teams = teams_of(policy)
    _must_be_usable(executions, versions, workers, units_at_once)
    if jobs and since is None:
        raise ValueError("jobs needs since, the time from which stand-alone jobs are read.")
    if client_or_session is None:
        import boto3

        client_or_session = boto3.Session()
    source = Accounts(client_or_session, config, workers)
    if shard is not None:
        if regions is not None or accounts:
            raise ValueError("shard is an account and a region; give no regions or accounts.")
        regions = (shard[1],)
        accounts = (shard[0],) if assume_role is not None else ()
    listed_role = _role_in_organization(accounts, assume_role)
    named = () if listed_role else entries(accounts, assume_role)
    if not (named or listed_role) and (assume_role or external_id):
        raise ValueError(
            "assume_role and external_id are about accounts; name those too, as --accounts or "
            "accounts."
        )
    if (named or listed_role) and hasattr(client_or_session, "meta"):
        raise ValueError("accounts needs a boto3.Session, since a client has one account.")
    places, home = _places(source, regions, shard, iam)
    asked = {
        "teams": prefixes_of(teams),
        "executions": executions,
        "since": since.isoformat() if isinstance(since, datetime) else since,
        "since_time": None if since is None else since_of(since).isoformat(),
        "jobs": jobs,
        "versions": versions,
        "iam": iam,
        "cloudtrail": cloudtrail,
    }
    earlier = _earlier(output, asked, resume)
    units = Units(
        source=source,
        entries=named,
        assume_role=listed_role,
        regions=places,
        home=home,
        external_id=external_id,
        judge=Judge(teams),
        scope=_scope(asked if earlier is None else earlier.asked),
        workers=workers,
        at_once=units_at_once,
        shard=shard,
    )
    # A shard leaves to the others what is the same for all.
    collisions = list(collision_rows(teams)) if shard is None else []
    if output is None:
        return Audit(_rows(units, frozenset(), _ignore, collisions), units)
    written = _written(units, collisions, output, asked, earlier)
    return Audit(written, units, remark=None if earlier is None else earlier.remark(output))


def _must_be_usable(
    executions: int | None, versions: int, workers: int, units_at_once: int
) -> None:
    for name, number in (("executions", executions), ("versions", versions)):
        if number is not None and (not isinstance(number, int) or number < 0):
            raise ValueError(f"{name} is {number!r}; wanted a number, 0 or more.")
    for name, number in (("workers", workers), ("units_at_once", units_at_once)):
        if not isinstance(number, int) or not 1 <= number <= MOST_WORKERS:
            raise ValueError(f"{name} is {number!r}; wanted a number from 1 to {MOST_WORKERS}.")


def _role_in_organization(accounts: Iterable[str] | str, assume_role: str | None) -> str | None:
    """Return the role in the organization's accounts; ``None`` for accounts that are named."""
    if not isinstance(accounts, str):
        return None
    if accounts != ORGANIZATION:
        raise ValueError(
            f"accounts is {shown(accounts)}; wanted a list of accounts, or {ORGANIZATION!r}."
        )
    if not assume_role:
        raise ValueError(
            "The accounts of an organization need the role to assume in them: --assume-role, or "
            "assume_role."
        )
    return assume_role


def _places(
    source: Accounts,
    regions: Sequence[str] | str | None,
    shard: tuple[str, str] | None,
    iam: bool,
) -> tuple[tuple[str, ...], str]:
    """Return the regions to read, among them that of IAM, and a real one."""
    if shard is not None and is_global(shard[1]):
        return (shard[1],), source.home(source.regions_of(shard[1].removesuffix("-global")))
    real = source.regions(regions)
    region = global_region(partition_of(real[0]))
    if iam and shard is not None:
        raise ValueError(f"IAM is a shard of its own; its region is {region!r}. Leave out iam.")
    return (*real, *((region,) if iam else ())), source.home(real)


def _is_parquet(path: str) -> bool:
    return path.endswith(SUFFIX)


def _earlier(output: str | None, asked: dict[str, Any], resume: bool) -> Earlier | None:
    if output is None:
        if resume:
            raise ValueError("resume continues a file; name it as output.")
        return None
    if not resume:
        must_be_new(output)
        return None
    if _is_parquet(output):
        raise ValueError(
            f"{shown(output)} can't be continued: a Parquet file is written when its audit has "
            "ended. Name a file of JSON Lines as output, which can."
        )
    earlier = read_earlier(output)
    if earlier is None:
        return None
    for key, value in asked.items():
        # A duration such as 30d counts from the start of the first run.
        if key != "since_time" and earlier.asked.get(key) != value:
            raise NotResumed(
                output, f"it is of an audit with other {key}: {earlier.asked.get(key)!r}."
            )
    return earlier


def _scope(asked: Mapping[str, Any]) -> Scope:
    most = asked["executions"]
    if most is None and asked["since"] is None:
        most = 1
    since = asked["since_time"]
    return Scope(
        executions=most,
        since=None if since is None else datetime.fromisoformat(since),
        jobs=asked["jobs"],
        cloudtrail=asked["cloudtrail"],
        versions=asked["versions"],
    )


def _ignore(unit: Unit) -> None:
    """Do nothing at the end of a unit."""


def _rows(
    units: Units,
    done: frozenset[Unit],
    end: Callable[[Unit], None],
    collisions: Iterable[AuditRow],
) -> Iterator[AuditRow]:
    yield from units.rows(done, end)
    yield from collisions


def _written(
    units: Units,
    collisions: Iterable[AuditRow],
    path: str,
    asked: dict[str, Any],
    earlier: Earlier | None,
) -> Iterator[AuditRow]:
    file = ParquetOutput(path, asked) if _is_parquet(path) else Output(path, asked, earlier)
    try:
        done: frozenset[Unit] = frozenset()
        if earlier is not None:
            done = earlier.units
            yield from kept_rows(path)
        for row in _rows(units, done, file.end_unit, collisions):
            file.write(row)
            yield row
        file.end()
    finally:
        file.close()


class Audit(Displayed, Iterator[AuditRow]):
    """The rows of an audit, as they are read: an iterator that can be used once.

    Args:
        rows: reads them.
        read: the units that are read.
        remark: what was continued, or ``None``.
    """

    def __init__(self, rows: Iterator[AuditRow], read: Units, *, remark: str | None = None) -> None:
        self._rows = rows
        self._read = read
        self.remark = remark
        self.verdicts: Counter[tuple[RowKind, Verdict]] = Counter()
        self.units: Counter[Unit] = Counter()
        self.not_inside = 0
        self._shown: list[AuditRow] = []

    def __iter__(self) -> Audit:
        return self

    def __next__(self) -> AuditRow:
        row = next(self._rows)
        self.verdicts[row.kind, row.verdict] += 1
        if row.kind != COLLISION:
            self.units[row.unit] += 1
        self.not_inside += row.verdict != INSIDE
        if is_shown(row.kind, row.verdict) and len(self._shown) < SHOWN_ROWS:
            self._shown.append(row)
        return row

    def __enter__(self) -> Audit:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the audit; what was read is in the file, if there is one."""
        self._read.stop.set()
        close = getattr(self._rows, "close", None)
        if close is not None:
            close()

    @property
    def units_left(self) -> tuple[int, int]:
        """How many accounts and regions are not read to their end, and how many there are."""
        return self._read.left, self._read.total

    @property
    def all_inside(self) -> bool:
        """Whether every row so far is inside."""
        return not self.not_inside

    @property
    def nothing_read(self) -> bool:
        """Whether every read so far has failed; ``False`` without one."""
        kinds = {kind for kind, _ in self.verdicts} - {COLLISION}
        return kinds == {UNKNOWN}

    @property
    def first_reason(self) -> str:
        """Why the first of the rows that are not inside is not."""
        return next((row.reason for row in self._shown if row.reason), "")

    def report(self, *, drawn: bool = True) -> Report:
        return audit_report(self.verdicts, len(self.units), self._shown)
