from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from sm_prefix_ext import __version__
from sm_prefix_ext.core.check_report import (
    CheckedTarget,
    CheckReport,
    Position,
    ReportedFinding,
    UnreadFile,
)
from sm_prefix_ext.core.findings import (
    ALPHABET,
    CATALOGUE,
    DEFINITION_NOT_READ,
    SAME_PREFIX,
    WARNING,
    Finding,
)
from sm_prefix_ext.reporting import (
    check_github,
    check_gitlab,
    check_json,
    check_junit,
    check_sarif,
    check_summary,
)

from . import schemas
from .sample import ARN, CLEAN, HOSTILE, NOTE, REPORT, hostile


def _report(file: str | None, target: str = "t", position: Position | None = None) -> CheckReport:
    finding = Finding.of(ALPHABET, "Train", "Training", "Wrong.", "Right it.")
    rows = (ReportedFinding(finding, target, file, position),)
    return CheckReport((CheckedTarget(target, "definition", None, 1, rows),))


def _results(report: CheckReport) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = json.loads(check_sarif.render(report))["runs"][0]["results"]
    return results


class TestJson:
    def test_schema_is_strict(self) -> None:
        """Every object of the schema names all its fields, requires them and takes no other."""
        schema = check_json.schema()
        for part in (schema, *schema["$defs"].values()):
            assert part["additionalProperties"] is False
            assert list(part["properties"]) == part["required"]

    def test_fields_have_descriptions(self) -> None:
        """The schema describes every field."""
        schema = check_json.schema()
        for part in (schema, *schema["$defs"].values()):
            for name, field in part["properties"].items():
                assert "$ref" in field or field["description"], name

    def test_content(self) -> None:
        """The document has the tool's version, each finding with its place, and the figures."""
        document = json.loads(check_json.render(REPORT))
        assert (1, __version__) == (document["schema"], document["version"])
        assert len(REPORT.targets) == len(document["targets"])
        first = document["findings"][0]
        place = "pipelines/risk/train.json"
        assert (place, place, 12, 7) == tuple(
            first[key] for key in ("target", "file", "line", "column")
        )
        assert REPORT.findings[0].fingerprint == first["fingerprint"]
        assert ["in the baseline", "off in sm-prefix.toml: named in the script"] == [
            row["reason"] for row in document["hidden"]
        ]
        assert (5, 8, 2, 2, 1, 1) == tuple(
            document["summary"][key]
            for key in ("pipelines", "jobs", "errors", "warnings", "off", "baseline")
        )

    def test_text_is_exact(self) -> None:
        """A text is that of the definition; what no strict parser takes is escaped."""
        report = CheckReport((), unread=(UnreadFile("a\x1b\u202e\n", "b\ud800"),))
        unread = json.loads(check_json.render(report))["unread"][0]
        assert {"file": "a\x1b\u202e\n", "reason": "b\\ud800"} == unread


