"""The evaluator at its boundaries: the nearest input that passes, and the nearest that doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.iam.evaluator.conditions import Condition, read_conditions
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
from sm_prefix_ext.iam.evaluator.kleene import Truth, Unknown, all_of, any_of, negated
from sm_prefix_ext.iam.evaluator.pattern_index import PatternIndex
from sm_prefix_ext.iam.evaluator.pattern_overlap import Patterns, meets, subject_of
from sm_prefix_ext.iam.evaluator.patterns import (
    MANY,
    ONE,
    Context,
    Template,
    glob,
    matches,
    texts,
    without_markers,
)
from sm_prefix_ext.iam.evaluator.policy_parser import labelled, read

X, Y, Z = (Unknown.of(key) for key in "xyz")


# Three-valued logic


@pytest.mark.parametrize(
    ("values", "conjunction", "disjunction"),
    [
        ([], True, False),
        ([True], True, True),
        ([False], False, False),
        ([True, False], False, True),
        ([X], X, X),
        ([X, True], X, True),
        ([X, False], False, X),
        ([X, Y, X], Unknown.of("x", "y"), Unknown.of("x", "y")),
        ([Unknown()], Unknown(), Unknown()),
        ([Unknown(), X], X, X),
    ],
)
def test_three_values(values: list[Truth], conjunction: Truth, disjunction: Truth) -> None:
    """One decisive value decides, in any order; else every unknown key counts."""
    for ordered in (values, values[::-1]):
        assert (conjunction, disjunction) == (all_of(ordered), any_of(ordered))
    assert (False, True, X) == (negated(True), negated(False), negated(X))


# Conditions


def condition(operator: Any, wanted: Any, key: str = "x", variables: bool = True) -> Condition:
    """A condition, parsed."""
    [parsed] = read_conditions({operator: {key: wanted}}, variables=variables)
    return parsed


def holds(operator: str, wanted: Any, *values: Any, **other: Any) -> Truth:
    """Whether a request with some values of ``x`` fulfils a condition."""
    context = {**({"x": list(values)} if values else {}), **other}
    return condition(operator, wanted).holds(Context(context, unknown=["unknown"]))


@pytest.mark.parametrize(
    ("operator", "absent"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("NumericNotEquals", True),
        ("NumericLessThan", False),
        ("NumericEquals", False),
        ("NotIpAddress", True),
        ("ArnNotLike", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
    ],
)
def test_a_key_that_the_request_does_not_have(operator: str, absent: bool) -> None:
    """The operator decides what that means."""
    wanted = {"NumericLess": "1", "NumericEqua": "1", "NumericNotE": "1", "NotIpAddres": "::/0"}
    assert absent is holds(operator, wanted.get(operator[:11], "a"))


@pytest.mark.parametrize(
    ("wanted", "present", "absent"),
    [("true", False, True), ("false", True, False), (["true", "false"], True, True)],
)
def test_null(wanted: Any, present: bool, absent: bool) -> None:
    """It tests for absence; one of its values has to hold."""
    assert (present, absent) == (holds("Null", wanted, "a"), holds("Null", wanted))
    context = Context({}, unknown=["Unknown"])
    assert Unknown.of("Unknown") == condition("Null", wanted, "UNKNOWN").holds(context)


@pytest.mark.parametrize(
    ("operator", "wanted", "values", "result"),
    [
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEquals", ["a", "b"], ["c"], False),
        ("StringEquals", "a", ["A"], False),
        ("StringEquals", "a*", ["a*"], True),
        ("StringEquals", "a*", ["ab"], False),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", ["a", "b"], ["c"], True),
        ("StringEqualsIgnoreCase", "stra\u00dfe", ["STRASSE"], True),
        ("StringEqualsIgnoreCase", "a", ["b"], False),
        ("StringNotEqualsIgnoreCase", "a", ["A"], False),
        ("StringLike", "a*", ["ab"], True),
        ("StringLike", "a?", ["abc"], False),
        ("StringNotLike", "a*", ["ab"], False),
        ("StringEquals", "a", ["a", "b"], X),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
        ("ForAllValues:StringNotEquals", ["a"], ["a", "b"], False),
        ("NumericEquals", 10, ["10.0"], True),
        ("NumericEquals", 10, ["11"], False),
        ("NumericNotEquals", 10, ["10.0"], False),
        ("NumericNotEquals", 10, ["11"], True),
        ("NumericLessThan", 10, ["9.9"], True),
        ("NumericLessThan", 10, ["10"], False),
        ("NumericLessThanEquals", 10, ["10"], True),
        ("NumericLessThanEquals", 10, ["10.1"], False),
        ("NumericGreaterThan", 10, ["10.1"], True),
        ("NumericGreaterThan", 10, ["10"], False),
        ("NumericGreaterThanEquals", 10, ["10"], True),
        ("NumericGreaterThanEquals", 10, ["9.9"], False),
        ("NumericEquals", 10, ["ten"], X),
        ("NumericNotEquals", 10, ["ten"], X),
        ("NumericLessThan", 10, ["NaN"], X),
        ("Bool", "TRUE", ["true"], True),
        ("Bool", "False", ["FALSE"], True),
        ("Bool", "true", ["false"], False),
        ("Bool", False, ["true"], False),
        ("Bool", True, ["yes"], X),
        ("BinaryEquals", "QQ==", ["QQ=="], True),
        ("BinaryEquals", "${*}", ["${*}"], True),
        ("IpAddress", "10.0.0.1/31", ["10.0.0.0"], True),
        ("IpAddress", "10.0.0.1/31", ["10.0.0.2"], False),
        ("IpAddress", "10.0.0.1", ["10.0.0.1"], True),
        ("NotIpAddress", "10.0.0.1/31", ["10.0.0.0"], False),
        ("NotIpAddress", "10.0.0.1/31", ["10.0.0.2"], True),
        ("IpAddress", "10.0.0.1", ["home"], X),
        ("ArnEquals", "arn:aws:iam::1:role/*", ["arn:aws:iam::1:role/a:b"], True),
        ("ArnEquals", "arn:aws:iam::1:role/a", ["arn:aws:iam::2:role/a"], False),
        ("ArnLike", "arn:aws:*:1:role/a", ["arn:aws:iam::1:role/a"], X),
        ("ArnLike", "arn:aws:*::1:role/a", ["arn:aws:iam::1:role/a"], True),
        ("ArnLike", "arn:aws:iam::1:role", ["arn:aws:iam::1"], X),
        ("ArnNotLike", "arn:aws:iam::1:role/a", ["arn:aws:iam::1:role/b"], True),
        ("ArnNotEquals", "arn:aws:iam::1:role/a", ["arn:aws:iam::1:role/a"], False),
        ("ArnNotEquals", "arn:aws:iam::1:role/a", ["a"], X),
    ],
)
def test_operators(operator: str, wanted: Any, values: list[str], result: Truth) -> None:
    """Each at the nearest values that pass and fail; what the guide leaves open is unknown."""
    assert result == holds(operator, wanted, *values)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01", "2026-01-01T00:00:00Z"),
        ("2026-01-02", "2026-01-02T00:00Z"),
        ("2026-01-02T03:04", "2026-01-02T03:04:00Z"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05.000000Z"),
        ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000Z"),
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.123456Z"),
        ("2026-01-02T03:04:05+02:30", "2026-01-02T00:34:05Z"),
        ("2026-01-02T03:04:05-0230", "2026-01-02T05:34:05Z"),
        ("2026-01-02T23:04:05+12:45", "2026-01-02T10:19:05Z"),
        ("0", "1970-01-01T00:00:00Z"),
        ("86400", "1970-01-02"),
        ("0.5", "1970-01-01T00:00:00.5Z"),
    ],
)
def test_dates(one: str, other: str) -> None:
    """What isn't written is the beginning, in UTC; a date equals itself in another form."""
    assert True is holds("DateEquals", one, other) is holds("DateEquals", other, one)
    assert False is holds("DateNotEquals", one, other)


