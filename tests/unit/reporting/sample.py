"""A report with one of everything, and reports whose every text is hostile."""

from __future__ import annotations

from sm_prefix_ext.core.check_report import (
    CheckedTarget,
    CheckReport,
    Position,
    ReportedFinding,
    UnreadFile,
)
from sm_prefix_ext.core.findings import (
    ALPHABET,
    FOREIGN_ROLE,
    FULL_NAME_OUTSIDE_POLICY,
    NOT_DECLARED,
    TOO_LONG,
    Finding,
)

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/abalone"
ROLE = "arn:aws:iam::444455556666:role/service-role/training-of-the-other-team-with-a-long-name"
POLICY = "sm-prefix.toml"
NOTE = "The step 'Eval' refers to 'Gone', but the pipeline has no step with that name."

_NAME = Finding.of(
    ALPHABET,
    "Prep/if/Train",
    "Training",
    "The job name 'team-a-my_job' has characters that SageMaker refuses: '_'.",
    "Declare 'my-job', which the service takes.",
)
_ROLE = Finding.of(
    FOREIGN_ROLE,
    "Train",
    "Training",
    f"The role {ROLE} belongs to the account 444455556666, not to 111122223333.",
    "Use a role of 111122223333.",
)
_ENDPOINT = Finding.of(
    FULL_NAME_OUTSIDE_POLICY,
    "Déploiement",
    "Endpoint",
    "The endpoint's name is 'abalone', 50% of it fits, and [not](all) of {it}.",
    "Begin the name with 'team-a-'.",
)

REPORT = CheckReport(
    targets=(
        CheckedTarget(
            "pipelines/risk/train.json",
            "definition",
            POLICY,
            3,
            (
                ReportedFinding(
                    _NAME,
                    "pipelines/risk/train.json",
                    "pipelines/risk/train.json",
                    Position(12, 7),
                ),
                ReportedFinding(
                    Finding.of(TOO_LONG, "Tune", "Tuning", "It is too long.", "Shorten it."),
                    "pipelines/risk/train.json",
                    "pipelines/risk/train.json",
                    Position(40, 7),
                    hidden="in the baseline",
                ),
            ),
        ),
        CheckedTarget(
            "my templates/stack.yaml#Serve",
            "CloudFormation template",
            POLICY,
            1,
            (
                ReportedFinding(
                    _ENDPOINT, "my templates/stack.yaml#Serve", "my templates/stack.yaml"
                ),
                ReportedFinding(
                    _ENDPOINT, "my templates/stack.yaml#Serve", "my templates/stack.yaml"
                ),
                ReportedFinding(
                    Finding.of(NOT_DECLARED, "Eval", "Processing", "No name.", "Declare one."),
                    "my templates/stack.yaml#Serve",
                    "my templates/stack.yaml",
                    Position(9, 1),
                    hidden="off in sm-prefix.toml: named in the script",
                ),
            ),
            file="my templates/stack.yaml",
            notes=(NOTE, "These steps wait for each other in a cycle: 'Eval', 'Déploiement'."),
        ),
        CheckedTarget(
            "my templates/stack.yaml#Train",
            "CloudFormation template",
            POLICY,
            not_read="its definition is in s3://team-a/train.json",
            file="my templates/stack.yaml",
        ),
        CheckedTarget(ARN, "pipeline", "--prefix team-a", 2, (ReportedFinding(_ROLE, ARN),)),
        CheckedTarget("pipelines/empty.json", "definition", POLICY),
        CheckedTarget("pipelines/good.json", "definition", POLICY, 2),
    ),
    files_read=4,
    unread=(UnreadFile("pipelines/broken.json", "It ends in the middle, at line 3, column 1."),),
)
"""Findings of several targets, with and without positions, hidden, unread and not read."""

CLEAN = CheckReport((CheckedTarget("pipelines/good.json", "definition", POLICY, 2),), files_read=1)
"""Nothing is wrong."""

HOSTILE = {
    "control characters": "Tr\x1b[2K\x07\x00ain",
    "newlines": "Train\r\nNo findings.\n",
    "line separators": "Train\u2028x\u2029y\x85z",
    "CDATA": "]]><x/>&amp;",
    "command": "::error::",
    "command after white space": "  \n ::add-mask::x",
    "old command": "##[add-mask]x",
    "script": "<script>alert(1)</script>",
    "bidirectional": "Train\u202e\u2066txt",
    "without width": "Tr\u200bain\ufeff",
    "table": "| a | b |",
    "link": "[click](https://example.com) \\[",
    "placeholder": "{0} %SRCROOT% %0A",
    "long": "x" * 10_000,
    "long words": "a b " * 2_500,
    "lone surrogate": "Tr\udc80\ud800ain",
    "noncharacter": "Tr\ufffe\uffffain",
    "quotes": "\"'`,=;",
    "empty": "",
}
"""By what they try, texts that a definition, a path or an error can hold."""


def hostile(text: str) -> CheckReport:
    """A report that has a text wherever a text can stand.

    Args:
        text: the text.
    """
    finding = Finding(ALPHABET, "error", f"Prep/{text}", text, text, text)
    rows = (
        ReportedFinding(finding, text, text, Position(1, 1)),
        ReportedFinding(finding, text, None),
        ReportedFinding(finding, text, text, hidden=text),
    )
    return CheckReport(
        targets=(
            CheckedTarget(text, text, text, 1, rows, file=text, notes=(text,)),
            CheckedTarget(text, text, text, not_read=text),
            CheckedTarget(text, text, text),
        ),
        files_read=1,
        unread=(UnreadFile(text, text),),
    )
