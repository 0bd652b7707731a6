"""Executions run their graph and create the jobs of its steps."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_prefix_ext.core.job_names import JobName
from sm_prefix_ext.core.step_types import JOB_KINDS, KINDS, Kind
from sm_prefix_ext.embedded import EmbeddedAWS

from .conftest import Driver, described
from .definitions import LEAST, condition, fail, get, job, loop


def as_text(path: str) -> Any:
    """A reference as text, in the form of the SDK's ``to_string()``."""
    return {"Std:Join": {"On": "", "Values": [get(path)]}}


def with_model(driver: Driver) -> None:
    """Create the model of endpoint configurations."""
    driver.client.create_model(ModelName="model", ExecutionRoleArn=driver.role, **LEAST["Model"])


TRAINED = "Steps.Train.ModelArtifacts.S3ModelArtifacts"


EVERY_KIND = pytest.mark.parametrize("kind", JOB_KINDS, ids=lambda kind: kind.step_type)


@EVERY_KIND
def test_each_step_type_creates_a_job_with_the_prefix(driver: Driver, kind: Kind) -> None:
    """Each step type's job is created under the prefix, with a description and an ARN."""
    execution = driver.run(job("Step", kind.step_type))
    [(key, metadata)] = driver.step(execution, "Step")["Metadata"].items()
    name = driver.job(execution, "Step")
    parsed = JobName.parse(name.rsplit("/", 1)[-1])

    assert (kind.metadata_key, "custom-prefix", "team-a") == (key, parsed.mode, parsed.prefix)
    assert execution.rsplit("/", 1)[-1] == parsed.execution_id
    assert metadata[kind.metadata_field] in described(driver, kind, name).values()
    tags = driver.client.list_tags(ResourceArn=metadata[kind.metadata_field])
    assert tags["Tags"] == []


@EVERY_KIND
def test_a_job_without_a_prefix_has_the_default_name(driver: Driver, kind: Kind) -> None:
    """Without a name, each step type's job gets the service's default form."""
    execution = driver.run(job("A-step_with-a-long-name", kind.step_type, prefix=None))
    parsed = JobName.parse(driver.job(execution, "A-step_with-a-long-name").rsplit("/", 1)[-1])

    expected = "default-short" if kind.short else "default"
    assert (expected, "A-step-with-a-long-name"[: kind.default_step_part]) == (
        parsed.mode,
        parsed.step_part,
    )


def test_list_operations_return_the_jobs_of_an_execution(driver: Driver) -> None:
    """The lists of training, processing, transform, tuning and AutoML jobs and models show them."""
    kinds = ("Training", "Processing", "Transform", "Tuning", "AutoML", "Model")
    execution = driver.run(*(job(f"S{kind}", kind) for kind in kinds))
    listed = {
        "Training": driver.client.list_training_jobs()["TrainingJobSummaries"],
        "Processing": driver.client.list_processing_jobs()["ProcessingJobSummaries"],
        "Transform": driver.client.list_transform_jobs()["TransformJobSummaries"],
        "Tuning": driver.client.list_hyper_parameter_tuning_jobs()[
            "HyperParameterTuningJobSummaries"
        ],
        "AutoML": driver.client.list_auto_ml_jobs()["AutoMLJobSummaries"],
        "Model": driver.client.list_models()["Models"],
    }

    trained = [f"{driver.job(execution, 'STuning')}-00{number}-" for number in range(1, 5)]
    actual = {
        kind: [entry[KINDS[kind].name_field] for entry in jobs] for kind, jobs in listed.items()
    }
    own, *tuned = sorted(actual.pop("Training"), key=lambda name: "-00" in name)
    assert driver.job(execution, "STraining") == own
    assert trained == sorted(name[: len(trained[0])] for name in tuned)
    assert {kind: [driver.job(execution, f"S{kind}")] for kind in actual} == actual


