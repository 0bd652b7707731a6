"""The prefix policy, its file, and its discovery."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys
from enum import Enum
from pathlib import Path

import platformdirs
import pytest

from sm_prefix_ext import InvalidPrefix, PolicyFileError, PrefixPolicy
from sm_prefix_ext.core.prefix_policy import unmatched_step_roles
from sm_prefix_ext.core.step_types import KINDS

TOMLLIB = sys.version_info >= (3, 11)
ROLE = "arn:aws:iam::111122223333:role/{}"


def write(path: Path, text: str = 'prefix = "team-a"\n') -> Path:
    """Write a policy file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("prefix", "short", "wanted"),
    [("team-a", None, "team-a"), ("team-alpha", None, None), ("team-alpha", "ta", "ta")],
)
def test_the_short_prefix(prefix: str, short: str | None, wanted: str | None) -> None:
    """It is the prefix if that fits, and applies to the step types with a limit of 6."""
    policy = PrefixPolicy(prefix, short_prefix=short)
    assert wanted == policy.short_prefix == policy.prefix_for(KINDS["Tuning"])
    assert prefix == policy.prefix_for(KINDS["Training"])


@pytest.mark.parametrize(
    "arguments",
    [{"prefix": "a/b"}, {"prefix": "a" * 39}, {"prefix": ""}, {"short_prefix": "a" * 7}],
)
def test_invalid_prefixes(arguments: dict[str, str]) -> None:
    """The constructor refuses them."""
    with pytest.raises(InvalidPrefix):
        PrefixPolicy(**arguments)


@pytest.mark.parametrize("roles", [{"Train": "role"}, {"": ROLE.format("x")}, ["x"], {"T": None}])
def test_step_roles_must_be_roles(roles: object) -> None:
    """The ValueError names the entry."""
    with pytest.raises(ValueError, match="step_roles"):
        PrefixPolicy(step_roles=roles)


def test_which_role_a_step_takes() -> None:
    """The step's name wins over its type, and the type over ``*``."""
    roles = {"Fit": ROLE.format("name"), "Training": ROLE.format("type"), "*": ROLE.format("any")}
    policy = PrefixPolicy(step_roles=roles)
    assert [ROLE.format(r) for r in ("name", "type", "any")] == [
        policy.role_for(*step)
        for step in (("Fit", "Training"), ("Other", "Training"), ("Other", "Processing"))
    ]
    assert PrefixPolicy().role_for("Fit", "Training") is None


def test_a_policy_is_a_value() -> None:
    """It is frozen, hashable and equal to its copies."""
    roles = {"*": ROLE.format("x")}
    policy = PrefixPolicy("team-a", step_roles=roles)
    roles.clear()
    assert {"*": ROLE.format("x")} == dict(policy.step_roles)
    for twin in (pickle.loads(pickle.dumps(policy)), copy.deepcopy(policy)):
        assert (policy, hash(policy)) == (twin, hash(twin))
    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.prefix = None
    with pytest.raises(TypeError):
        policy.step_roles["*"] = ""


