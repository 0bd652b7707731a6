"""``sm-prefix check`` over many targets: which are read, by which policy, what counts."""

from __future__ import annotations

import json
import subprocess
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run

PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_sagemaker_pipeline.train",
                    "type": "aws_sagemaker_pipeline",
                    "name": "train",
                    "values": {"pipeline_name": "team-a-train", "pipeline_definition": "…"},
                }
            ]
        }
    },
}


def definition(*names: str) -> dict[str, Any]:
    """A definition with a training step for each job name."""
    steps = [
        {"Name": f"Train{number}", "Type": "Training", "Arguments": {"TrainingJobName": name}}
        for number, name in enumerate(names)
    ]
    return {"Version": "2020-12-01", "Steps": steps}


def template(**pipelines: Any) -> dict[str, Any]:
    """A CloudFormation template with a pipeline for each definition."""
    resources = {
        logical_id: {
            "Type": "AWS::SageMaker::Pipeline",
            "Properties": {
                "PipelineName": f"team-a-{logical_id}",
                "PipelineDefinition": {"PipelineDefinitionBody": json.dumps(document)},
                "RoleArn": "arn:aws:iam::111122223333:role/pipelines",
            },
        }
        for logical_id, document in pipelines.items()
    }
    return {"Resources": resources}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path) -> Path:
    """A repository with pipelines of two teams, each below its own policy."""
    written = {
        "risk/sm-prefix.toml": 'prefix = "risk"\n',
        "risk/score.json": json.dumps(definition("risk-score")),
        "sales/sm-prefix.toml": 'prefix = "sales"\n',
        "sales/template.json": json.dumps(
            template(Forecast=definition("sales-forecast"), Churn=definition("risk-churn"))
        ),
        "sales/package.json": '{"name": "no pipeline"}',
        "node_modules/x/pipeline.json": json.dumps(definition("stray")),
    }
    for name, text in written.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def report(run: Run, *arguments: str, stdin: str = "") -> tuple[int, Any]:
    """The exit status and the report as JSON."""
    status, output, _ = run("check", *arguments, "--format", "json", stdin=stdin)
    return status, json.loads(output)


def test_each_target_of_a_folder_has_the_nearest_policy(run: Run) -> None:
    """Two teams' pipelines in one repository are judged by their own files."""
    status, data = report(run, ".")
    assert 1 == status
    policies = {target["target"]: target["policy"] for target in data["targets"]}
    assert {
        "risk/score.json": "risk/sm-prefix.toml",
        "sales/template.json#Churn": "sales/sm-prefix.toml",
        "sales/template.json#Forecast": "sales/sm-prefix.toml",
    } == policies
    [finding] = data["findings"]
    assert ("PFX006", "sales/template.json#Churn") == (finding["code"], finding["target"])
    assert 3 == data["summary"]["pipelines"]
    assert 3 == data["summary"]["jobs"]


def test_one_pipeline_of_a_file(run: Run) -> None:
    """``FILE#ID`` selects it, for check and for the commands that take one."""
    assert 0 == report(run, "sales/template.json#Forecast")[0]
    assert 1 == report(run, "sales/template.json#Churn")[0]
    status, _, error = run("check", "sales/template.json#Nope")
    assert (2, True) == (status, "Churn" in error and "Forecast" in error)
    status, _, error = run("plan", "sales/template.json")
    assert 2 == status
    assert "has 2 pipelines; name one of them: sales/template.json#" in error
    text = Path("sales/template.json").read_text()
    _, _, error = run("plan", "-", stdin=text)
    assert "Standard input has 2 pipelines: 'Forecast', 'Churn'; write it to a file" in error
    status, output, _ = run("plan", "sales/template.json#Forecast", "--format", "json")
    assert (0, "sales-forecast-*") == (status, json.loads(output)["jobs"][0]["name_pattern"])


