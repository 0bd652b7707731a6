"""Every stored evaluation, of the oracle's and of the guide's."""

from __future__ import annotations

from typing import Any

import pytest

from .vectors import ask, by_group, vectors

GROUPS = [*by_group("open.jsonl.gz"), *by_group("handmade.jsonl")]
DISPUTED = vectors("disputed.jsonl")
VERDICTS = ("allowed", "implicitDeny", "explicitDeny")


@pytest.mark.parametrize("group", [group for _, group in GROUPS], ids=[name for name, _ in GROUPS])
def test_agrees(group: list[dict[str, Any]]) -> None:
    """The verdict of every vector is the stored one."""
    differing = {
        one["id"]: (one["expected"], got)
        for one in group
        if (got := ask(one).verdict) != one["expected"]
    }
    assert differing == {}


def test_the_files_are_complete() -> None:
    """The files have all vectors."""
    assert (1620, 113, 81) == (
        len(vectors("open.jsonl.gz")),
        len(vectors("handmade.jsonl")),
        len(DISPUTED),
    )


def test_the_guide_is_followed_where_the_oracle_parts_from_it() -> None:
    """If oracle and documentation differ, the documentation counts."""
    documented = [one for one in DISPUTED if one["docs_reading"]]
    assert len(documented) == 17
    assert [one["docs_reading"] for one in documented] == [ask(one).verdict for one in documented]


def test_undefined_cases_give_a_verdict_or_an_error() -> None:
    """The result is a verdict, or a ValueError for an invalid value."""
    silent = [one for one in DISPUTED if not one["docs_reading"]]
    for one in silent:
        if one["group"] == "variable-in-non-string-operator":
            with pytest.raises(ValueError, match=r"Condition\.Bool\..* wanted true or false"):
                ask(one)
        else:
            assert ask(one).verdict in (*VERDICTS, "indeterminate"), one["id"]
    open_ones = {one["group"] for one in silent if one["group"] in OPEN}
    assert OPEN == open_ones
    for one in silent:
        if one["group"] in OPEN:
            assert ask(one).verdict == "indeterminate", one["id"]


OPEN = {
    "unresolved-variable-in-NotResource",
    "arn-operator-with-non-arn",
    "numeric-with-non-number",
    "bool-with-non-boolean",
    "request-resource-pattern",
    "resource-less-action",
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_who_decided(verdict: str) -> None:
    """A denial names every Deny that applies, an allowed request an Allow of each layer."""
    for one in vectors("handmade.jsonl"):
        decision = ask(one)
        if decision.verdict != verdict:
            continue
        effects = {statement.effect for statement in decision.statements}
        assert effects == {"allowed": {"Allow"}, "explicitDeny": {"Deny"}}.get(verdict, set())
        if verdict == "allowed":
            policies = " ".join(statement.policy for statement in decision.statements)
            wanted = [name for name in ("boundary", "session") if one[name]]
            wanted += [f"scps[{level}]" for level in range(len(one["scps"]))]
            assert all(name in policies for name in [*wanted, "identity["])
        assert (decision.layer is None) == (verdict == "allowed")
