"""Stand in for commands of others that the pages call: they install, ask AWS, or need Node."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def pip(*arguments: str) -> None:
    """Accept what pip would install: this package, with extras that it has."""
    assert "install" == arguments[0]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = project.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    for text in arguments[1:]:
        wanted = Requirement(text)
        if wanted.name == "sm-prefix-ext":
            assert all(f"\n{extra} = " in extras for extra in wanted.extras), text


def terraform(*arguments: str) -> None:
    """Show a plan of the pipeline in ``pipeline.json``."""
    if "show" in arguments:
        values = {
            "pipeline_name": "team-a-abalone",
            "pipeline_definition": Path("pipeline.json").read_text(encoding="utf-8"),
            "role_arn": "arn:aws:iam::111122223333:role/pipeline-execution",
        }
        resource = {
            "address": "aws_sagemaker_pipeline.abalone",
            "mode": "managed",
            "type": "aws_sagemaker_pipeline",
            "name": "abalone",
            "values": values,
        }
        planned = {"root_module": {"resources": [resource]}}
        print(json.dumps({"format_version": "1.2", "planned_values": planned}))


def npx(*arguments: str) -> None:
    """Synthesize: write the template of a stack to ``cdk.out``."""
    assert ("cdk", "synth") == arguments[:2]
    body = {"PipelineDefinitionBody": Path("pipeline.json").read_text(encoding="utf-8")}
    properties = {
        "PipelineName": "team-a-abalone",
        "PipelineDefinition": body,
        "RoleArn": "arn:aws:iam::111122223333:role/pipeline-execution",
    }
    pipeline = {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}
    Path("cdk.out").mkdir(exist_ok=True)
    text = json.dumps({"Resources": {"Abalone": pipeline}})
    Path("cdk.out/TeamA.template.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    {"pip": pip, "terraform": terraform, "npx": npx}[sys.argv[1]](*sys.argv[2:])