class TestSarif:
    def test_rules(self) -> None:
        """Every code is a rule with help, at the index that results give."""
        run = json.loads(check_sarif.render(REPORT))["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        assert list(CATALOGUE) == [rule["id"] for rule in rules]
        for rule in rules:
            assert CATALOGUE[rule["id"]].severity == rule["defaultConfiguration"]["level"]
            assert rule["help"]["text"] and rule["help"]["markdown"]
            assert rule["name"].isalnum()
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]

    @pytest.mark.parametrize(
        ("file", "uri"),
        [
            ("a/b.json", "a/b.json"),
            ("a b/ü%.json", "a%20b/%C3%BC%25.json"),
            ("a:b.json", "a%3Ab.json"),
            ("#?.json", "%23%3F.json"),
            ("../a.json", "../a.json"),
            ("/tmp/a b.json", "file:///tmp/a%20b.json"),
            ("C:/x/a.json", "file:///C:/x/a.json"),
            ("a\udcff.json", "a%FF.json"),
            ("a\ud800.json", "a%5Cud800.json"),
        ],
    )
    def test_uri(self, file: str, uri: str) -> None:
        """A file in the folder of the check has a relative URI; others an absolute one."""
        location = _results(_report(file))[0]["locations"][0]["physicalLocation"]
        assert uri == location["artifactLocation"]["uri"]
        assert ("uriBaseId" in location["artifactLocation"]) == (not uri.startswith("file:"))
        assert "region" not in location

    @pytest.mark.parametrize(
        ("target", "uri"),
        [(ARN, ARN), ("s3://b/a b", "s3://b/a%20b"), ("m:f", "m%3Af"), ("-", "-")],
    )
    def test_no_file(self, target: str, uri: str) -> None:
        """GitHub refuses logical locations alone, so that the target stands for a file."""
        location = _results(_report(None, target))[0]["locations"][0]
        assert uri == location["physicalLocation"]["artifactLocation"]["uri"]
        assert f"{target}/Train" == location["logicalLocations"][0]["fullyQualifiedName"]

    def test_position(self) -> None:
        """A known position is the region."""
        location = _results(_report("a.json", position=Position(3, 4)))[0]["locations"][0]
        assert {"startLine": 3, "startColumn": 4} == location["physicalLocation"]["region"]

    def test_hidden(self) -> None:
        """A hidden finding is a suppressed result with its reason; others say that they are not."""
        suppressions = {row["ruleId"]: row["suppressions"] for row in _results(REPORT)}
        assert [{"kind": "external", "justification": "in the baseline"}] == suppressions["PFX002"]
        assert [] == suppressions["PFX003"]

    def test_fingerprints(self) -> None:
        """Two findings with one fingerprint are told apart; lines and words don't count."""
        prints = [row["partialFingerprints"]["primaryLocationLineHash"] for row in _results(REPORT)]
        assert len(prints) == len(set(prints))
        moved = _report("a.json", position=Position(3, 4))
        assert (
            _results(moved)[0]["partialFingerprints"]
            == (_results(_report("a.json"))[0]["partialFingerprints"])
        )

    def test_unread(self) -> None:
        """Files that could not be read make the run unsuccessful; findings and notes don't."""
        invocation = json.loads(check_sarif.render(REPORT))["runs"][0]["invocations"][0]
        assert invocation["executionSuccessful"] is False
        notifications = invocation["toolExecutionNotifications"]
        assert ["note", "note", "warning", "error"] == [row["level"] for row in notifications]
        location = notifications[0]["locations"][0]
        stack = "my%20templates/stack.yaml"
        assert stack == location["physicalLocation"]["artifactLocation"]["uri"]
        assert (
            "my templates/stack.yaml#Serve"
            == (location["logicalLocations"][0]["fullyQualifiedName"])
        )
        clean = json.loads(check_sarif.render(_report("a.json")))["runs"][0]["invocations"][0]
        assert clean["executionSuccessful"] is True

    def test_message(self) -> None:
        """Braces are no placeholder, and brackets are no link, whatever was before them."""
        finding = Finding.of(ALPHABET, "T", "Training", r"{0} [a](b) \[c](d)", "f")
        rows = (ReportedFinding(finding, "t"),)
        report = CheckReport((CheckedTarget("t", "definition", None, 1, rows),))
        text = _results(report)[0]["message"]["text"]
        assert "{{0}} \\[a\\](b) \\\\\\[c\\](d)\nFix: f" == text

    def test_project(self) -> None:
        """The URLs are those of the distribution's metadata."""
        metadata = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
        assert f'Homepage = "{check_summary.PROJECT}"' in metadata


class TestGitHub:
    def test_escapes(self) -> None:
        """A property escapes what ends it; a message what would break its line."""
        finding = Finding.of(ALPHABET, "a:b,c", "Training", "50%\nx", "a, b: c")
        rows = (ReportedFinding(finding, "t", "p,q:r%.json", Position(2, 3)),)
        report = CheckReport((CheckedTarget("t", "definition", None, 1, rows),))
        expected = (
            "::error file=p%2Cq%3Ar%25.json,line=2,col=3,"
            "title=PFX003 [Training] a%3Ab%2Cc::50%25\\nx%0AFix: a, b: c"
        )
        assert expected == check_github.render(report).splitlines()[0]

    def test_hidden(self) -> None:
        """A hidden finding is no annotation."""
        assert "PFX002" not in check_github.render(REPORT)

    def test_no_file(self) -> None:
        """A finding without a file names its target in the message."""
        line = check_github.render(_report(None, ARN)).splitlines()[0]
        assert line.startswith("::error title=PFX003 [Training] Train::arn:aws:sagemaker:")

    def test_note(self) -> None:
        """What is wrong with a graph is a notice at its file."""
        lines = check_github.render(REPORT).splitlines()
        assert (
            "::notice file=my templates/stack.yaml,title=Graph of the pipeline::"
            f"my templates/stack.yaml#Serve: {NOTE}"
        ) in lines

    def test_last_line(self) -> None:
        """The last line is the summary, and no command."""
        assert check_github.render(REPORT).splitlines()[-1].startswith("5 pipelines, 8 jobs judged")


