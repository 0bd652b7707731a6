"""Where a job can be looked at: its page in the AWS console, and its log group.

Sources: the log groups are listed in the SageMaker developer guide, "CloudWatch Logs for Amazon
SageMaker AI". The paths of the console are documented nowhere; DataHub's connector for SageMaker
and Apache Airflow's links use the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from .arns import Arn

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_PATHS: Mapping[str, str] = {
    "training-job": "jobs",
    "processing-job": "processing-jobs",
    "transform-job": "transform-jobs",
    "hyper-parameter-tuning-job": "hyper-tuning-jobs",
    "model": "models",
}
_LOG_GROUPS: Mapping[str, str] = {
    "training-job": "/aws/sagemaker/TrainingJobs",
    "processing-job": "/aws/sagemaker/ProcessingJobs",
    "transform-job": "/aws/sagemaker/TransformJobs",
    # A tuning job runs training jobs, which write there.
    "hyper-parameter-tuning-job": "/aws/sagemaker/TrainingJobs",
}


class JobLinks(NamedTuple):
    """Where a job can be looked at.

    Args:
        console: the URL of its page; ``None`` if none is known for its type or partition.
        log_group: its log group in CloudWatch; ``None`` if its type writes no log.
    """

    console: str | None
    log_group: str | None


def job_links(arn: str) -> JobLinks:
    """Return where a job can be looked at.

    Args:
        arn: the job's ARN; in local mode only a name, which has no page.

    Example:
        >>> from sm_prefix_ext.core.job_links import job_links
        >>> arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/team-a-train"
        >>> job_links(arn).console
        'https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/team-a-train'
        >>> job_links(arn).log_group
        '/aws/sagemaker/TrainingJobs'
    """
    try:
        job = Arn.parse(arn)
    except ValueError:
        return JobLinks(None, None)
    host, path = _CONSOLES.get(job.partition), _PATHS.get(job.resource_type)
    console = None
    if host is not None and path is not None and job.region:
        home = f"https://{job.region}.{host}/sagemaker/home?region={job.region}"
        console = f"{home}#/{path}/{quote(job.name, safe='')}"
    return JobLinks(console, _LOG_GROUPS.get(job.resource_type))
