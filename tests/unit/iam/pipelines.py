"""Pipelines for the tests of policies: definitions as the SDK renders them."""

from __future__ import annotations

from typing import Any

from sm_prefix_ext import Plan

ACCOUNT, REGION = "123456789012", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
EXECUTION = f"{ROLE}pipeline"
WORKER = f"{ROLE}worker"
VPC = "vpc-0123456789abcdef0"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"


def step(name: str, step_type: str, arguments: Any = None, **more: Any) -> dict[str, Any]:
    """Return a step."""
    return {"Name": name, "Type": step_type, "Arguments": arguments or {}, **more}


def evaluation(uri: Any, **more: Any) -> dict[str, Any]:
    """Return a processing step that leaves a property file."""
    output = {"OutputName": "evaluation", "S3Output": {"S3Uri": uri}}
    file = {"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "report.json"}
    arguments = {
        "ProcessingJobName": "team-a-evaluate",
        "RoleArn": EXECUTION,
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "other"}, output]},
        **more,
    }
    return step("Evaluate", "Processing", arguments, PropertyFiles=[file])


def condition(*then: Any, read: Any = None) -> dict[str, Any]:
    """Return a condition step that reads the property file."""
    read = read or {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Report"}, "Path": "a"}
    compared = {
        "Type": "LessThanOrEqualTo",
        "LeftValue": {"Std:JsonGet": read},
        "RightValue": 6.0,
    }
    arguments = {"Conditions": [compared], "IfSteps": list(then), "ElseSteps": []}
    return step("Check", "Condition", arguments)


JOBS = [
    step("Prepare", "Processing", {"ProcessingJobName": "team-a-prepare", "RoleArn": EXECUTION}),
    step("Train", "Training", {"TrainingJobName": "team-a-train", "RoleArn": WORKER}),
    step("Score", "Transform", {"TransformJobName": "team-a-score"}),
    step("Model", "Model", {"ModelName": "team-a-model", "ExecutionRoleArn": WORKER}),
    step(
        "Tune",
        "Tuning",
        {
            "HyperParameterTuningJobName": "team-a",
            "TrainingJobDefinitions": [
                {"DefinitionName": "x", "RoleArn": WORKER},
                {"DefinitionName": "y", "RoleArn": EXECUTION},
            ],
        },
    ),
    step("Auto", "AutoML", {"AutoMLJobName": "team-a", "RoleArn": WORKER}),
    step("Quality", "QualityCheck", {"ProcessingJobName": "team-a-data", "RoleArn": WORKER}),
]
REGISTRATIONS = [
    step("InGroup", "RegisterModel", {"ModelPackageGroupName": "team-a-churn"}),
    step("Alone", "RegisterModel", {"ModelPackageName": "team-a-package"}),
]
URI = {
    "Std:Join": {
        "On": "/",
        "Values": ["s3:/", "team-a-bucket", {"Get": "Execution.PipelineExecutionId"}, "out"],
    }
}
READ = {"S3Uri": "s3://other-bucket/metrics.json", "Path": "b"}
PROPERTY_FILES = [evaluation(URI), condition(JOBS[1]), {**condition(read=READ), "Name": "Check2"}]
OTHERS = [
    step("Call", "Lambda", FunctionArn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:notify"),
    step("Ask", "Callback", SqsQueueUrl=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/approve"),
    step("Spark", "EMR", {"ClusterId": "j-1ABC", "StepConfig": {}}),
    step(
        "Cluster",
        "EMR",
        {
            "ClusterConfig": {"ServiceRole": "EmrRole", "JobFlowRole": f"{ROLE}ec2"},
            "StepConfig": {},
        },
    ),
    step(
        "Serverless",
        "EMRServerless",
        {"ApplicationId": "00abc", "ExecutionRoleArn": WORKER, "JobConfig": {}},
    ),
    step(
        "Application",
        "EMRServerless",
        {"ApplicationConfig": {}, "JobConfig": {"executionRoleArn": WORKER}},
    ),
    step("Config", "EndpointConfig", {"EndpointConfigName": "team-a-config"}),
    step(
        "Endpoint",
        "Endpoint",
        {"EndpointName": "team-a-live", "EndpointConfigName": "team-a-config"},
    ),
    step("Stop", "Fail", {"ErrorMessage": "enough"}),
]
EXPERIMENT = {
    "ExperimentName": {"Get": "Execution.PipelineName"},
    "TrialName": {"Get": "Execution.PipelineExecutionId"},
}
PIPELINES: dict[str, dict[str, Any]] = {
    "jobs": {"Steps": JOBS},
    "registrations": {"Steps": REGISTRATIONS},
    "property files": {"Steps": PROPERTY_FILES},
    "other services": {"Steps": OTHERS[:-1]},
    "experiment": {"Steps": JOBS[:2], "PipelineExperimentConfig": EXPERIMENT},
    "named experiment": {
        "Steps": [JOBS[4]],
        "PipelineExperimentConfig": {"ExperimentName": "Team-A-lab", "TrialName": "nightly"},
    },
    "upper case": {
        "Steps": [step("T", "Training", {"TrainingJobName": "Team-A", "RoleArn": EXECUTION})]
    },
    "volume key": {
        "Steps": [
            step(
                "Train",
                "Training",
                {
                    "TrainingJobName": "team-a",
                    "RoleArn": EXECUTION,
                    "ResourceConfig": {"VolumeKmsKeyId": KEY},
                },
            )
        ]
    },
    "prefixing off": {
        "Steps": [
            step("Train_it", "Training", {"RoleArn": EXECUTION}),
            step("Tune", "Tuning", {"TrainingJobDefinition": {"RoleArn": WORKER}}),
        ]
    },
}
NAMES = list(PIPELINES)


def plan(name: str, **more: Any) -> Plan:
    """Return the plan of one of the pipelines."""
    given = {"region": REGION, "role_arn": EXECUTION, "pipeline_name": "team-a-pipe", **more}
    return Plan.from_definition({"Version": "2020-12-01", **PIPELINES[name]}, **given)
