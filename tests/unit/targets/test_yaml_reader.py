"""YAML becomes plain data: safely, within bounds, with CloudFormation's short forms."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from sm_prefix_ext.core.check_report import Position
from sm_prefix_ext.targets.marks import Marks
from sm_prefix_ext.targets.source import TargetError
from sm_prefix_ext.targets.yaml_reader import YamlStream, read_yaml


@pytest.fixture(params=["C", "Python"])
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of PyYAML's parsers: not every installation has the one in C."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("a: 1", {"a": 1}),
        ("a: '1'", {"a": "1"}),
        ("a: 1.5", {"a": 1.5}),
        ("a: -3", {"a": -3}),
        ("account: 012345678901", {"account": "012345678901"}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: 99999999999999999999999", {"a": "99999999999999999999999"}),
        ("a: 2024-01-01", {"a": "2024-01-01"}),
        ("a: [yes, No, TRUE, off, ~, null, '']", {"a": [True, False, True, False, None, None, ""]}),
        ("012: a", {"012": "a"}),
        ("a: !!str 1", {"a": "1"}),
        ("a: !!int '1'", {"a": 1}),
        ("a: ! 1", {"a": "1"}),
        ("? [x]\n: 1", {"key 1, which is not a text": 1}),
        ("- 1\n- b", [1, "b"]),
        ("text", "text"),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x 1\nc: *x", {"a": 1, "c": 1}),
        ("a: &x b\n*x : 2", {"a": "b", "b": 2}),
        ("a: &x {b: 1, c: 1}\nd: {<<: *x, c: 2}", {"a": {"b": 1, "c": 1}, "d": {"c": 2, "b": 1}}),
        ("a: {<<: [{b: 1}, {b: 2, c: 3}]}", {"a": {"b": 1, "c": 3}}),
    ],
)
def test_plain_data(text: str, expected: Any) -> None:
    """Scalars, anchors and merges; what a number could lose stays a text."""
    assert expected == read_yaml(text, "t.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Bucket", {"Ref": "Bucket"}),
        ("!Ref 'Bucket'", {"Ref": "Bucket"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!GetAtt Role.Arn", {"Fn::GetAtt": ["Role", "Arn"]}),
        ("!GetAtt Nested.Outputs.Arn", {"Fn::GetAtt": ["Nested", "Outputs.Arn"]}),
        ("!GetAtt [Role, Arn]", {"Fn::GetAtt": ["Role", "Arn"]}),
        ("!Sub a-${Stage}", {"Fn::Sub": "a-${Stage}"}),
        ("!Sub ['${x}', {x: !Ref Stage}]", {"Fn::Sub": ["${x}", {"x": {"Ref": "Stage"}}]}),
        ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
        ("!ToJsonString {a: 1}", {"Fn::ToJsonString": {"a": 1}}),
        ("!Unknown x", {"!Unknown": "x"}),
        (
            "!!python/object/apply:os.system ['false']",
            {"!!python/object/apply:os.system": ["false"]},
        ),
        ("!!python/name:os.system", {"!!python/name:os.system": ""}),
        ("!!seq [a]", ["a"]),
        ("!<tag:example.org,2000:x> {a: 1}", {"tag:example.org,2000:x": {"a": 1}}),
    ],
)
def test_tags(text: str, expected: Any) -> None:
    """A short form becomes the long one; no tag runs anything."""
    assert expected == read_yaml(text, "t.yaml")


def test_several_documents() -> None:
    """They come as a stream of their own type, with anchors of their own."""
    documents = read_yaml("a: &x 1\n---\nb: 2", "t.yaml")
    assert isinstance(documents, YamlStream)
    assert [{"a": 1}, {"b": 2}] == documents
    with pytest.raises(TargetError, match="has no anchor above it"):
        read_yaml("a: &x 1\n---\nb: *x", "t.yaml")


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n\t- b", "t.yaml is not YAML: .*: line 2 column 1[.]"),
        ("a: [1", "t.yaml is not YAML: .*: line [12] column [16][.]"),
        ("a: 1\nb: 2\na: 3", "has the key 'a' twice in one object, the second time at line 3 col"),
        ("a: *b", "is not YAML: the alias 'b' has no anchor above it: line 1 column 4[.]"),
        ("a: &b [*b]", "is not YAML: the alias 'b' is inside its own anchor: line 1 column 8[.]"),
        ("\ud800: 1", "is not YAML: "),
        ("a: \x01", "is not YAML: .*not allowed: character 4[.]"),
    ],
)
def test_broken_yaml(text: str, message: str) -> None:
    """One sentence says what is broken and where."""
    with pytest.raises(TargetError, match=message) as error:
        read_yaml(text, "t.yaml")
    assert "\n" not in str(error.value)


def test_control_characters_are_escaped_in_messages() -> None:
    """Neither a file's name nor a key can paint over a terminal."""
    with pytest.raises(TargetError) as error:
        read_yaml('"\\e[2K": 1\n"\\e[2K": 2', "t\x1b.yaml")
    assert str(error.value).isprintable()


def _laughs(levels: int, each: int) -> str:
    lines = ["a0: &a0 ha"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * each)}]")
    return "\n".join(lines)


def test_a_billion_laughs_is_refused_at_once() -> None:
    """Nine levels of nine aliases stand for 400 million values; few aliases are fine."""
    begin = time.process_time()
    with pytest.raises(TargetError, match="aliases that expand to more than 100,000 values"):
        read_yaml(_laughs(10, 9), "t.yaml")
    assert time.process_time() - begin < 1
    with pytest.raises(TargetError, match="aliases"):
        read_yaml(_laughs(60, 2), "t.yaml")
    assert 5 == len(read_yaml(_laughs(5, 9), "t.yaml"))


@pytest.mark.usefixtures("_parser")
@pytest.mark.parametrize("text", ["[" * 600 + "]" * 600, "- " * 600, "{a: " * 600 + "}" * 600])
def test_deep_nesting_is_refused(text: str) -> None:
    """The bound comes before Python's own; PyYAML's parser in C has one, too."""
    with pytest.raises(TargetError, match=r"nested more than 500 levels deep|depth"):
        read_yaml(text, "t.yaml")


def test_the_deepest_that_is_read() -> None:
    """500 levels are."""
    assert [] != read_yaml("[" * 500 + "]" * 500, "t.yaml")


@pytest.mark.usefixtures("_parser")
def test_positions() -> None:
    """Objects, lists, properties and short forms; line and column count from 1."""
    marks = Marks()
    document = read_yaml("a:\n  - Name: x\n    y: !Sub z\n  - {Name: ä, b: []}\n", "t.yaml", marks)
    first, second = document["a"]
    assert Position(1, 1) == marks.of(document)
    assert Position(2, 3) == marks.of(document["a"])
    assert Position(2, 5) == marks.of(first)
    assert Position(3, 8) == marks.of(first["y"])
    assert Position(4, 5) == marks.of(second)
    assert Position(3, 5) == marks.of_key(first, "y")
    assert Position(4, 15) == marks.of_key(second, "b")
    assert marks.of_key(second, "none") is None


def test_no_number_is_infinite() -> None:
    """What is no number in JSON stays a text, so that it can be written again."""
    assert [".inf", "1e999", ".nan"] == read_yaml("[.inf, 1e999, .nan]", "t.yaml")
