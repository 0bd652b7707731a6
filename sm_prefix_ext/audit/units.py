"""The units of an audit, an account and a region each, of which several are read at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from .accounts import Account, Accounts, Entry
from .aws import Reader, Refusal
from .denials import denials
from .executions import Scope
from .identities import iam_rows
from .interleaved import interleaved
from .judge import Judge
from .organization import organization
from .pipelines import PipelineReader, unknown
from .rows import AuditRow, Unit, is_global
from .stand_alone_jobs import stand_alone_jobs


class Part(NamedTuple):
    """A part of what was read of a unit.

    Args:
        unit: the account and the region.
        rows: the next rows.
        ends: whether it is the last part.
    """

    unit: Unit
    rows: tuple[AuditRow, ...] = ()
    ends: bool = False


@dataclass
class Units:
    """Reads the units of an audit.

    Args:
        source: enters the accounts.
        entries: the accounts to enter; empty for the session's own.
        assume_role: the name of the role in the accounts of the organization, where those are
            listed and entered in place of ``entries``; ``None`` for these.
        regions: the regions to read in each, among them the pseudo region of IAM if it is read.
        home: a real region, whose STS is asked, and IAM.
        external_id: what the roles of the accounts ask for, or ``None``.
        judge: judges what is read.
        scope: how much of a unit is read.
        workers: how many requests are sent at once in a unit.
        at_once: how many units are read at once.
        shard: the account and the region that alone are to be read, or ``None``.
        stop: set to send no further request.
        left: how many units are not read to their end.
    """

    source: Accounts
    entries: tuple[Entry, ...]
    assume_role: str | None
    regions: tuple[str, ...]
    home: str
    external_id: str | None
    judge: Judge
    scope: Scope
    workers: int
    at_once: int
    shard: tuple[str, str] | None
    stop: threading.Event = field(init=False)
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.stop = self.source.stop
        self.left = self.total

    @property
    def total(self) -> int:
        """How many units there are."""
        return max(len(self.entries), 1) * len(self.regions)

    def rows(self, done: frozenset[Unit], end: Callable[[Unit], None]) -> Iterator[AuditRow]:
        """Yield the rows of each unit but those that are done.

        Accounts that can't be entered come last: no unit ends them, so they are tried again when
        the audit is resumed.

        Args:
            done: the units to leave out.
            end: called at the end of each unit.
        """
        refused: list[AuditRow] = []
        for part in interleaved(self._units(done, refused), self.at_once, self.stop):
            yield from part.rows
            if part.ends:
                end(part.unit)
                self.left -= 1
        yield from refused

    def _units(
        self, done: frozenset[Unit], refused: list[AuditRow]
    ) -> Iterator[Generator[Part, None, None]]:
        for entry in self._entries(refused):
            known = "" if entry is None else entry.account
            if known and all(Unit(known, region) in done for region in self.regions):
                self.left -= len(self.regions)
                continue
            try:
                account = self._enter(entry)
            except Refusal as refusal:
                subject = "The account could not be entered."
                refused.append(unknown(Unit(known, ""), refusal, subject))
                self.left -= len(self.regions)
                continue
            for region in self.regions:
                unit = Unit(account.id, region)
                if unit in done:
                    self.left -= 1
                else:
                    yield self._unit(account, unit)

    def _entries(self, refused: list[AuditRow]) -> Sequence[Entry | None]:
        """Return the accounts to enter, ``None`` for the session's own."""
        if self.assume_role is None:
            return self.entries or (None,)
        try:
            own = self.source.own(self.home)
            reader = Reader(own.client("organizations", self.home), self.stop, "organizations")
            listed = list(organization(own, reader, self.assume_role))
        except Refusal as refusal:
            subject = "The organization's accounts could not be listed."
            refused.append(unknown(Unit("", ""), refusal, subject))
            listed = []
        refused += (each for each in listed if isinstance(each, AuditRow))
        self.entries = tuple(each for each in listed if isinstance(each, Entry))
        self.left = len(self.entries) * len(self.regions)
        return self.entries

    def _enter(self, entry: Entry | None) -> Account:
        if entry is not None and entry.role is not None:
            return self.source.assumed(entry, self.home, self.external_id)
        account = self.source.own(self.home)
        if self.shard is not None and account.id != self.shard[0]:
            raise Refusal(
                f"The credentials are of the account {account.id}; wanted {self.shard[0]}. Give "
                "the role to assume.",
                "sts:AssumeRole",
            )
        return account

    def _unit(self, account: Account, unit: Unit) -> Generator[Part, None, None]:
        reads = [self._iam] if is_global(unit.region) else [self._pipelines]
        if self.scope.cloudtrail and not is_global(unit.region):
            reads.append(self._denials)
        for read in reads:
            try:
                yield from read(account, unit)
            except Refusal as refusal:
                yield Part(unit, (unknown(unit, refusal, "The region could not be read."),))
        yield Part(unit, ends=True)

    def _iam(self, account: Account, unit: Unit) -> Generator[Part, None, None]:
        reader = Reader(account.client("iam", self.home), self.stop, "iam")
        yield Part(unit, tuple(iam_rows(unit, reader, self.judge.teams, account.partition)))

    def _denials(self, account: Account, unit: Unit) -> Generator[Part, None, None]:
        reader = Reader(account.client("cloudtrail", unit.region), self.stop, "cloudtrail")
        for row in denials(unit, reader, self.judge, self.scope.since):
            yield Part(unit, (row,))

    def _pipelines(self, account: Account, unit: Unit) -> Generator[Part, None, None]:
        client = account.client("sagemaker", unit.region)
        reader = PipelineReader(unit, Reader(client, self.stop), self.judge, self.scope)
        read: set[str] = set()
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="sm-prefix-audit")
        try:
            for pipeline in reader.pipelines(pool, self.workers):
                yield Part(unit, pipeline.rows)
                if self.scope.jobs:
                    read.update(pipeline.read)
            if self.scope.jobs:
                for row in stand_alone_jobs(reader, read):
                    yield Part(unit, (row,))
        except BaseException:
            self.stop.set()  # threads end before their next request
            raise
        finally:
            # After a failure or Ctrl-C, do not wait for requests that are still under way.
            pool.shutdown(wait=not self.stop.is_set(), cancel_futures=True)