def test_from_file(tmp_path: Path) -> None:
    """A policy has all three keys of its file, and the file's path."""
    path = write(
        tmp_path / "p.toml",
        f'prefix = "team-alpha"\nshort_prefix = "ta"\n[step_roles]\nTrain = "{ROLE.format("x")}"\n',
    )
    policy = PrefixPolicy.from_file(path)
    wanted = PrefixPolicy("team-alpha", short_prefix="ta", step_roles={"Train": ROLE.format("x")})
    assert (wanted, str(path)) == (policy, policy.source)


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        ("prefx = 'a'", "prefx", "Did you mean 'prefix'?"),
        ("prefix = 3", "prefix", "it is a int, not a str"),
        ("prefix = 'a/b'", "prefix", "it has '/' in it"),
        ("short_prefix = 'toolong'", "short_prefix", "7 characters"),
        ("[step_roles]\nTrain = 'x'", "step_roles.Train", "not the ARN of a role"),
        ("step_roles = 'x'", "step_roles", "wanted a table that maps"),
        ("[step_rols]\nTrain = 'x'", "step_rols", "Did you mean 'step_roles'?"),
        (
            "whatever = 1",
            "whatever",
            "the known keys are prefix, short_prefix, step_roles, findings, team.",
        ),
        ("[step_roles]\nTrainnig = 'x'", "step_roles.Trainnig", "the step type 'Training'"),
        ("prefix = " + "9" * 5000, None, "not TOML"),
        ("prefix = 0x" + "f" * 5000, "prefix", "a value of type int can't be a job prefix"),
        ("step_roles = 0x" + "f" * 5000, "step_roles", "got a value of type int"),
        ("[step_roles]\nT = 0x" + "f" * 5000, "step_roles.T", "a value of type int is not the"),
        ("prefix = " + "[" * 5000, None, "nested too deep"),
        # tomli, which reads TOML before Python 3.11, gives up where tomllib reads on.
        ("a" + ".a" * 5000 + " = 1", *(("a", "unknown") if TOMLLIB else (None, "the policy file"))),
        ('"\\u001b[2K" = 1', "\x1b[2K", r"\x1b[2K: this key is unknown"),
        ("prefix = ", None, "not TOML"),
        (None, None, "can't be read"),
    ],
)
def test_files_that_can_not_be_used(
    tmp_path: Path, text: str | None, key: str | None, why: str
) -> None:
    """The message has the file, the key and the reason."""
    path = tmp_path / "p.toml"
    if text is not None:
        write(path, text)
    with pytest.raises(PolicyFileError) as raised:
        PrefixPolicy.from_file(path)
    assert (str(path), key) == (raised.value.file, raised.value.key)
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_discovery_takes_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the site, user, parent and this folder and the named one win in this order."""
    user, site = tmp_path / "user", tmp_path / "site"
    monkeypatch.setattr(platformdirs, "user_config_path", lambda app: user / app)
    monkeypatch.setattr(
        platformdirs, "site_config_dir", lambda app, multipath: f"{tmp_path / 'no'}:{site / app}"
    )
    here = tmp_path / "work" / "deep"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    assert PrefixPolicy.discover() is None
    for number, path in enumerate(
        (
            site / "sm-prefix" / "sm-prefix.toml",
            user / "sm-prefix" / "sm-prefix.toml",
            tmp_path / "work" / "sm-prefix.toml",
            here / "sm-prefix.toml",
        )
    ):
        write(path, f'prefix = "p{number}"\n')
        assert PrefixPolicy(f"p{number}") == PrefixPolicy.discover()
    monkeypatch.setenv("SM_PREFIX_POLICY", str(write(tmp_path / "named.toml", 'prefix = "n"\n')))
    assert PrefixPolicy("n") == PrefixPolicy.discover()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discovery raises and does not try the next file."""
    monkeypatch.setenv("SM_PREFIX_POLICY", "no-such.toml")
    with pytest.raises(PolicyFileError, match="isn't there"):
        PrefixPolicy.discover()


def test_steps_take_the_role_of_their_collection() -> None:
    """A step's own role wins."""
    policy = PrefixPolicy("t", step_roles={"Make": ROLE.format("a"), "Make-B": ROLE.format("b")})
    expanded = policy.with_collection_roles(
        {"Make-A": "Make", "Make-B": "Make", "Other-A": "Other"}
    )
    assert [ROLE.format("a"), ROLE.format("b"), None] == [
        expanded.role_for(step, "Model") for step in ("Make-A", "Make-B", "Other-A")
    ]
    assert policy is policy.with_collection_roles({"Other-A": "Other"})


def test_replace_and_a_byte_order_mark(tmp_path: Path) -> None:
    """dataclasses.replace() works, and files may begin with a byte order mark."""
    assert PrefixPolicy("b") == dataclasses.replace(PrefixPolicy("a", short_prefix="b"), prefix="b")
    file = tmp_path / "p.toml"
    file.write_text('prefix = "a"', encoding="utf-8-sig")
    assert "a" == PrefixPolicy.from_file(file).prefix


