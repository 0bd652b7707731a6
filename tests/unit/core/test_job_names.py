"""Job prefixes and job names."""

from __future__ import annotations

import copy
import json
import pickle
import re
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext import InvalidPrefix, JobName, JobPrefix
from sm_prefix_ext.core.job_names import (
    ComposedName,
    exact_str,
    hyphenated,
    invalid_characters,
    reserved,
    step_part,
)

REAL = json.loads((Path(__file__).parents[2] / "data/real_job_names.json").read_text("utf-8"))
NAMES = st.from_regex(r"[A-Za-z0-9](-*[A-Za-z0-9]){0,20}", fullmatch=True)
PREFIXES = NAMES.filter(lambda name: name != "pipelines" and not name.startswith("pipelines-"))
IDS = st.from_regex(r"[a-z0-9]{12}", fullmatch=True)
TOKENS = st.from_regex(r"[A-Za-z0-9]{10}", fullmatch=True)


@pytest.mark.parametrize(
    "value",
    ["", "a/b", "x_y", "end-", "-start", "é", "a b", "pipelines", "pipelines-x", "*", None, 3],
)
def test_invalid_prefixes(value: object) -> None:
    """The message has the value, the reason and what to do."""
    with pytest.raises(InvalidPrefix) as raised:
        JobPrefix(value)
    assert value == raised.value.got
    assert repr(value) in str(raised.value)
    assert re.search("; (use letters, digits and hyphens|choose another prefix)", str(raised.value))


def test_a_prefix_is_a_str() -> None:
    """It compares, hashes, pickles and formats like the string."""
    prefix = JobPrefix("team-a")
    assert ("team-a", "team-a-*") == (prefix, f"{prefix}-*")
    assert hash("team-a") == hash(prefix)
    assert isinstance(pickle.loads(pickle.dumps(prefix)), JobPrefix)
    assert prefix is JobPrefix(prefix)


@pytest.mark.parametrize(
    ("name", "joined"),
    [
        ("train", "team-a-train"),
        ("team-a-train", "team-a-train"),
        ("team-a", "team-a"),
        ("team-ab", "team-a-team-ab"),
        ("", "team-a"),
        (None, "team-a"),
    ],
)
def test_join(name: str | None, joined: str) -> None:
    """A name gets the prefix once; without a name the result is the prefix."""
    assert joined == JobPrefix("team-a").join(name)


@pytest.mark.parametrize("name", ["a/b", "x_y", "end-", "-start", "ü"])
def test_join_refuses_invalid_names(name: str) -> None:
    """It does not change them into valid names."""
    with pytest.raises(InvalidPrefix):
        JobPrefix("team-a").join(name)


@given(PREFIXES, NAMES)
def test_joined_names_are_covered_whole_and_once(prefix: str, name: str) -> None:
    """The prefix covers the result, which ends with the whole name and joins to itself."""
    job_prefix = JobPrefix(prefix)
    joined = job_prefix.join(name)
    assert job_prefix.covers(joined)
    assert joined.endswith(name)
    assert joined == job_prefix.join(joined)
    assert joined.startswith(f"{prefix}-") or joined == prefix


@given(PREFIXES, st.text(min_size=1))
def test_join_gives_a_prefix_or_refuses(prefix: str, name: str) -> None:
    """For any name, the result is a valid prefix or an error."""
    try:
        joined = JobPrefix(prefix).join(name)
    except InvalidPrefix:
        return
    assert joined == JobPrefix(str(joined))


def test_covers_ends_at_a_hyphen() -> None:
    """``team-a`` does not cover ``team-ab``, and the comparison is case-sensitive."""
    covers = JobPrefix("team-a").covers
    assert (True, True, False, False) == (
        covers("team-a"),
        covers("team-a-x"),
        covers("team-ab"),
        covers("Team-a-x"),
    )


@pytest.mark.parametrize("row", REAL, ids=[row["name"] for row in REAL])
def test_every_real_name_parses(row: dict[str, dict[str, object]]) -> None:
    """The fields equal those that a person read from the name."""
    parsed = JobName.parse(row["name"])
    assert row["parsed"] == {field: getattr(parsed, field) for field in row["parsed"]}


@given(PREFIXES, IDS, TOKENS, st.none() | st.integers(0, 99))
def test_custom_names_parse_back(prefix: str, id_: str, token: str, count: int | None) -> None:
    """A name composed of parts parses to these parts."""
    name = f"{prefix}-{id_}-{token}" + ("" if count is None else f"-{count}")
    assert JobName("custom-prefix", prefix, id_, None, token, count) == JobName.parse(name)


@given(IDS, st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}", fullmatch=True), TOKENS)
def test_default_names_parse_back(id_: str, step: str, token: str) -> None:
    """Names with prefixing off parse too, also if the shortened step name ends with a hyphen."""
    name = f"pipelines-{id_}-{step}-{token}"
    assert JobName("default", "pipelines", id_, step, token, None) == JobName.parse(name)


