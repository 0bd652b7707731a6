"""The command as a whole: wrong calls, help, imports and interrupts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sm_prefix_ext import __version__

from .conftest import Run
from .samples import (
    program,
    spawned,
)

pytestmark = pytest.mark.usefixtures("files")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("check nope.json", "nope.json: there is no such file; wanted a file, "),
        ("plan .", ".: that is a folder; wanted a file, "),
        ("check things.py", "name the pipeline in it too, as things.py:pipeline."),
        ("check nope.py:x", "nope.py: there is no such file; wanted"),
        ("check deep.json", "nested too deep"),
        ("check latin.json", "latin.json can't be read: 'utf-8' codec"),
        ("check steps.json", "steps.json holds no pipeline: it is an object with the key"),
        ("check things.py:nope", "things.py has no attribute 'nope'; wanted"),
        ("check things.py:number", "'number' is of type int; wanted a Pipeline or"),
        ("check things.py:broken", "calling broken() failed at things.py, line 3: KeyError"),
        ("check lazy.py:pipeline", "failed at lazy.py, line 1: ValueError: lazily"),
        ("check alike.py:alike", "'alike' is of type Alike; wanted a Pipeline or"),
        ("plan alike.py:Alike", "Alike() returned a value of type Alike; wanted a Pipeline or"),
        (f"check {'x' * 300}:y", "importing xxx"),
        ("check fails.py:x", "failed at fails.py, line 1: RuntimeError: last line"),
        ("check leaves.py:x", "importing leaves.py failed at leaves.py, line 2: SystemExit: 3"),
        ("check syntax.py:x", "failed at syntax.py, line 1: SyntaxError: invalid syntax"),
        ("check no.such.module:x", "importing no.such.module failed: ModuleNotFoundError"),
        ("plan nope.json", "nope.json: there is no such file"),
        ("plan good.json --account 1", "'1' can't be an account; wanted 12 digits."),
        ("plan good.json --region x", "'x' can't be a region; wanted one such as eu-west-1."),
        ("check good.json --prefix a/b", "'a/b' can't be a job prefix: it has '/' in it"),
        (f"check good.json --prefix {'x' * 39}", "38"),
        ("check good.json --prefix a --short-prefix toolong", "6"),
        ("check good.json --prefix a --policy team-b.toml", "exclude each other"),
        ("check good.json --policy nope.toml", "nope.toml: "),
        ("check good.json --format xml", "'xml' is not one of 'table', 'json', 'github', "),
        ("check", "Missing argument 'TARGET...'."),
        ("chekc good.json", "No such command 'chekc'. Did you mean 'check'?"),
        ("jobs nope.json", "nope.json: there is no such file."),
        ("jobs deep.json", "deep.json is nested too deep to read."),
        ("check twice.json", "has the key 'Type' twice in one object, with 'Fail' and 'Training'"),
        ("jobs twice.json", "has the key 'Type' twice in one object"),
        ("preflight good.json --role-policy twice.json", "has the key 'Type' twice in one object"),
        ("check good.json --policy huge.toml", "a value of type int can't be a job prefix"),
        ("check good.json --policy deep.toml", "deep.toml: the policy file is nested too deep"),
        ("check a\0b", r"a\x00b: there is no such file"),
        ("jobs metadata.json", "the step 'Train': 'Metadata' is True; wanted an object."),
        ("jobs good.json", "This is not a list of execution steps: got an object with the keys"),
        ("jobs arn:aws:s3:::bucket", "is not the ARN of a pipeline execution; wanted"),
        ("jobs arn:x", "'arn:x' is not an ARN"),
    ],
)
def test_a_wrong_call_is_one_line(run: Run, arguments: str, message: str) -> None:
    """A wrong call gives exit status 2 and only one sentence, on standard error."""
    status, out, err = run(*arguments.split(" "))
    err = err.removeprefix("made\n")  # what a module prints goes to standard error
    assert (2, "") == (status, out)
    assert err.startswith("sm-prefix: ")
    assert 1 == err.count("\n")
    assert message in err


def test_help_and_version(run: Run) -> None:
    """The command prints its help for ``--help`` and without arguments."""
    for arguments in ((), ("-h",), ("--help",)):
        status, output, _ = run(*arguments)
        assert (0, True) == (status, "check" in output and "Exit status: 0" in output)
    assert (0, f"sm-prefix, version {__version__}\n", "") == run("--version")


_HEAVY = frozenset({"boto3", "botocore", "moto", "pandas", "rich", "sagemaker", "yaml"})
_OF_OTHER_FORMATS = ("cloudformation", "containers", "descriptions", "marks", "yaml_reader")
_NEEDLESS = _HEAVY | {
    "difflib",
    "importlib.metadata",
    "logging",
    "platformdirs",
    "shutil",
    "sm_prefix_ext.core.policy_file",
    "sm_prefix_ext.core.policy_tables",
    "sm_prefix_ext.iam",
    *(f"sm_prefix_ext.cli.{name}" for name in ("completion", "execution", "explain", "policy")),
    *(f"sm_prefix_ext.targets.{name}" for name in _OF_OTHER_FORMATS),
    "textwrap",
    "tomllib",
    "traceback",
}
"""What a check of a definition without findings imports neither itself nor through another."""


def _imported_by(*arguments: str) -> set[str]:
    """The modules that a command has imported when it ends well."""
    code = (
        "import sys\nfrom sm_prefix_ext.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: assert end.code == 0, end\n"
        "print(*sys.modules)"
    )
    done = program(code)
    assert (0, "") == (done.returncode, done.stderr)
    return set(done.stdout.splitlines()[-1].split())


def test_a_check_imports_nothing_needless(tmp_path: Path) -> None:
    """``check`` of a definition imports no slow module, and works without an SDK."""
    before = set(program("import sys; print(*sys.modules)").stdout.split())
    by_option = _imported_by("check", "good.json", "--prefix", "team-a")
    assert set() == (by_option - before) & _NEEDLESS
    (tmp_path / "sm-prefix.toml").write_text('prefix = "team-a"')
    by_file = _imported_by("check", "good.json")
    reader = {"sm_prefix_ext.core.policy_file", "sm_prefix_ext.core.policy_tables", "tomllib"}
    assert set() == (by_file - before) & (_NEEDLESS - reader)


def test_the_garbage_collector_skips_what_the_command_imports() -> None:
    """It would find nothing there; a caller in the same process keeps its own settings."""
    code = (
        "import atexit, gc, sys\nfrom sm_prefix_ext.cli import main\n"
        "sys.argv[1:] = ['--version']\nfrozen = gc.get_freeze_count()\n"
        "atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > frozen))\n"
        "main({arguments})"
    )
    assert "True True" == program(code.format(arguments="")).stdout.splitlines()[-1]
    assert "True False" == program(code.format(arguments="['-h']")).stdout.splitlines()[-1]


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_check_with_findings_imports_nothing_heavy(form: str) -> None:
    """``check`` that finds something imports neither an SDK, nor boto3, nor what draws tables."""
    code = (
        "import sys\nfrom sm_prefix_ext.cli import main\n"
        f"try: main(['check', 'bad.json', '--prefix', 'team-a', '--format', '{form}'])\n"
        "except SystemExit as end: assert end.code == 1, end\n"
        f"heavy = {set(_HEAVY | {'sm_prefix_ext.iam'})!r} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = program(code)
    assert (0, "") == (done.returncode, done.stderr)
    assert "PFX006" in done.stdout


def test_the_module_is_the_command() -> None:
    """``python -m sm_prefix_ext`` runs the command where it isn't on the path."""
    done = spawned("check", "bad.json", "--declared-only")
    assert (1, b"") == (done.returncode, done.stderr)
    assert b"PFX003" in done.stdout