@pytest.mark.parametrize(
    ("operator", "before", "at", "after"),
    [
        ("DateEquals", False, True, False),
        ("DateNotEquals", True, False, True),
        ("DateLessThan", True, False, False),
        ("DateLessThanEquals", True, True, False),
        ("DateGreaterThan", False, False, True),
        ("DateGreaterThanEquals", False, True, True),
    ],
)
def test_the_order_of_dates(operator: str, before: bool, at: bool, after: bool) -> None:
    """A second before a date, at it, and a second after it."""
    found = [
        holds(operator, "2026-11-24T09:08:07Z", f"2026-11-24T09:08:{s}Z")
        for s in ("06", "07", "08")
    ]
    assert [before, at, after] == found


@pytest.mark.parametrize(
    "value", ["2026-1", "2026-01-02T03", "2026-01-02 03:04", "1.", "-1", "2026-02-30", "1e3"]
)
def test_what_is_no_date(value: str) -> None:
    """A request's is unknown, a policy's is an error."""
    assert X == holds("DateEquals", "2026-01-02", value)
    with pytest.raises(ValueError, match=r"Condition\.DateEquals\.x is "):
        condition("DateEquals", value)


def test_a_date_that_python_cannot_hold_is_an_error_of_the_policy() -> None:
    """Seconds beyond the last year are refused like any other invalid value."""
    with pytest.raises(ValueError, match=r"^Condition\.DateLessThan\.x is '9{20}': "):
        condition("DateLessThan", "9" * 20)
    assert X == holds("DateLessThan", "2026-01", "9" * 20)


