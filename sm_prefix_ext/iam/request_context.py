"""What a definition tells of the condition keys of the requests that will be made for a step.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon
SageMaker", condition keys of the create actions; the fields are those of the requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..core.arns import Arn, Home, is_role_arn
from ..core.definition import StepView

_VPC = {"sagemaker:VpcSubnets": "Subnets", "sagemaker:VpcSecurityGroupIds": "SecurityGroupIds"}
_KMS_VOLUME = ("sagemaker:VolumeKmsKey", "sagemaker:VolumeKmsKeyArn")
_KMS_OUTPUT = ("sagemaker:OutputKmsKey", "sagemaker:OutputKmsKeyArn")
_ISOLATION = "sagemaker:NetworkIsolation"
_ENCRYPTION = "sagemaker:InterContainerTrafficEncryption"
_RUNTIME = "sagemaker:MaxRuntimeInSeconds"
_TYPES = "sagemaker:InstanceTypes"

_FILE_SYSTEM = {
    f"sagemaker:FileSystem{word}": f"FileSystem{word}" for word in ("AccessMode", "Id", "Type")
} | {"sagemaker:FileSystemDirectoryPath": "DirectoryPath"}


def _of_training(at: str = "") -> dict[str, tuple[str, ...]]:
    where = f"{at}." if at else ""
    source = f"{where}InputDataConfig[].DataSource.FileSystemDataSource"
    return {
        _TYPES: (
            f"{where}ResourceConfig.InstanceType",
            f"{where}ResourceConfig.InstanceGroups[].InstanceType",
        ),
        **dict.fromkeys(_KMS_VOLUME, (f"{where}ResourceConfig.VolumeKmsKeyId",)),
        **dict.fromkeys(_KMS_OUTPUT, (f"{where}OutputDataConfig.KmsKeyId",)),
        **{key: (f"{where}VpcConfig.{name}[]",) for key, name in _VPC.items()},
        **{key: (f"{source}.{name}",) for key, name in _FILE_SYSTEM.items()},
        _ISOLATION: (f"{where}EnableNetworkIsolation",),
        _ENCRYPTION: (f"{where}EnableInterContainerTrafficEncryption",),
        _RUNTIME: (f"{where}StoppingCondition.MaxRuntimeInSeconds",),
    }


def _of_tuning() -> dict[str, tuple[str, ...]]:
    one, many = _of_training("TrainingJobDefinition"), _of_training("TrainingJobDefinitions[]")
    found = {key: one[key] + many[key] for key in one}
    for at in ("TrainingJobDefinition", "TrainingJobDefinitions[]"):
        config = f"{at}.HyperParameterTuningResourceConfig"
        found[_TYPES] += (f"{config}.InstanceType", f"{config}.InstanceConfigs[].InstanceType")
        for key in _KMS_VOLUME:
            found[key] += (f"{config}.VolumeKmsKeyId",)
    return found


_PROCESSING = {
    _TYPES: ("ProcessingResources.ClusterConfig.InstanceType",),
    **dict.fromkeys(_KMS_VOLUME, ("ProcessingResources.ClusterConfig.VolumeKmsKeyId",)),
    **dict.fromkeys(_KMS_OUTPUT, ("ProcessingOutputConfig.KmsKeyId",)),
    **{key: (f"NetworkConfig.VpcConfig.{name}[]",) for key, name in _VPC.items()},
    _ISOLATION: ("NetworkConfig.EnableNetworkIsolation",),
    _ENCRYPTION: ("NetworkConfig.EnableInterContainerTrafficEncryption",),
    _RUNTIME: ("StoppingCondition.MaxRuntimeInSeconds",),
}

FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "CreateTrainingJob": {
        **_of_training(),
        "sagemaker:KeepAlivePeriod": ("ResourceConfig.KeepAlivePeriodInSeconds",),
        "sagemaker:EnableRemoteDebug": ("RemoteDebugConfig.EnableRemoteDebug",),
    },
    "CreateProcessingJob": _PROCESSING,
    "CreateTransformJob": {
        _TYPES: ("TransformResources.InstanceType",),
        **dict.fromkeys(_KMS_VOLUME, ("TransformResources.VolumeKmsKeyId",)),
        **dict.fromkeys(_KMS_OUTPUT, ("TransformOutput.KmsKeyId",)),
    },
    "CreateHyperParameterTuningJob": _of_tuning(),
    "CreateAutoMLJob": {
        **dict.fromkeys(_KMS_VOLUME, ("AutoMLJobConfig.SecurityConfig.VolumeKmsKeyId",)),
        **dict.fromkeys(_KMS_OUTPUT, ("OutputDataConfig.KmsKeyId",)),
        **{
            key: (f"AutoMLJobConfig.SecurityConfig.VpcConfig.{name}[]",)
            for key, name in _VPC.items()
        },
        _ENCRYPTION: ("AutoMLJobConfig.SecurityConfig.EnableInterContainerTrafficEncryption",),
    },
    "CreateModel": {
        **{key: (f"VpcConfig.{name}[]",) for key, name in _VPC.items()},
        _ISOLATION: ("EnableNetworkIsolation",),
    },
    "CreateModelPackage": {"sagemaker:ModelApprovalStatus": ("ModelApprovalStatus",)},
    "CreateEndpointConfig": {
        _TYPES: ("ProductionVariants[].InstanceType", "ShadowProductionVariants[].InstanceType"),
        **dict.fromkeys(_KMS_VOLUME, ("KmsKeyId",)),
        **{key: (f"VpcConfig.{name}[]",) for key, name in _VPC.items()},
        _ISOLATION: ("EnableNetworkIsolation",),
    },
}
"""By operation: the condition keys of its request, and the fields that they are taken from."""

_ALL_KEYS = frozenset(key for fields in FIELDS.values() for key in fields)
_MADE_UP = frozenset(
    {_TYPES, _ISOLATION, _ENCRYPTION, _RUNTIME, "sagemaker:ModelApprovalStatus"},
)
"""What the service takes from elsewhere where the definition hasn't got it."""
_OF_A_KEY_ID = frozenset({"sagemaker:VolumeKmsKeyArn", "sagemaker:OutputKmsKeyArn"})
_TAG = "aws:RequestTag/"
_NEVER_OF_A_ROLE = frozenset({"aws:username"})
_OF_TAGGING = frozenset({_TAG, "aws:TagKeys", "sagemaker:TaggingAction"})
_WITHOUT_TAGS = tuple(f"sagemaker:{verb}" for verb in ("Describe", "Stop", "Update"))
_OF_PASSING = frozenset({"iam:PassedToService", "iam:AssociatedResourceArn"})


