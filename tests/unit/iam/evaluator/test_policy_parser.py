"""Policy documents as they are read, and the messages for invalid ones."""

from __future__ import annotations

from typing import Any

import pytest

from sm_prefix_ext.iam.evaluator.conditions import Condition
from sm_prefix_ext.iam.evaluator.kleene import Unknown
from sm_prefix_ext.iam.evaluator.patterns import (
    MANY,
    Context,
    Template,
)
from sm_prefix_ext.iam.evaluator.policy_parser import labelled, read

from .policies import JOB, NOTHING, document, statement


def test_a_statement_as_read() -> None:
    """A statement has every element of the document."""
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
    """Variables of a resource and of a condition count in the newer version only."""
    body = statement(Resource=f"{JOB}${{x}}", Condition={"StringEquals": {"k": "${y}"}})
    [parsed] = read({**({"Version": version} if version else {}), "Statement": body}, "p")
    assert ({"k", "x", "y"} if is_variable else {"k"}) == parsed.keys
    assert is_variable is (parsed.fixed_resources is None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (7, "p is of type int; wanted a policy document as a dict."),
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
    """The error has its whole message."""
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
    """Each part that an ARN lacks is a wildcard."""
    [parsed] = read(document(statement(Resource=resource)), "p")
    assert (Template(completed),) == parsed.resources


def test_a_statement_without_variables_or_negation_can_be_indexed() -> None:
    """The statement's fixed patterns are those of its resources."""
    for more, fixed in (
        ({"Resource": [JOB, f"{JOB}*"]}, (JOB, JOB + MANY)),
        ({"Resource": [JOB, f"{JOB}${{x}}"]}, None),
        ({"Resource": None, "NotResource": JOB}, None),
    ):
        [parsed] = read(document(statement(**more)), "p")
        assert fixed == parsed.fixed_resources


def test_actions_of_a_statement() -> None:
    """Letter case doesn't matter; a NotAction is the opposite."""
    for element, listed in (("Action", True), ("NotAction", False)):
        [parsed] = read(document(statement(**{"Action": None, element: ["s3:Get*", "a:b"]})), "p")
        assert listed is parsed.names_action("S3:getObject")
        assert listed is parsed.names_action("a:B")
        assert listed is not parsed.names_action("s3:PutObject")


def test_a_not_resource_with_a_variable_without_a_value() -> None:
    """The guide leaves it open, so the result is unknown, with the variable's keys."""
    [parsed] = read(
        document(statement(Resource=None, NotResource=[f"{JOB}${{x}}", "arn:*:${y}"])), "p"
    )
    assert Unknown.of("x", "y") == parsed.covers(JOB, Context())
    assert Unknown.of("x") == parsed.applies(JOB, Context({"y": "b"}))
    assert True is parsed.applies(JOB, Context({"x": "a", "y": "b"}))
    assert False is parsed.applies(f"{JOB}a", Context({"x": "a"}))


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
    """The error has its whole message."""
    with pytest.raises(ValueError) as raised:
        list(labelled(policies, "l"))
    assert f"l is {policies!r}; wanted policy documents as dicts." == str(raised.value)