def test_a_variable_in_a_condition() -> None:
    """Without a value it equals nothing; unknown, the result is; a default counts."""
    assert True is holds("StringEquals", "${y}-b", "a-b", y="a")
    assert False is holds("StringEquals", "${y}", "a")
    assert True is holds("StringNotEquals", "${y}", "a")
    assert True is holds("StringEquals", "${y, 'a'}", "a")
    assert Unknown.of("unknown") == holds("StringEquals", "${unknown}", "a")
    assert Unknown.of("unknown") == holds("StringNotEquals", "${unknown}", "a")
    for quantifier in ("ForAllValues", "ForAnyValue"):
        assert True is holds(f"{quantifier}:StringEquals", "${y}", "a", "a", y="a")
        assert False is holds(f"{quantifier}:StringEquals", "${y}", "b", "b", y="a")
    literal = condition("StringEquals", "${y}", variables=False)
    assert True is literal.holds(Context({"x": "${y}", "y": "a"}))
    assert True is condition("StringLike", "${y}*", variables=False).holds(Context({"x": "${y}z"}))


def test_the_keys_of_a_condition() -> None:
    """Its own, and those of its variables."""
    assert ("x", "aws:a", "b") == condition("StringLike", ["${aws:a}-${*}", "c", "${b}"]).keys
    assert ("x",) == condition("StringLike", "${aws:a}", variables=False).keys
    assert ("x",) == condition("Bool", "true").keys


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"X": {"a": "b"}}, "Condition has the unknown operator 'X'"),
        ({"": {"a": "b"}}, "Condition has the unknown operator ''"),
        ({7: {"a": "b"}}, "Condition has the unknown operator 7"),
        ({"NullIfExists": {"a": "true"}}, "Condition has the unknown operator 'NullIfExists'"),
        (
            {"ForAnyValue:Null": {"a": "true"}},
            "Condition has the unknown operator 'ForAnyValue:Null'",
        ),
        ({"For:Bool": {"a": "true"}}, "Condition has the unknown operator 'For:Bool'"),
        ({"Bool": "x"}, "Condition.Bool is 'x'; wanted an object of condition keys"),
        ({"Bool": {}}, "Condition.Bool is {}; wanted an object of condition keys"),
        (
            {"Bool": {"a": "true", 7: "true"}},
            "Condition.Bool is {'a': 'true', 7: 'true'}; wanted an object of condition keys",
        ),
        (
            {"Bool": {"a": ["true", None]}},
            "Condition.Bool.a is ['true', None]; wanted a string, a number, a boolean or a list of "
            "these",
        ),
        (
            {"Bool": {"a": []}},
            "Condition.Bool.a is []; wanted a string, a number, a boolean or a list of these",
        ),
        ({"Bool": {"a": "yes"}}, "Condition.Bool.a is 'yes': wanted true or false"),
        ({"Null": {"a": 1}}, "Condition.Null.a is 1: wanted true or false"),
        ({"NumericEquals": {"a": "x"}}, "Condition.NumericEquals.a is 'x': wanted a number"),
        (
            {"DateEquals": {"a": "x"}},
            "Condition.DateEquals.a is 'x': wanted a date such as 2026-11-24T09:00:00Z, or seconds "
            "since 1970",
        ),
    ],
)
def test_invalid_conditions(block: Any, message: str) -> None:
    """The error has the operator, the key, the value and what is wanted."""
    with pytest.raises(ValueError) as raised:
        list(read_conditions(block, variables=True))
    assert message == str(raised.value)


def test_conditions_in_order() -> None:
    """Each key of each operator is one condition, with its name as written."""
    block = {"Bool": {"a": "true", "b": ["false", True]}, "ForAnyValue:BinaryEquals": {"c": "d"}}
    assert [
        Condition("Bool", "a", (True,)),
        Condition("Bool", "b", (False, True)),
        Condition("ForAnyValue:BinaryEquals", "c", ("d",)),
    ] == list(read_conditions(block, variables=True))