@pytest.mark.parametrize(
    "early", ["click", "sm_prefix_ext.targets", "sm_prefix_ext.enforcement.enforce"]
)
def test_an_interrupt_is_no_traceback(tmp_path: Path, early: str) -> None:
    """An interrupt gives exit status 130, also while the command imports its modules."""
    code = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {early!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from sm_prefix_ext.cli import main\n"
        "main(['check', 'bad.json', '--declared-only'])\n"
    )
    done = program(code)
    assert (130, "", "") == (done.returncode, done.stdout, done.stderr.strip())


def test_a_module_may_be_interrupted(run: Run, tmp_path: Path) -> None:
    """Ctrl-C in the user's own code gives exit status 130."""
    (tmp_path / "slow.py").write_text("raise KeyboardInterrupt\n")
    status, out, err = run("check", "slow.py:pipeline")
    assert (130, "", "") == (status, out, err.strip())


@pytest.mark.parametrize(
    "raising",
    [
        "from botocore.exceptions import NoRegionError\nraise NoRegionError()\n",
        "from botocore.exceptions import NoRegionError\n"
        "try: raise NoRegionError()\n"
        "except Exception as error: raise ImportError('x') from error\n",
        "raise ValueError('Must setup local AWS configuration with a region supported by it.')\n",
    ],
)
def test_a_missing_region_is_told_how_to_set_it(run: Run, tmp_path: Path, raising: str) -> None:
    """The error of boto3 or the SDK gets a sentence about setting the region."""
    (tmp_path / "nowhere.py").write_text(raising)
    status, out, err = run("check", "nowhere.py:pipeline")
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert err.endswith(" Set AWS_DEFAULT_REGION, such as AWS_DEFAULT_REGION=eu-west-1.\n")


@pytest.mark.parametrize(
    "command", ["--help", "check --help", "check bad.json --declared-only", "plan good.json"]
)
def test_a_closed_pipe_is_quiet(command: str) -> None:
    """The status is a shell's for SIGPIPE, and not 1, which stands for findings."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = spawned(*command.split(), stdout=closed)
    assert (141, b"") == (done.returncode, done.stderr)
