"""The policy file: teams, levels of findings, and which policy holds for a target."""

from __future__ import annotations

import copy
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

import pytest

from sm_prefix_ext import PolicyFileError, PrefixPolicy
from sm_prefix_ext.core import path_patterns, policy_file, policy_search
from sm_prefix_ext.core.finding_levels import FindingLevel
from sm_prefix_ext.core.policy_file import PolicyFile
from sm_prefix_ext.core.prefix_policy import discovered_as, missing_prefix

ROLE = "arn:aws:iam::111122223333:role/{}"

TEAMS = f"""
[findings]
PFX007 = "off"

[[team]]
name = "risk"
prefix = "risk"
short_prefix = "rk"
paths = ["pipelines/risk/**", "jobs/*-risk"]
step_roles = {{ "*" = "{ROLE.format("risk")}" }}

[[team]]
name = "fraud"
prefix = "fraud-eu"
paths = ["pipelines/fraud"]
"""
DEFAULT = 'prefix = "shared"\n'


def write(path: Path, text: str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A policy file with two teams and no default."""
    return write(tmp_path / "repo" / "sm-prefix.toml", TEAMS)


def prefix_for(file: Path, target: str | None, team: str | None = None) -> str | None:
    """The prefix for a target below a file's folder."""
    path = None if target is None else file.parent / target
    return PolicyFile.read(file).policy_for(path, team=team).prefix


# Which policy holds


def test_a_file_with_teams(file: Path) -> None:
    """Each team's policy knows its file, its team and the file's levels."""
    read = PolicyFile.read(file)
    risk, fraud = read.teams
    assert (file, None, ("risk", "fraud")) == (read.path, read.default, (risk.name, fraud.name))
    assert (risk.policy, fraud.policy) == read.policies()
    assert (
        PrefixPolicy("risk", short_prefix="rk", step_roles={"*": ROLE.format("risk")})
        == risk.policy
    )
    assert ("pipelines/risk/**", "jobs/*-risk") == risk.paths
    assert (str(file), "fraud") == (fraud.policy.source, fraud.policy.team)
    assert {"PFX007": FindingLevel("off")} == dict(fraud.policy.levels)
    assert None is fraud.policy.role_for("Train", "Training")


def test_a_file_without_teams(tmp_path: Path) -> None:
    """The default holds everywhere, and belongs to no team."""
    file = write(tmp_path / "sm-prefix.toml", 'prefix = "a"\n[findings]\nPFX007 = "error"')
    read = PolicyFile.read(file)
    for target in ("a.json", None, "/elsewhere/a.json"):
        policy = read.policy_for(target)
        assert (PrefixPolicy("a"), None) == (policy, policy.team)
        assert {"PFX007": FindingLevel("error")} == dict(policy.levels)
    assert (read.default,) == read.policies()


@pytest.mark.parametrize(
    ("target", "prefix"),
    [
        ("pipelines/risk/train.json", "risk"),
        ("pipelines/risk/eu/deep/train.py", "risk"),
        ("pipelines/risk", "risk"),
        ("jobs/eu-risk", "risk"),
        ("jobs/eu-risk/a.json", "risk"),
        ("pipelines/fraud/a.json", "fraud-eu"),
        ("pipelines/../pipelines/fraud/a.json", "fraud-eu"),
    ],
)
def test_paths_choose_the_team(file: Path, target: str, prefix: str) -> None:
    """Of files and folders, whether they are there or not."""
    assert prefix == prefix_for(file, target)


@pytest.mark.parametrize(
    "target", ["pipelines/a.json", "pipelines/riskier/a.json", "a.json", "../risk/a.json", None]
)
def test_no_team_matches(file: Path, target: str | None) -> None:
    """An error lists the teams with their paths and says how to choose; a default holds instead."""
    with pytest.raises(PolicyFileError) as raised:
        prefix_for(file, target)
    message = str(raised.value)
    assert "risk ('pipelines/risk/**', 'jobs/*-risk'), fraud ('pipelines/fraud')" in message
    assert "--team" in message
    assert ("no team's paths match" in message) == (target is not None)
    write(file, DEFAULT + TEAMS)
    assert "shared" == prefix_for(file, target)


def test_two_teams_match(file: Path) -> None:
    """An error names both, and what matched."""
    write(file, DEFAULT + TEAMS.replace('"pipelines/fraud"', '"pipelines/**/a.json"'))
    assert "risk" == prefix_for(file, "pipelines/risk/b.json")
    with pytest.raises(PolicyFileError) as raised:
        prefix_for(file, "pipelines/risk/a.json")
    assert "risk ('pipelines/risk/**') and fraud ('pipelines/**/a.json')" in str(raised.value)
    assert "fraud-eu" == prefix_for(file, "pipelines/risk/a.json", "fraud")


def test_a_named_team_beats_the_paths(file: Path) -> None:
    """An unknown one is an error with the nearest."""
    assert "fraud-eu" == prefix_for(file, "pipelines/risk/a.json", "fraud")
    assert "fraud-eu" == prefix_for(file, None, "fraud")
    with pytest.raises(PolicyFileError, match="no team 'rsk'; the teams are risk, fraud"):
        prefix_for(file, None, "rsk")
    write(file, DEFAULT)
    with pytest.raises(PolicyFileError, match=r"no team 'risk'; the file has no \[\[team\]\]"):
        prefix_for(file, None, "risk")


def test_links_move_nothing_from_one_team_to_another(file: Path) -> None:
    """A target counts under the path as written and under the one that it leads to."""
    root = file.parent
    write(root / "pipelines" / "fraud" / "a.json", "{}")
    write(root / "versions" / "3" / "a.json", "{}")
    (root / "pipelines" / "risk").symlink_to(root / "pipelines" / "fraud")
    (root / "jobs").mkdir()
    (root / "jobs" / "eu-risk").symlink_to(root / "versions" / "3")
    with pytest.raises(PolicyFileError, match=r"risk .* and fraud .* all match"):
        prefix_for(file, "pipelines/risk/a.json")
    assert "risk" == prefix_for(file, "jobs/eu-risk/a.json")
    other = root.parent / "link"
    other.symlink_to(root)
    assert "fraud-eu" == prefix_for(file, str(other / "pipelines" / "fraud" / "a.json"))
    assert "fraud-eu" == prefix_for(other / "sm-prefix.toml", "pipelines/fraud/a.json")


def test_the_current_folder_chooses(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For ``from_file`` and ``discover``, which have no target."""
    for folder in ("pipelines/risk/eu", "pipelines/fraud"):
        (file.parent / folder).mkdir(parents=True)
    monkeypatch.chdir(file.parent / "pipelines" / "risk" / "eu")
    for policy in (PrefixPolicy.from_file(file), PrefixPolicy.discover()):
        assert ("risk", "risk") == (policy.prefix, policy.team)
    assert "fraud-eu" == PrefixPolicy.from_file(file, team="fraud").prefix
    monkeypatch.chdir(file.parent)
    for call in (PrefixPolicy.discover, lambda: PrefixPolicy.from_file("sm-prefix.toml")):
        with pytest.raises(PolicyFileError, match="no team's paths match"):
            call()
    write(file, DEFAULT + TEAMS)
    assert ("shared", None) == (PrefixPolicy.discover().prefix, PrefixPolicy.discover().team)
    monkeypatch.chdir("pipelines/fraud")
    assert "fraud-eu" == PrefixPolicy.from_file(Path("..", "..", "sm-prefix.toml")).prefix


def test_a_team_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``discover`` obeys it before the current folder; a file that is named explicitly does not."""
    (file.parent / "pipelines" / "risk").mkdir(parents=True)
    monkeypatch.chdir(file.parent / "pipelines" / "risk")
    monkeypatch.setenv("SM_PREFIX_TEAM", "fraud")
    assert ("fraud", "risk") == (PrefixPolicy.discover().team, PrefixPolicy.from_file(file).team)
    monkeypatch.setenv("SM_PREFIX_TEAM", "none")
    with pytest.raises(PolicyFileError, match="no team 'none'"):
        PrefixPolicy.discover()


def test_a_policy_that_is_held(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a block ``discover`` finds what it is told, also where the folder's file has no answer."""
    monkeypatch.chdir(file.parent)
    outer, inner = PrefixPolicy("outer"), PrefixPolicy("inner")
    with discovered_as(outer):
        with pytest.raises(KeyError), discovered_as(inner):
            assert inner is PrefixPolicy.discover()
            raise KeyError
        assert outer is PrefixPolicy.discover()
        with ThreadPoolExecutor(1) as pool, pytest.raises(PolicyFileError, match="SM_PREFIX_TEAM"):
            pool.submit(PrefixPolicy.discover).result()
    with pytest.raises(PolicyFileError, match="no team's paths match"):
        PrefixPolicy.discover()


def test_copies_keep_where_a_policy_came_from(file: Path) -> None:
    """Pickled, copied, and with a collection's roles; they count in no comparison."""
    policy = PrefixPolicy.from_file(file, team="risk")
    roles = PrefixPolicy("risk", short_prefix="rk", step_roles={"Make": ROLE.format("a")})
    assert {} == roles.levels
    object.__setattr__(roles, "levels", policy.levels)
    twins = (pickle.loads(pickle.dumps(policy)), copy.copy(policy), copy.deepcopy(policy))
    for twin in twins:
        assert (policy, hash(policy), str(file), "risk") == (
            twin,
            hash(twin),
            twin.source,
            twin.team,
        )
        assert policy.levels == twin.levels
    assert policy.levels is roles.with_collection_roles({"Make-A": "Make"}).levels
    assert policy == PrefixPolicy("risk", short_prefix="rk", step_roles={"*": ROLE.format("risk")})


# Files that can't be used


def team(**changes: str) -> str:
    """A file with one team, with changed or additional keys."""
    keys = {"name": '"risk"', "prefix": '"rk"', **changes}
    return "[[team]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value)


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        ("team = 3", "team", "got 3; wanted a table for each team, headed [[team]]"),
        ('[team]\nname = "risk"', "team", "headed [[team]]"),
        ('team = ["risk"]', "team", "headed [[team]]"),
        ("[[teams]]", "teams", "Did you mean 'team'?"),
        (team(name=""), "team[0]", "the team has no name"),
        (team(name="3"), "team[0].name", "got 3"),
        (team(name='" "'), "team[0].name", "got ' '"),
        (team(name='"\\u001b[2K"'), "team[0].name", r"got '\x1b[2K'"),
        (team() + team(prefix='"b"'), "team[1].name", "two teams are named 'risk'"),
        (team(prefix=""), "team.risk", "has no prefix"),
        (team(prefix='"a/b"'), "team.risk.prefix", "it has '/' in it"),
        (team(short_prefix='"toolong"'), "team.risk.short_prefix", "7 characters"),
        (team(step_roles='{ Train = "x" }'), "team.risk.step_roles.Train", "not the ARN of a role"),
        (team(path='["a"]'), "team.risk.path", "Did you mean 'paths'?"),
        (team(findings='{ PFX007 = "off" }'), "team.risk.findings", "this key is unknown"),
        (team(paths='"a"'), "team.risk.paths", "got 'a'; wanted a list"),
        (team(paths="[3]"), "team.risk.paths", "got 3; wanted a glob"),
        (team(paths='["/a"]'), "team.risk.paths", "'/a': it begins with '/'"),
        (team(paths='["../a"]'), "team.risk.paths", "'../a': it has '..' in it"),
        (team(paths='["a\\\\b"]'), "team.risk.paths", "it has a backslash"),
        (team(paths='["!a"]'), "team.risk.paths", "can't exclude paths; remove the '!'"),
        (team(paths='["a/b**"]'), "team.risk.paths", "a whole part between two '/'"),
        (team(paths='[""]'), "team.risk.paths", "it matches nothing"),
        (team(paths='["./"]'), "team.risk.paths", "it matches nothing"),
        (
            team() + team(name='"other"', prefix='"RK"'),
            "team.other.prefix",
            "the team risk has the prefix 'RK' too",
        ),
        (
            team() + team(name='"other"', prefix='"another"', short_prefix='"rk"'),
            "team.other.short_prefix",
            "the team risk has the prefix 'rk' too",
        ),
        ("findings = 3", "findings", "got 3"),
        ('[findings]\nPX007 = "off"', "findings.PX007", "Did you mean 'PFX007'?"),
        ('[findings]\nPFX023 = "off"', "findings.PFX023", "always an error, not 'off'"),
    ],
)
def test_files_that_can_not_be_used(tmp_path: Path, text: str, key: str, why: str) -> None:
    """The error has the file, the key and the reason, in one line."""
    file = write(tmp_path / "p.toml", text)
    for read in (PolicyFile.read, PrefixPolicy.from_file):
        with pytest.raises(PolicyFileError) as raised:
            read(file)
        assert (str(file), key) == (raised.value.file, raised.value.key)
        assert why in str(raised.value)
        assert str(raised.value).isprintable()


def test_a_prefix_that_covers_another_is_no_error(tmp_path: Path) -> None:
    """``sm-prefix collisions`` finds it; the prefix outside the teams may be a team's too."""
    text = 'prefix = "risk"\n' + team(prefix='"risk"') + team(name='"eu"', prefix='"risk-eu"')
    assert 3 == len(PolicyFile.read(write(tmp_path / "p.toml", text)).policies())


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "has no prefix, so"), ('short_prefix = "ta"', "has no prefix but a short one, so")],
)
def test_a_policy_without_a_prefix(tmp_path: Path, text: str, why: str) -> None:
    """There is nothing to check against; the sentence names the file."""
    file = write(tmp_path / "p.toml", text)
    policy = PolicyFile.read(file).policy_for(None)
    assert PrefixPolicy.from_file(file) == policy
    assert f"The policy p.toml {why}" in (missing_prefix(policy) or "")
    assert None is missing_prefix(PrefixPolicy("a"))
    assert "--declared-only" in (missing_prefix(None) or "")


