"""The command, with no SDK in it."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sm_prefix_ext import __version__
from sm_prefix_ext.cli import main

from .conftest import Run

ROOT = Path(__file__).parents[3]
EXECUTION = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p/execution/ic9xq2n1qepa"
JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/team-a-x-ic9xq2n1qepa-bAEHIt7IXm"
LISTED = {
    "PipelineExecutionSteps": [
        {"StepName": "Train", "StepStatus": "Succeeded", "Metadata": {"TrainingJob": {"Arn": JOB}}}
    ]
}


def definition(**names: str) -> dict[str, Any]:
    """A definition with a training step for each argument."""
    steps = [
        {"Name": step, "Type": "Training", "Arguments": {"TrainingJobName": name}}
        for step, name in names.items()
    ]
    return {"Version": "2020-12-01", "Steps": steps}


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    """What the tests' arguments name, in the current folder."""
    (tmp_path / "good.json").write_text(json.dumps(definition(Train="team-a-train")))
    (tmp_path / "bad.json").write_text(json.dumps(definition(Train="train", Other="a/b")))
    (tmp_path / "steps.json").write_text(json.dumps(LISTED))
    (tmp_path / "team-b.toml").write_text('prefix = "team-b"\n')
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "latin.json").write_bytes(b'{"Steps": "\xe9"}')
    (tmp_path / "things.py").write_text("print('made')\nnumber = 3\ndef broken(): raise KeyError\n")
    (tmp_path / "fails.py").write_text("raise RuntimeError('first\\nlast line')\n")
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    (tmp_path / "syntax.py").write_text("def\n")
    (tmp_path / "lazy.py").write_text("def __getattr__(name): raise ValueError('lazily')\n")
    (tmp_path / "alike.py").write_text(
        "class Alike:\n    steps = []\n    def definition(self): return '{}'\nalike = Alike()\n"
    )
    (tmp_path / "null.json").write_text("null")
    (tmp_path / "twice.json").write_text(
        '{"Steps": [{"Name": "A", "Type": "Fail", "Type": "Training"}]}'
    )
    (tmp_path / "huge.toml").write_text("prefix = 0x" + "f" * 9_999)
    (tmp_path / "deep.toml").write_text("prefix = " + "[" * 9_999)
    (tmp_path / "metadata.json").write_text('[{"StepName": "Train", "Metadata": true}]')


def test_check_of_a_good_definition(run: Run) -> None:
    """Exit status 0, whichever way it comes."""
    assert (0, "") == run("check", "good.json", "--prefix", "team-a")[::2]
    text = json.dumps(definition(Train="team-a"))
    status, said, _ = run("check", "-", "--prefix", "team-a", stdin="\ufeff" + text)
    clean = "No findings: every job runs under its prefix.\n"
    assert (0, clean) == (status, said.splitlines(keepends=True)[0])


def test_check_of_a_bad_definition(run: Run) -> None:
    """Exit status 1, and everything on standard output."""
    status, said, errors = run("check", "bad.json", "--prefix", "team-a")
    assert (1, "") == (status, errors)
    for word in ("PFX006", "PFX003", "Train", "Other", "Fix: ", "3 errors, 0 warnings;"):
        assert word in said


def test_check_of_roles_of_two_accounts(run: Run) -> None:
    """IAM passes roles within one account, so one of them is wrong."""
    made = definition(Train="team-a-x", Other="team-a-y")
    for step, account in zip(made["Steps"], ("111122223333", "444455556666")):
        step["Arguments"]["RoleArn"] = f"arn:aws:iam::{account}:role/worker"
    status, said, _ = run("check", "-", "--prefix", "team-a", stdin=json.dumps(made))
    assert (1, True) == (status, "PFX018" in said)


