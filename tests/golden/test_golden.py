"""Compare whole documents with files: definitions, policies and outputs of the command.

``REWRITE_GOLDEN=1 pytest tests/golden`` writes the files; a definition needs the SDK of its
major. Read the differences before you commit them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sm_prefix_ext import PrefixPolicy, __version__
from sm_prefix_ext.cli import main
from sm_prefix_ext.reporting import check_text
from sm_prefix_ext.reporting.formats import FORMATS

from ..installed import MAJOR
from ..unit.reporting import schemas
from ..unit.reporting.sample import REPORT

FILES = Path(__file__).parent / "files"
ROLE = "arn:aws:iam::123456789012:role/pipeline-execution"
TIME = re.compile(r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-\d{3}")

Run = Callable[..., str]

# What other tests look at, or what Graphviz and the package's version decide.
LEFT_OUT = (
    (re.compile(r"(?<=<style>).*?(?=</style>)", re.DOTALL), "…"),
    (re.compile(r"(?<=<script>).*?(?=</script>)", re.DOTALL), "…"),
    (re.compile(r"(?<='sha256-)[^']*(?=')"), "…"),
    (re.compile(r"(?<=<figure).*?(?=</figure>)", re.DOTALL), ">…"),
    (re.compile(f'(?<="version": "){re.escape(__version__)}(?=")'), "<version>"),
    (re.compile(f"(?<=</a> ){re.escape(__version__)}(?=<p)"), "<version>"),
)


def compare(name: str, text: str) -> None:
    """Compare a text with a file, or write the file if ``REWRITE_GOLDEN`` is set."""
    path = FILES / name
    for pattern, instead in LEFT_OUT:
        text = pattern.sub(instead, text)
    if name.endswith(".html"):
        text = text.replace("><", ">\n<")  # lines that can be compared
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in a terminal of 100 columns, and take its standard output."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str, status: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        output = capsys.readouterr()
        assert status == ended.value.code, output.err
        return output.out

    return run


@pytest.mark.skipif(MAJOR is None, reason="no SageMaker Python SDK is installed")
def test_a_definition_equals_its_file() -> None:
    """The definition is that of the demo's pipeline on the installed SDK."""
    from sm_prefix_ext.demo import JOBS_ROLE, abalone
    from sm_prefix_ext.embedded import EmbeddedAWS

    with EmbeddedAWS() as aws:
        aws.create_role(JOBS_ROLE)
        role = aws.create_role("team-a-training")
        policy = PrefixPolicy("team-a", step_roles={"Training": role})
        text = abalone(aws, policy).definition()
    compare(f"definition-v{MAJOR}.json", json.dumps(json.loads(TIME.sub("<time>", text)), indent=1))


WHOLE = ("--role-arn", ROLE, "--region", "us-east-1")
OUTPUTS = {
    "plan.txt": ("plan", "--region", "us-east-1"),
    "plan.json": ("plan", "--region", "us-east-1", "--format", "json"),
    "plan.html": ("plan", "--region", "us-east-1", "--format", "html"),
    "plan.md": ("plan", "--region", "us-east-1", "--format", "markdown"),
    "execution-role.json": ("policy", "--for", "execution-role", *WHOLE),
    "author.json": ("policy", "--for", "author", "--pipeline-name", "abalone", *WHOLE),
}


@pytest.mark.parametrize("major", [2, 3])
@pytest.mark.parametrize("name", OUTPUTS)
def test_the_output_of_a_command_equals_its_file(name: str, major: int, run: Run) -> None:
    """The commands read the stored definitions, so no SDK is needed."""
    command, *options = OUTPUTS[name]
    definition = str(FILES / f"definition-v{major}.json")
    stem, dot, form = name.partition(".")
    compare(f"{stem}-v{major}{dot}{form}", run(command, definition, *options))


MISTAKES = {
    "Steps": [
        {"Name": "Train", "Type": "Training", "Arguments": {"TrainingJobName": "x" * 40}},
        {"Name": "Tune", "Type": "Tuning", "Arguments": {"HyperParameterTuningJobName": "team-b"}},
        {"Name": "Score it", "Type": "Transform", "Arguments": {"TransformJobName": "a/b"}},
        {"Name": "Eval", "Type": "Processing", "Arguments": {}},
    ]
}


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_report_of_findings_equals_its_file(form: str, run: Run, tmp_path: Path) -> None:
    """The definition has several kinds of findings."""
    definition = tmp_path / "definition.json"
    definition.write_text(json.dumps(MISTAKES))
    text = run("check", str(definition), "--prefix", "team-a", "--format", form, status=1)
    compare(f"findings.{'txt' if form == 'table' else 'json'}", text)


REPORTS = {
    "table": "check.txt",
    "json": "check.json",
    "github": "check.github.txt",
    "gitlab": "check.gitlab.json",
    "sarif": "check.sarif",
    "junit": "check.junit.xml",
    "html": "check.html",
    "markdown": "check.md",
    "mermaid": "check.mmd",
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_in_each_format_equals_its_file(form: str) -> None:
    """The report has every kind of content."""
    text = FORMATS[form](REPORT)
    compare(REPORTS[form], text)


def test_a_report_in_a_terminal_equals_its_file() -> None:
    """The report is coloured, wrapped and verbose."""
    text = check_text.render(REPORT, color=True, width=80, verbose=True)
    compare("check-verbose.ansi", text)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_golden_report_conforms_to_its_schema(form: str) -> None:
    """The formats are JSON and SARIF."""
    document = json.loads((FILES / REPORTS[form]).read_text(encoding="utf-8"))
    (schemas.report() if form == "json" else schemas.sarif()).validate(document)
