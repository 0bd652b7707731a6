"""The evaluator: what is unknown, what is broken, and its algebra."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sm_prefix_ext import iam

JOB = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-train-1"
CREATE = "sagemaker:CreateTrainingJob"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
KEY = "aws:PrincipalTag/team"


def policy(*statements: Any) -> dict[str, Any]:
    """Return a policy with the statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**more: Any) -> dict[str, Any]:
    """Return a statement that allows the request, with changes."""
    return {"Effect": "Allow", "Action": CREATE, "Resource": JOB, **more}


def deny(**more: Any) -> dict[str, Any]:
    """Return the same statement with the effect Deny."""
    return allow(Effect="Deny", **more)


def verdict(*statements: Any, resource: str = JOB, **more: Any) -> str:
    """Return the verdict for the request."""
    return iam.evaluate(CREATE, resource, identity=[policy(*statements)], **more).verdict


TAGGED = {"Condition": {"StringEquals": {KEY: "a"}}}


@pytest.mark.parametrize(
    ("statements", "wanted"),
    [
        ([allow(**TAGGED)], "indeterminate"),
        ([allow(), allow(**TAGGED)], "allowed"),
        ([allow(), deny(**TAGGED)], "indeterminate"),
        ([deny(), allow(**TAGGED)], "explicitDeny"),
        ([deny(**TAGGED)], "indeterminate"),  # an implicit or an explicit one
        ([allow(Action="s3:*", **TAGGED)], "implicitDeny"),
        ([allow(Resource="arn:aws:s3:::x", **TAGGED)], "implicitDeny"),
        ([allow(Condition={**TAGGED["Condition"], "Null": {"aws:x": "false"}})], "implicitDeny"),
        ([allow(Condition={"Null": {KEY: "true"}})], "indeterminate"),
        ([allow(Condition={"StringEqualsIfExists": {KEY: "a"}})], "indeterminate"),
        ([allow(Condition={"ForAllValues:StringEquals": {KEY: "a"}})], "indeterminate"),
        ([allow(Resource=JOB.replace("team-a", f"${{{KEY}}}"))], "indeterminate"),
        ([allow(Condition={"StringEquals": {"aws:y": f"${{{KEY}}}"}})], "indeterminate"),
    ],
)
def test_what_depends_on_an_unknown_key(statements: list[Any], wanted: str) -> None:
    """A verdict that depends on the key is indeterminate, any other is not."""
    decision = iam.evaluate(
        CREATE,
        JOB,
        identity=[policy(*statements)],
        context={"aws:y": "z"},
        unknown=[KEY.upper()],
    )
    assert wanted == decision.verdict
    if wanted == "indeterminate":
        assert (KEY.upper(),) == decision.unknown
        assert decision.statements


def test_one_unknown_key_may_come_alone() -> None:
    """A string is one key, not a sequence of characters."""
    assert "indeterminate" == verdict(allow(**TAGGED), unknown=KEY)


def test_only_what_can_make_a_difference_is_named() -> None:
    """If a layer has no Allow, the verdict depends on a Deny only."""
    denied = deny(Condition={"StringEquals": {"aws:one": "a"}})
    scp = allow(Condition={"StringEquals": {"aws:two": "a"}})
    decision = iam.evaluate(
        CREATE,
        JOB,
        identity=[policy(denied)],
        scps=[[policy(scp)]],
        unknown=["aws:one", "aws:two"],
    )
    assert ("indeterminate", ("aws:one",)) == (decision.verdict, decision.unknown)
    assert ["Deny"] == [statement.effect for statement in decision.statements]


@pytest.mark.parametrize("mark", ["\ue000", "\ue001"])
def test_the_evaluators_own_marks_are_no_wildcards(mark: str) -> None:
    """Its private characters raise, in a policy and in a value of the request."""
    variable = allow(Resource=JOB.replace("team-a", f"${{{KEY}}}"))
    with pytest.raises(ValueError, match="U\\+E000 or U\\+E001"):
        verdict(variable, context={KEY: mark})
    for broken in (
        allow(Resource=f"arn:{mark}"),
        allow(Action=f"sagemaker:{mark}"),
        allow(Condition={"StringLike": {KEY: mark}}),
    ):
        with pytest.raises(ValueError, match=r"identity\[0\], statement 0: .*U\+E000 or U\+E001"):
            verdict(broken)


