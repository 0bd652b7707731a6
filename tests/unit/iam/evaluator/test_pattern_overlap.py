"""Whether a statement's pattern covers a resource that stands for several."""

from __future__ import annotations

import pytest

from sm_prefix_ext.iam.evaluator.kleene import Truth, Unknown
from sm_prefix_ext.iam.evaluator.pattern_overlap import Patterns, meets
from sm_prefix_ext.iam.evaluator.patterns import (
    Context,
    Template,
    glob,
)

X = Unknown.of("x")
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
    """A pattern covers all of them, some or none, whether alone or in a statement."""
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