def test_several_targets_are_one_report(run: Run) -> None:
    """A target that is given twice is checked once."""
    arguments = ("risk/score.json", "risk", "sales/template.json#Forecast", "./risk/score.json")
    status, data = report(run, *arguments)
    assert 0 == status
    expected = ["risk/score.json", "sales/template.json#Forecast"]
    assert expected == [target["target"] for target in data["targets"]]


def test_the_options_beat_the_files(run: Run) -> None:
    """``--prefix`` and ``--policy`` hold for every target."""
    assert 1 == report(run, "risk/score.json", "--prefix", "sales")[0]
    assert 1 == report(run, "risk/score.json", "--policy", "sales/sm-prefix.toml")[0]


def test_a_folder_without_a_pipeline(run: Run, tmp_path: Path) -> None:
    """The error says how many files were read."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.json").write_text("[]")
    status, output, error = run("check", "empty", "--prefix", "a")
    assert (2, "") == (status, output)
    assert "empty: there is no pipeline in this folder (1 file of JSON or YAML read" in error


def test_a_broken_file_of_a_folder_is_reported_and_fails(run: Run, tmp_path: Path) -> None:
    """The pipelines that can be read are judged all the same."""
    (tmp_path / "sales" / "broken.yaml").write_text(
        "Resources:\n  P:\n    Type: AWS::SageMaker::Pipeline\n   Properties: [\n"
    )
    status, data = report(run, "sales", "--ignore", "PFX006")
    assert 2 == status
    [unread] = data["unread"]
    assert "sales/broken.yaml" == unread["file"]
    assert "line 4" in unread["reason"]
    assert 2 == data["summary"]["pipelines"]


def test_files_of_a_folder_can_be_excluded(run: Run) -> None:
    """``--exclude`` takes a glob."""
    status, data = report(run, ".", "--exclude", "sales")
    assert (0, 1) == (status, data["summary"]["pipelines"])


def test_what_git_ignores_is_left_out(run: Run, tmp_path: Path) -> None:
    """Files that git ignores are not read."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("sales/\n")
    status, data = report(run, ".")
    assert (0, 1) == (status, data["summary"]["pipelines"])


def test_a_folder_takes_the_memory_of_a_file(run: Run, tmp_path: Path) -> None:
    """No definition stays in memory, where it takes many times the length of its text."""
    text = json.dumps(definition(*(f"risk-{number}" for number in range(200))))

    def peak(files: int) -> int:
        for number in range(files):
            (tmp_path / "risk" / f"{number}.json").write_text(text)
        tracemalloc.start()
        assert 0 == run("check", "risk")[0]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak(1)  # it imports the modules
    few, many = peak(5), peak(25)
    assert many - few < 20 * len(text)


def test_select_and_ignore(run: Run) -> None:
    """The report has findings that don't count, with their lines and the reason."""
    for option, reason in (
        (("--ignore", "PFX006"), "ignored by --ignore"),
        (("--select", "pfx001,PFX002"), "not in --select"),
    ):
        status, data = report(run, ".", *option)
        assert (0, []) == (status, data["findings"])
        [hidden] = data["hidden"]
        assert ("PFX006", 1, reason) == (hidden["code"], hidden["line"], hidden["reason"])
    status, _, error = run("check", ".", "--ignore", "PFX06")
    assert (2, True) == (status, "There is no finding PFX06. Did you mean " in error)


def test_what_was_not_judged_always_counts(run: Run) -> None:
    """No option hides what could not be judged."""
    status, _, error = run("check", ".", "--ignore", "PFX005")
    assert 2 == status
    assert "--ignore can't hide PFX005: the jobs of an unknown step type can't be checked" in error
    document = json.dumps({"Steps": [{"Name": "New", "Type": "Quantum", "Arguments": {}}]})
    status, data = report(run, "-", "--prefix", "a", "--select", "PFX006", stdin=document)
    assert (1, ["PFX005"]) == (status, [row["code"] for row in data["findings"]])