def test_a_registration_creates_the_group_and_numbers_versions(driver: Driver) -> None:
    """A missing group is created, its versions are numbered, and its case is kept."""
    driver.create(
        job("Register", "RegisterModel", prefix=None, arguments={"ModelPackageGroupName": "TeamA"})
    )
    names = [driver.job(driver.start(), "Register") for _ in range(2)]
    listed = driver.client.list_model_packages(ModelPackageGroupName="TeamA")

    assert names == ["TeamA/1", "TeamA/2"]
    assert len(listed["ModelPackageSummaryList"]) == 2
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/TeamA/2"
    assert driver.client.describe_model_package(ModelPackageName=arn)["ModelPackageVersion"] == 2


def test_a_job_has_the_resolved_arguments(driver: Driver) -> None:
    """Its description has values in place of parameters and references."""
    processing = {
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": get("Parameters.Count"),
                "InstanceType": get("Parameters.Type"),
                "VolumeSizeInGB": 30,
            }
        },
        "ProcessingInputs": [
            {
                "InputName": "model",
                "S3Input": {
                    "S3Uri": get(TRAINED),
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                    "LocalPath": "/opt/ml/processing/model",
                },
            }
        ],
        "RoleArn": driver.role,
    }
    training = {
        "OutputDataConfig": {
            "S3OutputPath": {
                "Std:Join": {
                    "On": "/",
                    "Values": [
                        "s3://b",
                        get("Execution.PipelineExecutionId"),
                        get("Parameters.Type"),
                    ],
                }
            }
        },
        "HyperParameters": {"epochs": as_text("Parameters.Count"), "rate": "0.5"},
    }
    execution = driver.run(
        job("Eval", "Processing", arguments=processing),
        job("Train", arguments=training),
        parameters=[
            {"Name": "Count", "Type": "Integer", "DefaultValue": 2},
            {"Name": "Type", "Type": "String", "DefaultValue": "ml.m5.large"},
        ],
    )
    train = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Train"))
    actual = driver.client.describe_processing_job(ProcessingJobName=driver.job(execution, "Eval"))

    model = train["ModelArtifacts"]["S3ModelArtifacts"]
    assert model.startswith(f"s3://b/{execution.rsplit('/', 1)[-1]}/ml.m5.large/team-a-")
    assert train["HyperParameters"] == {"epochs": "2", "rate": "0.5"}
    assert model == actual["ProcessingInputs"][0]["S3Input"]["S3Uri"]
    assert driver.role == actual["RoleArn"] == train["RoleArn"]


def test_a_parameter_value_replaces_the_default(driver: Driver) -> None:
    """A given value wins over the default, has the declared type, and is listed."""
    driver.create(
        job("Train", arguments={"ResourceConfig": {"InstanceCount": get("Parameters.Count")}}),
        parameters=[{"Name": "Count", "Type": "Integer", "DefaultValue": 1}],
    )
    options = [{"Name": "Count", "Value": "5"}]
    execution = driver.start(PipelineParameters=options)
    train = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Train"))
    listed = driver.client.list_pipeline_parameters_for_execution(PipelineExecutionArn=execution)

    assert train["ResourceConfig"]["InstanceCount"] == 5
    assert options == listed["PipelineParameters"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "Count have no value and no default"),
        ([{"Name": "Count", "Value": "many"}], "Parameter Count is 'many'; its type is Integer"),
        ([{"Name": "Size", "Value": "1"}], "no parameters named Size"),
    ],
)
def test_an_invalid_parameter_value_starts_no_execution(
    driver: Driver, options: list[Any], expected: str
) -> None:
    """A parameter without a value, of another type or unknown is refused; nothing starts."""
    driver.create(job("Train"), parameters=[{"Name": "Count", "Type": "Integer"}])
    with pytest.raises(ClientError, match=rf"ValidationException.*{expected}"):
        driver.start(PipelineParameters=options)
    executions = driver.client.list_pipeline_executions(PipelineName="pipe")
    assert executions["PipelineExecutionSummaries"] == []


