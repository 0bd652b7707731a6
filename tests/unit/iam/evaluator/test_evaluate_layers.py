"""Decisions of the layers together, and of a single statement, at their boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.iam.evaluator.evaluate import (
    ActionStatements,
    DecidingStatement,
    Decision,
    Layer,
    combine,
    decide,
    evaluate,
    keys_of,
    read_layers,
)
from sm_prefix_ext.iam.evaluator.kleene import Truth, Unknown
from sm_prefix_ext.iam.evaluator.patterns import (
    Context,
)
from sm_prefix_ext.iam.evaluator.policy_parser import read

from .policies import ALLOW, CREATE, JOB, NOTHING, document, needs, statement

X = Unknown.of("x")


ALLOWED_BY_IDENTITY = DecidingStatement("identity[0]", 0, None, "Allow")


def decided(*statements: Any, **more: Any) -> Decision:
    """Return the decision for the job."""
    more.setdefault("unknown", ["x", "y", "z"])
    return evaluate(CREATE, JOB, identity=[document(*statements)], **more)


def test_a_statement_as_text() -> None:
    """A statement's text has its Sid, if there is one."""
    assert "Allow in identity[0], statement 0" == str(ALLOWED_BY_IDENTITY)
    assert "Deny in p, statement 2 (No)" == str(DecidingStatement("p", 2, "No", "Deny"))


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([], Decision("implicitDeny", layer="identity")),
        ([statement()], Decision("allowed", (ALLOWED_BY_IDENTITY,))),
        (
            [statement(Sid="A"), statement("Deny", Sid="B"), statement("Deny")],
            Decision(
                "explicitDeny",
                (
                    DecidingStatement("identity[0]", 1, "B", "Deny"),
                    DecidingStatement("identity[0]", 2, None, "Deny"),
                ),
                layer="identity",
            ),
        ),
        (
            [statement(**needs("y")), statement(**needs("x"))],
            Decision(
                "indeterminate",
                (ALLOWED_BY_IDENTITY, DecidingStatement("identity[0]", 1, None, "Allow")),
                ("x", "y"),
            ),
        ),
        (
            [statement(), statement(**needs("x")), statement("Deny", **needs("y"))],
            Decision("indeterminate", (DecidingStatement("identity[0]", 2, None, "Deny"),), ("y",)),
        ),
        (
            [statement("Deny", **needs("y"))],
            Decision(
                "indeterminate",
                (DecidingStatement("identity[0]", 0, None, "Deny"),),
                ("y",),
                "identity",
            ),
        ),
        (
            [statement("Deny", **needs("y")), statement(**needs("x"))],
            Decision(
                "indeterminate",
                (
                    DecidingStatement("identity[0]", 0, None, "Deny"),
                    DecidingStatement("identity[0]", 1, None, "Allow"),
                ),
                ("x", "y"),
            ),
        ),
    ],
)
def test_whole_decisions(statements: list[Any], decision: Decision) -> None:
    """A decision has its verdict, statements, unknown keys and layer."""
    assert decision == decided(*statements)


@pytest.mark.parametrize(
    ("policies", "verdict", "layer", "by"),
    [
        ({"scps": [[ALLOW], [NOTHING]], "boundary": NOTHING}, "implicitDeny", "scp", []),
        ({"scps": [[ALLOW], []]}, "implicitDeny", "scp", []),
        ({"boundary": NOTHING, "session": NOTHING}, "implicitDeny", "boundary", []),
        ({"boundary": ALLOW, "session": NOTHING}, "implicitDeny", "session", []),
        (
            {"scps": [[NOTHING, ALLOW]], "boundary": ALLOW, "session": ALLOW},
            "allowed",
            None,
            ["scps[0][1]", "boundary", "session", "identity[0]"],
        ),
        (
            {"boundary": document(statement("Deny")), "session": document(statement("Deny"))},
            "explicitDeny",
            "boundary",
            ["boundary", "session"],
        ),
    ],
)
def test_the_layers_in_order(
    policies: dict[str, Any], verdict: str, layer: str | None, by: list[str]
) -> None:
    """SCPs, boundary, session policy, identity; the first that lacks an Allow denies."""
    decision = decided(statement(), **policies)
    assert (verdict, layer) == (decision.verdict, decision.layer)
    assert by == [deciding.policy for deciding in decision.statements]