def test_strict_fails_for_warnings(run: Run, tmp_path: Path) -> None:
    """A warning fails with ``--strict`` only."""
    (tmp_path / "twins.json").write_text(json.dumps(definition("a-x", "a-x")))
    status, data = report(run, "twins.json", "--prefix", "a")
    assert (0, ["warning"]) == (status, [row["severity"] for row in data["findings"]])
    assert 1 == report(run, "twins.json", "--prefix", "a", "--strict")[0]


def test_levels_of_the_policy_file(run: Run, tmp_path: Path) -> None:
    """A code that is off is hidden with its reason; one that is lowered does not fail."""
    policy = tmp_path / "sales" / "sm-prefix.toml"
    policy.write_text(
        'prefix = "sales"\n[findings]\nPFX006 = {level = "off", reason = "moves in May"}\n'
    )
    status, data = report(run, "sales")
    [hidden] = data["hidden"]
    assert (0, "off in sales/sm-prefix.toml: moves in May") == (status, hidden["reason"])
    policy.write_text('prefix = "sales"\n[findings]\nPFX006 = "warning"\n')
    status, data = report(run, "sales")
    assert (0, ["warning"]) == (status, [row["severity"] for row in data["findings"]])


def test_a_baseline_lets_an_old_repository_adopt_the_check(run: Run, tmp_path: Path) -> None:
    """Known findings are hidden, and new ones fail."""
    assert 2 == run("check", ".", "--write-baseline")[0]
    status, output, error = run("check", ".", "--baseline", "known.json", "--write-baseline")
    assert (0, "") == (status, output)
    assert "known.json written" in error
    status, data = report(run, ".", "--baseline", "known.json")
    assert (0, ["in the baseline"]) == (status, [row["reason"] for row in data["hidden"]])
    (tmp_path / "risk" / "new.json").write_text(json.dumps(definition("sales-x")))
    status, data = report(run, ".", "--baseline", "known.json")
    assert (1, ["risk/new.json"]) == (status, [row["target"] for row in data["findings"]])


