"""The guard's findings about pipelines, schedules, queued jobs and changed requests."""

from __future__ import annotations

import functools
import json
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest

from sm_prefix_ext import PrefixViolation, PrefixWarning, guard
from sm_prefix_ext.core.prefix_policy import PrefixPolicy
from sm_prefix_ext.core.service_data import service_data
from sm_prefix_ext.dropin.guarded_operations import (
    JOBS_NAMED_BY_THE_SERVICE,
    SentRequest,
    is_judged,
)
from sm_prefix_ext.embedded import EmbeddedAWS

NAMES_NO_JOB = {*JOBS_NAMED_BY_THE_SERVICE, "CreatePipeline", "UpdatePipeline"} - {
    "CreateModelPackage"
}
ROLE = "arn:aws:iam::111122223333:role/job"


def definition(name: str | None, *, nested: bool = False) -> str:
    """A pipeline with one training job."""
    arguments = {"RoleArn": ROLE} | ({"TrainingJobName": name} if name else {})
    step: dict[str, Any] = {"Name": "Train", "Type": "Training", "Arguments": arguments}
    if nested:
        branches = {"Conditions": [], "IfSteps": [step], "ElseSteps": []}
        step = {"Name": "If", "Type": "Condition", "Arguments": branches}
    return json.dumps({"Version": "2020-12-01", "Steps": [step]})


class Transport:
    """Replaces the network, and records the requests."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, request: Any) -> Any:
        """Answer as the service would."""
        from botocore.awsrequest import AWSResponse

        body = request.body if isinstance(request.body, str) else bytes(request.body).decode()
        self.sent.append(json.loads(body))
        response = AWSResponse(request.url, 200, {}, None)
        response._content = b"{}"
        return response


SESSION = boto3.Session("key", "secret", region_name="us-east-1")  # never guarded itself


def wired(service: str = "sagemaker", session: boto3.Session = SESSION) -> tuple[Any, Transport]:
    """A client, and what it sends."""
    client, transport = session.client(service), Transport()
    client._endpoint.http_session = transport
    return client, transport


def create(client: Any, method: str, **fields: Any) -> Any:
    """Create or update a pipeline."""
    token = {"ClientRequestToken": "x" * 32} if method == "create_pipeline" else {}
    return getattr(client, method)(PipelineName="any", RoleArn=ROLE, **token, **fields)


PIPELINES = ("create_pipeline", "update_pipeline")


@pytest.mark.parametrize("method", PIPELINES)
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("name", ["churn", None, "team-ab"])
def test_a_definition_with_a_job_outside_is_not_sent(
    method: str, nested: bool, name: str | None
) -> None:
    """A job with another name or none, which runs as ``pipelines-…``, blocks the request."""
    client, transport = wired()
    with guard(client, "team-a"), pytest.raises(PrefixViolation, match="Train") as caught:
        create(client, method, PipelineDefinition=definition(name, nested=nested))
    assert [] == transport.sent
    [finding] = caught.value.findings
    assert finding.step == ("If/if/Train" if nested else "Train")


@pytest.mark.parametrize("method", PIPELINES)
def test_a_definition_inside_is_sent_as_it_is(method: str) -> None:
    """The guard changes no name and no role, although the policy has roles."""
    client, transport = wired()
    text = definition("team-a-churn", nested=True)
    policy = PrefixPolicy("team-a", step_roles={"*": "arn:aws:iam::111122223333:role/other"})
    with guard(client, policy):
        create(client, method, PipelineDefinition=text)
    assert [text] == [sent["PipelineDefinition"] for sent in transport.sent]


@pytest.mark.parametrize("text", ["no json", "[]", '{"Steps": [], "Steps": []}', '{"Steps": 1}'])
def test_a_definition_that_cannot_be_read_is_not_sent(text: str) -> None:
    """The guard can't judge such a definition."""
    client, transport = wired()
    with guard(client, "team-a"), pytest.raises(PrefixViolation, match="PFX024"):
        create(client, "create_pipeline", PipelineDefinition=text)
    assert [] == transport.sent


