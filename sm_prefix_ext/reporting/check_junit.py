"""The report of a check as JUnit XML, which GitLab, Jenkins and others read.

It follows ``junit-10.xsd`` of https://github.com/jenkinsci/xunit-plugin.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from ..core.check_report import CheckedTarget, CheckReport, ReportedFinding
from ..core.findings import ERROR
from ..core.text import printable
from .check_summary import advice, counted, step, where


def render(report: CheckReport) -> str:
    """A test suite a target, with a test case a finding.

    An error is a failure, and with ``strict`` a warning too; a hidden finding is a skipped test
    case, and so is a definition that was not read. A target without findings has one test case,
    which passes. Notes are the output of their suite. A file that could not be read is an error.
    XML can't hold control characters, so they are shown as escapes.
    """
    root = ET.Element("testsuites", name="sm-prefix check")
    for checked in report.targets:
        _target(root, checked, report.strict)
    if report.unread:
        suite = ET.SubElement(root, "testsuite", name="Files that could not be read")
        for unread in report.unread:
            case = _case(suite, unread.file, "read")
            ET.SubElement(case, "error", type="unread", message=printable(unread.reason))
        _count(suite)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    # References stand for all that is not ASCII, so that it is UTF-8 whatever encodes it later.
    text = ET.tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    # Without these references, a job on GitHub could read a workflow command in what is printed.
    text = re.sub(r"^(\s*):(?=:)", r"\1&#58;", text.replace("##[", "&#35;#["), flags=re.MULTILINE)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _target(root: ET.Element, checked: CheckedTarget, strict: bool) -> None:
    suite = ET.SubElement(root, "testsuite", name=printable(checked.target))
    for row in checked.findings:
        _finding(suite, row, strict)
    if checked.not_read is not None and not checked.findings:
        case = _case(suite, checked.target, "the definition is read")
        ET.SubElement(case, "skipped", message=printable(checked.not_read))
    elif checked.not_read is None and all(row.hidden is not None for row in checked.findings):
        judged = f"{counted(checked.jobs, 'job')} judged" if checked.jobs else "no job to judge"
        _case(suite, checked.target, judged)
    _count(suite)
    if checked.notes:
        ET.SubElement(suite, "system-out").text = "\n".join(map(printable, checked.notes))


def _finding(suite: ET.Element, row: ReportedFinding, strict: bool) -> None:
    finding = row.finding
    case = _case(suite, row.target, f"{printable(finding.code)} {step(row)}".rstrip())
    text = f"{where(row)}: {finding.severity}\n{advice(row)}"
    if row.hidden is not None:
        ET.SubElement(case, "skipped", message=printable(row.hidden)).text = text
    elif strict or finding.severity == ERROR:
        message = printable(finding.message)
        failure = ET.SubElement(case, "failure", type=finding.severity, message=message)
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = text


def _case(suite: ET.Element, target: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=printable(target), name=name)


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