def test_a_baseline_is_known_from_every_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its targets and policy files are found from another current folder; it has no local path."""
    stack = template(InS3={})
    stack["Resources"]["InS3"]["Properties"] = {"PipelineDefinition": {}}
    (tmp_path / "sales" / "stack.json").write_text(json.dumps(stack))
    assert 0 == run("check", "sales", "--baseline", "known.json", "--write-baseline")[0]
    assert str(tmp_path) not in (tmp_path / "known.json").read_text()
    monkeypatch.chdir(tmp_path / "sales")
    status, data = report(run, ".", "--baseline", "../known.json")
    assert (0, ["in the baseline"] * 2) == (status, [row["reason"] for row in data["hidden"]])


def test_the_definitions_of_an_open_condition(run: Run, tmp_path: Path) -> None:
    """All that can be read are judged, each finding once; a plan needs one definition."""
    first, second = definition("x_1", "x_2"), definition("x_1", "x_3")
    second["Steps"][0]["Arguments"]["RoleArn"] = "arn:aws:iam::111122223333:role/r"
    in_s3 = {"PipelineDefinitionS3Location": {"Bucket": "b", "Key": "k"}}
    stack = template(P={})
    stack["Resources"]["P"]["Properties"]["PipelineDefinition"] = {
        "Fn::If": [
            "C",
            {"PipelineDefinitionBody": {"Fn::If": ["D", first, json.dumps(second)]}},
            in_s3,
        ]
    }
    (tmp_path / "t.json").write_text(json.dumps(stack))
    status, data = report(run, "t.json", "--prefix", "a")
    rows = [(row["code"], row["step"]) for row in data["findings"]]
    both = [(code, step) for step in ("Train0", "Train1") for code in ("PFX003", "PFX006")]
    assert (1, [*both, ("PFX003", "Train1"), ("PFX006", "Train1"), ("PFX025", "team-a-P")]) == (
        status,
        rows,
    )
    assert "where 'C' is false, its definition is in s3://b/k." in data["findings"][-1]["message"]
    status, _, error = run("plan", "t.json")
    assert 2 == status
    assert "t.json#P has several definitions, depending on 'C' and 'D'; choose one" in error


def test_a_parameter_that_no_template_has(run: Run, tmp_path: Path) -> None:
    """It is refused as CloudFormation does, and the nearest is named."""
    for name, parameter in (("a.json", "Stage"), ("b.json", "Team")):
        stack = template(P=definition("risk-x")) | {"Parameters": {parameter: {"Type": "String"}}}
        (tmp_path / "risk" / name).write_text(json.dumps(stack))
    good = ("--template-parameters", "Stage=a")
    assert 0 == run("check", "risk", *good, "--template-parameters", "Team=b")[0]
    bad = (*good, "--template-parameters", "Staeg=a")
    for arguments in (("check", "risk"), ("plan", "risk/a.json"), ("policy", "risk/a.json#P")):
        status, output, error = run(*arguments, *bad)
        assert (2, "") == (status, output)
        assert error == (
            "sm-prefix: No checked template has the parameter 'Staeg' of "
            "--template-parameters. Did you mean 'Stage'?\n"
        )
    status, _, error = run("check", "risk/a.json", *good, "--template-parameters", "Team=b")
    assert (2, True) == (status, "has the parameter 'Team' of --template-parameters.\n" in error)
    (tmp_path / "risk" / "c.yaml").write_text("Steps: [")
    status, output, _ = run("check", "risk", *bad)
    assert (2, True) == (status, "risk/c.yaml" in output)


@pytest.mark.parametrize("form", ["json", "github", "gitlab", "sarif", "junit"])
def test_a_report_is_the_same_on_every_machine(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Two checkouts of a repository differ in no message, fingerprint or baseline."""
    in_s3 = {"PipelineDefinitionS3Location": {"Bucket": "b", "Key": "k"}}
    stack = template(A=definition("x" * 99, "a/b"), B={})
    del stack["Resources"]["B"]["Properties"]["PipelineName"]
    stack["Resources"]["B"]["Properties"]["PipelineDefinition"] = in_s3
    reports = []
    for name in ("one", "two"):
        checkout = tmp_path / name
        checkout.mkdir()
        (checkout / "sm-prefix.toml").write_text('prefix = "risk"\n')
        (checkout / "stack.json").write_text(json.dumps(stack))
        monkeypatch.chdir(checkout)
        target = str(checkout / "stack.json")
        run("check", target, "--baseline", "known.json", "--write-baseline")
        written = (checkout / "known.json").read_text()
        (checkout / "p.json").write_text(json.dumps(definition("x")))
        (checkout / "wrong.toml").write_text("[[team]]\nname = 'a'\nprefix = 'a'\npaths = ['b']\n")
        wrong = run("check", "p.json", "--policy", str(checkout / "wrong.toml"))
        reports.append((run("check", target, "--format", form), written, wrong))
    assert reports[0] == reports[1]
    assert str(tmp_path) not in str(reports)
    assert "is required by sm-prefix.toml." in reports[0][0][1]


def test_positions(run: Run, tmp_path: Path) -> None:
    """A finding has the line and the column of its step."""
    (tmp_path / "bad.json").write_text(json.dumps(definition("ok", "no_good"), indent=2))
    _, data = report(run, "bad.json", "--declared-only")
    [finding] = data["findings"]
    lines = (tmp_path / "bad.json").read_text().splitlines()
    assert ("bad.json", "Train1") == (finding["file"], finding["step"])
    assert '"Name": "Train1"' in "".join(lines[finding["line"] - 1 : finding["line"] + 1])