def test_a_group_outside_in_a_definition_is_a_warning() -> None:
    """A warning doesn't block the request."""
    client, transport = wired()
    step = {"Name": "Put", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": "g"}}
    with guard(client, "team-a"), pytest.warns(PrefixWarning, match="PFX008"):
        create(client, "create_pipeline", PipelineDefinition=json.dumps({"Steps": [step]}))
    assert 1 == len(transport.sent)


@pytest.fixture
def bucket() -> Iterator[Callable[[str, str], dict[str, str]]]:
    """Returns a function that stores a text in a bucket and returns its location."""
    with EmbeddedAWS():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="definitions")
        s3.put_bucket_versioning(
            Bucket="definitions", VersioningConfiguration={"Status": "Enabled"}
        )

        def put(key: str, text: str) -> dict[str, str]:
            answer = s3.put_object(Bucket="definitions", Key=key, Body=text.encode())
            version = answer["VersionId"]
            return {"Bucket": "definitions", "ObjectKey": key, "VersionId": version}

        yield put


@pytest.mark.parametrize("method", PIPELINES)
def test_a_definition_in_s3_is_read_and_judged(
    method: str, bucket: Callable[[str, str], dict[str, str]]
) -> None:
    """The guard reads the version that the request names, or else the latest."""
    inside, outside = bucket("p", definition("team-a-x")), bucket("p", definition("churn"))
    latest = {key: value for key, value in outside.items() if key != "VersionId"}
    client, _ = wired()
    sent = []

    def answer(params: Any, **_: Any) -> Any:
        sent.append(json.loads(params["body"]))
        return SimpleNamespace(status_code=200), {}

    client.meta.events.register("before-call.sagemaker", answer)
    with guard(client, "team-a"):
        create(client, method, PipelineDefinitionS3Location=inside)
        for location in (outside, latest):
            with pytest.raises(PrefixViolation, match="'churn', which the policy's prefix"):
                create(client, method, PipelineDefinitionS3Location=location)
    assert [inside] == [entry["PipelineDefinitionS3Location"] for entry in sent]


def test_a_definition_in_s3_that_cannot_be_read_is_refused(
    bucket: Callable[[str, str], dict[str, str]],
) -> None:
    """The finding has AWS's message and the required permission."""
    client, transport = wired()
    location = bucket("there", "") | {"ObjectKey": "gone"}
    del location["VersionId"]
    with guard(client, "team-a"), pytest.raises(PrefixViolation) as caught:
        create(client, "create_pipeline", PipelineDefinitionS3Location=location)
    [finding] = caught.value.findings
    assert "s3://definitions/gone, which could not be read (An error occurred" in finding.message
    assert finding.fix.startswith("Allow s3:GetObject on s3://definitions/gone to the credentials")
    assert [] == transport.sent


def rename(params: Any) -> None:
    """Change the name in a request to create a model."""
    params["ModelName"] = "rogue"


def rename_dict(params: Any) -> None:
    """Change the name in a serialised request."""
    params["body"] = params["body"].replace(b"team-a-fine", b"rogue")


def rename_data(request: Any) -> None:
    """Change the name in a request before botocore signs it."""
    request.data = request.data.replace(b"team-a-fine", b"rogue")


def rename_body(request: Any) -> None:
    """Change the name in a signed request."""
    request.body = request.body.replace(b"team-a-fine", b"rogue")


CHANGES: dict[str, Callable[..., Any]] = {
    "provide-client-params": lambda params, **_: rename(params),
    "before-parameter-build": lambda params, **_: rename(params),
    "before-call": lambda params, **_: rename_dict(params),
    "request-created": lambda request, **_: rename_data(request),
    "before-sign": lambda request, **_: rename_data(request),
    "before-send": lambda request, **_: rename_body(request),
}


@pytest.mark.parametrize("depth", ["", ".sagemaker", ".sagemaker.CreateModel"])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("event", CHANGES)
def test_what_is_really_sent_is_judged(event: str, last: bool, depth: str) -> None:
    """The guard judges changes by handlers of any event, even if registered after it."""
    client, transport = wired()
    with guard(client, "team-a"):
        events = client.meta.events
        if last and (event, depth) == ("before-send", ""):
            return  # it runs after the guard's own last look, with a signature that no longer fits
        (events.register_last if last else events.register)(event + depth, CHANGES[event])
        with pytest.raises(PrefixViolation, match="got 'rogue'"):
            client.create_model(ModelName="team-a-fine")
    assert [] == transport.sent


