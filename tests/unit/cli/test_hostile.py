"""Text from outside can't paint over what a terminal, a notebook or a log shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext import Plan, PrefixPolicy, iam, prefixed_jobs
from sm_prefix_ext.cli import main
from sm_prefix_ext.core.display.html import fragment
from sm_prefix_ext.core.findings import CATALOGUE, Finding, as_text
from sm_prefix_ext.core.findings_report import findings_report
from sm_prefix_ext.core.text import printable, printable_json, shown
from sm_prefix_ext.enforcement.enforce import enforce
from sm_prefix_ext.reporting import terminal

HOSTILE = (
    "T\x1b[2K\x1b]0;title\x07\r\nNo findings: every job runs under its prefix.\x9b1A\x08\x7f"
    "\u202e\u2066\u2069\u200e\u200f\u061c\u2028\u2029\u200b\u200d\ufeff\u00ad[bold red]x[/]"
)
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/" + HOSTILE
ROLE = "arn:aws:iam::111122223333:role/r"
DEFINITION = {
    "Steps": [
        {"Name": HOSTILE, "Type": "Training", "Arguments": {"TrainingJobName": HOSTILE}},
        {"Name": "A", "Type": "Processing", "Arguments": {"ProcessingJobName": {"Get": HOSTILE}}},
        {"Name": "B", "Type": "Endpoint", "Arguments": {"EndpointName": HOSTILE}},
        {"Name": "C", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": HOSTILE}},
        {
            "Name": f"D{HOSTILE}",
            "Type": "Condition",
            "Arguments": {"IfSteps": [{"Name": "E", "Type": "Fail"}]},
        },
    ]
}
EXECUTED = [
    {
        "StepName": HOSTILE,
        "StepStatus": HOSTILE,
        "FailureReason": HOSTILE,
        "Metadata": {"TrainingJob": {"Arn": ARN}},
    }
]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    """Write the files that the commands' arguments name into the current folder."""
    (tmp_path / "d.json").write_text(json.dumps(DEFINITION))
    unknown = {"Steps": [{"Name": HOSTILE, "Type": HOSTILE}]}
    (tmp_path / "unknown.json").write_text(json.dumps(unknown))
    (tmp_path / "broken.json").write_text(json.dumps({"Steps": [{"Name": HOSTILE, "Type": ""}]}))
    steps = [{"Name": HOSTILE, "Type": "Fail", "Arguments": 3}]
    (tmp_path / "arguments.json").write_text(json.dumps({"Steps": steps}))
    (tmp_path / "jobs.json").write_text(json.dumps(EXECUTED))
    (tmp_path / "no-jobs.json").write_text(json.dumps({HOSTILE: 1}))
    (tmp_path / "none.json").write_text('{"Statement": []}')
    odd = {"Statement": {"Effect": "Allow", "Action": HOSTILE, "Resource": HOSTILE}}
    (tmp_path / "odd.json").write_text(json.dumps(odd))
    (tmp_path / "key.toml").write_text(f"{json.dumps(HOSTILE)} = 1\n")
    (tmp_path / "role.toml").write_text(f'[step_roles]\n{json.dumps(HOSTILE)} = "x"\n')
    (tmp_path / "fails.py").write_text(f"raise RuntimeError({HOSTILE!r})\n")


