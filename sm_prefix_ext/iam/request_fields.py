"""The fields of a create request from which IAM takes the values of its condition keys.

The keys of an action are those of AWS's service reference, in ``core/service_data.json``. Each of
them is in :data:`FIELDS` or, with the reason, in :data:`NOT_READ`; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..core.service_data import condition_keys

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


def _training_fields(at: str = "") -> dict[str, tuple[str, ...]]:
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


def _tuning_fields() -> dict[str, tuple[str, ...]]:
    single = _training_fields("TrainingJobDefinition")
    several = _training_fields("TrainingJobDefinitions[]")
    fields = {key: single[key] + several[key] for key in single}
    for at in ("TrainingJobDefinition", "TrainingJobDefinitions[]"):
        config = f"{at}.HyperParameterTuningResourceConfig"
        fields[_TYPES] += (f"{config}.InstanceType", f"{config}.InstanceConfigs[].InstanceType")
        for key in _KMS_VOLUME:
            fields[key] += (f"{config}.VolumeKmsKeyId",)
    return fields


def _automl_fields(at: str) -> dict[str, tuple[str, ...]]:
    return {
        **dict.fromkeys(_KMS_VOLUME, (f"{at}.VolumeKmsKeyId",)),
        **dict.fromkeys(_KMS_OUTPUT, ("OutputDataConfig.KmsKeyId",)),
        **{key: (f"{at}.VpcConfig.{name}[]",) for key, name in _VPC.items()},
        _ENCRYPTION: (f"{at}.EnableInterContainerTrafficEncryption",),
    }


def _of_variants(path: str) -> tuple[str, ...]:
    return tuple(
        f"{lists}[].{path}" for lists in ("ProductionVariants", "ShadowProductionVariants")
    )


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
        **_training_fields(),
        "sagemaker:KeepAlivePeriod": ("ResourceConfig.KeepAlivePeriodInSeconds",),
        "sagemaker:EnableRemoteDebug": ("RemoteDebugConfig.EnableRemoteDebug",),
    },
    "CreateProcessingJob": _PROCESSING,
    "CreateTransformJob": {
        _TYPES: ("TransformResources.InstanceType",),
        **dict.fromkeys(_KMS_VOLUME, ("TransformResources.VolumeKmsKeyId",)),
        **dict.fromkeys(_KMS_OUTPUT, ("TransformOutput.KmsKeyId",)),
    },
    "CreateHyperParameterTuningJob": _tuning_fields(),
    "CreateAutoMLJob": _automl_fields("AutoMLJobConfig.SecurityConfig"),
    "CreateAutoMLJobV2": _automl_fields("SecurityConfig"),
    "CreateModel": {
        **{key: (f"VpcConfig.{name}[]",) for key, name in _VPC.items()},
        _ISOLATION: ("EnableNetworkIsolation",),
    },
    "CreateModelPackage": {
        "sagemaker:ModelApprovalStatus": ("ModelApprovalStatus",),
        "sagemaker:ModelLifeCycle:Stage": ("ModelLifeCycle.Stage",),
        "sagemaker:ModelLifeCycle:StageStatus": ("ModelLifeCycle.StageStatus",),
    },
    "CreateEndpointConfig": {
        _TYPES: _of_variants("InstanceType"),
        "sagemaker:AcceleratorTypes": _of_variants("AcceleratorType"),
        "sagemaker:ServerlessMaxConcurrency": _of_variants("ServerlessConfig.MaxConcurrency"),
        "sagemaker:ServerlessMemorySize": _of_variants("ServerlessConfig.MemorySizeInMB"),
        **dict.fromkeys(_KMS_VOLUME, ("KmsKeyId",)),
        **{key: (f"VpcConfig.{name}[]",) for key, name in _VPC.items()},
        _ISOLATION: ("EnableNetworkIsolation",),
    },
}
"""By operation: the condition keys of its request, and the fields from which IAM takes them."""

_OF_MODEL = "The value is the ARN of a model, of which the request has only the name."
_GATED = "Which field of the request decides it isn't documented."
_OF_PROPERTY = "Each metadata property has a key of its own, which ends with the property's name."
_OF_EXISTING = "It describes the model package that exists, which no definition shows."
_IN_DOCUMENT = "The value is in JobConfigDocument, a JSON text whose schema botocore doesn't have."

NOT_READ: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "CreateTrainingJob": {"sagemaker:DirectGatedModelAccess": _GATED},
        "CreateTransformJob": {"sagemaker:ModelArn": _OF_MODEL},
        "CreateModel": {"sagemaker:DirectGatedModelAccess": _GATED},
        "CreateModelPackage": {
            "sagemaker:CustomerMetadataProperties/${MetadataKey}": _OF_PROPERTY,
            "sagemaker:CurrentCustomerMetadataProperties/${MetadataKey}": _OF_EXISTING,
            "sagemaker:CurrentModelLifeCycleStage": _OF_EXISTING,
            "sagemaker:CurrentModelLifeCycleStageStatus": _OF_EXISTING,
        },
        "CreateJob": dict.fromkeys((_KMS_OUTPUT[1], *_VPC), _IN_DOCUMENT),
        "CreateEndpointConfig": {"sagemaker:ModelArn": _OF_MODEL},
        "CreateInferenceComponent": {"sagemaker:ModelArn": _OF_MODEL},
    }
)
"""By operation: the condition keys whose values are unknown to this package, with the reason.

They are indeterminate in a decision, never absent.
"""

DEPRECATED: Mapping[str, str] = MappingProxyType(
    {f"{key}Arn": key for key in (_KMS_VOLUME[0], _KMS_OUTPUT[0])}
)
"""By condition key: the deprecated key of the same value, which policies still have.

The reference doesn't list it with an action any more, but describes it among the service's keys.
"""

REQUEST_KEYS = frozenset(key for fields in FIELDS.values() for key in fields)
"""The keys that only the request which creates something has."""


def absent_keys(operation: str) -> frozenset[str]:
    """Return the condition keys that the requests of an operation never have.

    Args:
        operation: such as ``CreateTrainingJob``. Of one that the reference doesn't have, no key is
            known to be absent.

    Example:
        >>> from sm_prefix_ext.iam.request_fields import absent_keys
        >>> "sagemaker:InstanceTypes" in absent_keys("CreateModel")
        True
        >>> "sagemaker:VpcSubnets" in absent_keys("CreateModel")
        False
    """
    listed = condition_keys(operation)
    if listed is None:
        return frozenset()
    return REQUEST_KEYS - listed - {DEPRECATED[key] for key in listed & DEPRECATED.keys()}