@pytest.mark.parametrize(
    ("resource", "named", "wanted"),
    [
        ("training-job/team-a-??", "training-job/team-a-*", "allowed"),
        ("training-job/team-a-*", "*:*:domain/*", "implicitDeny"),
        ("training-job/team-a-??????????????????", "*:*:*/team-b-*", "implicitDeny"),
        ("training-job/*", "*:*:*/team-b-*", "indeterminate"),
        ("function:*", "function:f:prod", "indeterminate"),
        ("*", "training-job/x", "indeterminate"),
    ],
)
def test_what_a_pattern_of_a_resource_stands_for(resource: str, named: str, wanted: str) -> None:
    """``?`` is one character of a name, ``*`` any number; neither adds a part to the ARN."""
    head = "arn:aws:sagemaker:eu-west-1:111122223333:"
    asked = resource if resource == "*" else head + resource
    there = allow(Resource=f"arn:aws:sagemaker:{named}" if named[0] == "*" else head + named)
    assert wanted == verdict(there, resource=asked)


def test_a_decision_names_its_statements() -> None:
    """A decision has the policy, the statement and the effect, and a readable form."""
    boundary = policy(EVERYTHING)
    decision = iam.evaluate(
        CREATE, JOB, identity=[policy(), policy(allow(Sid="Mine"))], boundary=boundary
    )
    assert [("boundary", 0, None, "Allow"), ("identity[1]", 0, "Mine", "Allow")] == [
        (statement.policy, statement.index, statement.sid, statement.effect)
        for statement in decision.statements
    ]
    assert "Allow in identity[1], statement 0 (Mine)" == str(decision.statements[1])
    refused = iam.evaluate(CREATE, JOB, identity=[boundary], scps=[[boundary], []])
    assert ("implicitDeny", "scp") == (refused.verdict, refused.layer)


def test_policies_may_have_names() -> None:
    """Decisions use the names under which policies are passed."""
    decision = iam.evaluate(CREATE, JOB, identity={"mine.json": policy(allow())})
    assert "mine.json" == decision.statements[0].policy


def test_a_generated_document_is_taken_as_it_is() -> None:
    """An object with a ``to_dict()`` is a document."""
    document = iam.PolicyDocument((allow(),))
    assert "allowed" == iam.evaluate(CREATE, JOB, identity=document).verdict
    assert "allowed" == iam.evaluate(CREATE, JOB, identity=[document]).verdict


@pytest.mark.parametrize(
    ("named", "asked", "wanted"),
    [
        ("team-a-*", "team-a-train-*", "allowed"),
        ("team-a-train-*", "team-a-*", "indeterminate"),
        ("team-a-*-x", "team-a-train-*", "indeterminate"),
        ("team-b-*", "team-a-*", "implicitDeny"),
        ("team-a-??", "team-a-?", "implicitDeny"),
        ("team-a-?", "team-a-?", "allowed"),
        ("team-a-?", "team-a-*", "indeterminate"),
        ("*a*a*", "a?a", "allowed"),
        ("*b", "a*", "indeterminate"),
        ("a*c*e", "abcd*", "indeterminate"),
        ("a?c", "*b*", "indeterminate"),
        ("abc", "*b*", "indeterminate"),
        ("abc", "*d*", "implicitDeny"),
    ],
)
def test_a_resource_with_wildcards_is_evaluated_as_a_whole(
    named: str, asked: str, wanted: str
) -> None:
    """An Allow that matches a part of the resource isn't enough."""
    head = JOB.rpartition("/")[0]
    got = verdict(allow(Resource=f"{head}/{named}"), resource=f"{head}/{asked}")
    assert wanted == got
    denied = verdict(EVERYTHING, deny(Resource=f"{head}/{named}"), resource=f"{head}/{asked}")
    assert denied == {"allowed": "explicitDeny", "implicitDeny": "allowed"}.get(wanted, wanted)