@pytest.mark.parametrize(
    "name", ["", "train", "team-a-train-2024-01-01-10-20-30-123", "pipelines-x", "a" * 63]
)
def test_names_of_other_forms(name: str) -> None:
    """They raise a ValueError that shows the name."""
    with pytest.raises(ValueError, match="is not a name that SageMaker Pipelines generates"):
        JobName.parse(name)


def test_a_composed_name_keeps_the_declared_name() -> None:
    """It formats and serialises as any ``str``; copies keep its attributes."""
    name = ComposedName("team-a-x", "x", "Estimator(base_job_name=)")
    assert ("team-a-x", "team-a-x-1", '"team-a-x"') == (name, f"{name}-1", json.dumps(name))
    for twin in (copy.copy(name), copy.deepcopy(name), pickle.loads(pickle.dumps(name))):
        assert (ComposedName, name) == (type(twin), twin)
        assert ("x", "Estimator(base_job_name=)") == (twin.declared, twin.argument)


class Disguised(str):
    """A ``str`` whose methods all lie about its characters."""

    def __str__(self) -> str:
        return "rogue"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return "rogue"

    def __hash__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __iter__(self):
        return iter("rogue")

    def startswith(self, *_: object) -> bool:
        return True


Kind = Enum("Kind", {"TEAM": "team-a", "TRAIN": "train", "INSIDE": "team-a-x"}, type=str)


@pytest.mark.parametrize("of", [Disguised, Kind], ids=["subclass", "enum"])
def test_a_string_counts_by_its_characters(of: type) -> None:
    """The methods of a subclass don't matter: in a prefix, a name or a copy."""
    team, train, inside = of("team-a"), of("train"), of("team-a-x")
    assert (str, "team-a") == (type(exact_str(team)), exact_str(team))
    assert "team-a" == JobPrefix(team)
    assert "team-a-train" == JobPrefix(team).join(train)
    assert "team-a-x" == JobPrefix(team).join(inside)
    assert (True, False) == (JobPrefix("team-a").covers(inside), JobPrefix("team-a").covers(train))
    assert ("train", None, False) == (hyphenated(train), invalid_characters(train), reserved(train))
    name = ComposedName(of("team-a-x"), of("x") if of is Disguised else None, "X(n=)")
    assert "team-a-x" == json.loads(json.dumps(name)) == f"{name}"
    assert type(name.declared) in (str, type(None))


def test_a_subclass_of_a_prefix_is_checked() -> None:
    """Its characters count, as those of any other ``str``."""
    sub = type("Sub", (JobPrefix,), {"__str__": lambda self: "rogue", "__format__": lambda *_: "r"})
    prefix = JobPrefix(sub("team-a"))
    assert (JobPrefix, "team-a-x") == (type(prefix), prefix.join("x"))
    assert sub("team-a").covers("team-a-x") and not sub("team-a").covers("rogue-x")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "it is a NoneType, not a str"),
        (3, "it is a int, not a str"),
        ("", "it is empty"),
        ("b.a b", "it has ' ', '.' in it"),
        ("-", "it has a hyphen at its beginning"),
        ("-a", "it has a hyphen at its beginning"),
        ("a-", "it has a hyphen at its end"),
        ("@", "it has '@' in it"),
        ("[", "it has '[' in it"),
        ("`", "it has '`' in it"),
        ("{", "it has '{' in it"),
        ("/", "it has '/' in it"),
        (":", "it has ':' in it"),
        ("a\n", "it has '\\n' in it"),
        ("a", None),
        ("AZaz09", None),
        ("a--b", None),
    ],
)
def test_why_a_value_is_no_name(value: object, why: str | None) -> None:
    """The whole reason; the characters next to the allowed ones are outside."""
    assert why == invalid_characters(value)


RULE = "use letters, digits and hyphens (A-Z a-z 0-9 -), with no hyphen at either end"
RESERVED_WORD = "the service itself uses 'pipelines' with prefixing off; choose another prefix"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("a_", f"it has '_' in it; {RULE}"),
        ("pipelines", RESERVED_WORD),
        ("pipelines-x", RESERVED_WORD),
    ],
)
def test_the_message_for_an_invalid_prefix(value: str, why: str) -> None:
    """It has the value, the reason and what to do, from the constructor and from ``join``."""
    with pytest.raises(InvalidPrefix) as raised:
        JobPrefix(value)
    assert f"{value!r} can't be a job prefix: {why}." == str(raised.value)
    if "_" in value:
        with pytest.raises(InvalidPrefix) as raised:
            JobPrefix("team-a").join(value)
        assert f"{value!r} can't be a job prefix: {why}." == str(raised.value)


