"""The index finds what a plain walk over all statements finds, and nothing is judged otherwise."""

from __future__ import annotations

import itertools
import operator
import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sm_prefix_ext.iam.evaluator.evaluate import Decision, Layer, combine, decide, read_layers
from sm_prefix_ext.iam.evaluator.kleene import Truth, Unknown, all_of, any_of, negated
from sm_prefix_ext.iam.evaluator.pattern_index import PatternIndex
from sm_prefix_ext.iam.evaluator.pattern_overlap import meets
from sm_prefix_ext.iam.evaluator.patterns import Context, Template, glob, matches
from sm_prefix_ext.iam.evaluator.policy_parser import Statement
from sm_prefix_ext.iam.minimize import statements
from sm_prefix_ext.iam.required_permissions import Request

ACTIONS = ("sagemaker:CreateTrainingJob", "sagemaker:AddTags", "s3:GetObject")
WORDS = ("team-a", "pipelines", "-Step1-", "-", "a", "1", "*", "?", "????", "/", ":")


HEADS = [
    "arn:aws:{}:{}:{}:{}".format(*parts)
    for parts in itertools.product(
        ("sagemaker", "sagemaker", "s3", "*"),
        ("eu-west-1", "eu-west-1", "*", ""),
        ("111122223333", "111122223333", "*", ""),
        ("training-job/", "training-job/", "*/", "t*", "b/", ""),
    )
]


def names(*more: str) -> st.SearchStrategy[str]:
    """What may stand in the last part of an ARN: one to five words, drawn by their letters.

    Hypothesis draws a text at once, and a list word by word, which took most of these tests' time.
    """
    words = dict(zip(string.ascii_letters, WORDS + more))
    letters = st.text(st.sampled_from(sorted(words)), min_size=1, max_size=5)
    return letters.map(lambda text: "".join(map(words.__getitem__, text)))


def arns(*more: str) -> st.SearchStrategy[str]:
    """ARNs that often have something in common."""
    return st.builds(operator.add, st.sampled_from(HEADS), names(*more))


PATTERNS = arns("${aws:username}", "${*}", "${aws:PrincipalTag/team}") | st.sampled_from(
    ("*", "arn:*", "arn:aws:*:team-a-*", "arn:aws:s3:::b/*")
)


def one_or_more(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=1, max_size=25)


STATEMENTS = st.builds(
    lambda effect, actions, element, resources, condition: {
        "Effect": effect,
        "Action": actions,
        element: resources,
        **condition,
    },
    st.sampled_from(("Allow", "Allow", "Allow", "Deny")),
    one_or_more(st.sampled_from((*ACTIONS, "*", "sagemaker:*"))),
    st.sampled_from(("Resource",) * 5 + ("NotResource",)),
    one_or_more(PATTERNS),
    st.sampled_from(
        (
            {},
            {},
            {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}},
            {"Condition": {"StringEquals": {"aws:PrincipalAccount": "1"}}},
        )
    ),
)
DOCUMENTS = st.builds(
    lambda listed: {"Version": "2012-10-17", "Statement": listed},
    st.lists(STATEMENTS, min_size=0, max_size=4),
)


def plainly(layers: tuple[Layer, ...], action: str, resource: str, context: Context) -> Decision:
    """Evaluate every pattern of every statement, one after the other."""

    def applies(statement: Statement) -> Truth:
        return all_of(parts(statement))

    def parts(statement: Statement) -> Iterator[Truth]:
        filled = [template.fill(context) for template in statement.resources]
        named = any_of(
            meets(pattern, resource) if isinstance(pattern, str) else pattern or False
            for pattern in filled
        )
        if statement.not_resource and named is False:
            keys = [
                key
                for t, value in zip(statement.resources, filled)
                if value is None
                for key in t.keys
            ]
            named = Unknown.of(*keys) if keys else False
        yield negated(named) if statement.not_resource else named
        for condition in statement.conditions:
            yield condition.holds(context)

    return combine(
        layers,
        [
            [
                (statement, applies(statement))
                for statement in layer.statements
                if statement.names_action(action)
            ]
            for layer in layers
        ],
    )


