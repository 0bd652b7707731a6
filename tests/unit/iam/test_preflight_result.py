"""The result of a preflight: words, rows, pictures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_prefix_ext.core.findings import FOREIGN_ROLE, Finding
from sm_prefix_ext.iam.evaluator.evaluate import DecidingStatement
from sm_prefix_ext.iam.preflight_result import AUTHOR, Preflight, PreflightRow

HEAD = "arn:aws:sagemaker:eu-west-1:111122223333:"
ALLOW = DecidingStatement("identity[0]", 0, None, "Allow")
DENY = DecidingStatement("boundary", 2, "NoTags", "Deny")


def row(verdict: str, *statements: DecidingStatement, **more: Any) -> PreflightRow:
    more = {"step": "Train", "action": "sagemaker:AddTags", "resource": f"{HEAD}a", **more}
    return PreflightRow(verdict=verdict, statements=statements, **more)


PREFLIGHT = Preflight(
    (
        row("allowed", ALLOW),
        row("explicitDeny", DENY),
        row("indeterminate", ALLOW, step="Score", unknown=("aws:SourceVpc",)),
        row("allowed", ALLOW, step="Clean", defaults=("Stage",)),
        row("implicitDeny", step="", action="iam:PassRole", resource="*", principal=AUTHOR),
    ),
    (Finding.of(FOREIGN_ROLE, "Train", "Training", "Another account.", "Use a role of this."),),
    {"Steps": [{"Name": name, "Type": "Training"} for name in ("Train", "Score", "Clean", "Rest")]},
    "churn",
)


@pytest.mark.parametrize(
    ("judged", "why"),
    [
        (row("allowed", ALLOW), "Allow in identity[0], statement 0"),
        (row("explicitDeny", DENY), "Deny in boundary, statement 2 (NoTags)"),
        (row("explicitDeny"), "IAM's simulator reports an explicit deny"),
        (row("implicitDeny"), "no statement allows it"),
        (row("implicitDeny", unknown=("a", "b")), "no statement allows it; depends on a, b"),
        (
            row("indeterminate", ALLOW, DENY),
            "Allow in identity[0], statement 0; Deny in boundary, statement 2 (NoTags), for some "
            "of the possible names only",
        ),
        (
            row("implicitDeny", defaults=("A", "B")),
            "no statement allows it (for the default of A, B)",
        ),
        (
            row("indeterminate", action="unknown"),
            "the permissions that a step of this type needs aren't known",
        ),
        (
            row("implicitDeny", role_account="444455556666", defaults=("A",)),
            "the role is of account 444455556666 and can't be passed across accounts",
        ),
    ],
)
def test_the_reason_in_words(judged: PreflightRow, why: str) -> None:
    """By the layer of policies and the statements that decide."""
    assert why == judged.why


def test_a_row_can_be_unpacked() -> None:
    """Into the step, the action, the resource, the verdict and the statements."""
    assert ("Train", "sagemaker:AddTags", f"{HEAD}a", "allowed", (ALLOW,)) == tuple(PREFLIGHT[0])


def test_it_is_a_sequence_of_its_rows() -> None:
    """It has a length and slices."""
    assert (5, PREFLIGHT.rows[1:3]) == (len(PREFLIGHT), PREFLIGHT[1:3])
    assert PREFLIGHT.rows == tuple(PREFLIGHT)


def test_what_is_not_certainly_allowed_is_refused() -> None:
    """An indeterminate request is among them."""
    assert ["explicitDeny", "indeterminate", "implicitDeny"] == [
        refused.verdict for refused in PREFLIGHT.refused
    ]
    assert (False, True, True) == (
        PREFLIGHT.ok,
        Preflight(PREFLIGHT.rows[:1]).ok,
        Preflight(()).ok,
    )


def test_json_has_the_terms_of_iam() -> None:
    """It has the warnings too."""
    data = json.loads(json.dumps(PREFLIGHT.to_dict()))

    assert (False, 5, "explicitDeny") == (data["ok"], len(data["rows"]), data["rows"][1]["verdict"])
    assert [FOREIGN_ROLE] == [warning["code"] for warning in data["warnings"]]


def test_what_needs_attention_comes_before_what_is_allowed() -> None:
    """A request that is allowed for a default value needs attention too."""
    report = PREFLIGHT.report()
    noted, allowed, warnings = report.tables

    assert ("Preflight of churn", "bad") == (report.title, report.tone)
    assert report.summary == (
        "2 of 5 requests allowed; 2 denied; 1 not certain; "
        "1 evaluated for the default value of a parameter only."
    )
    assert (("ARNs begin with", HEAD),) == report.facts
    assert ["Train", "Score", "Clean", "The author"] == [item.group for item in noted.rows]
    assert ["denied", "not certain", "allowed", "denied"] == [
        item.cells[0].text for item in noted.rows if item.cells[0] is not None
    ]
    assert (True, 1, "About the policies", 1) == (
        allowed.folded,
        len(allowed.rows),
        warnings.title,
        len(warnings.rows),
    )


def test_a_box_says_how_many_requests_are_denied() -> None:
    """Without a definition there is no picture."""
    graph = PREFLIGHT.report().graph

    assert graph is not None
    assert [(node.tone, node.status) for node in graph.nodes] == [
        ("bad", "1 of 2 requests denied"),
        ("warning", "1 of 1 request not certain"),
        ("good", "allowed"),
        ("neutral", ""),
    ]
    assert PREFLIGHT.report(drawn=False).graph is None
    assert Preflight(PREFLIGHT.rows).report().graph is None


def test_to_frame_has_the_reason_of_each_row() -> None:
    """It has the columns without rows too."""
    pytest.importorskip("pandas", reason="pandas is not installed")

    frame = PREFLIGHT.to_frame()

    assert [item.why for item in PREFLIGHT] == list(frame["why"])
    assert list(frame.columns) == list(Preflight(()).to_frame().columns)
    assert [AUTHOR] == list(frame["principal"])[-1:]