@dataclass(frozen=True)
class Facts:
    """What is known of a request's condition keys; every other key is unknown.

    Args:
        known: a key to its value or values.
        absent: keys that the request hasn't got; one that ends with ``/`` stands for all that begin
            so.
    """

    known: Mapping[str, Any] = field(default_factory=dict, hash=False)
    absent: frozenset[str] = frozenset()

    def of(self, operation: str, action: str) -> Facts:
        """The facts of one action of those that an operation asks for.

        Args:
            operation: such as ``CreateTrainingJob``.
            action: such as ``sagemaker:AddTags``, which it asks for too.
        """
        if action == f"sagemaker:{operation}":
            return self
        if action == "sagemaker:AddTags":
            known = {key: value for key, value in self.known.items() if key not in _ALL_KEYS}
            known["sagemaker:TaggingAction"] = operation
            return Facts(known, self.absent | _ALL_KEYS)
        principal = self._of_principal()
        # Whether a request of another service has tags in it, nobody can say.
        tagless = action.startswith(_WITHOUT_TAGS)
        return Facts(principal.known, principal.absent | _OF_TAGGING) if tagless else principal

    def of_passing(self, service: str) -> Facts:
        """The facts of passing a role, by the same principal.

        Args:
            service: to which it is passed.
        """
        there = self._of_principal().elsewhere()
        known = {**there.known, "iam:PassedToService": service}
        return Facts(known, (there.absent - _OF_PASSING) | _OF_TAGGING)

    def _of_principal(self) -> Facts:
        """What is left of them in a request that isn't the creating one."""
        known = {
            key: value
            for key, value in self.known.items()
            if key not in _ALL_KEYS and not key.startswith(_TAG)
        }
        return Facts(known, self.absent | _ALL_KEYS)

    def elsewhere(self) -> Facts:
        """The same of a service that isn't asked in the pipeline's region for certain."""
        known = {key: value for key, value in self.known.items() if key != "aws:RequestedRegion"}
        return Facts(known, self.absent)

    def tells(self, key: str) -> bool:
        """Whether it is known what a key has, or that the request hasn't got it."""
        key = key.lower()
        return key in self._told or key.startswith(self._families)

    @cached_property
    def _told(self) -> frozenset[str]:
        return frozenset(key.lower() for key in (*self.known, *self.absent))

    @cached_property
    def _families(self) -> tuple[str, ...]:
        return tuple(key for key in self._told if key.endswith("/"))


