"""Intrinsic functions, resolved as far as a template alone tells their values."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sm_prefix_ext.targets.intrinsics import Resolver, has_intrinsic, is_intrinsic, joined
from sm_prefix_ext.targets.source import TargetError
from sm_prefix_ext.targets.template_values import TemplateValues

TEMPLATE = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "prod"},
        "Team": {"Type": "String"},
        "Count": {"Type": "Number", "Default": 2},
        "Subnets": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
        "Zones": {"Type": "List<AWS::EC2::AvailabilityZone::Name>", "Default": "x,y"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/images/xgb"},
        "Broken": "no object",
        "BrokenDefault": {"Type": "String", "Default": {"a": 1}},
    },
    "Mappings": {"ByStage": {"prod": {"Size": "ml.m5.large", "Ids": ["i", "j"]}}},
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsTeam": {"Fn::Equals": [{"Ref": "Team"}, "a"]},
        "NotProd": {"Fn::Not": [{"Condition": "IsProd"}]},
        "Either": {"Fn::Or": [{"Condition": "IsTeam"}, {"Condition": "IsProd"}]},
        "Both": {"Fn::And": [{"Condition": "IsTeam"}, {"Condition": "NotProd"}]},
        "Unknown": {"Fn::And": [{"Condition": "IsTeam"}, {"Condition": "IsProd"}]},
        "TwoIsTwo": {"Fn::Equals": [{"Ref": "Count"}, 2]},
        "Circle": {"Fn::Not": [{"Condition": "Circle"}]},
        "Wrong": {"Fn::Equals": ["a"]},
        "Odd": "text",
        "Else": {"Fn::Custom": []},
    },
}


def resolved(value: Any, **values: Any) -> Any:
    """A value, as the template above resolves it."""
    return Resolver(TEMPLATE, TemplateValues(**values)).resolve(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ([1, {"a": {"Ref": "Stage"}}], [1, {"a": "prod"}]),
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "Count"}, "2"),
        ({"Ref": "Subnets"}, ["a", "b", "c"]),
        ({"Ref": "Zones"}, ["x", "y"]),
        ({"Fn::Sub": "${Stage}-${Count}"}, "prod-2"),
        ({"Fn::Sub": "${ Stage }-${!Stage}"}, "prod-${Stage}"),
        ({"Fn::Sub": ["${x}-${Stage}", {"x": {"Ref": "Count"}}]}, "2-prod"),
        ({"Fn::Sub": "${Team}-${Stage}"}, {"Fn::Sub": "${Team}-prod"}),
        ({"Fn::Sub": "${Role.Arn}/${!x}"}, {"Fn::Sub": "${Role.Arn}/${!x}"}),
        ({"Fn::Sub": "${Team}"}, {"Ref": "Team"}),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}, True, 1.5]]}, "a-prod-true-1.5"),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "a-b"),
        ({"Fn::Join": [",", {"Ref": "Subnets"}]}, "a,b,c"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Join": ["-", ["a", {"Ref": "Team"}]]}, {"Fn::Sub": "a-${Team}"}),
        (
            {"Fn::Join": ["", ["a", {"Fn::ImportValue": "x"}]]},
            {"Fn::Join": ["", ["a", {"Fn::ImportValue": "x"}]]},
        ),
        ({"Fn::Select": [1, {"Ref": "Subnets"}]}, "b"),
        ({"Fn::Select": ["0", ["x", {"Ref": "Team"}]]}, "x"),
        ({"Fn::Select": [1, {"Fn::Split": ["/", "a/b"]}]}, "b"),
        ({"Fn::Split": ["-", {"Fn::Sub": "${Stage}-x"}]}, ["prod", "x"]),
        ({"Fn::FindInMap": ["ByStage", {"Ref": "Stage"}, "Size"]}, "ml.m5.large"),
        ({"Fn::FindInMap": ["ByStage", "dev", "Size", {"DefaultValue": "none"}]}, "none"),
        ({"Fn::If": ["IsProd", "yes", "no"]}, "yes"),
        ({"Fn::If": ["NotProd", "yes", {"Fn::If": ["Either", "inner", "no"]}]}, "inner"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["TwoIsTwo", "yes", "no"]}, "yes"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        ([{"Ref": "AWS::NoValue"}, 1], [1]),
        ({"Ref": "AWS::NoValue"}, None),
        ({"Fn::ToJsonString": {"a": {"Ref": "Stage"}}}, '{"a": "prod"}'),
        ({"Fn::Length": {"Ref": "Subnets"}}, 3),
    ],
)
def test_what_resolves(value: Any, expected: Any) -> None:
    """By defaults, mappings and conditions; what is left in a text keeps its function."""
    assert expected == resolved(value)


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Team"},
        {"Ref": "Bucket"},
        {"Ref": "Image"},
        {"Ref": "Broken"},
        {"Ref": "BrokenDefault"},
        {"Ref": ["a"]},
        {"Ref": "AWS::Region"},
        {"Ref": "AWS::StackName"},
        {"Fn::GetAtt": ["Role", "Arn"]},
        {"Fn::ImportValue": "x"},
        {"Fn::Sub": 3},
        {"Fn::Sub": ["${x}"]},
        {"Fn::Join": ["-"]},
        {"Fn::Join": ["-", {"Ref": "Team"}]},
        {"Fn::Select": [3, ["a"]]},
        {"Fn::Select": ["-1", ["a"]]},
        {"Fn::Select": [True, ["a"]]},
        {"Fn::Select": ["9" * 5000, ["a"]]},
        {"Fn::Select": [1, [{"Ref": "Team"}, "a"]]},
        {"Fn::Select": [0, {"Ref": "Team"}]},
        {"Fn::Split": ["", "a"]},
        {"Fn::Split": ["-", {"Ref": "Team"}]},
        {"Fn::FindInMap": ["ByStage", {"Ref": "Team"}, "Size"]},
        {"Fn::FindInMap": ["ByStage", "dev", "Size"]},
        {"Fn::FindInMap": ["ByStage"]},
        {"Fn::FindInMap": [["a"], "b", "c"]},
        {"Fn::FindInMap": ["ByStage", "dev", "Size", {"DefaultValue": {"Ref": "Team"}}]},
        {"Fn::If": ["IsTeam", "a", "b"]},
        {"Fn::If": ["Unknown", "a", "b"]},
        {"Fn::If": ["Circle", "a", "b"]},
        {"Fn::If": ["Wrong", "a", "b"]},
        {"Fn::If": ["Odd", "a", "b"]},
        {"Fn::If": ["Else", "a", "b"]},
        {"Fn::If": ["Missing", "a", "b"]},
        {"Fn::If": [["x"], "a", "b"]},
        {"Fn::If": "a"},
        {"Fn::ToJsonString": {"a": {"Ref": "Team"}}},
        {"Fn::Length": {"Ref": "Team"}},
        {"Fn::Transform": {"Name": "AWS::Include"}},
    ],
)
def test_what_does_not_resolve_stays(value: Any) -> None:
    """Nothing is guessed, and a wrong call is CloudFormation's to refuse."""
    assert value == resolved(value)