def test_a_definition_without_a_job_says_so(run: Run) -> None:
    """The report doesn't claim that every job is fine."""
    document = {"Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {}}]}
    status, output, _ = run("check", "-", "--prefix", "a", stdin=json.dumps(document))
    assert 0 == status
    assert "no job" in output


def test_a_definition_in_s3_is_not_read_and_shown(run: Run, tmp_path: Path) -> None:
    """A definition in S3 is a warning, which ``--strict`` makes fail."""
    document = template(Remote=definition())
    location = {"PipelineDefinitionS3Location": {"Bucket": "team-a", "Key": "train.json"}}
    document["Resources"]["Remote"]["Properties"]["PipelineDefinition"] = location
    (tmp_path / "remote.json").write_text(json.dumps(document))
    status, data = report(run, "remote.json", "--prefix", "a")
    assert (0, ["PFX025"]) == (status, [row["code"] for row in data["findings"]])
    assert "s3://team-a/train.json" in data["targets"][0]["not_read"]
    assert 1 == report(run, "remote.json", "--prefix", "a", "--strict")[0]
    status, _, error = run("plan", "remote.json", "--prefix", "a")
    assert (2, True) == (status, "s3://team-a/train.json" in error)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("plain.json", '{"name": "x"}', "plain.json holds no pipeline: "),
        ("broken.yaml", "Resources:\n  - a\n b: [\n", "line 3"),
        ("other.json", json.dumps({**PLAN, "planned_values": {"root_module": {}}}), "no pipeline"),
    ],
)
def test_a_named_file_has_to_hold_a_pipeline(
    run: Run, tmp_path: Path, name: str, text: str, message: str
) -> None:
    """A file without a pipeline gives exit status 2 and one line that describes it."""
    (tmp_path / name).write_text(text)
    status, output, error = run("check", name, "--prefix", "a")
    assert (2, "", 1) == (status, output, error.count("\n"))
    assert message in error


def test_the_report_goes_to_a_file_whole(run: Run, tmp_path: Path) -> None:
    """A report in a file is not printed; a folder in its place is an error and leaves no file."""
    options = ("--format", "sarif", "--output", "report.sarif")
    assert (1, "", "") == run("check", ".", *options)
    assert "2.1.0" == json.loads((tmp_path / "report.sarif").read_text())["version"]
    before = sorted(tmp_path.iterdir())
    status, output, error = run("check", ".", "--output", "risk")
    assert (2, "", 1) == (status, output, error.count("\n"))
    assert before == sorted(tmp_path.iterdir())