def test_a_prefix_from_a_parameter_is_resolved(driver: Driver) -> None:
    """The run resolves the expression."""
    execution = driver.run(
        job("Train", prefix=get("Parameters.Team")),
        parameters=[{"Name": "Team", "Type": "String", "DefaultValue": "team-b"}],
    )

    assert driver.job(execution, "Train").startswith("team-b-")


@pytest.mark.parametrize(
    "path",
    [
        "Steps.Train.SecondaryStatusTransitions[3].StatusMessage",
        "Steps.Train.Environment['unknown']",
        "Steps.Lambda.OutputParameters['out']",
        "Steps.Tune.BestTrainingJob.TrainingJobName",
        "Steps.Tune.TrainingJobSummaries[3].TrainingJobName",
        "Steps.Tune.TrainingJobSummaries[99].TrainingJobName",
        "Steps.Check.CalculatedBaselineStatistics",
        "Steps.Lambda.OutputParameters['number']",
    ],
)
def test_a_reference_to_an_unknown_value_resolves_to_a_placeholder(
    driver: Driver, path: str
) -> None:
    """The placeholder is a string or a number, as the argument requires."""
    number = path.endswith("['number']")
    options: dict[str, Any] = (
        {"ResourceConfig": {"InstanceCount": get(path)}}
        if number
        else {"HyperParameters": {"x": get(path)}}
    )
    execution = driver.run(
        job("Train"),
        {
            "Name": "Lambda",
            "Type": "Lambda",
            "OutputParameters": [
                {"OutputName": "out", "OutputType": "String"},
                {"OutputName": "number", "OutputType": "Integer"},
            ],
        },
        job("Tune", "Tuning"),
        job("Check", "QualityCheck"),
        job(
            "Last",
            arguments=options,
            DependsOn=["Train", "Lambda", "Tune", "Check"],
        ),
    )

    assert driver.status(execution) == "Succeeded"
    last = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Last"))
    assert last["ResourceConfig"]["InstanceCount"] == 1
    assert number or isinstance(last["HyperParameters"]["x"], str)


def test_the_best_training_job_is_named_after_the_tuning_job(driver: Driver) -> None:
    """A tuning job's best training job is named after it, in its description too."""
    best = get("Steps.Tune.BestTrainingJob.TrainingJobName")
    execution = driver.run(
        job("Tune", "Tuning"), job("Next", arguments={"HyperParameters": {"best": best}})
    )
    tuning = driver.job(execution, "Tune")
    tuned = driver.client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning)
    following = driver.client.describe_training_job(TrainingJobName=driver.job(execution, "Next"))

    name = tuned["BestTrainingJob"]["TrainingJobName"]
    assert name.startswith(f"{tuning}-001-")
    assert name == following["HyperParameters"]["best"]


def test_the_metadata_of_a_check_have_its_baselines(driver: Driver) -> None:
    """A check's metadata have its type and its baselines in addition to the job."""
    options = "s3://b/given.json"
    execution = driver.run(
        job(
            "Check",
            "QualityCheck",
            CheckType="DATA_QUALITY",
            SkipCheck=False,
            RegisterNewBaseline=False,
            ModelPackageGroupName="group",
            SuppliedBaselineStatistics=options,
            arguments={
                "ProcessingOutputConfig": {
                    "Outputs": [
                        {
                            "OutputName": "o",
                            "S3Output": {
                                "S3Uri": "s3://b/out/",
                                "S3UploadMode": "EndOfJob",
                                "LocalPath": "/opt/ml/processing/out",
                            },
                        }
                    ]
                }
            },
        ),
        job("Bias", "ClarifyCheck", CheckType="DATA_BIAS"),
    )
    quality = driver.step(execution, "Check")["Metadata"]["QualityCheck"]
    bias = driver.step(execution, "Bias")["Metadata"]["ClarifyCheck"]

    arn = quality.pop("CheckJobArn")
    assert arn.startswith("arn:aws:sagemaker:us-east-1:123456789012:processing-job/team-a-")
    assert {
        "CheckType": "DATA_QUALITY",
        "SkipCheck": False,
        "RegisterNewBaseline": False,
        "ModelPackageGroupName": "group",
        "BaselineUsedForDriftCheckStatistics": options,
        "BaselineUsedForDriftCheckConstraints": "s3://b/out/constraints.json",
        "CalculatedBaselineStatistics": "s3://b/out/statistics.json",
        "CalculatedBaselineConstraints": "s3://b/out/constraints.json",
    } == quality
    assert "CalculatedBaselineStatistics" not in bias