# Where a file is looked for


def test_the_nearest_file(tmp_path: Path) -> None:
    """Of a target's own folder, then of those above it; the current folder has no part in it."""
    root = write(tmp_path / "sm-prefix.toml", DEFAULT)
    inner = write(tmp_path / "a" / "sm-prefix.toml", DEFAULT)
    (tmp_path / "a" / "b").mkdir()
    for target in ("a", "a/b", "a/b/x.json", "a/x.json", "a/not/there/x.json"):
        assert inner == policy_search.nearest(tmp_path / target)
    for target in ("", "x.json", "b/x.json"):
        assert root == policy_search.nearest(tmp_path / target)
    root.unlink()
    assert None is policy_search.nearest(tmp_path / "x.json")


def test_the_nearest_file_of_a_link(tmp_path: Path) -> None:
    """The folder of the link comes first, the one that it leads to second; a circle is none."""
    here = write(tmp_path / "here" / "sm-prefix.toml", DEFAULT)
    there = write(tmp_path / "there" / "sm-prefix.toml", DEFAULT)
    target = write(tmp_path / "there" / "x.json", "{}")
    (tmp_path / "here" / "x.json").symlink_to(target)
    assert here == policy_search.nearest(tmp_path / "here" / "x.json")
    here.unlink()
    assert there == policy_search.nearest(tmp_path / "here" / "x.json")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert None is policy_search.nearest(tmp_path / "circle" / "x.json")