def test_values_of_the_deployment() -> None:
    """Parameters take the place of defaults, pseudo parameters get what is known."""
    text = {"Fn::Sub": "${Team}-${Stage}-${AWS::Region}-${AWS::Partition}-${AWS::AccountId}"}
    values: dict[str, Any] = {"parameters": {"Team": "a", "Stage": "dev"}, "region": "cn-north-1"}
    assert "a-dev-cn-north-1-aws-cn-111122223333" == resolved(
        text, account="111122223333", **values
    )
    assert "own" == resolved({"Ref": "AWS::Partition"}, partition="own")
    assert "xgb" == resolved({"Ref": "Image"}, parameters={"Image": "xgb"})


def test_what_an_intrinsic_function_is() -> None:
    """One key, Ref or Fn::…; a condition outside of its section is data."""
    assert is_intrinsic({"Ref": "a"})
    assert is_intrinsic({"Fn::Any": []})
    assert not is_intrinsic({"Ref": "a", "b": 1})
    assert not is_intrinsic({"Condition": "a"})
    assert not is_intrinsic({})
    assert has_intrinsic([{"a": [{"Ref": "b"}]}])
    assert not has_intrinsic([{"a": [{"b": "Ref"}]}])


def test_joined_parts() -> None:
    """A text that looks like a variable is escaped, neighbours become one text."""
    assert "" == joined([])
    assert {"Fn::Sub": "${!x}a${Stage}"} == joined(["${x}", "a", {"Ref": "Stage"}])
    assert {"Fn::GetAtt": ["a", "b"]} == joined(["", {"Fn::GetAtt": ["a", "b"]}, ""])


@pytest.mark.parametrize(
    "function",
    [
        lambda inner: {"Fn::Sub": ["${x}${x}", {"x": inner}]},
        lambda inner: {"Fn::Join": ["", [inner, inner]]},
    ],
)
def test_functions_that_stand_for_billions_of_characters(function: Any) -> None:
    """Forty levels of two are refused at once."""
    value: Any = "a"
    for _ in range(40):
        value = function(value)
    begin = time.process_time()
    with pytest.raises(TargetError, match="t has functions that join more than 50,000,000 chara"):
        Resolver({}, TemplateValues(), where="t").resolve(value)
    assert time.process_time() - begin < 10


def test_large_values_are_bounded_too() -> None:
    """A long default that stands in many places."""
    parameters = {
        "P": {"Type": "String", "Default": "a," * 500_000},
        "L": {"Type": "CommaDelimitedList", "Default": "a," * 500_000},
    }
    for value in (
        {"Fn::Sub": "${P}" * 100},
        [{"Ref": "L"}] * 100,
        [{"Fn::Split": [",", {"Ref": "P"}]}] * 100,
        [{"Fn::ToJsonString": [{"Ref": "P"}]}] * 100,
    ):
        with pytest.raises(TargetError, match="join more than"):
            Resolver({"Parameters": parameters}, TemplateValues()).resolve(value)


def test_conditions_are_decided_once() -> None:
    """Fifty that each name the next one twice take no time."""
    conditions: dict[str, Any] = {
        f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}] * 2} for n in range(50)
    }
    conditions["C50"] = {"Fn::Equals": ["a", "a"]}
    resolver = Resolver({"Conditions": conditions}, TemplateValues())
    assert "yes" == resolver.resolve({"Fn::If": ["C0", "yes", "no"]})
    conditions["C50"] = {"Fn::Equals": ["a", {"Ref": "Unknown"}]}
    resolver = Resolver({"Conditions": conditions}, TemplateValues())
    value = {"Fn::If": ["C0", "yes", "no"]}
    assert value == resolver.resolve(value)


def test_a_mapping_with_a_function_in_it() -> None:
    """CloudFormation has none there, so it is not resolved."""
    template = {"Mappings": {"A": {"b": {"c": {"Ref": "AWS::Region"}}}}}
    value = {"Fn::FindInMap": ["A", "b", "c"]}
    assert value == Resolver(template, TemplateValues(region="eu-west-1")).resolve(value)
