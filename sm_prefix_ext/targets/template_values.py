"""The values of a template's parameters and pseudo parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ..core.arns import partition_of
from ..core.strict_json import loads
from ..core.text import did_you_mean, printable, shown
from .source import TargetError

_PAIR = re.compile(r"([A-Za-z0-9]+)=(.*)", re.DOTALL)
_WANTED = (
    'wanted NAME=VALUE, or a JSON file with [{"ParameterKey": …, "ParameterValue": …}] or '
    '{"Parameters": {…}}'
)


class TemplateValues(NamedTuple):
    """What is known about the deployment of a template.

    Args:
        parameters: the values of its parameters, by name; the others keep their defaults.
        account: the value of ``AWS::AccountId``.
        region: the value of ``AWS::Region``.
        partition: the value of ``AWS::Partition``; by default the region's partition.

    Example:
        >>> from sm_prefix_ext.targets.template_values import TemplateValues
        >>> TemplateValues(region="cn-north-1").pseudo_parameters()["AWS::Partition"]
        'aws-cn'
    """

    parameters: Mapping[str, str] = MappingProxyType({})
    account: str | None = None
    region: str | None = None
    partition: str | None = None

    @classmethod
    def parse(cls, pairs_or_files: Sequence[str]) -> TemplateValues:
        """Read the parameters from the options of a command.

        Args:
            pairs_or_files: ``NAME=VALUE`` pairs, and paths of JSON files in the form of the AWS CLI
                or CodePipeline. A later value replaces an earlier one.

        Raises:
            TargetError: if a text is neither.

        Example:
            >>> from sm_prefix_ext.targets.template_values import TemplateValues
            >>> TemplateValues.parse(["Stage=prod", "Team=a=b"]).parameters
            {'Stage': 'prod', 'Team': 'a=b'}
        """
        parameters: dict[str, str] = {}
        for text in pairs_or_files:
            pair = _PAIR.fullmatch(text)
            if pair:
                parameters[pair.group(1)] = pair.group(2)
            else:
                parameters.update(_from_file(text.removeprefix("file://")))
        return cls(parameters)

    def must_be_declared(self, declared: Iterable[str]) -> None:
        """Refuse a value for a parameter that no template has, as CloudFormation does.

        Args:
            declared: the names of the parameters of all checked templates.

        Raises:
            TargetError: with the nearest name that is declared.
        """
        known = sorted(set(declared))
        for name in self.parameters:
            if name not in known:
                raise TargetError(
                    f"No checked template has the parameter {shown(name)} of "
                    f"--template-parameters.{did_you_mean(name, known)}"
                )

    def pseudo_parameters(self) -> dict[str, str]:
        """The known values of CloudFormation's pseudo parameters."""
        partition = self.partition or (partition_of(self.region) if self.region else None)
        known = {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::Partition": partition,
            "AWS::URLSuffix": _URL_SUFFIXES.get(partition or ""),
        }
        return {name: value for name, value in known.items() if value is not None}


_URL_SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}
"""The DNS suffix of each partition, from botocore's partitions (a test compares)."""

NO_VALUES = TemplateValues()
"""No known values: parameters have their defaults, pseudo parameters have no value."""


def _from_file(text: str) -> dict[str, str]:
    where = printable(text)
    try:
        content = Path(text).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise TargetError(
            f"The template parameters {shown(text)} can't be read: {printable(error)}; {_WANTED}."
        ) from None
    try:
        document = loads(content, where)
    except ValueError as error:
        raise TargetError(str(error)) from None
    pairs = list(_pairs(document, where))
    repeated = sorted({name for name, _ in pairs if [key for key, _ in pairs].count(name) > 1})
    if repeated:
        raise TargetError(f"{where} has the parameter {shown(repeated[0])} twice; keep one.")
    return dict(pairs)


def _pairs(document: Any, where: str) -> Any:
    if isinstance(document, dict) and isinstance(document.get("Parameters"), dict):
        for name, value in document["Parameters"].items():
            yield name, _text(value, name, where)
        return
    if not isinstance(document, list):
        raise TargetError(f"{where} holds no template parameters; {_WANTED}.")
    for entry in document:
        name = entry.get("ParameterKey") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            raise TargetError(f"{where} has an entry without 'ParameterKey'; {_WANTED}.")
        # UsePreviousValue: the deployed stack knows the value, and this file does not.
        if "ParameterValue" in entry:
            yield name, _text(entry["ParameterValue"], name, where)


def _text(value: Any, name: str, where: str) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise TargetError(
        f"{where}: the parameter {shown(name)} is {shown(value)}; wanted a text, a number or a "
        "list of texts."
    )