def test_a_path_that_is_none(file: Path) -> None:
    """It is nowhere, and belongs to no team."""
    assert None is policy_search.nearest("a\0b")
    with pytest.raises(PolicyFileError, match=r"no team's paths match 'a\\x00b'"):
        PolicyFile.read(file).policy_for("a\0b")


def test_a_link_to_no_policy_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a miss, by which another policy would hold."""
    write(tmp_path / "sm-prefix.toml", DEFAULT)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "sm-prefix.toml").symlink_to(tmp_path / "missing.toml")
    monkeypatch.chdir(tmp_path / "a")
    found = policy_search.nearest("x.json")
    assert tmp_path / "a" / "sm-prefix.toml" == found
    for call in (PrefixPolicy.discover, lambda: PolicyFile.read(found)):
        with pytest.raises(PolicyFileError, match="can't be read"):
            call()


def test_the_files_in_a_folder(tmp_path: Path) -> None:
    """Every ``sm-prefix.toml``, and other TOML with a prefix or a team in it."""
    wanted = [
        write(tmp_path / "a" / "sm-prefix.toml", ""),
        write(tmp_path / "b.toml", 'prefix = "b"'),
        write(tmp_path / "c.toml", team()),
    ]
    for ignored in ("pyproject.toml", ".hidden/x.toml", "node_modules/x.toml", "venv/x.toml"):
        text = "[project]\nprefix = 'x'" if ignored == "pyproject.toml" else 'prefix = "x"'
        write(tmp_path / ignored, text)
    write(tmp_path / "venv" / "pyvenv.cfg", "")
    found = [read.path for read in policy_file.files_in(tmp_path)]
    assert [*wanted, tmp_path / "venv" / "x.toml"] == found  # that file alone makes no environment
    write(tmp_path / "venv" / "bin" / "python3", "")
    write(tmp_path / "broken.toml", "[project\n")
    assert wanted == [read.path for read in policy_file.files_in(tmp_path)]
    write(tmp_path / "broken.toml", 'prefix = "x"\n[findings\n')
    with pytest.raises(PolicyFileError, match=r"broken\.toml: the policy file is not TOML"):
        list(policy_file.files_in(tmp_path))


def test_files_and_folders_that_can_not_be_read(tmp_path: Path) -> None:
    """They may hold a policy, so they are errors and not left out."""
    with pytest.raises(PolicyFileError, match=r"gone: the folder can't be read: No such file"):
        list(policy_file.files_in(tmp_path / "gone"))
    (tmp_path / "team.toml").symlink_to(tmp_path / "gone.toml")
    with pytest.raises(PolicyFileError, match=r"team\.toml: the file can't be read: No such file"):
        list(policy_file.files_in(tmp_path))


def test_a_folder_that_may_not_be_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold the policy, so it is an error and not a miss; a name too long is a miss."""
    assert policy_search.nearest(tmp_path / ("x" * 300) / "train.json") is None

    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", denied)
    why = r"sm-prefix\.toml: the policy file can't be looked for: Permission denied"
    for look in (PrefixPolicy.discover, lambda: policy_search.nearest(tmp_path)):
        with pytest.raises(PolicyFileError, match=why):
            look()
    monkeypatch.setenv("SM_PREFIX_POLICY", str(tmp_path / "sm-prefix.toml"))
    with pytest.raises(PolicyFileError, match=why):
        PrefixPolicy.discover()