PREFIX = ("--prefix", "team-a")
PLACE = ("--region", "eu-west-1", "--account", "111122223333", "--role-arn", ROLE)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "d.json", "--declared-only"),
        ("check", "d.json", *PREFIX),
        ("check", "d.json", *PREFIX, "--format", "json"),
        ("check", "unknown.json", "--declared-only"),
        ("check", "broken.json"),
        ("check", "arguments.json"),
        ("check", "d.json", "--policy", "key.toml"),
        ("check", "d.json", "--policy", "role.toml"),
        ("check", "d.json", "--policy", HOSTILE),
        ("check", "d.json", "--prefix", HOSTILE),
        ("check", "d.json", "--format", HOSTILE),
        ("check", HOSTILE),
        ("check", "fails.py:x"),
        ("check", f"fails.py:{HOSTILE}"),
        ("check", "d.json", HOSTILE),
        (HOSTILE,),
        ("plan", "d.json"),
        ("plan", "d.json", *PREFIX),
        ("plan", "d.json", "--format", "json"),
        ("plan", "d.json", "--account", HOSTILE),
        ("policy", "d.json"),
        ("policy", "d.json", *PLACE, "--format", "cloudformation"),
        ("policy", "d.json", *PLACE, "--format", "terraform"),
        ("policy", "d.json", *PLACE, "--for", "author", "--pipeline-name", HOSTILE),
        ("policy", "d.json", *PLACE, "--for", "author", "--bucket", HOSTILE),
        ("policy", "d.json", "--for", "prefix", *PREFIX, "--kind", HOSTILE),
        ("policy", "--for", "scp", "--tag", f"{HOSTILE}=x", "--vpc", "vpc-0123456789abcdef0"),
        ("preflight", "d.json", *PLACE, "--role-policy", "none.json"),
        ("preflight", "d.json", *PLACE, "--role-policy", "none.json", "--format", "json"),
        ("preflight", "d.json", *PLACE, "--role-policy", "odd.json"),
        ("preflight", "d.json", *PLACE, "--role-policy", HOSTILE),
        ("jobs", "jobs.json"),
        ("jobs", "jobs.json", *PREFIX),
        ("jobs", "jobs.json", "--format", "json"),
        ("jobs", "no-jobs.json"),
    ],
    ids=lambda arguments: printable(" ".join(arguments))[:60],
)
def test_no_command_lets_a_name_paint(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """Every printed line is printable, and no name imitates a line of the command."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code in (0, 1, 2)
    written = capsys.readouterr()
    lines = f"{written.out}{written.err}".split("\n")
    assert [] == [line for line in lines if not line.isprintable()]
    assert not any(line.startswith("No findings") for line in lines)


def values() -> Iterator[tuple[str, Any]]:
    """Yield what each renderer prints for hostile names."""
    policy = PrefixPolicy("team-a")
    findings = enforce(DEFINITION, policy)[1]
    plan = Plan.from_definition(DEFINITION, role_arn=ROLE)
    records = prefixed_jobs(EXECUTED)
    answer = iam.preflight(plan, role_policies=[])
    every = [Finding.of(code, HOSTILE, HOSTILE, HOSTILE, HOSTILE) for code in CATALOGUE]
    yield "text", as_text([*findings, *every])
    yield "html of a plan", plan._repr_html_()
    yield "html of records", records._repr_html_()
    yield "html of a preflight", answer._repr_html_()
    yield "html of findings", fragment(findings_report(every))
    for width in (20, 2000):
        for name, report in (
            ("findings", findings_report([*findings, *every])),
            ("plan", plan.report()),
            ("records", records.report()),
            ("preflight", answer.report()),
        ):
            console = terminal.Console(width=width, color_system=None, file=None, record=True)
            with console.capture() as captured:
                terminal.show(report, console)
            yield f"{name} at {width}", captured.get()


def test_no_renderer_lets_a_name_paint() -> None:
    """No renderer prints control characters or follows markup, even where it wraps."""
    for name, text in values():
        assert all(line.isprintable() for line in text.split("\n")), name
        if "at" not in name.split():
            assert r"\x1b[2K" in text and "[bold red]x[/]" in text, name
        elif "2000" in name and "preflight" not in name:
            assert "[bold red]x[/]" in text, name


@given(st.text())
def test_printable_json_is_the_same_document(text: str) -> None:
    """Escaping changes no value of a JSON document."""
    document = {"Resource": [text], text: 1}
    shown_text = printable_json(json.dumps(document, indent=2, ensure_ascii=False))
    assert document == json.loads(shown_text)
    assert all(line.isprintable() for line in shown_text.split("\n"))


@given(st.text())
def test_printable(text: str) -> None:
    """The text is printable, and a second pass changes nothing."""
    shown_text = printable(text)
    assert shown_text.isprintable()
    assert shown_text == printable(shown_text)
    assert (shown_text == text) == text.isprintable()
    assert shown(text).isprintable()
