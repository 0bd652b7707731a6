"""The report of a check as SARIF 2.1.0.

The standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
What GitHub's code scanning reads of it: https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from ..core.check_report import CheckReport, ReportedFinding
from ..core.findings import CATALOGUE, Rule
from ..core.text import printable, printable_json
from .check_summary import FINDINGS_PAGE, PROJECT, VERSION, advice, numbered

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_INDEX = {code: index for index, code in enumerate(CATALOGUE)}
_URI = re.compile(r"(?:arn|s3):", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:/")


def render(report: CheckReport) -> str:
    """The log of one run, in ASCII: all codes as rules, all findings, and notifications.

    These are the notes, and what was not read.
    """
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return printable_json(json.dumps(log, indent=2)) + "\n"


def _run(report: CheckReport) -> dict[str, Any]:
    rows = tuple(row for checked in report.targets for row in checked.findings)
    return {
        "tool": {
            "driver": {
                "name": "sm-prefix",
                "version": VERSION,
                "informationUri": PROJECT,
                "rules": [_rule(code, rule) for code, rule in CATALOGUE.items()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder of the check."}}},
        "invocations": [
            {
                "executionSuccessful": not report.unread,
                "toolExecutionNotifications": _notifications(report),
            }
        ],
        "results": [_result(row, number) for row, number in numbered(rows)],
    }


def _rule(code: str, rule: Rule) -> dict[str, Any]:
    page = f"{FINDINGS_PAGE}#{code.lower()}"
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in re.findall(r"\w+", rule.title)),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.meaning},
        "help": {
            "text": f"{rule.meaning}\nFix: {rule.fix}",
            "markdown": f"{rule.meaning}\n\n**Fix**: {rule.fix}\n\n[About {code}]({page})",
        },
        "helpUri": page,
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(row: ReportedFinding, number: int) -> dict[str, Any]:
    suppressions = []
    if row.hidden is not None:
        suppressions = [{"kind": "external", "justification": printable(row.hidden)}]
    return {
        "ruleId": row.finding.code,
        "ruleIndex": _INDEX[row.finding.code],
        "level": row.finding.severity,
        "message": {"text": _plain(advice(row))},
        "locations": [_location(row)],
        # GitHub's own hashes end with the number of their occurrence too.
        "partialFingerprints": {"primaryLocationLineHash": f"{row.fingerprint}:{number}"},
        "suppressions": suppressions,
    }


def _location(row: ReportedFinding) -> dict[str, Any]:
    # GitHub refuses a file with a location that is logical alone, so a target without a file
    # stands in: an ARN and an S3 URI are URIs.
    physical: dict[str, Any] = {"artifactLocation": _artifact(row.file, row.target)}
    if row.file is not None and row.position is not None:
        line, column = row.position
        physical["region"] = {"startLine": line, "startColumn": column}
    return {"physicalLocation": physical, "logicalLocations": [_logical(row)]}


def _logical(row: ReportedFinding) -> dict[str, Any]:
    target, path = printable(row.target), printable(row.finding.step)
    if not path:
        return {"fullyQualifiedName": target, "kind": "pipeline"}
    name = path.rpartition("/")[2] or path
    return {"name": name, "fullyQualifiedName": f"{target}/{path}", "kind": "step"}


def _artifact(file: str | None, target: str) -> dict[str, Any]:
    if file is None:
        if _URI.match(target):
            return {"uri": _quoted(target, ":/")}
        return {"uri": _quoted(target), "description": {"text": printable(target)}}
    if file.startswith("/"):
        return {"uri": f"file://{_quoted(file)}"}
    if _DRIVE.match(file):
        return {"uri": f"file:///{_quoted(file, ':/')}"}
    return {"uri": _quoted(file), "uriBaseId": _ROOT}


def _quoted(text: str, safe: str = "/") -> str:
    try:
        return quote(text, safe=safe, errors="surrogateescape")  # the bytes of the file's name
    except UnicodeEncodeError:
        return quote(printable(text), safe=safe)


def _notifications(report: CheckReport) -> list[dict[str, Any]]:
    rows = []
    for checked in report.targets:
        if checked.not_read is not None:
            rows.append(("warning", checked.not_read, checked.file, checked.target))
        rows += [("note", note, checked.file, checked.target) for note in checked.notes]
    rows += [("error", unread.reason, unread.file, unread.file) for unread in report.unread]
    return [
        {
            "level": level,
            "message": {"text": _plain(printable(text))},
            "locations": [_whole(file, target)],
        }
        for level, text, file, target in rows
    ]


def _whole(file: str | None, target: str) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": _artifact(file, target)},
        "logicalLocations": [{"fullyQualifiedName": printable(target), "kind": "pipeline"}],
    }


def _plain(text: str) -> str:
    # In a message {0} is a placeholder and [text](target) a link: sections 3.11.5 and 3.11.6.
    text = text.replace("{", "{{").replace("}", "}}")
    if "](" in text:
        for character in "\\[]":
            text = text.replace(character, f"\\{character}")
    return text
