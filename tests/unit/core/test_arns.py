"""ARNs."""

from __future__ import annotations

import botocore.session
import pytest

from sm_prefix_ext import Plan
from sm_prefix_ext.core.arns import Arn, ArnScope, is_role_arn, partition_of

SESSION = botocore.session.get_session()
REGIONS = [
    (partition, region)
    for partition in SESSION.get_available_partitions()
    for region in SESSION.get_available_regions("sagemaker", partition, allow_non_regional=False)
]


@pytest.mark.parametrize(("partition", "region"), REGIONS)
def test_partitions_are_botocores(partition: str, region: str) -> None:
    """Every region with SageMaker lies in the partition that botocore puts it in."""
    assert partition == partition_of(region)


def test_parse_and_back() -> None:
    """The text comes back, and the name is the part after the resource type."""
    text = "arn:aws-cn:sagemaker:cn-north-1:111122223333:model-package/churn/3"
    arn = Arn.parse(text)
    assert (text, "model-package", "churn/3") == (str(arn), arn.resource_type, arn.name)


@pytest.mark.parametrize("text", ["", "team-a", "arn:aws:sagemaker", "arn::x:::y", None])
def test_invalid_arns(text: str) -> None:
    """They raise a ValueError that shows the text."""
    with pytest.raises(ValueError, match="is not an ARN"):
        Arn.parse(text)


def test_an_account_as_a_number() -> None:
    """It raises a sentence, since it may have lost its leading zeros."""
    with pytest.raises(ValueError, match="11122223333 can't be an account; wanted a string of 12"):
        Plan.from_definition({"Steps": []}, account=11122223333)


def test_unknown_regions_and_accounts_are_stars() -> None:
    """A region or account that isn't known is ``*``, never omitted."""
    assert "arn:aws:sagemaker:*:*:model/a-*" == ArnScope().arn("sagemaker", "model/a-*")


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (True, "arn:aws:iam::111122223333:role/service-role/x+=,.@-_"),
        (True, "arn:aws-us-gov:iam::111122223333:role/x"),
        (False, "arn:aws:iam::111122223333:user/x"),
        (False, "arn:aws:iam::1111:role/x"),
        (False, "arn:aws:iam::111122223333:role/*"),
        (False, {"Get": "Parameters.Role"}),
    ],
)
def test_role_arns(wanted: bool, text: object) -> None:
    """A role's ARN is a string without wildcards."""
    assert wanted is is_role_arn(text)