def test_the_keys_of_s3_objects_may_have_such_characters() -> None:
    """In ARNs of S3, ``*`` and ``?`` are literal."""
    given = [policy({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/x?"})]
    assert "allowed" == iam.evaluate("s3:GetObject", "arn:aws:s3:::b/x*", identity=given).verdict
    assert (
        "implicitDeny" == iam.evaluate("s3:GetObject", "arn:aws:s3:::b/*", identity=given).verdict
    )


def test_a_pattern_with_many_stars_is_fast() -> None:
    """A hostile pattern is matched without backtracking."""
    head = JOB.rpartition("/")[0]
    hostile = allow(Resource=f"{head}/{'*a' * 40}b")
    assert "implicitDeny" == verdict(hostile, resource=f"{head}/{'a' * 400}")
    assert "implicitDeny" == verdict(hostile, resource=f"{head}/{'a' * 400}?c")


@pytest.mark.parametrize(
    ("condition", "value", "wanted"),
    [
        ({"BinaryEquals": {"x": "QmluYXJ5"}}, "QmluYXJ5", True),
        ({"BinaryEquals": {"x": "QmluYXJ5"}}, "other", False),
        ({"NumericEquals": {"x": 3}}, "3.0", True),
        ({"NumericLessThan": {"x": "1e3"}}, 999, True),
        ({"Bool": {"x": True}}, True, True),
        ({"DateGreaterThan": {"x": "2026-01"}}, "2026-01-01T00:00:00.5+00:00", True),
        ({"DateEquals": {"x": "2026-01-01T01:00:00+01:00"}}, "2026-01-01T00:00:00Z", True),
        ({"DateEquals": {"x": "2026-01-01T00:00:00-0130"}}, "2026-01-01T01:30Z", True),
        ({"IpAddress": {"x": "2001:db8::/32"}}, "2001:DB8::1", True),
        ({"NotIpAddress": {"x": "2001:db8::/32"}}, "10.0.0.1", True),
        ({"ArnLike": {"x": "arn:aws:iam::*:role/a"}}, "arn:aws:iam::1:x:role/a", False),
        ({"ForAnyValue:StringLike": {"x": ["a*", "b"]}}, ["c", "b"], True),
        ({"ForAllValues:StringLike": {"x": ["a*", "b"]}}, ["c", "b"], False),
        ({"StringEquals": {"X": "a"}}, ("a",), True),
    ],
)
def test_operators_beyond_the_vectors(condition: Any, value: Any, wanted: bool) -> None:
    """Operators and values that the vectors don't have."""
    got = verdict(allow(Condition=condition), context={"x": value})
    assert ("allowed" if wanted else "implicitDeny") == got


BROKEN = [
    ({}, "Statement is None; wanted a statement or a list of statements"),
    ({"Version": "2020-01-01", "Statement": []}, "Version is '2020-01-01'"),
    ({"Statements": [], "Statement": []}, "'Statements' is not an element of a policy document"),
    ({"Id": 7, "Statement": []}, "Id is 7; wanted a string"),
    ([allow(Sid=None)], "statement 0: Sid is None; wanted a string"),
    ([allow(Condition={7: {"x": "y"}})], "Condition has the unknown operator 7"),
    ([allow(Condition={"Bool": {7: "true"}})], "Condition.Bool is {7: 'true'}; wanted an object"),
    ("text", "identity[0] is of type str; wanted a policy document"),
    (["x"], "statement 0: got 'x'; wanted an object"),
    ([{**allow(), "Effect": "allow"}], "statement 0: Effect is 'allow'; wanted 'Allow' or 'Deny'"),
    ([allow(), {"Action": "*", "Resource": "*"}], "statement 1: Effect is None"),
    ([allow(Principal="*")], "'Principal' is not an element of a statement"),
    ([allow(Sid=1)], "Sid is 1; wanted a string"),
    ([allow(NotAction="*")], "wanted Action or NotAction, got both"),
    ([{"Effect": "Allow", "Action": "*"}], "wanted Resource or NotResource, got neither"),
    ([allow(Action=[])], "Action is []; wanted a string or a list of strings"),
    ([allow(Action=7)], "Action is 7"),
    ([allow(Resource=[JOB, None])], "Resource is ["),
    ([allow(Action="CreateTrainingJob")], "has no service; wanted <service>:<action>"),
    ([allow(Resource="*/team-a-*")], "the resource '*/team-a-*' is not an ARN"),
    ([allow(Condition=[])], "Condition is []; wanted an object of operators"),
    ([allow(Condition={"StringIs": {"a": "b"}})], "unknown operator 'StringIs'"),
    ([allow(Condition={"stringequals": {"a": "b"}})], "unknown operator 'stringequals'"),
    ([allow(Condition={"NullIfExists": {"a": "true"}})], "unknown operator 'NullIfExists'"),
    ([allow(Condition={"ForSome:Bool": {"a": "true"}})], "unknown operator 'ForSome:Bool'"),
    ([allow(Condition={"Bool": "x"})], "Condition.Bool is 'x'; wanted an object"),
    ([allow(Condition={"Bool": {"a": "perhaps"}})], "Condition.Bool.a is 'perhaps': wanted true"),
    ([allow(Condition={"Null": {"a": "no"}})], "Condition.Null.a is 'no': wanted true or false"),
    ([allow(Condition={"NumericEquals": {"a": "x"}})], "NumericEquals.a is 'x': wanted a number"),
    ([allow(Condition={"DateEquals": {"a": "today"}})], "wanted a date such as"),
    ([allow(Condition={"DateEquals": {"a": "2026-13-01"}})], "month must be in 1..12"),
    ([allow(Condition={"IpAddress": {"a": "10.0.0.0/99"}})], "IpAddress.a is '10.0.0.0/99'"),
    ([allow(Condition={"StringEquals": {"a": {}}})], "wanted a string, a number, a boolean"),
    ([allow(Condition={"StringEquals": {"a": []}})], "wanted a string, a number, a boolean"),
]


@pytest.mark.parametrize(("broken", "message"), BROKEN)
@pytest.mark.parametrize("place", ["identity", "boundary", "session", "scps"])
def test_a_broken_document_is_an_error_and_never_an_allow(
    broken: Any, message: str, place: str
) -> None:
    """The error has the policy, the statement and the element."""
    document = policy(*broken) if isinstance(broken, list) else broken
    good = policy(EVERYTHING)
    given: dict[str, Any] = {"identity": [good]}
    label = {"identity": "identity[0]", "scps": "scps[0][0]"}.get(place, place)
    given[place] = {"identity": [document, good], "scps": [[document], [good]]}.get(place, document)
    with pytest.raises(ValueError) as error:
        iam.evaluate(CREATE, JOB, **given)
    assert message.replace("identity[0]", label) in str(error.value)
    assert str(error.value).startswith(label)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("scps", [policy(EVERYTHING), "text", None, 3])
def test_invalid_levels(scps: Any) -> None:
    """A document instead of levels raises: its keys would be levels without policies."""
    with pytest.raises(ValueError, match=r"scps is .*; wanted a list of levels"):
        iam.evaluate(CREATE, JOB, identity=[policy(EVERYTHING)], scps=scps)


@pytest.mark.parametrize("given", ["{}", None, 7])
def test_invalid_policies(given: Any) -> None:
    """A string raises; it isn't a sequence of documents."""
    with pytest.raises(ValueError, match=r"identity is .*; wanted policy documents"):
        iam.evaluate(CREATE, JOB, identity=given)


def test_a_key_without_a_value_is_absent() -> None:
    """A key with the value None is absent from the request."""
    assert "allowed" == verdict(allow(Condition={"Null": {"x": "true"}}), context={"x": None})


# The first evaluation of a process may be slow on a busy machine.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# The algebra, on statements drawn from a small world in which much of it meets.

ACTIONS = st.sampled_from(["*", CREATE, "sagemaker:Create*", "sagemaker:Stop*", "s3:*"])
RESOURCES = st.sampled_from(
    [
        "*",
        JOB,
        f"{JOB}*",
        JOB.replace("team-a", "team-?"),
        "arn:aws:s3:::x",
        f"{JOB[:-1]}${{{KEY}}}",
    ]
)
OPERATORS = st.sampled_from(
    [
        *("StringEquals", "StringNotEquals", "StringLikeIfExists", "Null"),
        *("ForAllValues:StringEquals", "ForAnyValue:StringNotLike"),
    ]
)
VALUES = ("1", "2", "true")
CONDITIONS = st.dictionaries(
    OPERATORS, st.dictionaries(st.sampled_from([KEY, "x"]), st.sampled_from(VALUES), min_size=1)
).map(
    lambda block: {
        op: dict.fromkeys(ks, "true") if op == "Null" else ks for op, ks in block.items()
    }
)
STATEMENTS = st.builds(
    lambda effect, action, no_action, resource, no_resource, condition: {
        "Effect": effect,
        "NotAction" if no_action else "Action": action,
        "NotResource" if no_resource else "Resource": resource,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Deny"]),
    ACTIONS,
    st.booleans(),
    RESOURCES,
    st.booleans(),
    CONDITIONS,
)
POLICIES = st.lists(STATEMENTS, max_size=4)
CONTEXTS = st.dictionaries(st.sampled_from([KEY, "x"]), st.sampled_from(VALUES))
RANK = {"explicitDeny": 0, "implicitDeny": 1, "allowed": 2}


@given(POLICIES, STATEMENTS, CONTEXTS)
def test_another_deny_never_allows_more(listed: Any, added: Any, context: Any) -> None:
    """Unless a verdict depends on an unknown value."""
    before = verdict(*listed, context=context)
    after = verdict(*listed, {**added, "Effect": "Deny"}, context=context)
    if "indeterminate" not in (before, after):
        assert RANK[after] <= RANK[before]
    assert (after == "allowed") <= (before == "allowed")


@given(POLICIES, STATEMENTS, CONTEXTS)
def test_another_allow_never_allows_less(listed: Any, added: Any, context: Any) -> None:
    """Unless a verdict depends on an unknown value."""
    before = verdict(*listed, context=context)
    after = verdict(*listed, {**added, "Effect": "Allow"}, context=context)
    if "indeterminate" not in (before, after):
        assert RANK[after] >= RANK[before]
    assert (before == "allowed") <= (after == "allowed")


@given(POLICIES.flatmap(lambda p: st.tuples(st.just(p), st.permutations(p))), CONTEXTS)
def test_the_order_of_statements_does_not_matter(both: Any, context: Any) -> None:
    """Nor does it matter how they are spread over policies."""
    first, second = both
    assert verdict(*first, context=context) == verdict(*second, context=context)
    apart = iam.evaluate(CREATE, JOB, identity=[policy(s) for s in second], context=context)
    assert verdict(*first, context=context) == apart.verdict


@given(POLICIES, CONTEXTS, st.sampled_from([KEY, "x"]))
def test_an_unknown_key_lies_between_its_answers(listed: Any, context: Any, key: str) -> None:
    """An unknown key gives the verdict of all its values, or an indeterminate one."""
    others = {k: v for k, v in context.items() if k != key}
    answers = {verdict(*listed, context=others)}
    answers |= {verdict(*listed, context={**others, key: value}) for value in (*VALUES, "3")}
    unknown = verdict(*listed, context=others, unknown=[key])
    assert unknown in {*answers, "indeterminate"}
    if len(answers) > 1:
        assert unknown == "indeterminate"


@given(POLICIES, POLICIES, CONTEXTS)
def test_a_boundary_only_narrows(listed: Any, bound: Any, context: Any) -> None:
    """What it allows has to be allowed without it too."""
    alone = verdict(*listed, context=context)
    bounded = verdict(*listed, context=context, boundary=policy(*bound))
    assert (bounded == "allowed") <= (alone == "allowed")


@given(POLICIES)
def test_documents_are_left_as_they_are(listed: Any) -> None:
    """The evaluation changes no policy."""
    document = policy(*listed)
    before = copy.deepcopy(document)
    iam.evaluate(CREATE, JOB, identity=[document], scps=[[document]])
    assert before == document