def test_an_unknown_allow_of_one_layer_and_a_certain_one_of_another() -> None:
    """The decision names only the layer that is not settled."""
    decision = decided(statement(), boundary=document(statement(**needs("x"))))
    assert (
        Decision("indeterminate", (DecidingStatement("boundary", 0, None, "Allow"),), ("x",))
        == decision
    )


def test_layers_as_read() -> None:
    """Each has its name and its statements; the keys are those of all of them."""
    layers = read_layers(
        {"mine": document(statement(**needs("a")), statement(Resource=f"{JOB}${{b}}"))},
        boundary=ALLOW,
        session=ALLOW,
        scps=[[ALLOW, ALLOW], []],
    )
    assert [
        ("scp", ["scps[0][0]", "scps[0][1]"]),
        ("scp", []),
        ("boundary", ["boundary"]),
        ("session", ["session"]),
        ("identity", ["mine", "mine"]),
    ] == [(layer.name, [statement.policy for statement in layer.statements]) for layer in layers]
    assert {"a", "b"} == keys_of(layers)
    assert [0, 1] == [statement.index for statement in layers[-1].statements]


@pytest.mark.parametrize("scps", ["text", {"Statement": []}, 7, None])
def test_invalid_levels(scps: Any) -> None:
    """The error has its whole message."""
    with pytest.raises(ValueError) as raised:
        read_layers([], scps=scps)
    assert f"scps is {scps!r}; wanted a list of levels, each a list of policy documents." == str(
        raised.value
    )


def results(resource: str, *statements: Any) -> list[tuple[int, Truth]]:
    """Return the results of the statements of an action for a resource, by their position."""
    listed = ActionStatements(read(document(*statements), "p"), CREATE)
    results_of_all = listed.results(resource, Context({}, unknown=["x"]))
    return [(matching.index, result) for matching, result in results_of_all]


def test_results_of_single_statements() -> None:
    """Once an Allow is certain, a statement that matches in part counts only if it denies."""
    part, other = JOB.replace("team-a-x", "team-a-y"), JOB.replace("team-a-x", "b")
    wild = JOB.replace("team-a-x", "team-a-*")
    in_part = (statement(Resource=part), statement("Deny", Resource=part))
    assert [(0, Unknown()), (1, Unknown())] == results(wild, *in_part)
    certain = statement(Resource=f"{wild[:-1]}*")
    assert [(1, Unknown()), (2, True)] == results(wild, *in_part, certain)
    assert [(0, X), (1, Unknown()), (2, Unknown())] == results(
        wild, statement(Resource="*", **needs("x")), *in_part
    )
    assert [(0, X)] == results(wild, statement(Resource=part, **needs("x")))
    assert [(0, True)] == results(JOB, statement(), statement(Resource=other))
    assert [(0, True)] == results(JOB, statement(), statement(Action="s3:GetObject"))
    assert [(0, True), (1, False)] == results(
        JOB, statement(Resource=None, NotResource=other), statement(Resource=None, NotResource=JOB)
    )
    assert [(0, X), (1, True)] == results(
        JOB, statement(Resource=f"{JOB[:-1]}${{x}}"), statement("Deny", Resource=JOB)
    )


def test_a_layer_remembers_the_statements_of_an_action() -> None:
    """A layer looks up an action's statements once."""
    layer = Layer("identity", read(ALLOW, "p"))
    assert layer.for_action(CREATE) is layer.for_action(CREATE)
    assert () == layer.for_action("s3:GetObject").statements
    assert "allowed" == decide([layer], CREATE, JOB, Context()).verdict
    assert "implicitDeny" == decide([layer], CREATE, f"{JOB}1", Context()).verdict
    [only] = layer.statements
    assert Decision("allowed", (DecidingStatement("p", 0, None, "Allow"),)) == combine(
        [layer], [[(only, True)]]
    )
    assert Decision("implicitDeny", layer="identity") == combine([layer], [[(only, False)]])
