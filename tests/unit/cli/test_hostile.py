"""Text from outside can't paint over what a terminal, a notebook or a log shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sm_prefix_ext import Plan, PrefixPolicy, iam, prefixed_jobs
from sm_prefix_ext.cli import main
from sm_prefix_ext.core.display.html import fragment
from sm_prefix_ext.core.display.markdown import as_markdown
from sm_prefix_ext.core.display.mermaid import as_mermaid
from sm_prefix_ext.core.display.report import Graph, Report
from sm_prefix_ext.core.display.svg import as_image
from sm_prefix_ext.core.display.text import as_text as display_text
from sm_prefix_ext.core.findings import CATALOGUE, Finding, as_text
from sm_prefix_ext.core.findings_report import findings_report
from sm_prefix_ext.core.jobs_report import jobs_report
from sm_prefix_ext.core.plan_report import plan_report
from sm_prefix_ext.core.text import printable, printable_json, shown
from sm_prefix_ext.enforcement.enforce import enforce
from sm_prefix_ext.rehearsal import Rehearsal, RehearsedRequest, RehearsedStep
from sm_prefix_ext.reporting import terminal

HOSTILE = (
    "T\x1b[2K\x1b]0;title\x07\r\nNo findings: every job runs under its prefix.\x9b1A\x08\x7f"
    "\u202e\u2066\u2069\u200e\u200f\u061c\u2028\u2029\u200b\u200d\ufeff\u00ad[bold red]x[/]"
)
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/" + HOSTILE
ROLE = "arn:aws:iam::111122223333:role/r"
DEFINITION: dict[str, Any] = {
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
    waits = {"Name": f"{HOSTILE}.", "Type": "Fail", "DependsOn": [HOSTILE, f"{HOSTILE}."]}
    (tmp_path / "graph.json").write_text(json.dumps({"Steps": [waits]}))
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
        *(
            (*command, "--format", form)
            for command in (
                ("check", "d.json", *PREFIX),
                ("check", "graph.json", "d.json", *PREFIX),
                ("plan", "graph.json"),
                ("plan", "d.json", *PREFIX),
                ("jobs", "jobs.json", *PREFIX),
            )
            for form in ("html", "markdown", "mermaid", "json")
        ),
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
    assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


LETTERS = {
    "hostile": HOSTILE,
    "command": "::error::x ##[error]x",
    "long": "x" * 10_000,
    "wide": "宽" * 2_000 + "\U0001f469\u200d\U0001f4bb\u0301",
}
EVERY = [
    Finding.of(code, name, name, name, name) for code in CATALOGUE for name in LETTERS.values()
]


def reports(name: str) -> dict[str, Report]:
    """Return a report of each kind in which the name is in every place."""
    definition = {
        "PipelineExperimentConfig": {"ExperimentName": name},
        "Parameters": [{"Name": name, "Type": "String", "DefaultValue": name}],
        "Steps": [
            *DEFINITION["Steps"],
            {
                "Name": f"{name}.",
                "Type": "ForEach",
                "DependsOn": [name, "Gone"],
                "Arguments": {"ForEachBody": [training(name, {"Get": f"Parameters.{name}"})]},
            },
            training(f"{name}..", name),
        ],
    }
    plan = Plan.from_definition(definition, role_arn=ROLE)
    request = RehearsedRequest(name, ROLE + name, name)
    rehearsed = RehearsedStep(f"{name}..", name, name, name, (request,), name)
    findings = enforce(definition, PrefixPolicy("team-a"))[1]
    step = {"StepName": f"{name}..", "StepStatus": name, "FailureReason": name}
    job = {"Metadata": {"TrainingJob": {"Arn": f"{ARN}{name}"}}}
    records = prefixed_jobs([{**step, **job}, {**step, "StepStatus": "Failed"}])
    outside = records.outside("team-a")
    return {
        "plan": plan_report(plan.jobs, definition, name),
        "preflight": iam.preflight(plan, role_policies=[]).report(),
        "findings": findings_report([*findings, *EVERY], definition, name),
        "records": jobs_report(
            records, records.failed_steps, [{**step, **job}], lambda: definition, outside
        ),
        "rehearsal": Rehearsal((rehearsed,), name, definition, name, None, (name,)).report(),
    }


def training(name: str, job_name: Any) -> dict[str, Any]:
    arguments = {"TrainingJobName": job_name, "RoleArn": ROLE + name}
    return {"Name": name, "Type": "Training", "Arguments": arguments}


def in_terminal(width: int) -> Callable[[Report], str]:
    def text(report: Report) -> str:
        console = terminal.Console(width=width, color_system=None)
        with console.capture() as captured:
            terminal.show(report, console)
        return captured.get()

    return text


def graph(project: Callable[[Graph], str]) -> Callable[[Report], str]:
    def text(report: Report) -> str:
        assert report.graph is not None
        return project(report.graph)

    return text


PROJECTIONS: dict[str, Callable[[Report], str]] = {
    "text": display_text,
    "terminal of 20": in_terminal(20),
    "terminal of 2000": in_terminal(2_000),
    "html": fragment,
    "markdown": as_markdown,
    "mermaid": lambda report: graph(lambda drawn: as_mermaid(drawn, report.notes))(report),
}


@pytest.fixture(scope="module", params=LETTERS.values(), ids=LETTERS)
def displayed(request: pytest.FixtureRequest) -> dict[str, Report]:
    return reports(request.param)


@pytest.mark.parametrize("form", PROJECTIONS)
@pytest.mark.parametrize("kind", ["plan", "preflight", "findings", "records", "rehearsal"])
def test_no_projection_lets_a_name_paint(
    displayed: dict[str, Report], kind: str, form: str
) -> None:
    """No line has control characters or follows markup, and none is a workflow command."""
    text = PROJECTIONS[form](displayed[kind])

    lines = text.split("\n")
    assert [] == [line[:80] for line in lines if not line.isprintable()]
    assert not any(line.lstrip().startswith(("No findings", "<script")) for line in lines)
    if form.startswith(("te", "mer")):
        assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@pytest.mark.parametrize("kind", ["plan", "preflight", "findings", "records", "rehearsal"])
def test_no_name_breaks_an_image(displayed: dict[str, Report], kind: str) -> None:
    """Only tags of a drawing are in it, and no text has control characters."""
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

    root = ElementTree.fromstring(graph(lambda drawn: as_image(drawn, kind))(displayed[kind]))

    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert {"svg", "style", "g", "path", "polygon", "rect", "text", "title"} >= tags
    assert all((element.text or "").isprintable() for element in root.iter("title"))


def test_names_are_shown_as_they_are_but_for_escapes() -> None:
    """Markup of rich stays text."""
    for kind, report in reports(HOSTILE).items():
        for form in ("text", "html", "terminal of 2000"):
            shown_text = PROJECTIONS[form](report)
            assert r"\x1b[2K" in shown_text and "[bold red]x[/]" in shown_text, (kind, form)


def test_the_text_of_findings_lets_no_name_paint() -> None:
    """These are the findings of an error message."""
    lines = as_text(EVERY).split("\n")

    assert all(line.isprintable() for line in lines)
    assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


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