class TestGitLab:
    def test_fingerprints(self) -> None:
        """Entries with one fingerprint get others, which are the same in every run."""
        entries = json.loads(check_gitlab.render(REPORT))
        prints = [entry["fingerprint"] for entry in entries]
        assert len(prints) == len(set(prints))
        assert REPORT.findings[0].fingerprint == prints[0]

    def test_no_file_and_no_line(self) -> None:
        """The target is the path where there is no file, and the line is the first."""
        location = json.loads(check_gitlab.render(_report(None, ARN)))[0]["location"]
        assert {"path": ARN, "lines": {"begin": 1}} == location

    def test_not_read(self) -> None:
        """What was not read is an entry, so that it is not taken for fine."""
        names = [entry["check_name"] for entry in json.loads(check_gitlab.render(REPORT))]
        assert 2 == names.count("not-read")

    def test_severity(self) -> None:
        """An error ranks above a warning."""
        severities = {
            entry["check_name"]: entry["severity"]
            for entry in json.loads(check_gitlab.render(REPORT))
        }
        assert ("major", "minor") == (severities["PFX003"], severities["PFX011"])
        assert "info" == severities["graph"]


class TestJUnit:
    def _suite(self, report: CheckReport) -> ET.Element:
        root = ET.fromstring(check_junit.render(report))
        schemas.JUnit().validate(root)
        return root[0]

    def test_warning(self) -> None:
        """A warning is a failure with strict alone."""
        finding = Finding.of(SAME_PREFIX, "Train", "Training", "Shared.", "Rename.")
        assert WARNING == finding.severity
        target = CheckedTarget("t", "definition", None, 1, (ReportedFinding(finding, "t"),))
        assert "0" == self._suite(CheckReport((target,))).get("failures")
        assert "1" == self._suite(CheckReport((target,), strict=True)).get("failures")

    def test_clean(self) -> None:
        """A target without findings has one test case, which passes."""
        case = self._suite(CLEAN)[0]
        assert ("2 jobs judged", 0) == (case.get("name"), len(case))

    def test_notes(self) -> None:
        """They are the output of their suite, and no test case."""
        target = CheckedTarget("t", "definition", None, 1, notes=("First.", "Second\n."))
        suite = self._suite(CheckReport((target,)))
        assert ("1", "First.\nSecond\\n.") == (suite.get("tests"), suite.findtext("system-out"))

    def test_not_read_is_said_once(self) -> None:
        """A finding about a definition that is not at hand takes the skipped case's place."""
        finding = Finding.of(DEFINITION_NOT_READ, "Train", "", "It is in S3.", "Check it.")
        rows = (ReportedFinding(finding, "t"),)
        suite = self._suite(CheckReport((CheckedTarget("t", "x", None, 0, rows, "In S3."),)))
        assert ("1", "0") == (suite.get("tests"), suite.get("skipped"))

    def test_unread(self) -> None:
        """A file that could not be read is an error."""
        report = CheckReport((), unread=(UnreadFile("a\x00b.json", "It is\x01 empty."),))
        error = self._suite(report)[0][0]
        assert ("error", r"It is\x01 empty.") == (error.tag, error.get("message"))

    def test_ascii(self) -> None:
        """The document is ASCII, so that its encoding is right however it is written."""
        text = check_junit.render(REPORT)
        assert text.isascii()
        assert "[Endpoint] Déploiement" in check_junit.render(REPORT).replace("&#233;", "é")


def test_uris_are_reversible() -> None:
    """The percent-encoding of a path gives the path back."""
    location = _results(_report("a b/ü#?%.json"))[0]["locations"][0]["physicalLocation"]
    assert "a b/ü#?%.json" == unquote(location["artifactLocation"]["uri"])


@pytest.mark.parametrize("module", [check_gitlab, check_json, check_junit, check_sarif])
def test_a_printed_document_has_no_workflow_command(module: Any) -> None:
    """A job on GitHub reads ``##[`` anywhere in a line, and ``::`` at its beginning."""
    lines = module.render(hostile(HOSTILE["old command"])).splitlines()
    lines += module.render(hostile(HOSTILE["command"])).splitlines()

    assert [] == [line for line in lines if line.lstrip().startswith("::") or "##[" in line]