# Decisions

JOB = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-x"
CREATE = "sagemaker:CreateTrainingJob"


def statement(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A statement about the job."""
    body = {"Effect": effect, "Action": CREATE, "Resource": JOB, **more}
    return {key: value for key, value in body.items() if value is not None}


def document(*statements: Any) -> dict[str, Any]:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def needs(key: str) -> dict[str, Any]:
    """A condition on a key."""
    return {"Condition": {"StringEquals": {key: "a"}}}


ALLOW = document(statement())
NOTHING = document()
ALLOWED_BY_IDENTITY = DecidingStatement("identity[0]", 0, None, "Allow")


def decided(*statements: Any, **more: Any) -> Decision:
    """The decision for the job."""
    more.setdefault("unknown", ["x", "y", "z"])
    return evaluate(CREATE, JOB, identity=[document(*statements)], **more)


def test_a_statement_as_text() -> None:
    """With its Sid, where it has one."""
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
    """Verdict, statements, unknown keys and layer."""
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
    assert by == [one.policy for one in decision.statements]


def test_an_unknown_allow_of_one_layer_and_a_certain_one_of_another() -> None:
    """Only the layer that isn't settled is named."""
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
    ] == [(layer.name, [one.policy for one in layer.statements]) for layer in layers]
    assert {"a", "b"} == keys_of(layers)
    assert [0, 1] == [one.index for one in layers[-1].statements]


@pytest.mark.parametrize("scps", ["text", {"Statement": []}, 7, None])
def test_invalid_levels(scps: Any) -> None:
    """The whole message."""
    with pytest.raises(ValueError) as raised:
        read_layers([], scps=scps)
    assert f"scps is {scps!r}; wanted a list of levels, each a list of policy documents." == str(
        raised.value
    )


def results(resource: str, *statements: Any) -> list[tuple[int, Truth]]:
    """What the statements of an action say of a resource, by their position."""
    listed = ActionStatements(read(document(*statements), "p"), CREATE)
    found = listed.results(resource, Context({}, unknown=["x"]))
    return [(one.index, result) for one, result in found]


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
    """They are looked up once."""
    layer = Layer("identity", read(ALLOW, "p"))
    assert layer.for_action(CREATE) is layer.for_action(CREATE)
    assert () == layer.for_action("s3:GetObject").statements
    assert "allowed" == decide([layer], CREATE, JOB, Context()).verdict
    assert "implicitDeny" == decide([layer], CREATE, f"{JOB}1", Context()).verdict
    [one] = layer.statements
    assert Decision("allowed", (DecidingStatement("p", 0, None, "Allow"),)) == combine(
        [layer], [[(one, True)]]
    )
    assert Decision("implicitDeny", layer="identity") == combine([layer], [[(one, False)]])


# Documents


def test_a_statement_as_read() -> None:
    """Every element."""
    body = {
        "Sid": "S",
        "Effect": "Deny",
        "NotAction": ["a:*", "*"],
        "NotResource": ["arn:aws:s3", "*", "arn:${x}"],
        "Condition": {"Bool": {"k": "true"}},
    }
    [first, second] = read(
        {"Version": "2012-10-17", "Id": "i", "Statement": [body, statement()]}, "p"
    )
    assert ("p", 0, "S", "Deny") == (first.policy, first.index, first.sid, first.effect)
    assert ((f"a:{MANY}", MANY), True) == (first.actions, first.not_action)
    assert True is first.not_resource
    assert (
        Template("arn:aws:s3:*:*:*"),
        Template("*"),
        Template("arn:${x}"),
    ) == first.resources
    assert (Condition("Bool", "k", (True,)),) == first.conditions
    assert {"k", "x"} == first.keys
    assert ("p", 1, None, "Allow") == (second.policy, second.index, second.sid, second.effect)
    assert (False, False, ()) == (second.not_action, second.not_resource, second.conditions)


