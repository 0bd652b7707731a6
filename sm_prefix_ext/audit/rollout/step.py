"""A step of a roll-out, and the documents that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Phase = Literal["decide", "widen", "update", "verify", "drop"]
DECIDE: Phase = "decide"
WIDEN: Phase = "widen"
UPDATE: Phase = "update"
VERIFY: Phase = "verify"
DROP: Phase = "drop"
PHASES: tuple[Phase, ...] = (DECIDE, WIDEN, UPDATE, VERIFY, DROP)
"""In their order."""

Use = Literal["attach", "add", "remove", "instead", "narrow"]


@dataclass(frozen=True)
class RolloutDocument:
    """A policy document of a step.

    Args:
        name: its name as a policy or a file, unique in the roll-out.
        use: ``"attach"`` it beside the policies of today, ``"add"`` its statements to the step's
            policy, ``"remove"`` them from there, put them there ``"instead"`` of the removed, or
            ``"narrow"`` by hand those that it has.
        document: the document, in the form of IAM's JSON.
    """

    name: str
    use: Use
    document: Mapping[str, Any]


@dataclass(frozen=True)
class RolloutStep:
    """A step of a roll-out.

    Args:
        phase: ``"decide"`` what the audit can't know, ``"widen"`` policies, ``"update"``
            pipelines, ``"verify"`` that nothing starts under the old names, ``"drop"`` statements.
        account: where, 12 digits; ``""`` where it isn't known.
        regions: the regions of its pipelines.
        subject: what it is about: a pipeline, a principal, or a policy.
        do: what to do, in one sentence or two.
        notes: what to know about it, sentences.
        policy: the policy that it changes: the ARN of a managed one, the name of an inline one;
            ``None`` if it changes none.
        documents: the policies that go with it.
        checks: command lines that all end with exit status 0 when it is safe to go on.
        pipelines: the names of the pipelines that it concerns.
        roles: the ARNs of the roles, users and groups that it concerns; ``()`` for all of the
            account.
        number: its number, from 1.
        after: the numbers of the steps that come first.
    """

    phase: Phase
    account: str
    regions: tuple[str, ...]
    subject: str
    do: str
    notes: tuple[str, ...] = ()
    policy: str | None = None
    documents: tuple[RolloutDocument, ...] = field(default=(), hash=False)
    checks: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    number: int = 0
    after: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the step as a dict, for JSON."""
        return {"number": self.number, **asdict(self)}