def test_an_invalid_path() -> None:
    """It raises the same error as any other unreadable file."""
    with pytest.raises(PolicyFileError, match="can't be read"):
        PrefixPolicy.from_file("a\0b")


Word = Enum("Word", {"TEAM": "team-a", "STEP": "Train", "ROLE": ROLE.format("x")}, type=str)


def test_strings_count_by_their_characters() -> None:
    """A policy stores the values of enumeration members."""
    policy = PrefixPolicy(Word.TEAM, step_roles={Word.STEP: Word.ROLE})
    assert PrefixPolicy("team-a", step_roles={"Train": ROLE.format("x")}) == policy
    assert ROLE.format("x") == policy.role_for("Train", "Training")
    assert ROLE.format("x") == policy.role_for(Word.STEP, "Training")
    assert {str} == {type(word) for entry in policy.step_roles.items() for word in entry}


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("Trainnig", "Training"),
        ("Procesing", "Processing"),
        ("Tunning", "Tuning"),
        ("QualtyCheck", "QualityCheck"),
        ("RegistrModel", "RegisterModel"),
        ("traning", None),
        *((kind, None) for kind in KINDS),
        *((kind.lower(), None) for kind in KINDS),
        *((f"Pre{kind}", None) for kind in KINDS),
        *((f"{kind}2", None) for kind in KINDS),
        *((f"{kind}s", None) for kind in KINDS),
        *((name, None) for name in ("Train", "Trainer", "Process", "Tune", "Preprocessing", "*")),
    ],
)
def test_a_misspelt_step_type_is_an_error(key: str, meant: str | None) -> None:
    """The message names the nearest type; other keys are step names."""
    roles = {key: ROLE.format("x")}
    if meant is None:
        assert roles == dict(PrefixPolicy(step_roles=roles).step_roles)
        return
    with pytest.raises(
        ValueError, match=f"'{key}'.*misspelling of the step type '{meant}'; write '{meant}'"
    ):
        PrefixPolicy(step_roles=roles)


def test_roles_for_missing_steps() -> None:
    """Each gives a warning with the nearest name; step types and ``*`` fit every pipeline."""
    roles = dict.fromkeys(("Fit", "Trian", "Training", "Zzz", "*"), ROLE.format("x"))
    findings = unmatched_step_roles(PrefixPolicy(step_roles=roles), ["Fit", "Train"])
    assert [("PFX021", "warning", "Trian"), ("PFX021", "warning", "Zzz")] == [
        (finding.code, finding.severity, finding.step) for finding in findings
    ]
    assert "Write 'Train' in step_roles, or take the entry out." == findings[0].fix
    assert "Take the entry out." == findings[1].fix
    Path("p.toml").write_text(f'[step_roles]\nTrian = "{ROLE.format("x")}"\n', encoding="utf-8")
    [finding] = unmatched_step_roles(PrefixPolicy.from_file("p.toml"), ["Train"])
    assert finding.fix.startswith("Write 'Train' in step_roles of p.toml, or")
    assert findings[0].message == finding.message
    assert () == unmatched_step_roles(PrefixPolicy(step_roles=roles), ["Fit", "Trian", "Zzz"])


def test_a_steps_own_name_is_never_misspelt() -> None:
    """Names of the pipeline's own steps are valid; the policy keeps its file."""
    policy = PrefixPolicy("t", step_roles={"Make": ROLE.format("a")})
    object.__setattr__(policy, "source", "sm-prefix.toml")
    expanded = policy.with_collection_roles({"Procesing": "Make"})
    for twin in (expanded, pickle.loads(pickle.dumps(expanded)), copy.copy(expanded)):
        assert (ROLE.format("a"), "sm-prefix.toml") == (twin.role_for("Procesing", ""), twin.source)
