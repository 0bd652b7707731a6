"""Links to jobs."""

from __future__ import annotations

import pytest

from sm_prefix_ext.core.job_links import JobLinks, job_links


def arn(resource: str, partition: str = "aws", region: str = "eu-west-1") -> str:
    return f"arn:{partition}:sagemaker:{region}:111122223333:{resource}"


@pytest.mark.parametrize(
    ("resource", "path", "log_group"),
    [
        ("training-job/a", "jobs/a", "/aws/sagemaker/TrainingJobs"),
        ("processing-job/a", "processing-jobs/a", "/aws/sagemaker/ProcessingJobs"),
        ("transform-job/a", "transform-jobs/a", "/aws/sagemaker/TransformJobs"),
        ("hyper-parameter-tuning-job/a", "hyper-tuning-jobs/a", "/aws/sagemaker/TrainingJobs"),
        ("model/a", "models/a", None),
    ],
)
def test_a_job_has_a_page_and_a_log_group(resource: str, path: str, log_group: str | None) -> None:
    """A resource that writes no log has the page alone."""
    home = "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1"

    assert job_links(arn(resource)) == JobLinks(f"{home}#/{path}", log_group)


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
    ],
)
def test_each_partition_has_its_console(partition: str, region: str, host: str) -> None:
    """The host differs."""
    console = job_links(arn("training-job/a", partition, region)).console

    assert console is not None
    assert console.startswith(f"https://{region}.{host}/")


@pytest.mark.parametrize("unknown", ["local-job", arn("other/a")])
def test_what_is_unknown_has_no_links(unknown: str) -> None:
    """A job of the local mode, or a type of resource without a page."""
    assert job_links(unknown) == JobLinks(None, None)


def test_an_unknown_partition_has_no_console() -> None:
    """The log group has the same name everywhere."""
    assert job_links(arn("training-job/a", "aws-iso", "us-iso-east-1")) == JobLinks(
        None, "/aws/sagemaker/TrainingJobs"
    )


def test_a_hostile_name_stays_a_name() -> None:
    """It is quoted in the address."""
    console = job_links(arn("training-job/a#?x=1 y")).console

    assert (console or "").endswith("#/jobs/a%23%3Fx%3D1%20y")