@pytest.mark.parametrize(
    ("version", "is_variable"), [("2012-10-17", True), ("2008-10-17", False), (None, False)]
)
def test_only_the_newer_version_has_variables(version: str | None, is_variable: bool) -> None:
    """In a resource and in a condition."""
    body = statement(Resource=f"{JOB}${{x}}", Condition={"StringEquals": {"k": "${y}"}})
    [one] = read({**({"Version": version} if version else {}), "Statement": body}, "p")
    assert ({"k", "x", "y"} if is_variable else {"k"}) == one.keys
    assert is_variable is (one.fixed_resources is None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (7, "p is int; wanted a policy document, a dict."),
        ({"a": 1}, "p: 'a' is not an element of a policy document; remove it."),
        ({"Id": 1}, "p: Id is 1; wanted a string."),
        ({"Version": "1"}, "p: Version is '1'; wanted 2012-10-17 or 2008-10-17."),
        ({"Statement": 3}, "p: Statement is 3; wanted a statement or a list of statements."),
        ({"Statement": [3]}, "p, statement 0: got 3; wanted an object."),
        (
            {"Statement": [statement(), statement(Principal="*")]},
            "p, statement 1: 'Principal' is not an element of a statement of an IAM policy; remove "
            "it.",
        ),
        (
            {"Statement": statement("No")},
            "p, statement 0: Effect is 'No'; wanted 'Allow' or 'Deny'.",
        ),
        ({"Statement": statement(Sid=1)}, "p, statement 0: Sid is 1; wanted a string."),
        (
            {"Statement": statement(Condition=[])},
            "p, statement 0: Condition is []; wanted an object of operators.",
        ),
        (
            {"Statement": statement(NotAction="*")},
            "p, statement 0: wanted Action or NotAction, got both.",
        ),
        (
            {"Statement": statement(Action=None)},
            "p, statement 0: wanted Action or NotAction, got neither.",
        ),
        (
            {"Statement": statement(NotResource="*")},
            "p, statement 0: wanted Resource or NotResource, got both.",
        ),
        (
            {"Statement": statement(Resource=[])},
            "p, statement 0: Resource is []; wanted a string or a list of strings.",
        ),
        (
            {"Statement": statement(Action=["*", ""])},
            "p, statement 0: Action is ['*', '']; wanted a string or a list of strings.",
        ),
        (
            {"Statement": statement(Action="Create")},
            "p, statement 0: the action 'Create' has no service; wanted <service>:<action>, or *.",
        ),
        (
            {"Statement": statement(Resource="x")},
            "p, statement 0: the resource 'x' is not an ARN; wanted arn:…, or *.",
        ),
    ],
)
def test_invalid_documents(body: Any, message: str) -> None:
    """The whole message."""
    with pytest.raises(ValueError) as raised:
        read(body, "p")
    assert message == str(raised.value)


@pytest.mark.parametrize(
    ("resource", "completed"),
    [
        ("arn:", "arn::*:*:*:*"),
        ("arn:aws:s3", "arn:aws:s3:*:*:*"),
        ("arn:aws:s3::", "arn:aws:s3:::*"),
        ("arn:aws:s3:::", "arn:aws:s3:::"),
        ("arn:aws:s3:::b", "arn:aws:s3:::b"),
        ("arn:aws:s3:::b:c", "arn:aws:s3:::b:c"),
        ("arn:${aws:x}", "arn:${aws:x}"),
        ("*", "*"),
    ],
)
def test_short_arns(resource: str, completed: str) -> None:
    """Each part that is missing is a wildcard."""
    [one] = read(document(statement(Resource=resource)), "p")
    assert (Template(completed),) == one.resources


def test_a_statement_without_variables_or_negation_can_be_indexed() -> None:
    """Its patterns are those of its resources."""
    for more, fixed in (
        ({"Resource": [JOB, f"{JOB}*"]}, (JOB, JOB + MANY)),
        ({"Resource": [JOB, f"{JOB}${{x}}"]}, None),
        ({"Resource": None, "NotResource": JOB}, None),
    ):
        [one] = read(document(statement(**more)), "p")
        assert fixed == one.fixed_resources


def test_actions_of_a_statement() -> None:
    """Letter case doesn't matter; a NotAction is the opposite."""
    for element, listed in (("Action", True), ("NotAction", False)):
        [one] = read(document(statement(**{"Action": None, element: ["s3:Get*", "a:b"]})), "p")
        assert listed is one.names_action("S3:getObject")
        assert listed is one.names_action("a:B")
        assert listed is not one.names_action("s3:PutObject")


def test_a_not_resource_with_a_variable_without_a_value() -> None:
    """The guide leaves it open, so the result is unknown, with the variable's keys."""
    [one] = read(
        document(statement(Resource=None, NotResource=[f"{JOB}${{x}}", "arn:*:${y}"])), "p"
    )
    assert Unknown.of("x", "y") == one.covers(JOB, Context())
    assert Unknown.of("x") == one.applies(JOB, Context({"y": "b"}))
    assert True is one.applies(JOB, Context({"x": "a", "y": "b"}))
    assert False is one.applies(f"{JOB}a", Context({"x": "a"}))