def test_the_changes_change_what_is_sent() -> None:
    """Without the guard, each change sends the other name, so the test above is effective."""
    for event, change in CHANGES.items():
        client, transport = wired()
        client.meta.events.register(event, change)
        client.create_model(ModelName="team-a-fine")
        assert [{"ModelName": "rogue"}] == transport.sent


def test_a_warning_is_shown_once_for_a_call() -> None:
    """The guard judges a request several times but warns once; a second call warns again."""
    client, _ = wired()
    with guard(client, "team-a"), warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        client.create_model_package(ModelPackageGroupName="models")
        assert 1 == len(shown)
        client.create_model_package(ModelPackageGroupName="models")
        assert 2 == len(shown)


def test_schedules_are_refused_for_their_jobs_names() -> None:
    """The service generates the names of a schedule's jobs; the message names the alternative."""
    client, transport = wired()
    config = {"MonitoringJobDefinitionName": "d", "MonitoringType": "DataQuality"}
    named = {"MonitoringScheduleName": "team-a-daily"}
    with guard(client, "team-a"):
        for call in (client.create_monitoring_schedule, client.update_monitoring_schedule):
            with pytest.raises(PrefixViolation, match="start jobs under names of its own"):
                call(**named, MonitoringScheduleConfig=config)
        with pytest.raises(PrefixViolation, match="QualityCheckStep"):
            client.start_monitoring_schedule(**named)
        client.stop_monitoring_schedule(**named)
    assert [named] == transport.sent