def test_check_needs_a_prefix(run: Run, tmp_path: Path) -> None:
    """Without a policy, or with one that asks for no prefix, nothing would be checked."""
    (tmp_path / "roles.toml").write_text('[step_roles]\n"*" = "arn:aws:iam::111122223333:role/r"\n')
    for options, message in (
        ((), "There is no prefix policy to check against: give --prefix or --policy"),
        (("--short-prefix", "team-a"), "The policy has no prefix"),
        (("--policy", "roles.toml"), "The policy roles.toml has no prefix"),
        (("--declared-only", "--prefix", "team-a"), "--declared-only excludes --policy"),
    ):
        status, output, error = run("check", "good.json", *options)
        assert (2, "") == (status, output)
        assert message in error


def test_check_of_names_as_they_stand(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On request no prefix is asked for, whatever policy is discovered."""
    monkeypatch.setenv("SM_PREFIX_POLICY", "team-b.toml")
    status, output, _ = run("check", "good.json", "--declared-only")
    expected = "No findings: every name is valid as it stands; no prefix was asked for.\n"
    assert (0, expected) == (status, output.splitlines(keepends=True)[0])
    status, output, _ = run("check", "bad.json", "--declared-only")
    assert (1, True, False) == (status, "PFX003" in output, "PFX006" in output)


def test_check_as_json(run: Run) -> None:
    """The findings' fields, and nothing else on standard output."""
    status, said, _ = run("check", "bad.json", "--prefix", "team-a", "--format", "json")
    [first, *rest] = json.loads(said)["findings"]
    assert (1, "Train") == (status, first["step"])
    assert {"Other"} == {finding["step"] for finding in rest}
    assert ["code", "severity", "step", "step_type", "message", "fix"] == list(first)[:6]
    good = json.loads(run("check", "good.json", "--prefix", "team-a", "--format", "json")[1])
    assert (1, []) == (good["schema"], good["findings"])


def test_the_policy_is_the_given_one_or_found(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--policy`` beats the file in the environment, which beats none."""
    monkeypatch.setenv("SM_PREFIX_POLICY", "team-b.toml")
    assert 1 == run("check", "good.json")[0]
    assert 0 == run("check", "good.json", "--prefix", "team-a")[0]
    monkeypatch.delenv("SM_PREFIX_POLICY")
    assert 1 == run("check", "good.json", "--policy", "team-b.toml")[0]


def test_plan(run: Run) -> None:
    """Names, ARNs, roles and actions, with the account and region given."""
    where = ("--account", "111122223333", "--region", "eu-west-1")
    status, said, _ = run("plan", "good.json", *where)
    assert 0 == status
    assert "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-train-*" in said
    status, said, _ = run("plan", "good.json", "--format", "json")
    [job] = json.loads(said)["jobs"]
    assert (0, "team-a-train-*") == (status, job["name_pattern"])
    assert "sagemaker:CreateTrainingJob" in job["actions"]


def test_jobs(run: Run) -> None:
    """Exit status 1 where jobs are outside of the policy."""
    status, said, _ = run("jobs", "steps.json")
    assert (0, True) == (status, JOB in said)
    assert 0 == run("jobs", "-", "--prefix", "team-a", stdin=json.dumps(LISTED))[0]
    status, said, _ = run("jobs", "steps.json", "--policy", "team-b.toml")
    assert (1, True) == (status, f"Outside the policy: Train: {JOB}" in said)
    status, said, _ = run("jobs", "steps.json", "--format", "json", "--prefix", "b")
    [job] = json.loads(said)["jobs"]
    assert (1, "team-a-x", JOB) == (status, job["prefix"], job["arn"])


@pytest.mark.parametrize(
    ("arguments", "said"),
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
        ("plan alike.py:Alike", "'Alike' is of type Alike; wanted a Pipeline or"),
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
        ("chekc good.json", "No such command 'chekc'."),
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
def test_a_wrong_call_is_one_line(run: Run, arguments: str, said: str) -> None:
    """Exit status 2, one sentence on standard error, nothing on standard output."""
    status, out, err = run(*arguments.split(" "))
    err = err.removeprefix("made\n")  # what a module prints goes to standard error
    assert (2, "") == (status, out)
    assert err.startswith("sm-prefix: ")
    assert 1 == err.count("\n")
    assert said in err


def test_an_error_of_aws_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In AWS's own words."""
    import boto3
    from botocore.exceptions import ClientError, NoCredentialsError

    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListSteps")
    for error in (NoCredentialsError(), refusal):

        def client(*_: object, raised: Exception = error, **__: object) -> None:
            raise raised

        monkeypatch.setattr(boto3, "client", client)
        status, out, err = run("jobs", EXECUTION)
        assert (2, "", f"sm-prefix: asking AWS failed: {error}\n") == (status, out, err)


def test_help_and_version(run: Run) -> None:
    """No argument at all is a call for help."""
    for arguments in ((), ("-h",), ("--help",)):
        status, said, _ = run(*arguments)
        assert (0, True) == (status, "check" in said and "Exit status: 0" in said)
    assert (0, f"sm-prefix, version {__version__}\n", "") == run("--version")


@pytest.mark.parametrize("form", ["table", "json"])
def test_check_of_json_imports_neither_sdk_nor_boto3(form: str) -> None:
    """It is fast, and works where there is neither."""
    code = (
        "import sys\nfrom sm_prefix_ext.cli import main\n"
        f"try: main(['check', 'bad.json', '--prefix', 'team-a', '--format', '{form}'])\n"
        "except SystemExit as end: assert end.code == 1, end\n"
        "heavy = {'sagemaker', 'boto3', 'botocore', 'pandas', 'moto', 'rich', 'yaml'}\n"
        "heavy = (heavy | {'sm_prefix_ext.iam'}) & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = program(code)
    assert (0, "") == (done.returncode, done.stderr)
    assert "PFX006" in done.stdout


def test_the_module_is_the_command() -> None:
    """``python -m sm_prefix_ext`` where the command isn't on the path."""
    done = spawned("check", "bad.json", "--declared-only")
    assert (1, b"") == (done.returncode, done.stderr)
    assert b"PFX003" in done.stdout


@pytest.mark.parametrize("arguments", ["check -", "jobs -", "preflight good.json --role-policy -"])
def test_a_closed_standard_input_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    """As a shell's ``<&-`` leaves it, or whoever calls."""
    closed = io.StringIO()
    closed.close()
    for stdin in (None, closed):
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(SystemExit) as ended:
            main(arguments.split(" "))
        said = "sm-prefix: standard input is closed; give a file, or pipe the JSON in.\n"
        assert (2, ("", said)) == (ended.value.code, tuple(capsys.readouterr()))


@pytest.mark.parametrize("early", ["click", "sm_prefix_ext.targets", "sm_prefix_ext.core.plan"])
def test_an_interrupt_is_no_traceback(tmp_path: Path, early: str) -> None:
    """Exit status 130, also while the command's own modules are being imported."""
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
    """Ctrl-C while the user's own code runs."""
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
    """Where boto3, or v2 of the SDK in its own words, says that there is none."""
    (tmp_path / "nowhere.py").write_text(raising)
    status, out, err = run("check", "nowhere.py:pipeline")
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert err.endswith(" Set AWS_DEFAULT_REGION, such as AWS_DEFAULT_REGION=eu-west-1.\n")


def test_the_sdks_noise_is_kept_back_for_the_time_of_a_command(run: Run, tmp_path: Path) -> None:
    """INFO lines, and that a pipeline session is one; afterwards all is as it was."""
    (tmp_path / "noisy.py").write_text(
        "import logging, os, sys, warnings\n"
        "logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)\n"
        "logging.getLogger('botocore.credentials').info('Found credentials')\n"
        "logger = logging.getLogger('sagemaker.config')\n"
        "logger.setLevel(logging.INFO)\n"
        "logger.info('Not applying SDK defaults')\n"
        "logging.getLogger('sagemaker.telemetry.telemetry_logging').error('no telemetry')\n"
        "logging.getLogger('mine').warning('mine counts')\n"
        "assert os.environ['SAGEMAKER_SUPPRESS_V2_WARNING']\n"
        "warnings.warn('Running within a PipelineSession, there will be No Wait.')\n"
        "raise RuntimeError('the end')\n"
    )
    telemetry = logging.getLogger("sagemaker.telemetry")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def state() -> object:
        disabled = logging.root.manager.disable
        return disabled, telemetry.level, warnings.filters[:], dict(os.environ)

    before = state()
    try:
        status, out, err = run("check", "noisy.py:pipeline")
    finally:
        root.handlers[:], root.level = handlers, level
    assert before == state()
    assert (2, "") == (status, out)
    assert [
        "WARNING:mine:mine counts",
        "sm-prefix: importing noisy.py failed at noisy.py, line 11: RuntimeError: the end",
    ] == err.splitlines()


def program(code: str) -> subprocess.CompletedProcess[str]:
    """What Python does with a program, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def spawned(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What the command does in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sm_prefix_ext", *arguments],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_any_name_can_be_printed(tmp_path: Path, encoding: str) -> None:
    """What the output's encoding lacks is escaped, be it the definition's or our own dash."""
    (tmp_path / "odd.json").write_text(json.dumps(definition(**{"\N{SNOWMAN}\ud800": "team-a"})))
    done = spawned("plan", "odd.json", PYTHONIOENCODING=encoding)
    assert (0, b"") == (done.returncode, done.stderr)
    shown = ("\N{SNOWMAN}" if encoding == "utf-8" else r"\u2603") + r"\ud800"
    assert shown.encode("utf-8") in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    ["plan good.json", "plan good.json --format json", "check bad.json --declared-only", "--help"],
)
def test_a_full_disk_is_one_line(arguments: str) -> None:
    """Exit status 2, whoever writes, and Python has nothing to add at its end."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sm_prefix_ext", *arguments.split(" ")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    said = "sm-prefix: reading or writing failed: [Errno 28] No space left on device\n"
    assert (2, said) == (done.returncode, done.stderr)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="there is no /dev/fd")
def test_a_pipe_is_a_file(run: Run) -> None:
    """As in ``sm-prefix check <(make-it)``, for a pipeline and for a policy."""
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    with piped(definition(Train="team-a-train")) as pipeline:
        assert 0 == run("check", pipeline, "--declared-only")[0]
    with piped({"Statement": allow}) as policy:
        assert 0 == run("preflight", "good.json", *PLACE, "--role-policy", policy)[0]


@contextmanager
def piped(data: Any) -> Iterator[str]:
    """The path of a pipe with JSON in it."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        json.dump(data, file)
    yield f"/dev/fd/{reading}"
    os.close(reading)


@pytest.mark.parametrize(
    "command", [("plan",), ("policy",), ("preflight", "--role-policy", "none.json")]
)
def test_a_definition_that_the_policy_refuses(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Its findings and exit status 1, as for ``check``; on standard error where a document goes.

    Without a policy it goes by as it stands, for it may well be without any prefix.
    """
    Path("none.json").write_text('{"Statement": []}')
    name, *more = command

    def judged(*given: str) -> tuple[int, bool]:
        status, out, err = run(name, "good.json", *more, *given)
        assert not ("PFX006" in out and name == "policy")
        return status, "PFX006" in out + err

    assert (1, True) == judged("--prefix", "team-b")
    as_it_stands = (1 if name == "preflight" else 0, False)
    assert as_it_stands == judged("--prefix", "team-a") == judged()
    monkeypatch.setenv("SM_PREFIX_POLICY", "team-b.toml")
    assert (1, True) == judged()


def test_a_module_with_findings(run: Run) -> None:
    """A name that can't be is found in the constructor already, while the module is imported."""
    Path("early.py").write_text(
        "from sm_prefix_ext import PrefixPolicy, PrefixViolation\n"
        "from sm_prefix_ext.enforcement.enforce import enforce\n"
        f"document = {definition(Train='a/b')!r}\n"
        "raise PrefixViolation(enforce(document, PrefixPolicy('team-a'))[1])\n"
    )
    for command in ("check", "plan"):
        status, out, err = run(command, "early.py:pipeline")
        assert (1, "") == (status, err)
        assert "PFX003" in out


TRAINING = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-train-*"
PLACE = ("--region", "eu-west-1", "--account", "111122223333")
ROLE = "arn:aws:iam::111122223333:role/execution"
USER = "arn:aws:iam::111122223333:user/execution"


def written(run: Run, *arguments: str) -> Any:
    """A policy that the command prints."""
    status, out, _ = run("policy", *arguments)
    assert 0 == status
    return json.loads(out)


def test_policy_for_the_execution_role(run: Run) -> None:
    """The default; what is left open is said on standard error."""
    policy = written(run, "good.json", *PLACE, "--role-arn", ROLE)
    assert [TRAINING] == policy["Statement"][1]["Resource"]
    assert [ROLE] == policy["Statement"][0]["Resource"]
    status, _, err = run("policy", "good.json")
    assert 0 == status
    assert "note: Step Train: The role that it takes isn't known" in err
    assert "note: The region isn't known" in err


def test_policy_for_the_author_and_others(run: Run) -> None:
    """Each in its own form."""
    author = written(run, "good.json", "--for", "author", "--pipeline-name", "team-a-p", *PLACE)
    assert "pipeline/team-a-p" in json.dumps(author)
    team = written(run, "--for", "prefix", "--prefix", "team-a", "--kind", "Training", *PLACE)
    assert team == written(run, "good.json", "--for", "prefix", "--prefix", "team-a", *PLACE)
    assert [TRAINING.replace("-train-*", "-*")] == team["Statement"][0]["Resource"]
    trust = written(run, "--for", "trust", "--account", "111122223333")
    assert "aws:SourceAccount" in json.dumps(trust)
    vpc = ("--vpc", "vpc-0123456789abcdef0")
    status, out, err = run("policy", "--for", "scp", "--tag", "reader=yes", *vpc)
    assert (0, 3) == (status, len(json.loads(out)["Statement"]))
    assert "note: Put the tag reader=yes on the execution role." in err


@pytest.mark.parametrize("form", ["cloudformation", "terraform"])
def test_policy_forms(run: Run, form: str) -> None:
    """For the tools that deploy it."""
    status, out, _ = run("policy", "good.json", *PLACE, "--format", form)
    assert 0 == status
    assert ("AWS::IAM::ManagedPolicy" if form == "cloudformation" else "aws_iam_policy") in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--for execution-role needs a TARGET"),
        (("--for", "prefix"), "The policy has no prefix"),
        (("--for", "prefix", "--prefix", "team-a", "--kind", "x"), "'x' is not a step type"),
        (("--for", "scp", "--tag", "a=b"), "vpc_ids is ()"),
        (("--for", "scp", "--vpc", "vpc-0123456789abcdef0"), "tag_key is ''"),
        (("good.json", "--account", "1"), "'1' can't be an account"),
        (("--for", "trust", "--account", "1"), "'1' can't be an account"),
        (("none.json",), "there is no such file"),
        (("good.json", "--region", "x"), "'x' can't be a region"),
        (("good.json", "--role-arn", "notarn"), "'notarn'"),
        (("good.json", "--role-arn", USER), repr(USER)),
        (("good.json", "--pipeline-name", "a*"), "'a*'"),
        (("good.json", "--for", "author", "--bucket", "*"), "'*'"),
        (("good.json", "--for", "author", "--bucket", "BAD BUCKET *"), "'BAD BUCKET *'"),
        (("good.json", "--kind", "X"), "--kind goes with --for prefix; got --for execution-role."),
        (("good.json", "--tag", ""), "--tag goes with --for scp; got"),
        (("good.json", "--vpc", "v"), "--vpc goes with --for scp; got"),
        (("good.json", "--admin", "a"), "--admin goes with --for scp; got"),
        (("good.json", "--bucket", "b"), "--bucket goes with --for author; got"),
    ],
)
def test_policies_that_cannot_be_written(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """One line on standard error, exit status 2."""
    status, out, err = run("policy", *arguments)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert said in err


def test_preflight(run: Run, tmp_path: Path) -> None:
    """0 where all is allowed, 1 where something isn't; the file is named in the statement."""
    made = written(run, "good.json", *PLACE, "--role-arn", ROLE)
    (tmp_path / "role.json").write_text(json.dumps(made))
    (tmp_path / "none.json").write_text('{"Version": "2012-10-17", "Statement": []}')
    given = ("preflight", "good.json", *PLACE, "--role-arn", ROLE)
    status, out, _ = run(*given, "--role-policy", "role.json")
    assert (0, "5 of 5 requests allowed.") == (status, out.strip())
    status, out, _ = run(*given, "--role-policy", "role.json", "--format", "json")
    data = json.loads(out)
    assert (0, True, "role.json") == (
        status,
        data["ok"],
        data["rows"][0]["statements"][0]["policy"],
    )
    for more in (
        ("--boundary", "none.json"),
        ("--scp", "role.json,none.json", "--scp", "none.json"),
    ):
        status, out, _ = run(*given, "--role-policy", "role.json", *more)
        assert (1, "0 of 5 requests allowed.") == (status, out.strip().splitlines()[-1])
        assert "implicitDeny" in out
    status, out, _ = run(*given, "--role-policy", "role.json", "--author-policy", "none.json")
    assert 1 == status
    assert "sagemaker:CreatePipeline" in out


def test_preflight_warns(run: Run, tmp_path: Path) -> None:
    """Where a policy makes nothing of the prefix."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    (tmp_path / "wide.json").write_text(json.dumps({"Statement": everything}))
    status, out, _ = run("preflight", "good.json", *PLACE, "--role-policy", "wide.json")
    assert 0 == status
    assert "PFX012" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give the role's policies as --role-policy FILE"),
        (("--role-policy", "good.json", "--live"), "Give the role's policies"),
        (("--live",), "--live needs --role-arn"),
        (("--role-policy", "none.json"), "there is no such file"),
        (
            ("--role-policy", "good.json"),
            "good.json: 'Steps' is not an element of a policy document",
        ),
        (("--role-policy", "all.json", "--region", "x"), "'x' can't be a region"),
        (("--role-policy", "all.json", "--account", "1"), "'1' can't be an account"),
        (("--role-policy", "all.json", "--role-arn", "notarn"), "'notarn'"),
        (("--role-policy", "all.json", "--pipeline-name", "a*"), "'a*'"),
        (
            ("--role-policy", "all.json", "--author-policy", "all.json", "--bucket", "*"),
            "'*'",
        ),
        (("--role-policy", "all.json", "--bucket", "b"), "give --author-policy FILE with it."),
        (
            ("--role-policy", "null.json"),
            "null.json: got null; wanted a policy document, an object.",
        ),
        (("--role-policy", "all.json", "--boundary", "null.json"), "null.json: got null; wanted"),
        (("--role-policy", "all.json", "--scp", "null.json"), "null.json: got null; wanted"),
        (
            ("--role-policy", "all.json", "--author-policy", "null.json"),
            "null.json: got null; wanted",
        ),
        (("--role-policy", "all.json", "--scp", ""), "--scp '' has an empty name in it; wanted"),
        (("--role-policy", "all.json", "--scp", "all.json,"), "--scp 'all.json,' has an empty"),
    ],
)
def test_preflights_that_cannot_be_made(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """One line on standard error, exit status 2."""
    Path("all.json").write_text(
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    )
    status, out, err = run("preflight", "good.json", *arguments)
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert said in err


def test_preflight_of_a_broken_pipeline(run: Run) -> None:
    """A step type that nobody knows can't be judged: its finding, and exit status 1.

    ``policy`` keeps standard output for the document.
    """
    unknown = json.dumps({"Steps": [{"Name": "New", "Type": "Brandnew"}]})
    Path("none.json").write_text('{"Statement": []}')
    status, out, err = run("preflight", "-", "--role-policy", "none.json", stdin=unknown)
    assert (1, True, "") == (status, "PFX005" in out, err)
    status, out, err = run("policy", "-", stdin=unknown)
    assert (1, "", True) == (status, out, "PFX005" in err)
