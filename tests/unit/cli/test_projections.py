"""Reports as pages, Mermaid's text and Markdown, on standard output and in files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from .conftest import Run
from .samples import EXECUTION, LISTED, definition, program

pytestmark = pytest.mark.usefixtures("files")

COMMANDS = {
    "plan": ("plan", "good.json"),
    "preflight": ("preflight", "good.json", "--role-policy", "none.json"),
    "jobs": ("jobs", "steps.json", "--prefix", "team-b"),
    "check": ("check", "bad.json", "--prefix", "team-a"),
}
STATUS = {"plan": 0, "preflight": 1, "jobs": 1, "check": 1}
each_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(autouse=True)
def no_policy(files: None) -> None:
    """Write a policy that allows nothing."""
    Path("none.json").write_text('{"Statement": []}')


@each_command
def test_html(run: Run, name: str) -> None:
    """The page is the same on standard output and in a file, and the exit status stays."""
    status, page, _ = run(*COMMANDS[name], "--format", "html")
    assert STATUS[name] == status
    assert page.startswith("<!DOCTYPE html>\n")
    assert page.endswith("</html>\n")
    written = run(*COMMANDS[name], "--format", "html", "--output", "page.html")
    assert (STATUS[name], "", "") == written
    assert page == Path("page.html").read_text(encoding="utf-8")
    assert ("<svg" in page) == (name != "jobs")  # the steps of an execution have no definition


@each_command
def test_markdown(run: Run, name: str) -> None:
    """It begins with a heading, and has the picture in Mermaid's language."""
    status, text, _ = run(*COMMANDS[name], "--format", "markdown")
    assert STATUS[name] == status
    assert text.startswith("### ")
    assert ("```mermaid\nflowchart TD\n" in text) == (name != "jobs")


@pytest.mark.parametrize("name", ["plan", "preflight", "check"])
def test_mermaid(run: Run, name: str) -> None:
    """The picture alone."""
    status, text, _ = run(*COMMANDS[name], "--format", "mermaid")
    assert (STATUS[name], "flowchart TD") == (status, text.splitlines()[0])
    assert "Train<br>Training" in text


def test_mermaid_without_a_definition(run: Run) -> None:
    """There is nothing to draw, which is an error and no empty picture."""
    status, out, err = run("jobs", "steps.json", "--format", "mermaid", "-o", "m.mmd")
    assert (2, "") == (status, out)
    assert "sm-prefix: There is no picture, since the pipeline's definition isn't known.\n" == err
    assert not Path("m.mmd").exists()