@pytest.mark.parametrize(
    ("policies", "names"),
    [
        (NOTHING, ["l[0]"]),
        ([NOTHING, NOTHING], ["l[0]", "l[1]"]),
        (({"a": 1},), ["l[0]"]),
        ({"a": NOTHING, "b": NOTHING}, ["a", "b"]),
        ({}, []),
    ],
)
def test_names_of_documents(policies: Any, names: list[str]) -> None:
    """A mapping has names; a list has positions; a document is a list of one."""
    assert names == [name for name, _ in labelled(policies, "l")]


@pytest.mark.parametrize("policies", ["text", 7, None])
def test_what_is_no_documents(policies: Any) -> None:
    """The whole message."""
    with pytest.raises(ValueError) as raised:
        list(labelled(policies, "l"))
    assert f"l is {policies!r}; wanted policy documents as dicts." == str(raised.value)


# Patterns


def test_values_of_a_request() -> None:
    """As JSON writes them; keys in any letter case; what is unknown wins."""
    assert ("true", "1", "1.5", "a") == texts([True, 1, 1.5, "a"])
    assert ("a",) == texts("a") == texts({"a"}) == texts(frozenset("a")) == texts(("a",))
    context = Context({"A:b": "c", "d": None, "E": "f"}, unknown="E")
    assert (("c",), None, Unknown.of("E")) == tuple(map(context.get, ("a:B", "d", "e")))


@pytest.mark.parametrize("mark", [MANY, ONE])
def test_characters_that_stand_for_wildcards(mark: str) -> None:
    """The whole message."""
    with pytest.raises(ValueError) as raised:
        without_markers(f"a{mark}")
    assert (
        f"{f'a{mark}'!r} contains U+E000 or U+E001, which this evaluator uses for wildcards; "
        "remove that character" == str(raised.value)
    )
    assert "\ue002" == without_markers("\ue002")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("a*", f"a{MANY}"),
        ("${*}${?}${$}?", f"*?${ONE}"),
        ("a${x}b${y}*", f"a1b2{MANY}"),
        ("${ x }", "1"),
        ("${X}", "1"),
        ("${star}", "*"),
        ("${none}", None),
        ("${none, 'd*'}", "d*"),
        ("${ none , 'd' }", "d"),
        ("${none,''}", ""),
        ("${x, 'd'}", "1"),
        ("${many}", Unknown.of("many")),
        ("${u}-${V}", Unknown.of("U", "v")),
        ("${u}${none}", None),
        ("${a b}", Unknown.of("${a b}")),
        ("${}", Unknown.of("${}")),
        ("${x", "${x"),
    ],
)
def test_variables(text: str, filled: Any) -> None:
    """Values and defaults are literal, the rest is a pattern; what is missing beats unknown."""
    context = Context({"x": "1", "y": "2", "star": "*", "many": ["1", "2"]}, unknown=["U", "v"])
    assert filled == Template(text).fill(context)


def test_templates() -> None:
    """Keys and fixed patterns, with and without wildcards and variables."""
    assert ("x", "y") == Template("${x}${*}${?}${$}${y,'d'}${a b}").keys
    assert () == Template("${x}", variables=False).keys
    assert (None, f"a{MANY}") == (Template("${x}").fixed, Template("a*").fixed)
    assert "a*" == Template("a*", wildcards=False).fixed
    assert "${x}" == Template("${x}", variables=False).fixed
    assert "${x}a*" == Template("${x}a*", False, False).fill(Context({"x": "1"}))
    assert "1a*" == Template("${x}a*", wildcards=False).fill(Context({"x": "1"}))


@pytest.mark.parametrize(
    ("pattern", "subject", "matched"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ("*", "", True),
        ("?", "", False),
        ("?", "ab", False),
        ("a*", "a", True),
        ("*a", "ba", True),
        ("*a", "ab", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "ac", False),
        ("a*b*c", "acb", False),
        ("a*bc*c", "abc", False),
        ("a*bc*c", "abcc", True),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "aba", False),
        ("*b*b*", "bb", True),
        ("*b*b*", "ab", False),
        ("a?c*", "abc", True),
        ("a?c*", "ac", False),
        ("a.c?", "abcd", False),
        ("a?*b*c*", "axbyc", True),
        ("a?*b*c*", "axcyb", False),
    ],
)
def test_matches(pattern: str, subject: str, matched: bool) -> None:
    """Literally but for the wildcards."""
    assert matched is matches(glob(pattern), subject)