NOTHING_KNOWN = Facts()


def facts_of_author(home: Home) -> Facts:
    """What is known of the requests of whoever creates and starts a pipeline there."""
    known = {} if home.region == "*" else {"aws:RequestedRegion": home.region}
    return Facts(known, _OF_PASSING | _ALL_KEYS)


def facts_of(view: StepView | None, home: Home, role: str | None) -> Facts:
    """What a step of a definition tells of the request that creates what it is for.

    Args:
        view: the step; ``None`` leaves what is known of the principal alone.
        home: where the pipeline runs.
        role: the pipeline's execution role, which makes the request.
    """
    known: dict[str, Any] = {"aws:PrincipalType": "AssumedRole"}
    if home.region != "*":
        known["aws:RequestedRegion"] = home.region
    if is_role_arn(role):
        known |= {"aws:PrincipalArn": role, "aws:PrincipalAccount": Arn.parse(str(role)).account}
    absent = set(_NEVER_OF_A_ROLE | _OF_PASSING)
    if view is None or view.kind is None:
        return Facts(known, frozenset(absent))
    operation = view.kind.actions[0] if view.kind.actions else f"Create{view.step_type}"
    fields = FIELDS.get(operation, {})
    absent |= _ALL_KEYS - set(fields) if fields else set()
    for key in fields:
        values = values_of_key(key, operation, view.arguments)
        if not values and key not in _MADE_UP:
            absent.add(key)
        elif values and all(_is_known(key, value) for value in values):
            known[key] = values
    known |= {f"{_TAG}{key}": value for key, value in _tags(view.arguments)}
    return Facts(known, frozenset(absent))


def values_of_key(key: str, operation: str, arguments: Mapping[str, Any]) -> list[Any]:
    """What a request has in the fields that a condition key is taken from.

    Args:
        key: the condition key.
        operation: such as ``CreateTrainingJob``.
        arguments: the request, expressions and all.
    """
    paths = FIELDS[operation].get(key, ())
    return [value for path in paths for value in _at(arguments, path.split("."))]


def _is_known(key: str, value: Any) -> bool:
    """Whether a value stands in the definition, and is what the condition key has."""
    if isinstance(value, (Mapping, list)):
        return False
    return key not in _OF_A_KEY_ID or str(value).startswith("arn:")


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
    elif isinstance(value, Mapping) and value.keys() & {"Get", "Std:Join", "Std:JsonGet"}:
        yield value  # an expression, whatever comes below it
    elif isinstance(value, Mapping):
        head, *rest = path
        inner = value.get(head.removesuffix("[]"))
        if inner is None:
            return
        many = head.endswith("[]") and isinstance(inner, list)
        for one in inner if many else [inner]:
            yield from _at(one, rest)


def _tags(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    listed = arguments.get("Tags")
    for tag in listed if isinstance(listed, list) else ():
        if isinstance(tag, Mapping) and all(isinstance(tag.get(k), str) for k in ("Key", "Value")):
            yield tag["Key"], tag["Value"]
