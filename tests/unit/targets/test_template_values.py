"""The parameters that a template is read with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from sm_prefix_ext.targets.source import TargetError
from sm_prefix_ext.targets.template_values import TemplateValues


@pytest.mark.parametrize(
    "content",
    [
        [{"ParameterKey": "Stage", "ParameterValue": "prod"}],
        [
            {"ParameterKey": "Stage", "ParameterValue": "prod"},
            {"ParameterKey": "Kept", "UsePreviousValue": True},
        ],
        {"Parameters": {"Stage": "prod"}, "Tags": {"a": "b"}},
    ],
)
def test_files(tmp_path: Path, content: Any) -> None:
    """The AWS CLI's form and CodePipeline's; a file:// in front is the CLI's habit."""
    file = tmp_path / "values.json"
    file.write_text("\ufeff" + json.dumps(content), encoding="utf-8")
    assert {"Stage": "prod"} == TemplateValues.parse([str(file)]).parameters
    assert {"Stage": "prod"} == TemplateValues.parse([f"file://{file}"]).parameters


def test_pairs_and_files_mix(tmp_path: Path) -> None:
    """The last of them counts; numbers, booleans and lists become what CloudFormation takes."""
    file = tmp_path / "values.json"
    file.write_text('{"Parameters": {"A": 1, "B": true, "C": ["x", "y"], "D": "file"}}')
    values = TemplateValues.parse(["A=0", str(file), "D=x=y", "E="])
    assert {"A": "1", "B": "true", "C": "x,y", "D": "x=y", "E": ""} == values.parameters
    assert {} == TemplateValues.parse([]).parameters


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "values.json is not JSON: .* line 1 column 2"),
        ('{"a": 1, "a": 2}', "has the key 'a' twice"),
        ("3", "holds no template parameters; wanted NAME=VALUE, or a JSON file with"),
        ('{"Stage": "prod"}', "holds no template parameters; wanted"),
        ('[{"Key": "a"}]', "has an entry without 'ParameterKey'"),
        ('["Stage=prod"]', "has an entry without 'ParameterKey'"),
        ('{"Parameters": {"A": {}}}', "the parameter 'A' is {}; wanted a text"),
        (
            '[{"ParameterKey": "A", "ParameterValue": "1"},'
            ' {"ParameterKey": "A", "ParameterValue": "2"}]',
            "has the parameter 'A' twice; keep one",
        ),
    ],
)
def test_broken_files(tmp_path: Path, content: str, message: str) -> None:
    """One sentence says what is wrong with a file."""
    file = tmp_path / "values.json"
    file.write_text(content)
    with pytest.raises(TargetError, match=message):
        TemplateValues.parse([str(file)])


@pytest.mark.parametrize("text", ["nothing.json", "A-B=1", "\x00", "\x1b[2K"])
def test_neither_a_pair_nor_a_file(text: str) -> None:
    """The error shows both forms, and escapes what it was given."""
    with pytest.raises(TargetError, match=r"can't be read: .*; wanted NAME=VALUE") as error:
        TemplateValues.parse([text])
    assert str(error.value).isprintable()


def test_pseudo_parameters() -> None:
    """What is not known has no value."""
    assert {} == TemplateValues().pseudo_parameters()
    assert {"AWS::AccountId": "1"} == TemplateValues(account="1").pseudo_parameters()
    assert {
        "AWS::Region": "eu-west-1",
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
    } == TemplateValues(region="eu-west-1").pseudo_parameters()


def test_url_suffixes_are_botocores() -> None:
    """A partition's DNS suffix is a fact of AWS; the endpoints file has it."""
    partitions = Loader().load_data("endpoints")["partitions"]
    assert 8 <= len(partitions)
    for partition in partitions:
        values = TemplateValues(partition=partition["partition"]).pseudo_parameters()
        assert partition["dnsSuffix"] == values["AWS::URLSuffix"], partition["partition"]