def test_letter_case_may_be_ignored() -> None:
    """Only if the caller asks for it."""
    for pattern in ("ab", "a*", "a?", "*b*"):
        assert not matches(glob(pattern), "AB")
        assert matches(glob(pattern), "AB", ignore_case=True)
        assert not matches(glob(pattern), "CC", ignore_case=True)


def test_a_question_mark_is_not_a_star_of_the_subject() -> None:
    """A star of a resource stands for more than one character."""
    assert not matches(glob("a?"), glob("a*"))
    assert matches(glob("a?"), glob("a?"))
    assert matches(glob("a*"), glob("a*"))


# Resources with wildcards

HEAD = "arn:aws:sagemaker:eu-west-1:1:"


@pytest.mark.parametrize(
    ("pattern", "resource", "met"),
    [
        ("job/a", "job/a", True),
        ("job/a", "job/b", False),
        ("job/*", "job/a*", True),
        ("job/a*", "job/*", Unknown()),
        ("job/?", "job/*", Unknown()),
        ("job/??", "job/?", False),
        ("job/a?", "job/?b", Unknown()),
        ("job/ab", "job/a?", Unknown()),
        ("job/?b", "job/a?", Unknown()),
        ("job/aX", "job/a?", Unknown()),
        ("job/*ccc", "job/ac?", False),
        ("job/a/", "job/a?", False),
        ("job/a:", "job/a?", False),
        ("job/a:b", "job/a*", False),
        ("job/a/b", "job/a*", Unknown()),
        ("job/a*b", "job/a*c", False),
        ("job/*c", "job/a*c", True),
        ("job/b*", "job/a*", False),
        ("job/*x*y", "job/a*y", Unknown()),
        ("f:g:h", "f:g*", Unknown()),
        ("f:g:h", "f*", False),
        ("f:g", "*:g", Unknown()),
        ("f:g:h", "*:h", Unknown()),
        ("f:*", "f*", False),
        ("f*", "f:*", True),
    ],
)
def test_resources_that_stand_for_several(pattern: str, resource: str, met: Truth) -> None:
    """All of them, some or none; by the function and by a statement's patterns."""
    pattern, resource = HEAD + pattern, HEAD + resource
    assert met == meets(glob(pattern), resource)
    assert met == Patterns([Template(pattern)]).meet(resource, Context())
    variable = pattern.replace("sagemaker", "${s}")
    assert met == Patterns([Template(variable)]).meet(resource, Context({"s": "sagemaker"}))


@pytest.mark.parametrize(
    ("pattern", "resource", "met"),
    [
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a*", True),
        ("arn:aws:s3:::b/ab", "arn:aws:s3:::b/a*", False),
        ("arn:aws:s3:::b/a*", "arn:aws:s3:::b/*", False),
        ("arn:aws:sns:::b/ab", "arn:aws:sns:::b/a*", Unknown()),
        ("arn:aws:s3:::b", "*", Unknown()),
        ("arn:aws:sns:x:1:a:b", "arn:*", Unknown()),
        ("arn:aws:sns:x:1:a", "arn:aws:sns:x:*", Unknown()),
        ("*", "*", True),
        ("arn:aws:*:a", "arn:aws:sns:x:1:*", Unknown()),
        ("arn:aws:*:y:1:a", "arn:aws:sns:x:1:*", False),
        ("arn:aws:*:a:b", "arn:aws:sns:x:1:a*", False),
        ("arn:aws:*:x:1:f:g:h", "arn:aws:sns:x:1:f:g*", Unknown()),
        ("arn:aws:*:x:1:f:h", "arn:aws:sns:x:1:f*", False),
        ("arn:aws:*cns:x:1:job/a*", "arn:aws:sns:x:1:job/a*", False),
    ],
)
def test_whole_arns(pattern: str, resource: str, met: Truth) -> None:
    """In ARNs of S3 wildcards of a resource are literal; a star may add no part to an ARN."""
    assert met == meets(glob(pattern), resource)
    assert met == Patterns([Template(pattern)]).meet(resource, Context())