@given(
    identity=st.lists(DOCUMENTS, min_size=1, max_size=3),
    boundary=st.none() | DOCUMENTS,
    scps=st.lists(st.lists(DOCUMENTS, min_size=1, max_size=2), max_size=1),
    action=st.sampled_from(ACTIONS),
    resources=one_or_more(arns()),
    known=st.fixed_dictionaries({}, optional={"aws:PrincipalTag/team": st.sampled_from("ab")}),
    unknown=st.sets(st.sampled_from(("aws:username", "aws:PrincipalAccount"))),
)
@settings(max_examples=300, deadline=None)
def test_as_a_plain_walk(
    identity: Any,
    boundary: Any,
    scps: Any,
    action: str,
    resources: list[str],
    known: dict[str, str],
    unknown: set[str],
) -> None:
    """The index gives the same decision as testing every statement."""
    layers = read_layers(identity, boundary=boundary, scps=scps)
    context = Context(known, unknown)
    for resource in resources:
        for asked in (resource, glob(resource)):
            assert plainly(layers, action, asked, context) == decide(layers, action, asked, context)


@given(
    st.lists(arns().map(glob), max_size=60),
    st.lists(arns().map(glob), min_size=1, max_size=10),
)
@settings(deadline=None)
def test_nothing_that_matches_is_left_out(patterns: list[str], subjects: list[str]) -> None:
    """The index yields every match, also among many patterns with one beginning."""
    index = PatternIndex((pattern, None) for pattern in patterns)
    for subject in subjects:
        candidates = {pattern for pattern, _ in index.like(subject)}
        assert {pattern for pattern in patterns if matches(pattern, subject)} <= candidates


@given(st.lists(arns("${*}", "${?}"), min_size=1, max_size=40))
@settings(deadline=None)
def test_the_least_statements_cover_each_resource_once(asked: list[str]) -> None:
    """No pattern covers another one, and each resource is covered."""
    written_statements = statements(Request("", "s3:GetObject", resource) for resource in asked)
    written = [resource for statement in written_statements for resource in statement["Resource"]]
    pattern = {resource: str(Template(resource).fill(Context())) for resource in (*asked, *written)}
    assert set(written) <= {*asked, *map(str.lower, asked), *written}
    for resource in asked:
        assert any(matches(pattern[wide], pattern[resource]) for wide in written)
    for resource in written:
        assert [resource] == [wide for wide in written if matches(pattern[wide], pattern[resource])]


@pytest.mark.parametrize(
    ("pattern", "subject", "wanted"),
    [
        ("a*b", "ab", True),
        ("a*b", "a", False),
        ("ab*b", "ab", False),
        ("*a*a*", "a", False),
        ("*a*a*", "aa", True),
        ("a*ab*b", "aab", False),
        ("a*ab*b", "aabb", True),
        ("**", "", True),
        ("a", "a\n", False),
        ("a*", "a\n", True),
        ("?*", "", False),
        ("?*", "x", True),
    ],
)
def test_matching(pattern: str, subject: str, wanted: bool) -> None:
    """Parts don't overlap, and a newline is a character."""
    assert wanted is matches(glob(pattern), subject)


def test_two_patterns_that_cover_each_other() -> None:
    """Only one of two equivalent patterns stays."""
    asked = [Request("", "s3:GetObject", f"arn:aws:s3:::b/{stars}") for stars in ("**", "*")]
    [statement] = statements(asked)
    assert ["arn:aws:s3:::b/**"] == statement["Resource"]


def test_a_star_and_a_dollar_in_a_name_are_two_names() -> None:
    """Escaped characters cover nothing else."""
    asked = [Request("", "s3:GetObject", f"arn:aws:s3:::b/{name}") for name in ("a${*}", "a${$}")]
    [statement] = statements(asked)
    assert sorted(request.resource for request in asked) == statement["Resource"]