def test_quiet_verbose_and_colours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet omits the summary, verbose shows hidden findings, and an option turns colours on."""
    assert (0, "", "") == run("check", "risk", "--quiet")
    assert "ignored by --ignore" not in run("check", ".", "--ignore", "PFX006")[1]
    assert "ignored by --ignore" in run("check", ".", "--ignore", "PFX006", "-v")[1]
    assert "\x1b[" not in run("check", ".")[1]
    assert "\x1b[" in run("check", ".", "--color", "always")[1]


def test_a_template_parameter_has_a_value(run: Run, tmp_path: Path) -> None:
    """A parameter has its default, the value of an option, or one of a file."""
    document = template(Train=definition())
    body = json.dumps(definition("NAME")).replace("NAME", "${Team}-train")
    document["Parameters"] = {"Team": {"Type": "String", "Default": "risk"}}
    document["Resources"]["Train"]["Properties"]["PipelineDefinition"] = {
        "PipelineDefinitionBody": {"Fn::Sub": body}
    }
    (tmp_path / "t.json").write_text(json.dumps(document))
    (tmp_path / "values.json").write_text(
        json.dumps([{"ParameterKey": "Team", "ParameterValue": "sales"}])
    )
    assert 0 == report(run, "t.json", "--prefix", "risk")[0]
    for value in ("Team=sales", "values.json"):
        options = ("--template-parameters", value)
        assert 1 == report(run, "t.json", "--prefix", "risk", *options)[0]
        assert 0 == report(run, "t.json", "--prefix", "sales", *options)[0]


def test_teams_of_one_file(run: Run, tmp_path: Path) -> None:
    """The paths of each team pick its prefix; ``--team`` does for what has no path."""
    (tmp_path / "teams.toml").write_text(
        '[[team]]\nname = "risk"\nprefix = "risk"\npaths = ["risk/**"]\n'
        '[[team]]\nname = "sales"\nprefix = "sales"\npaths = ["sales/**"]\n'
    )
    status, data = report(run, "risk", "sales", "--policy", "teams.toml")
    assert (1, ["sales/template.json#Churn"]) == (
        status,
        [finding["target"] for finding in data["findings"]],
    )
    assert {"teams.toml (team risk)", "teams.toml (team sales)"} == {
        target["policy"] for target in data["targets"]
    }
    text = json.dumps(definition("risk-x"))
    assert 2 == run("check", "-", "--policy", "teams.toml", stdin=text)[0]
    options = ("--policy", "teams.toml", "--team")
    assert 0 == report(run, "-", *options, "risk", stdin=text)[0]
    assert 1 == report(run, "-", *options, "sales", stdin=text)[0]


def test_a_link_belongs_to_the_folder_that_it_is_in(run: Run, tmp_path: Path) -> None:
    """A file and a link to it are two targets, each under the policy above it."""
    (tmp_path / "sales" / "score.json").symlink_to(tmp_path / "risk" / "score.json")
    status, found = report(run, "risk", "sales/score.json")
    assert 1 == status
    assert {"risk/score.json", "sales/score.json"} == {row["target"] for row in found["targets"]}
    assert ["sales/score.json"] == [finding["target"] for finding in found["findings"]]


def test_a_target_that_cannot_be_used_leaves_the_others(run: Run, tmp_path: Path) -> None:
    """They are reported, it is named, and the exit status is 2."""
    (tmp_path / "alone.json").write_text(json.dumps(definition("x")))
    for argument, reason in (
        ("nope.json", "there is no such file"),
        ("alone.json", "There is no prefix policy to check against"),
    ):
        status, found = report(run, "sales", argument)
        assert (2, 2) == (status, len(found["targets"]))
        [unread] = found["unread"]
        assert argument == unread["file"]
        assert reason in unread["reason"]
    status, output, error = run("check", "nope.json", "--prefix", "a")
    assert (2, "", 1) == (status, output, error.count("\n"))


def test_no_baseline_is_written_of_what_was_not_read(run: Run, tmp_path: Path) -> None:
    """It would lack the findings of that file."""
    (tmp_path / "risk" / "broken.json").write_text('{"Steps": [')
    status, _, error = run("check", ".", "--baseline", "b.json", "--write-baseline")
    assert (2, False) == (status, (tmp_path / "b.json").exists())
    assert "No baseline was written, since risk/broken.json could not be read" in error
    error = run("check", "risk/score.json", "--baseline", "no/b.json", "--write-baseline")[2]
    assert error.startswith("sm-prefix: The output file 'no/b.json' could not be written: ")
    options = ("--baseline", "b.json", "--write-baseline", "--output", "x")
    assert 2 == run("check", "sales", *options)[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([""], "a target is empty; wanted a file"),
        (["risk/score.json", "--execution", "arn:x"], "--execution goes with a pipeline's ARN"),
        (["risk/score.json", "--region", "x"], "'x' can't be a region; wanted one such as"),
        (["risk/score.json", "--account", "1"], "'1' can't be an account; wanted 12 digits."),
    ],
)
def test_wrong_targets(run: Run, arguments: list[str], message: str) -> None:
    """One line each."""
    status, output, error = run("check", *arguments)
    assert (2, "", 1) == (status, output, error.count("\n"))
    assert message in error


def test_a_target_without_a_job_takes_the_sentence_away(run: Run, tmp_path: Path) -> None:
    """It claims that every job is fine only where every target has one."""
    (tmp_path / "risk" / "empty.json").write_text(json.dumps(definition()))
    assert "every job runs under its prefix" in run("check", "risk/score.json")[1]
    assert "every job runs under its prefix" not in run("check", "risk")[1]
