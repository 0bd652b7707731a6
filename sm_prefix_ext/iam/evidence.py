"""How sure it is that a pipeline needs each permission, and the source.

AWS documents some permissions, some were seen in the text of a denial, and the others are inferred
from what is documented. A policy grants all of them alike. docs/permissions.md shows this table.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

DOCUMENTED, SEEN, INFERRED = "documented", "seen in a denial", "inferred"
AUTHOR = "author"
"""Stands for the step type in the rows about the user who creates and starts the pipeline."""

_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
_ACCESS = f"{_GUIDE}build-and-manage-access.html"
_INTEGRATIONS = f"{_GUIDE}security-iam-awsmanpol-pipelines.html"
_API_PERMISSIONS = f"{_GUIDE}api-permissions-reference.html"
_REFERENCE = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html"
)
_DENIALS = "texts of denials in pipeline steps, August 2026"
_PROCESSING = ("ClarifyCheck", "Processing", "QualityCheck")
_OTHER_JOBS = ("AutoML", "Job", "Model", "Training", "Transform", "Tuning")
_JOBS = (*_PROCESSING, *_OTHER_JOBS, "RegisterModel")
_HOSTING = ("Endpoint", "EndpointConfig", "InferenceComponent")


class Evidence(NamedTuple):
    """Why a permission counts as needed.

    Args:
        step_types: the types of the steps that need it.
        actions: patterns of the actions.
        kind: ``documented``, ``seen in a denial`` or ``inferred``.
        source: where it is documented or was seen, or from what it is inferred.
        note: what else is to be known, or ``""``.
    """

    step_types: tuple[str, ...]
    actions: tuple[str, ...]
    kind: str
    source: str
    note: str = ""


EVIDENCE: tuple[Evidence, ...] = (
    Evidence(_JOBS, ("iam:PassRole",), DOCUMENTED, _ACCESS, "for each role of a step"),
    Evidence(
        _JOBS,
        ("sagemaker:CreateExperiment", "sagemaker:CreateTrial*", "sagemaker:AssociateTrial*"),
        INFERRED,
        f"{_GUIDE}pipelines-experiments.html",
        "only where the definition has an experiment",
    ),
    Evidence(("RegisterModel",), ("sagemaker:CreateModelPackageGroup",), SEEN, _DENIALS),
    Evidence(
        _JOBS,
        ("sagemaker:Create*", "sagemaker:Describe*"),
        DOCUMENTED,
        _ACCESS,
        "on the job's own ARN",
    ),
    Evidence(
        (*_PROCESSING, "RegisterModel"),
        ("sagemaker:AddTags",),
        SEEN,
        _DENIALS,
        "inside the create call, whether the step has tags or not",
    ),
    Evidence(
        _OTHER_JOBS,
        ("sagemaker:AddTags",),
        INFERRED,
        "the denials of processing jobs and model package groups",
    ),
    Evidence(
        _JOBS,
        ("sagemaker:Stop*",),
        INFERRED,
        "stopping an execution stops its jobs",
    ),
    Evidence(
        _JOBS,
        ("kms:CreateGrant",),
        DOCUMENTED,
        _API_PERMISSIONS,
        "for a customer key of the volumes, where the job runs under the execution role",
    ),
    Evidence(
        ("Condition", "Fail", *_JOBS),
        ("s3:GetObject",),
        DOCUMENTED,
        _ACCESS,
        "for what JsonGet reads",
    ),
    Evidence(("Lambda",), ("lambda:InvokeFunction",), DOCUMENTED, _INTEGRATIONS),
    Evidence(("Callback",), ("sqs:SendMessage",), DOCUMENTED, _INTEGRATIONS),
    Evidence(
        ("EMR",),
        ("elasticmapreduce:AddTags",),
        INFERRED,
        "service authorization reference of EMR",
        "inside RunJobFlow, where the new cluster has tags",
    ),
    Evidence(
        ("EMR",),
        (
            *("elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:CancelSteps"),
            *("elasticmapreduce:DescribeCluster", "elasticmapreduce:DescribeStep"),
            *("elasticmapreduce:ListSteps", "elasticmapreduce:RunJobFlow"),
            *("elasticmapreduce:TerminateJobFlows", "iam:PassRole"),
            *("events:DescribeRule", "events:PutRule", "events:PutTargets"),
        ),
        DOCUMENTED,
        _INTEGRATIONS,
    ),
    Evidence(
        ("EMRServerless",),
        (
            *("emr-serverless:CancelJobRun", "emr-serverless:CreateApplication"),
            *("emr-serverless:DeleteApplication", "emr-serverless:GetApplication"),
            *("emr-serverless:GetJobRun", "emr-serverless:StartApplication"),
            *("emr-serverless:StartJobRun", "emr-serverless:StopApplication", "iam:PassRole"),
        ),
        INFERRED,
        "service authorization reference of EMR Serverless",
    ),
    Evidence(
        ("Endpoint",),
        ("kms:CreateGrant",),
        DOCUMENTED,
        _API_PERMISSIONS,
        "where the endpoint configuration has a key",
    ),
    Evidence(
        _HOSTING,
        (
            *("sagemaker:AddTags", "sagemaker:Create*", "sagemaker:Describe*"),
            *("sagemaker:Update*", "iam:PassRole"),
        ),
        INFERRED,
        "docstrings of the steps in SageMaker Python SDK 3.27.0",
        "such a step creates the resource, or updates it",
    ),
    Evidence(
        (AUTHOR,),
        ("iam:PassRole",),
        DOCUMENTED,
        _ACCESS,
        "for the execution role",
    ),
    Evidence(
        (AUTHOR,),
        ("iam:GetRole",),
        DOCUMENTED,
        f"{_GUIDE}define-pipeline.html",
    ),
    Evidence(
        (AUTHOR,),
        ("sagemaker:AddTags", "sagemaker:ListTags"),
        INFERRED,
        "the calls of `Pipeline.upsert` in the SDK",
    ),
    Evidence(
        (AUTHOR,),
        (
            *("sagemaker:CreatePipeline", "sagemaker:DescribePipeline*"),
            *("sagemaker:ListPipeline*", "sagemaker:RetryPipelineExecution"),
            *("sagemaker:StartPipelineExecution", "sagemaker:StopPipelineExecution"),
            "sagemaker:UpdatePipeline",
        ),
        DOCUMENTED,
        _REFERENCE,
    ),
    Evidence(
        (AUTHOR,),
        ("s3:ListBucket", "s3:PutObject"),
        INFERRED,
        "the uploads of the SDK: code, and definitions of 100 KB or more",
    ),
)
"""In order: the first row that fits counts."""


def evidence_of(step_type: str, action: str) -> Evidence | None:
    """Return the evidence that a step needs a permission; ``None`` if there is none.

    Args:
        step_type: such as ``Training``; ``author`` for the user who creates the pipeline.
        action: such as ``sagemaker:CreateTrainingJob``.

    Example:
        >>> from sm_prefix_ext.iam.evidence import evidence_of
        >>> evidence_of("Training", "sagemaker:CreateTrainingJob").kind
        'documented'
        >>> evidence_of("Processing", "sagemaker:AddTags").kind
        'seen in a denial'
    """
    for row in EVIDENCE:
        if step_type in row.step_types and any(fnmatchcase(action, one) for one in row.actions):
            return row
    return None