# Globs


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("**", ".", True),
        ("**", "a/b", True),
        ("a", "a/b/c", True),
        ("a/", "a/b", True),
        ("./a", "a/b", True),
        ("a", "b/a", False),
        ("**/a", "a", True),
        ("**/a", "b/c/a/d", True),
        ("**/a", "b/ab", False),
        ("a/**", "a", True),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a/**/**/c", "a/b/c", True),
        ("a/**/c", "a/b", False),
        ("*", "a/b", True),
        ("*.py", "a/b.py", False),
        ("*.py", "b.py", True),
        ("*", ".", False),
        ("a?", "ab", True),
        ("a?", "a", False),
        ("[ab]", "b", True),
        ("[!ab]", "b", False),
        ("a", "A", False),
        ("*", ".hidden", True),
        ("a/*/c", "a/b/b/c", False),
    ],
)
def test_globs(pattern: str, path: str, matches: bool) -> None:
    """A glob matches a path below the file's folder, or a folder that the path is in."""
    assert matches == path_patterns.matches(pattern, PurePosixPath(path))
    assert None is path_patterns.why_invalid(pattern)


def test_a_long_glob_takes_no_time() -> None:
    """Matching is linear in the path; it never goes back."""
    path = PurePosixPath("/".join("a" * 500))
    assert not path_patterns.matches("/".join(["**", "a"] * 100 + ["b"]), path)


def test_a_folder_that_is_gone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named team needs no current folder."""
    gone = file.parent / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    os.rmdir(gone)  # noqa: PTH106 - pathlib looks for the current folder first
    assert "fraud-eu" == PrefixPolicy.from_file(file, team="fraud").prefix