@pytest.mark.parametrize(
    ("outcomes", "ran"),
    [
        ({}, ["Outer", "Inner", "Deep"]),
        ({"Outer": True, "Inner": True}, ["Outer", "Inner", "Deep"]),
        ({"Inner": False}, ["Outer", "Inner", "Shallow"]),
        ({"Outer": False}, ["Outer", "Other"]),
    ],
)
def test_outcomes_decide_the_branch_of_a_condition(
    outcomes: dict[str, Any], ran: list[str]
) -> None:
    """Conditions take the branch in outcomes, and the steps of other branches are not listed."""
    with EmbeddedAWS(outcomes=outcomes) as aws:
        driver = Driver(aws)
        inner = condition("Inner", [job("Deep")], [job("Shallow")])
        execution = driver.run(condition("Outer", [inner], [job("Other")]))

        assert ran == list(driver.statuses(execution))
        assert driver.status(execution) == "Succeeded"
        assert {"Condition": {"Outcome": str(outcomes.get("Outer", True))}} == driver.step(
            execution, "Outer"
        )["Metadata"]


def test_a_step_that_depends_on_an_unselected_branch_does_not_run(driver: Driver) -> None:
    """The execution succeeds."""
    execution = driver.run(
        condition("Check", [job("Yes")], [job("No")]), job("After", DependsOn=["No"])
    )

    assert list(driver.statuses(execution)) == ["Check", "Yes"]
    assert driver.status(execution) == "Succeeded"


def test_a_fail_step_fails_the_execution_with_its_message(driver: Driver) -> None:
    """A Fail step fails the execution with its message, and nothing starts after it."""
    message = {"Std:Join": {"On": " ", "Values": ["MSE over", get("Parameters.Limit")]}}
    driver.aws.outcomes["Check"] = False
    execution = driver.run(
        condition("Check", [job("Yes")], [fail("Bad", message)]),
        job("Late", DependsOn=["Never"]),
        job("Never", DependsOn=["Check", "Bad"]),
        parameters=[{"Name": "Limit", "Type": "Float", "DefaultValue": 6.5}],
    )
    bad = driver.step(execution, "Bad")
    described = driver.client.describe_pipeline_execution(PipelineExecutionArn=execution)

    assert driver.statuses(execution) == {"Check": "Succeeded", "Bad": "Failed"}
    assert bad["FailureReason"] == "MSE over 6.5"
    assert bad["Metadata"] == {"Fail": {"ErrorMessage": "MSE over 6.5"}}
    assert (
        described["PipelineExecutionStatus"],
        described["FailureReason"],
    ) == ("Failed", "Step failure: One or multiple steps failed.")