def test_patterns_with_unknown_variables() -> None:
    """A certain match counts more; a variable without a value matches nothing."""
    unknown, missing = Template(f"{HEAD}${{x}}"), Template(f"{HEAD}${{y}}")
    certain, part = Template(f"{HEAD}job/*"), Template(f"{HEAD}job/a")
    context, job, wild = Context({}, unknown="x"), f"{HEAD}job/a", f"{HEAD}job/*"
    assert X == Patterns([unknown, missing]).meet(job, context)
    assert True is Patterns([unknown, certain]).meet(job, context)
    assert False is Patterns([missing]).meet(job, context)
    assert False is Patterns([]).meet(wild, context)
    assert X == Patterns([unknown, part]).meet(wild, context)
    assert Unknown() == Patterns([missing, part]).meet(wild, context)


# The index


def indexed(method: str, subject: str, *patterns: str) -> list[str]:
    """What the index finds, in the order of the patterns."""
    index = PatternIndex((glob(pattern), pattern) for pattern in patterns)
    found = [value for _, value in getattr(index, method)(glob(subject))]
    assert len(set(found)) == len(found)
    return sorted(found, key=patterns.index)


def test_the_index_looks_only_where_a_match_can_be() -> None:
    """A literal beginning or part that the subject lacks leaves a pattern out."""
    patterns = ("*", "a*", "ab*", "ab*cd*", "ab*ce*", "abx", "abcd", "b*", "?bcd", "abcde")
    assert ["*", "a*", "ab*", "ab*cd*", "abcd", "?bcd"] == indexed("like", "abcd", *patterns)
    assert ["*", "a*"] == indexed("like", "ac", "*", "a*", "ab*")
    assert [] == indexed("like", "", "a", "a*")
    assert [] == indexed("like", "az", "a*z*long", "a*long*z")
    assert ["a*z*long", "a*long*z"] == indexed("like", "along", "a*z*long", "a*long*z")
    assert ["*", ""] == indexed("like", "", "*", "")


def test_the_index_finds_what_may_overlap() -> None:
    """Up to the first wildcard of either, pattern and subject agree."""
    patterns = ("*", "a*", "ab*", "ab?d", "abc", "abx", "b", "ac*", "a")
    assert ["*", "a*", "ab*", "ab?d", "abc", "abx", "a"] == indexed("near", "ab*", *patterns)
    assert ["ab*", "ab?d", "abc", "abx"] == indexed("beginning_with", "ab", *patterns)
    assert [*patterns] == indexed("beginning_with", "", *patterns)
    assert ["b"] == indexed("beginning_with", "b", *patterns)
    assert [] == indexed("beginning_with", "abcd", *patterns)


def test_resources_of_arns_are_compared_alone() -> None:
    """Among ARNs of five colons only; others are compared whole, and those of S3 too."""
    five = ("arn:*:sns:x:1:a", "arn:*:sns:y:1:ab*", "arn:*:sns:x:1:b")
    more = ("arn:*", "arn:aws:sns:x:1:a:b", "arn:aws:sns:x:*", "arn:aws:sqs:*")
    assert [*five[:2], "arn:*", "arn:aws:sns:x:1:a:b", "arn:aws:sns:x:*"] == indexed(
        "near", "arn:aws:sns:x:1:a*", *five, *more
    )
    assert [*five, "arn:*", "arn:aws:sns:x:1:a:b", "arn:aws:sns:x:*"] == indexed(
        "near", "arn:aws:sns:x:*", *five, *more
    )
    assert ["arn:aws:s3:::b"] == indexed(
        "near", "arn:aws:s3:::b", "arn:aws:s3:::b", "arn:aws:sns:::b"
    )


@pytest.mark.parametrize("count", [1, 16, 17, 40])
def test_many_patterns_with_one_beginning(count: int) -> None:
    """Few and many are found alike, at the beginning and at the end of a subject too."""
    patterns = [f"a*{number:02}-*" for number in range(count)] + ["a*"]
    last = f"{count - 1:02}-"
    for subject in (f"a{last}", f"ax{last}y", f"axy{last}"):
        assert [f"a*{last}*", "a*"] == indexed("like", subject, *patterns)
    assert ["a*"] == indexed("like", f"a{last[:-1]}", *patterns)
    assert ["a*"] == indexed("like", "a", *patterns)


def test_the_form_in_which_a_resource_is_compared() -> None:
    """Wildcards are marked but in ARNs of S3."""
    assert f"arn:a:sns:::{MANY}{ONE}" == subject_of("arn:a:sns:::*?")
    assert "arn:a:s3:::*?" == subject_of("arn:a:s3:::*?")
