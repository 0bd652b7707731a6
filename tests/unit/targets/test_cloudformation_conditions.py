"""Pipelines whose whole definition, or a piece of its text, an open condition chooses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sm_prefix_ext.core.definition import steps
from sm_prefix_ext.targets.files import read_text
from sm_prefix_ext.targets.source import PipelineSource, TargetError
from sm_prefix_ext.targets.template_values import TemplateValues

IN_S3 = {"PipelineDefinitionS3Location": {"Bucket": "b", "Key": "k"}}
NOTHING = {"Ref": "AWS::NoValue"}


def job(name: str, **more: Any) -> dict[str, Any]:
    """A step whose job has its name."""
    return {"Name": name, "Type": "Training", "Arguments": {"TrainingJobName": name, **more}}


def text(*names: str) -> str:
    """A definition's JSON."""
    return json.dumps({"Steps": [job(name) for name in names]})


BEGINNING = f"{text('A').removesuffix(']}')}, "
"""A definition's JSON up to its second step."""


def body(value: Any) -> dict[str, Any]:
    """A pipeline's definition with its body."""
    return {"PipelineDefinitionBody": value}


def either(yes: Any, no: Any, condition: str = "C") -> dict[str, Any]:
    """Whichever of two a condition chooses."""
    return {"Fn::If": [condition, yes, no]}


def pipeline(definition: Any, **values: str) -> PipelineSource:
    """The pipeline of a template with the open conditions C, D, E, F and G, and one on Q."""
    open_condition = {"Fn::Equals": [{"Ref": "P"}, "a"]}
    template = {
        "Parameters": {"P": {"Type": "String"}, "Q": {"Type": "String"}},
        "Conditions": {
            **dict.fromkeys("CDEFG", open_condition),
            "OnQ": {"Fn::Equals": [{"Ref": "Q"}, "a"]},
            "NotC": {"Fn::Not": [{"Condition": "C"}]},
        },
        "Resources": {
            "Train": {
                "Type": "AWS::SageMaker::Pipeline",
                "Properties": {"PipelineDefinition": definition},
            }
        },
    }
    content = json.dumps(template, indent=1)
    [source] = read_text(content, "t.json", "t.json", template=TemplateValues(values))
    return source


@pytest.mark.parametrize(
    "definition",
    [
        either(body(text("A", "B")), body(text("A", "X"))),
        body(either(text("A", "B"), text("A", "X"))),
        body(either(json.loads(text("A", "B")), text("A", "X"))),
        body(either({"Fn::Sub": text("A", "B")}, {"Fn::Join": ["", [text("A", "X")]]})),
        body({"Fn::ToJsonString": either(json.loads(text("A", "B")), json.loads(text("A", "X")))}),
        body(
            {
                "Fn::Join": [
                    "",
                    [BEGINNING, either(json.dumps(job("B")), json.dumps(job("X"))), "]}"],
                ]
            }
        ),
        body(
            {
                "Fn::Sub": [
                    f"{BEGINNING}${{S}}]}}",
                    {"S": either(json.dumps(job("B")), json.dumps(job("X")))},
                ]
            }
        ),
    ],
)
def test_both_definitions_of_an_open_condition(definition: Any) -> None:
    """Their steps are read, the same step once; a condition that is decided chooses one."""
    source = pipeline(definition)
    assert source.definition is not None
    assert ["A", "B", "X"] == [view.path for view in steps(source.definition)]
    assert (None, ()) == (source.not_read, source.unread_branches)
    decided = pipeline(definition, P="b")
    assert decided.definition is not None
    assert ["A", "X"] == [view.path for view in steps(decided.definition)]
    assert ((), ("C",)) == (decided.conditions, source.conditions)


def test_a_branch_that_is_not_read() -> None:
    """The other one is judged, and the reason names the condition."""
    in_s3 = "its definition is in s3://b/k"
    for definition in (
        either(body(text("A")), IN_S3),
        {**body(either(text("A"), NOTHING)), **IN_S3},
    ):
        source = pipeline(definition)
        assert source.definition is not None
        assert ["A"] == [view.path for view in steps(source.definition)]
        assert (f"where 'C' is false, {in_s3}",) == source.unread_branches
    source = pipeline(either(IN_S3, either(NOTHING, IN_S3, "D")))
    assert None is source.definition
    assert (
        f"where 'C' is true, {in_s3}; where 'C' is false and 'D' is true, "
        "it has no PipelineDefinition" == source.not_read
    )
    assert in_s3 == pipeline(either(IN_S3, IN_S3)).not_read


def test_a_broken_branch_is_an_error() -> None:
    """It would be one without the condition too."""
    with pytest.raises(TargetError, match=r"t\.json#Train: PipelineDefinitionBody is not JSON"):
        pipeline(body(either(text("A"), '{"Steps": ')))


def test_conditions_agree() -> None:
    """A condition has one value in a definition, also within others, and where it is negated."""
    within = either(text("A"), either(text("B"), text("X"), "C"))
    source = pipeline(body(within))
    assert source.definition is not None
    assert ["A", "X"] == [view.path for view in steps(source.definition)]
    negated = either(text("A"), either(text("X"), text("B"), "NotC"))
    source = pipeline(body(negated))
    assert source.definition is not None
    assert ["A", "X"] == [view.path for view in steps(source.definition)]


def test_what_stands_within_quotes_is_an_expression() -> None:
    """Only what gives a piece of JSON is taken both ways."""
    parts = ['{"Steps": [{"Name": "A", "Type": "', either("Training", "Tuning"), '"}]}']
    source = pipeline(body({"Fn::Join": ["", parts]}))
    assert source.definition is not None
    assert ["Fn::If of ['C', 'Training', 'Tuning']"] == [
        step["Type"] for step in source.definition["Steps"]
    ]
    assert () == source.conditions


def test_too_many_conditions() -> None:
    """Of more than sixteen definitions, pieces are steps of an unknown type, which is an error."""
    for conditions, unknown, taken in (("CDEF", 0, tuple("CDEF")), ("CDEFG", 5, ())):
        pieces = [either(f",{json.dumps(job(name))}", "", name) for name in conditions]
        parts = [text("A").removesuffix("]}"), *pieces, "]}"]
        source = pipeline(body({"Fn::Join": ["", parts]}))
        assert source.definition is not None
        assert unknown == sum(view.kind is None for view in steps(source.definition))
        assert taken == source.conditions
    chain: Any = text("A")
    for name in "CDEFG":
        chain = either(text(name), chain, name)
    source = pipeline(body(chain))
    assert source.definition is not None
    assert 6 == len(list(steps(source.definition)))


def test_positions() -> None:
    """A step of either branch has the line of its object, or of the body's property."""
    yes = {"Steps": [job("A")]}
    source = pipeline(body(either(yes, text("B"))))
    first, second = source.locate("A"), source.locate("B")
    assert first is not None
    assert second is not None
    assert first.line > second.line > 1
