"""Every stored evaluation of the oracle and of the guide."""

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
        vector["id"]: (vector["expected"], got)
        for vector in group
        if (got := ask(vector).verdict) != vector["expected"]
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
    documented = [vector for vector in DISPUTED if vector["docs_reading"]]
    assert len(documented) == 17
    assert [vector["docs_reading"] for vector in documented] == [
        ask(vector).verdict for vector in documented
    ]


def test_undefined_cases_give_a_verdict_or_an_error() -> None:
    """The result is a verdict, or a ValueError for an invalid value."""
    silent = [vector for vector in DISPUTED if not vector["docs_reading"]]
    for vector in silent:
        if vector["group"] == "variable-in-non-string-operator":
            with pytest.raises(ValueError, match=r"Condition\.Bool\..* wanted true or false"):
                ask(vector)
        else:
            assert ask(vector).verdict in (*VERDICTS, "indeterminate"), vector["id"]
    open_ones = {vector["group"] for vector in silent if vector["group"] in OPEN}
    assert OPEN == open_ones
    for vector in silent:
        if vector["group"] in OPEN:
            assert ask(vector).verdict == "indeterminate", vector["id"]


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
    for vector in vectors("handmade.jsonl"):
        decision = ask(vector)
        if decision.verdict != verdict:
            continue
        effects = {statement.effect for statement in decision.statements}
        assert effects == {"allowed": {"Allow"}, "explicitDeny": {"Deny"}}.get(verdict, set())
        if verdict == "allowed":
            policies = " ".join(statement.policy for statement in decision.statements)
            wanted = [name for name in ("boundary", "session") if vector[name]]
            wanted += [f"scps[{level}]" for level in range(len(vector["scps"]))]
            assert all(name in policies for name in [*wanted, "identity["])
        assert (decision.layer is None) == (verdict == "allowed")