def test_jobs_of_an_execution(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An execution's ARN gives its definition, and so its picture."""
    import boto3

    class Client:
        def list_pipeline_execution_steps(self, **_: object) -> object:
            return LISTED

        def describe_pipeline_definition_for_execution(self, **_: object) -> object:
            return {"PipelineDefinition": json.dumps(definition(Train="team-a-x", Other="o"))}

    monkeypatch.setattr(boto3, "client", lambda *_, **__: Client())
    status, text, _ = run("jobs", EXECUTION, "--format", "mermaid")
    assert 0 == status
    assert "✓ Succeeded" in text
    assert "○ not run" in text


def test_jobs_outside_the_policy(run: Run) -> None:
    """Their rows say so, in every form."""
    words = {
        "html": '<td class="bad">outside</td>',
        "markdown": "| outside |",
        "table": " outside ",
    }
    for form, word in words.items():
        text = run(*COMMANDS["jobs"], "--format", form)[1]
        assert word in text
        assert "1 job" in text and "1 outside the policy." in text


def test_a_page_of_a_plan_has_the_policies(run: Run) -> None:
    """Those of the execution role and of the author, with their notes."""
    page = run(*COMMANDS["plan"], "--format", "html")[1]
    assert "<h2>Policy of the execution role</h2>" in page
    assert "<h2>Policy of the author</h2>" in page
    assert "sagemaker:CreateTrainingJob" in page
    assert "<p>The pipeline's name isn't known" in page


FORMS = ("table", "json", "html", "markdown", "mermaid")
WRITTEN = [(name, form) for name in COMMANDS for form in FORMS]
WRITTEN.remove(("jobs", "mermaid"))  # the steps of an execution have no picture


@pytest.mark.parametrize(("name", "form"), WRITTEN)
def test_a_file_that_cannot_be_written(run: Run, name: str, form: str) -> None:
    """One line on standard error, exit status 2, and nothing is left behind."""
    before = sorted(Path().iterdir())
    status, out, err = run(*COMMANDS[name], "--format", form, "-o", "missing/page")
    assert (2, "") == (status, out)
    line = "sm-prefix: The output file 'missing/page' could not be written: "
    assert [f"{line}No such file or directory."] == err.splitlines()
    assert before == sorted(Path().iterdir())


@pytest.mark.parametrize("name", ["plan", "preflight", "jobs"])
def test_table_and_json_in_a_file(run: Run, name: str) -> None:
    """``--output`` goes with every format."""
    assert "" == run(*COMMANDS[name], "-o", "table.txt")[1]
    assert "team-a" in Path("table.txt").read_text(encoding="utf-8")
    assert "" == run(*COMMANDS[name], "--format", "json", "-o", "report.json")[1]
    assert 1 == json.loads(Path("report.json").read_text(encoding="utf-8"))["schema"]


@pytest.mark.parametrize("name", ["plan", "preflight"])
def test_findings_in_place_of_the_report(run: Run, name: str) -> None:
    """Names that the policy refuses, with the picture; for Mermaid, their text beside it."""
    refused = (*COMMANDS[name], "--prefix", "team-b")
    status, page, _ = run(*refused, "--format", "html")
    assert (1, True) == (status, "PFX006" in page and "<h1>Findings in the definition</h1>" in page)
    assert 'class="node bad"' in page
    status, text, _ = run(*refused, "--format", "markdown")
    assert (1, True, True) == (status, "| PFX006 |" in text, "  class n0 bad\n```" in text)
    status, out, err = run(*refused, "--format", "mermaid")
    assert (1, True) == (status, "PFX006  error" in err)
    assert ("flowchart TD", "  class n0 bad") == (out.splitlines()[0], out.splitlines()[-1])
    assert (1, "", "") == run(*refused, "--format", "json", "-o", "findings.json")
    [finding] = json.loads(Path("findings.json").read_text(encoding="utf-8"))["findings"]
    assert "PFX006" == finding["code"]


@pytest.mark.parametrize("name", ["plan", "check"])
def test_what_is_wrong_with_a_graph(run: Run, name: str) -> None:
    """It stands below findings, and beside jobs, in every form."""
    steps = definition(Train="team-a-train", Other="a/b")
    steps["Steps"][0]["DependsOn"] = ["Gone"]
    Path("graph.json").write_text(json.dumps(steps))
    for form in ("table", "json", "html", "markdown", "mermaid"):
        for prefix in ((), ("--prefix", "team-a")):
            if name == "plan" or prefix:
                text = run(name, "graph.json", *prefix, "--format", form)[1]
                assert "The step 'Train' refers to 'Gone'" in text, (form, prefix)


@pytest.mark.parametrize("name", ["plan", "check"])
def test_a_picture_too_large_for_mermaid(run: Run, name: str) -> None:
    """One line says what to do."""
    steps = definition(**{f"S{number}": "team-a" for number in range(1_500)})
    Path("large.json").write_text(json.dumps(steps))
    prefix = ("--prefix", "team-a") if name == "check" else ()
    status, out, err = run(name, "large.json", *prefix, "--format", "mermaid")
    assert (2, "") == (status, out)
    line = "1,500 steps and 0 arrows are more than Mermaid draws on GitHub. Choose --format html."
    assert f"sm-prefix: The picture is left out: {line}\n" == err


@each_command
def test_without_pygraphviz(run: Run, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page says once how to install it; Mermaid needs none."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    page = run(*COMMANDS[name], "--format", "html")[1]
    assert int(name != "jobs") == page.count("pip install 'sm-prefix-ext[picture]'")
    assert "```mermaid" in run(*COMMANDS[name], "--format", "markdown")[1] or name == "jobs"


def test_a_check_draws_what_it_judged(run: Run) -> None:
    """A section for each pipeline; the steps with findings are red, and lead to them."""
    status, page, _ = run("check", "good.json", "bad.json", "--prefix", "team-a", "--format=html")
    assert (1, 2) == (status, page.count("<svg"))
    assert 'href="#step-bad.json-Other"' in page
    assert page.count("node bad") == 2


def test_a_check_holds_definitions_for_a_picture_alone(run: Run) -> None:
    """In other formats, a report of many files stays small, and nothing that draws is imported."""
    imported = program(
        "import sys\n"
        "from sm_prefix_ext.cli.gate import Gate\n"
        "from sm_prefix_ext.cli.options import policy_choice, target_reading\n"
        "choice = policy_choice(None, None, None, None)\n"
        "reading = dict(kwargs=None, template_parameters=(), execution=None)\n"
        "for drawn in (False, True):\n"
        "    gate = Gate(target_reading(choice, **reading), declared_only=True, drawn=drawn)\n"
        "    [checked] = gate.check(['good.json']).targets\n"
        "    print(checked.definition is not None)\n"
        "from sm_prefix_ext.cli import main\n"
        "try:\n"
        "    main(['check', 'good.json', '--prefix', 'team-a', '--quiet'])\n"
        "finally:\n"
        "    heavy = ('xml', 'pygraphviz', 'rich', 'sm_prefix_ext.core.display')\n"
        "    print([name for name in sys.modules if name.startswith(heavy)])\n"
    )
    assert "False\nTrue\n[]\n" == imported.stdout, imported.stderr


@pytest.mark.parametrize("name", ["plan", "preflight", "check"])
@pytest.mark.parametrize(
    ("awaited", "problem"),
    [
        ("Train", "The step 'Train' waits for itself."),
        ("Nope", "The step 'Train' refers to 'Nope', but the pipeline has no step with that name."),
    ],
)
def test_a_graph_with_a_mistake(run: Run, name: str, awaited: str, problem: str) -> None:
    """The table is there and says what is wrong, and a check doesn't call the definition fine."""
    document = definition(Train="team-a-train")
    document["Steps"][0]["DependsOn"] = [awaited]
    Path("mistaken.json").write_text(json.dumps(document))
    command, _, *options = COMMANDS[name]
    out = run(command, "mistaken.json", *options)[1]
    assert f"Note: {problem}" in out
    assert "No findings" not in out
    assert "Train" in out.replace(problem, "") or name == "check"