def test_a_loop_runs_its_body_for_each_item(driver: Driver) -> None:
    """A loop runs its body once per item, each with its own job and its item."""
    body = [
        job("Item", "Processing", arguments={"Environment": {"item": get("ForEach.CurrentItem")}}),
        job("Next", arguments={"HyperParameters": {"in": get("Steps.Item.ProcessingJobName")}}),
    ]
    count = as_text("Steps.Each.InputItemCount")
    second = get("Steps.Each.IterationOutputs[1].Item.ProcessingJobName")
    execution = driver.run(
        loop("Each", ["a", "b"], body),
        job("After", arguments={"HyperParameters": {"count": count, "second": second}}),
    )
    names = [driver.job(execution, f"Item-{index}") for index in range(2)]
    following = [
        driver.client.describe_training_job(TrainingJobName=driver.job(execution, name))
        for name in ("Next-0", "Next-1", "After")
    ]

    assert list(driver.statuses(execution)) == [
        "Each",
        "Item-0",
        "Next-0",
        "Item-1",
        "Next-1",
        "After",
    ]
    assert driver.step(execution, "Item-1")["IterationContext"] == {
        "ParentStepName": "Each",
        "Index": 1,
        "Item": "b",
    }
    assert names == [entry["HyperParameters"]["in"] for entry in following[:2]]
    assert {"count": "2", "second": names[1]} == following[2]["HyperParameters"]
    each = driver.step(execution, "Each")["Metadata"]["ForEach"]
    assert (
        each["Status"],
        each["InputItemCount"],
        each["TotalStepCount"],
        each["SucceededStepCount"],
    ) == ("Succeeded", 2, 4, 4)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (get("Parameters.List"), ["x", "y", "z"]),
        (get("Steps.Train.TrainingJobName"), None),
        ([get("Parameters.One"), 7, True], ["one", "7", "True"]),
    ],
)
def test_items_come_from_lists_parameters_and_expressions(
    driver: Driver, items: Any, expected: list[str] | None
) -> None:
    """Items are a JSON list in a parameter, expressions or scalars; another value is one item."""
    execution = driver.run(
        job("Train"),
        loop("Each", items, [job("Item")]),
        parameters=[
            {"Name": "List", "Type": "String", "DefaultValue": json.dumps(["x", "y", "z"])},
            {"Name": "One", "Type": "String", "DefaultValue": "one"},
        ],
    )
    actual = [
        step["IterationContext"]["Item"]
        for step in driver.steps(execution)
        if "IterationContext" in step
    ]

    assert (expected or [driver.job(execution, "Train")]) == actual


def test_a_failed_item_fails_loop_and_execution(driver: Driver) -> None:
    """An outcome may be set for one item; the loop and the execution fail with it."""
    driver.aws.outcomes["Item-1"] = "Failed"
    execution = driver.run(loop("Each", ["a", "b", "c"], [job("Item")]))

    assert driver.statuses(execution) == {
        "Each": "Failed",
        "Item-0": "Succeeded",
        "Item-1": "Failed",
        "Item-2": "Succeeded",
    }
    assert driver.status(execution) == "Failed"


JOBLESS = {
    "Callback": {"SqsQueueUrl": "https://sqs/q"},
    "Lambda": {"FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f"},
    "EMR": {"Arguments": {"ClusterId": "j-1"}},
    "EMRServerless": {},
    "EndpointConfig": {"Arguments": LEAST["EndpointConfig"]},
    "Endpoint": {"Arguments": {"EndpointName": "e", "EndpointConfigName": "there"}},
    "InferenceComponent": {"Arguments": {"InferenceComponentName": "i", "EndpointName": "e"}},
    "Lineage": {},
    "Cleanup": {"Arguments": {"Resources": {"S3": [{"StepName": "Train"}]}}},
}


@pytest.mark.parametrize(
    "step_type",
    [name for name, kind in KINDS.items() if not kind.makes_job],
)
def test_each_step_type_without_a_job_runs(driver: Driver, step_type: str) -> None:
    """Each step type that makes no job runs, and its metadata are under its own key."""
    more = JOBLESS.get(step_type, {})
    with_model(driver)
    config = {**LEAST["EndpointConfig"], "EndpointConfigName": "there"}
    driver.client.create_endpoint_config(**config)
    status = "Failed" if step_type == "Fail" else "Succeeded"
    execution = driver.run(job("Train"), {"Name": "Step", "Type": step_type, **more})
    step = driver.step(execution, "Step")

    assert (status, [step_type]) == (step["StepStatus"], list(step["Metadata"]))