def test_validation_jobs_are_refused() -> None:
    """The service generates their names too; a model package without them is sent."""
    client, transport = wired()
    definition = {
        "MaxConcurrentTransforms": 1,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}
        },
        "TransformOutput": {"S3OutputPath": "s3://b/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    profiles = [{"ProfileName": "p", "TransformJobDefinition": definition}]
    checked = {"ValidationRole": ROLE, "ValidationProfiles": profiles}
    with guard(client, "team-a"):
        with pytest.raises(PrefixViolation, match="Omit ValidationSpecification"):
            client.create_model_package(
                ModelPackageName="team-a-x", ValidationSpecification=checked
            )
        client.create_model_package(ModelPackageName="team-a-x")
    assert 1 == len(transport.sent)


@pytest.mark.parametrize(
    ("payload", "sent"),
    [
        ({"TrainingJobName": "team-a-x"}, True),
        ({"TrainingJobName": "rogue"}, False),
        ({}, False),
        ("no json", False),
        ([], False),
        ('{"TrainingJobName": "rogue", "TrainingJobName": "team-a-x"}', False),
    ],
)
def test_jobs_that_aws_batch_queues_are_judged(payload: Any, sent: bool) -> None:
    """The guard of a session judges the payload, which is the request that Batch will send."""
    session = boto3.Session("key", "secret", region_name="us-east-1")
    text = payload if isinstance(payload, str) else json.dumps(payload)
    request = {
        "jobName": "any",
        "jobQueue": "q",
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": text,
    }
    with guard(session, "team-a"):
        client, transport = wired("batch", session)
        if sent:
            client.submit_service_job(**request)
        else:
            with pytest.raises(PrefixViolation):
                client.submit_service_job(**request)
    assert sent == bool(transport.sent)


def test_other_services_of_a_guarded_session_are_left_alone() -> None:
    """The guard ignores their requests, even if the body is not JSON."""
    session = boto3.Session("key", "secret", region_name="us-east-1")
    with guard(session, "team-a"), EmbeddedAWS():
        assert 200 == session.client("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"]


def test_a_body_that_is_no_json_is_refused() -> None:
    """A judged operation in a protocol that the guard can't read is not sent."""
    read: Any = None
    [finding] = SentRequest("CreateModel", b"\xbf").findings(PrefixPolicy("team-a"), read)
    assert ("PFX024", "error") == (finding.code, finding.severity)
    assert () == SentRequest("ListModels", b"\xbf").findings(PrefixPolicy("team-a"), read)


# No operation of botocore's is forgotten

_READS = ("Describe", "List", "Get", "Search", "Query", "BatchDescribe", "Render")
_ENDS = ("Delete", "BatchDelete", "Stop", "Deregister", "Disable", "Disassociate", "Detach")

NOT_JUDGED: dict[str, str] = {
    "Its jobs were judged when the pipeline was created or updated; it carries no definition.": """
        RetryPipelineExecution StartPipelineExecution UpdatePipelineExecution UpdatePipelineVersion
        SendPipelineExecutionStepFailure SendPipelineExecutionStepSuccess
    """,
    "It changes a training job that runs already under its name.": "UpdateTrainingJob",
    "It stores what a monitoring schedule will run; the schedule is judged.": """
        CreateDataQualityJobDefinition CreateModelBiasJobDefinition
        CreateModelExplainabilityJobDefinition CreateModelQualityJobDefinition
    """,
    "It sends an alert of a schedule elsewhere; it starts nothing.": "UpdateMonitoringAlert",
    "It serves models under a full name that the service takes as it is; no job.": """
        CreateEndpoint CreateEndpointConfig CreateGlobalInferenceGateway CreateInferenceComponent
        CreateInferenceExperiment CreateInferenceRouter AddInferenceGateway RemoveInferenceGateway
        StartInferenceExperiment UpdateEndpoint UpdateEndpointWeightsAndCapacities
        UpdateGlobalInferenceGateway UpdateInferenceComponent UpdateInferenceComponentRuntimeConfig
        UpdateInferenceExperiment UpdateInferenceRouter PutEndpointPolicy
    """,
    "It is a session of compute under its own resource type; a training job it is not.": (
        "CreateTrainingSession"
    ),
    "It reserves compute or shares it out; jobs that run there have their own requests.": """
        CreateCluster CreateClusterExtension CreateClusterSchedulerConfig CreateComputeQuota
        CreateTrainingPlan ExtendTrainingPlan AttachClusterNodeNetworkInterface
        AttachClusterNodeVolume BatchAddClusterNodes BatchRebootClusterNodes
        BatchReplaceClusterNodes MoveClusterNodes StartClusterHealthCheck UpdateCluster
        UpdateClusterExtension UpdateClusterSchedulerConfig UpdateClusterSoftware UpdateComputeQuota
    """,
    "It is a place where people work; what they start there has its own requests.": """
        CreateApp CreateAppImageConfig CreateCodeRepository CreateDomain CreateImage
        CreateImageVersion CreateMlflowApp CreateMlflowTrackingServer CreateNotebookInstance
        CreateNotebookInstanceLifecycleConfig CreatePartnerApp CreatePartnerAppPresignedUrl
        CreatePresignedDomainUrl CreatePresignedMlflowAppUrl
        CreatePresignedMlflowTrackingServerUrl CreatePresignedNotebookInstanceUrl CreateProject
        CreateSpace CreateStudioLifecycleConfig CreateUserProfile
        EnableSagemakerServicecatalogPortfolio StartMlflowTrackingServer StartNotebookInstance
        StartSession UpdateAppImageConfig UpdateCodeRepository UpdateDomain UpdateImage
        UpdateImageVersion UpdateMlflowApp UpdateMlflowTrackingServer UpdateNotebookInstance
        UpdateNotebookInstanceLifecycleConfig UpdatePartnerApp UpdateProject UpdateSpace
        UpdateUserProfile
    """,
    "It acts on devices outside AWS, with what a judged packaging job has made.": """
        CreateDeviceFleet CreateEdgeDeploymentPlan CreateEdgeDeploymentStage RegisterDevices
        StartEdgeDeploymentStage UpdateDeviceFleet UpdateDevices
    """,
    "It is about people who label; the labeling job has its own request.": """
        CreateFlowDefinition CreateHumanTaskUi CreateWorkforce CreateWorkteam UpdateWorkforce
        UpdateWorkteam
    """,
    "It is a record, and starts nothing.": """
        AddAssociation AddTags AssociateTrialComponent CreateAIWorkloadConfig CreateAction
        CreateArtifact CreateContext CreateExperiment CreateFeatureGroup CreateHub
        CreateHubContentPresignedUrls CreateHubContentReference CreateModelCard
        CreateModelPackageGroup CreateTrial CreateTrialComponent ImportHubContent
        PutModelPackageGroupPolicy UpdateAction UpdateArtifact UpdateContext UpdateExperiment
        UpdateFeatureGroup UpdateFeatureMetadata UpdateHub UpdateHubContent
        UpdateHubContentReference UpdateModelCard UpdateModelPackage UpdateTrial
        UpdateTrialComponent
    """,
}


@functools.cache
def model() -> Any:
    """botocore's model of SageMaker, whose shapes are kept from one test to the next."""
    return wired()[0].meta.service_model


def test_every_operation_is_judged_or_listed_with_its_reason() -> None:
    """A new one of a newer botocore is neither, and fails here."""
    listed = [name for names in NOT_JUDGED.values() for name in names.split()]
    assert len(listed) == len(set(listed))
    known = model().operation_names
    starts = {name for name in known if not name.startswith((*_READS, *_ENDS))}
    assert set() == {name for name in starts if not is_judged(name)} - set(listed)
    assert set() == {name for name in listed if is_judged(name)}


def names_of_jobs(shape: Any, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The members of a request, at any depth, that define a job."""
    if shape.name in seen:
        return
    seen |= {shape.name}
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name.endswith(("JobDefinition", "JobDefinitions", "PipelineDefinition")):
                yield name
            yield from names_of_jobs(member, seen)
    elif shape.type_name == "list":
        yield from names_of_jobs(shape.member, seen)
    elif shape.type_name == "map":
        yield from names_of_jobs(shape.value, seen)


def test_no_operation_that_is_not_judged_defines_a_job() -> None:
    """No member at any depth of its request defines a job."""
    for name in model().operation_names:
        shape = model().operation_model(name).input_shape
        if shape is not None and not is_judged(name):
            assert [] == list(names_of_jobs(shape)), name


def test_every_judged_job_has_its_name_where_the_guard_looks() -> None:
    """It is the operation's noun with ``Name``, or ``JobName``."""
    policy = PrefixPolicy("a", short_prefix="a")
    read: Any = None
    for name in model().operation_names:
        if not is_judged(name) or name in JOBS_NAMED_BY_THE_SERVICE or "Pipeline" in name:
            continue
        members = model().operation_model(name).input_shape.members
        nouns = {name.removeprefix("Create").removesuffix("V2") + "Name", "JobName"}
        [field] = nouns & set(members)
        for value, codes in (("rogue", ["PFX006"]), ("a-fine", [])):
            body = json.dumps({field: value}).encode()
            actual = SentRequest(name, body).findings(policy, read)
            assert codes == [finding.code for finding in actual], name


JUDGED = {
    operation: facts["name"]["field"]
    for operation, facts in service_data()["operations"].items()
    if is_judged(operation) and operation not in NAMES_NO_JOB
}


@pytest.mark.parametrize(("operation", "field"), JUDGED.items())
def test_the_name_of_every_job_is_read(operation: str, field: str) -> None:
    """From the field that botocore has for it, whichever operation creates the job."""
    sent = SentRequest(operation, json.dumps({field: "theirs"}).encode())
    findings = sent.findings(PrefixPolicy("team-a", short_prefix="team-a"), _unreadable)
    assert any(f"{operation}({field}=) got 'theirs'" in finding.message for finding in findings)
    sent = SentRequest(operation, json.dumps({field: "team-a-x"}).encode())
    assert () == sent.findings(PrefixPolicy("team-a", short_prefix="team-a"), _unreadable)


def test_only_judged_operations_make_jobs() -> None:
    """A request that creates something with a job's name is judged, or defines no job."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    unjudged = {
        operation
        for operation in model.operation_names
        if operation.startswith("Create")
        and not is_judged(operation)
        and any(
            field.endswith("JobName")
            for field in model.operation_model(operation).input_shape.members
        )
    }
    assert set() == unjudged
    assert JUDGED.keys() | NAMES_NO_JOB == {
        operation for operation in model.operation_names if is_judged(operation)
    }


def test_a_queued_job_is_in_the_field_that_botocore_has() -> None:
    """AWS Batch takes it as a text."""
    model = botocore.session.get_session().get_service_model("batch")
    assert "serviceRequestPayload" in model.operation_model("SubmitServiceJob").input_shape.members


def _unreadable(location: Any) -> str:
    raise AssertionError(location)
