"""The command ``sm-prefix`` with the pipelines of a Python module."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest

from sm_prefix_ext import Pipeline
from sm_prefix_ext.cli import main

from .factory import Factory


@pytest.fixture
def module(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module ``pipelines``, with pipelines of the drop-in class and of the SDK's class."""
    listed = [factory.step("Processing", "Pre", "nice")]
    pipelines: Any = ModuleType("pipelines")
    pipelines.dropin = factory.pipeline(listed, "team-a")
    pipelines.broken = factory.pipeline([factory.step("Processing", "Pre", "x" * 50)])
    pipelines.of_sdk = factory.sdk_pipeline(listed, on=True, name="of-sdk")
    pipelines.off = factory.sdk.SdkPipeline(
        name="of-sdk", steps=listed, sagemaker_session=factory.session
    )

    def build() -> Pipeline:
        print("building")
        return pipelines.dropin

    pipelines.build = build
    monkeypatch.setitem(sys.modules, "pipelines", pipelines)
    return pipelines


def run(arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[Any, Any]:
    """The exit status of the command, and the JSON that it prints."""
    with pytest.raises(SystemExit) as ended:
        main(arguments.split(" "))
    return ended.value.code, json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("module")
class TestCommand:
    """``check`` and ``plan`` of a pipeline in Python."""

    @pytest.mark.parametrize(
        ("arguments", "status", "expected"),
        [
            ("dropin", 0, []),
            ("build", 0, []),
            ("dropin --prefix team-b", 0, ["PFX011"]),
            ("broken --declared-only", 1, ["PFX002"]),
            ("of_sdk --declared-only", 0, []),
            ("of_sdk --prefix nice", 0, ["PFX011"]),
            ("of_sdk --prefix team-b", 1, ["PFX011", "PFX006"]),
            ("off --declared-only", 1, ["PFX019"]),
        ],
    )
    def test_check_reports_the_findings_of_a_python_pipeline(
        self,
        capsys: pytest.CaptureFixture[str],
        arguments: str,
        status: int,
        expected: list[str],
    ) -> None:
        """The command composes names of a drop-in pipeline, and checks the SDK's as they are."""
        code, document = run(f"check --format json pipelines:{arguments}", capsys)
        assert status == code
        assert expected == [finding["code"] for finding in document["findings"]]

    @pytest.mark.parametrize(
        ("arguments", "status", "prefix"),
        [
            ("dropin", 0, "team-a-nice"),
            ("dropin --prefix team-b", 0, "team-b-nice"),
            ("of_sdk", 0, "nice"),
            ("off", 0, None),
            ("broken", 1, None),
        ],
    )
    def test_plan_lists_the_jobs_of_a_python_pipeline(
        self,
        capsys: pytest.CaptureFixture[str],
        arguments: str,
        status: int,
        prefix: str | None,
    ) -> None:
        """A plan has the session's region; a pipeline with an error has findings instead."""
        code, document = run(f"plan --format json pipelines:{arguments}", capsys)
        assert status == code
        assert {"schema", "notes", "findings" if status else "jobs"} == set(document)
        for job in document.get("jobs", ()):
            assert prefix == job["prefix"]
            assert job["arn_pattern"].startswith("arn:aws:sagemaker:us-east-1:111122223333:")

    @pytest.mark.parametrize("pipeline", ["dropin", "of_sdk"])
    def test_check_draws_a_python_pipeline(
        self, capsys: pytest.CaptureFixture[str], pipeline: str
    ) -> None:
        """The page of a check has the picture of the pipeline, with the names that it judged."""
        with pytest.raises(SystemExit):
            main(["check", "--format", "html", f"pipelines:{pipeline}", "--prefix", "team-b"])
        picture = capsys.readouterr().out.partition("<svg")[2].partition("</svg>")[0]
        name = "team-b-nice" if pipeline == "dropin" else "nice"
        assert f">{name}</text>" in picture
