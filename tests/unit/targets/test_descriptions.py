"""A document without a pipeline is described in words."""

from __future__ import annotations

import json

import pytest

from sm_prefix_ext.targets.descriptions import looks_like
from sm_prefix_ext.targets.files import read_text


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("", "an empty file"),
        (" \n", "an empty file"),
        ("\ufeff", "an empty file"),
        ("[1, 2, 3]", "a JSON array of 3 items"),
        ('["Steps"]', "a JSON array of 1 item"),
        ("- Steps", "a YAML array of 1 item"),
        ("Steps", "a text"),
        ("3", "a number"),
        ("~", "null"),
        ("true", "a boolean"),
        ("{}", "an empty object"),
        ('{"a": "Steps"}', "an object with the key 'a'"),
        ('{"a": 1, "b": 2}', "an object with the keys 'a' and 'b'"),
        (
            json.dumps(dict.fromkeys("abcdefg", 1)),
            "an object with the keys 'a', 'b', 'c', 'd', 'e' and 2 more",
        ),
        ('{"\\u001b[2K": 1}', "an object with the key '\\x1b[2K'"),
        ("a: 1\n---\nb: Steps", "a stream of 2 YAML documents"),
        ('{"Steps": [{"HadoopJarStep": {}}]}', "an object with the key 'Steps'"),
        (
            '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}',
            "a CloudFormation template with no SageMaker pipeline in it",
        ),
        (
            '{"planned_values": {"root_module": {}}, "format_version": "1.2"}',
            "a Terraform plan with no SageMaker pipeline in it",
        ),
        (
            '{"format_version": "1.0", "terraform_version": "1.9.8", "values": {}}',
            "a Terraform state with no SageMaker pipeline in it",
        ),
        (
            '{"resource": {"aws_s3_bucket": {}}}',
            "a Terraform configuration with no SageMaker pipeline in it",
        ),
    ],
)
def test_none_of_these(text: str, looks: str) -> None:
    """No pipeline, no error, and words for what it is instead."""
    assert () == read_text(text, "-", None)
    assert looks == looks_like(text)


@pytest.mark.parametrize("text", ['{"name": ', "a: [", "a:\n\t- b"])
def test_a_broken_text_without_any_of_the_words(text: str) -> None:
    """It can't be a pipeline, so a folder's search goes on; where it was named it is said."""
    assert () == read_text(text, "-", None)
    assert "a text that can't be read: it is not " in looks_like(text)
    assert "line " in looks_like(text)


def test_what_looks_deep() -> None:
    """No depth ends in a traceback."""
    assert "deep" in looks_like("[" * 100_000)