@pytest.mark.parametrize("value", ["pipeline", "pipelinesx", "Pipelines", "x-pipelines"])
def test_the_nearest_prefixes_to_the_reserved_one(value: str) -> None:
    """Only the word itself, or what begins with it and a hyphen, is the service's."""
    assert value == JobPrefix(value)
    assert not reserved(value)
    assert reserved("pipelines") and reserved("pipelines-") and reserved("pipelines-x")


@pytest.mark.parametrize(
    ("step_name", "room", "part"),
    [
        ("Train_Model", 11, "Train-Model"),
        ("Train_Model", 10, "Trai-e0079"),
        ("_Train_", 5, "Train"),
        ("X_Train_X", 9, "X-Train-X"),
        ("XaXbcdefgh", 9, "XaX-d4bbb"),
        ("_Train_", 4, "e777"),
        ("Train", 0, ""),
        ("Train", -1, ""),
        ("Training", 1, "3"),
        ("Training", 5, "36a79"),
        ("Training", 6, "36a79"),
        ("Training", 7, "T-36a79"),
        ("A--Training", 8, "A-72ea4"),
        ("A--Training", 9, "A-72ea4"),
        ("A--Training", 10, "A--T-72ea4"),
        ("___", 0, ""),
        ("\ud800" + "x" * 9, 9, "xxxxxxxxx"),
        ("\ud800" + "x" * 9, 8, "xx-ce0bb"),
    ],
)
def test_what_a_step_gives_to_a_name(step_name: str, room: int, part: str) -> None:
    """The whole name at the limit; one character less gives its beginning and a hash."""
    assert part == step_part(step_name, room)


def test_what_a_given_name_replaces() -> None:
    """What was declared, unless something else stood there; a copy knows it too."""
    plain_name = ComposedName("team-a-x", "x", "X(n=)")
    other = ComposedName("team-a-x", None, "X(n=)", replaced=["y"])
    for name, replaced, declared in ((plain_name, "x", "x"), (other, ["y"], None)):
        for twin in (name, copy.copy(name), pickle.loads(pickle.dumps(name))):
            assert (replaced, declared, "X(n=)") == (twin.replaced, twin.declared, twin.argument)


ID, TOKEN = "a1b2c3d4e5f6", "A1b2C3d4E5"


@pytest.mark.parametrize(
    ("name", "parsed"),
    [
        (f"team-a-{ID}-{TOKEN}", ("custom-prefix", "team-a", ID, None, TOKEN, None)),
        (f"t-{ID}-{TOKEN}-3", ("custom-prefix", "t", ID, None, TOKEN, 3)),
        (f"t-{ID}-{TOKEN}-config", ("custom-prefix", "t", ID, None, TOKEN, None)),
        (f"t-{ID}-{TOKEN}-12-config", ("custom-prefix", "t", ID, None, TOKEN, 12)),
        (f"pipelines-{ID}-S_1-{TOKEN}", ("default", "pipelines", ID, "S_1", TOKEN, None)),
        (f"pipelines-{ID}-S-{TOKEN}-0", ("default", "pipelines", ID, "S", TOKEN, 0)),
        (
            f"pipelines-{ID}-{'s' * 20}-{TOKEN}",
            ("default", "pipelines", ID, "s" * 20, TOKEN, None),
        ),
        (f"{ID}-{'s' * 7}-{TOKEN}", ("default-short", None, ID, "s" * 7, TOKEN, None)),
        (f"{ID}-S-{TOKEN}-2", ("default-short", None, ID, "S", TOKEN, 2)),
    ],
)
def test_the_parts_of_a_name(name: str, parsed: tuple[object, ...]) -> None:
    """At the most characters of each part."""
    assert JobName(*parsed) == JobName.parse(name)


@pytest.mark.parametrize(
    "name",
    [
        f"t-{ID[1:]}-{TOKEN}",
        f"t-{ID.upper()}-{TOKEN}",
        f"t-{ID}-{TOKEN[1:]}",
        f"t-{ID}-{TOKEN}x",
        f"t-{ID}-{TOKEN}-",
        f"t-{ID}-{TOKEN}-x",
        f"t-{ID}-{TOKEN}\n",
        f"-t-{ID}-{TOKEN}",
        f"t_-{ID}-{TOKEN}",
        f"pipelines-{ID}-{'s' * 21}-{TOKEN}",
        f"pipelines-{ID}-{TOKEN}",
        f"{ID}-{'s' * 8}-{TOKEN}",
        f"{ID}--{TOKEN}",
    ],
)
def test_the_nearest_names_that_the_service_does_not_make(name: str) -> None:
    """A character too many or too few in a part; the error has the form that is wanted."""
    with pytest.raises(ValueError) as raised:
        JobName.parse(name)
    assert (
        f"{name!r} is not a name that SageMaker Pipelines generates; wanted "
        "'pipelines-<execution id>-<step>-<token>' or '<prefix>-<execution id>-<token>', with "
        "12 characters of execution id and 10 of token." == str(raised.value)
    )
