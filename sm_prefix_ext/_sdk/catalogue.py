"""The catalogue: a row for every class of the SDK that starts jobs; does not import the SDK.

Sources: releases 2.171.0, 2.257.7, 3.1.1 and 3.27.0, and those between them for the releases that
added or removed a class. A test walks the installed SDK for classes that take a job's name and are
neither here nor in :data:`EXCLUDED`. The methods of these classes are in ``methods``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType


@dataclass(frozen=True)
class JobClass:
    """A class or a function of the SDK that starts jobs.

    Args:
        name: its name, and that of the drop-in.
        step_type: the type of the steps for which it creates jobs; its limits apply to the name.
        argument: the argument with the name.
        other_step_types: further types of steps for which it creates jobs.
        v2: its module in SDK v2; ``""`` if v2 doesn't have it.
        v3: its module in SDK v3; ``""`` if v3 doesn't have it.
        v2_releases: the releases of v2 that have it, such as ``>=2.199``; ``""`` for all.
        v3_releases: the same for v3, in versions of the class's distribution.
        role: the argument with the role; ``""`` if it has none.
        role_unless: the argument that excludes a role; ``""`` if none does.
        method: the method that takes the name; ``""`` for the constructor.
        gone: the replacement in releases that removed it.
        only: ``"pipeline"`` or ``"outside"`` if it creates jobs only there; ``""`` if the object's
            session determines it.
    """

    name: str
    step_type: str
    argument: str
    other_step_types: tuple[str, ...] = ()
    v2: str = ""
    v3: str = ""
    v2_releases: str = ""
    v3_releases: str = ""
    role: str = "role"
    role_unless: str = ""
    method: str = ""
    gone: str = ""
    only: str = ""

    @cached_property
    def step_types(self) -> tuple[str, ...]:
        """All types of the steps for which it creates jobs."""
        return (self.step_type, *self.other_step_types)

    @cached_property
    def modules(self) -> Mapping[int, str]:
        """Its modules, by major version."""
        return {major: module for major, module in ((2, self.v2), (3, self.v3)) if module}

    @property
    def instead(self) -> str:
        """The replacement in the major that doesn't have it; ``""`` if both have it."""
        return next(
            (_INSTEAD[key, self.step_type] for key in (2, 3) if key not in self.modules), ""
        )

    @cached_property
    def releases(self) -> Mapping[int, str]:
        """The releases that have it, by major version, if not all of them have it."""
        by_major = ((2, self.v2_releases), (3, self.v3_releases))
        return {major: releases for major, releases in by_major if releases}

    def label(self, owner: str) -> str:
        """Return the argument that carries the name, as the user writes it.

        Args:
            owner: the name of the user's class.
        """
        at = "@" if owner in ("step", "remote") else ""
        method = f".{self.method}" if self.method else ""
        return f"{at}{owner}{method}({self.argument}=)"


_INSTEAD = {
    (2, "Job"): "Estimator, or JumpStartEstimator for a model of the hub",
    (2, "Model"): "Model, or a framework's, such as PyTorchModel",
    (2, "Training"): "Estimator, or JumpStartEstimator for a model of the hub",
    (3, "AutoML"): "version 2, since version 3 has no class that starts an AutoML job",
    (3, "Model"): "ModelBuilder",
    (3, "Processing"): "FrameworkProcessor, ScriptProcessor or Processor",
    (3, "Training"): "ModelTrainer",
}
"""The replacements of classes that a major doesn't have, by major and step type."""

_ROWS = (
    JobClass("Estimator", "Training", "base_job_name", v2="sagemaker.estimator"),
    JobClass("AlgorithmEstimator", "Training", "base_job_name", v2="sagemaker.algorithm"),
    JobClass("PyTorch", "Training", "base_job_name", v2="sagemaker.pytorch.estimator"),
    JobClass("TensorFlow", "Training", "base_job_name", v2="sagemaker.tensorflow.estimator"),
    JobClass("SKLearn", "Training", "base_job_name", v2="sagemaker.sklearn.estimator"),
    JobClass("XGBoost", "Training", "base_job_name", v2="sagemaker.xgboost.estimator"),
    JobClass("HuggingFace", "Training", "base_job_name", v2="sagemaker.huggingface.estimator"),
    JobClass("MXNet", "Training", "base_job_name", v2="sagemaker.mxnet.estimator"),
    JobClass("Chainer", "Training", "base_job_name", v2="sagemaker.chainer.estimator"),
    JobClass("RLEstimator", "Training", "base_job_name", v2="sagemaker.rl.estimator"),
    JobClass("JumpStartEstimator", "Training", "base_job_name", v2="sagemaker.jumpstart.estimator"),
    JobClass(
        "FactorizationMachines",
        "Training",
        "base_job_name",
        v2="sagemaker.amazon.factorization_machines",
    ),
    JobClass("IPInsights", "Training", "base_job_name", v2="sagemaker.amazon.ipinsights"),
    JobClass("KMeans", "Training", "base_job_name", v2="sagemaker.amazon.kmeans"),
    JobClass("KNN", "Training", "base_job_name", v2="sagemaker.amazon.knn"),
    JobClass("LDA", "Training", "base_job_name", v2="sagemaker.amazon.lda"),
    JobClass("LinearLearner", "Training", "base_job_name", v2="sagemaker.amazon.linear_learner"),
    JobClass("NTM", "Training", "base_job_name", v2="sagemaker.amazon.ntm"),
    JobClass("Object2Vec", "Training", "base_job_name", v2="sagemaker.amazon.object2vec"),
    JobClass("PCA", "Training", "base_job_name", v2="sagemaker.amazon.pca"),
    JobClass("RandomCutForest", "Training", "base_job_name", v2="sagemaker.amazon.randomcutforest"),
    JobClass("ModelTrainer", "Training", "base_job_name", v3="sagemaker.train.model_trainer"),
    JobClass("SFTTrainer", "Training", "base_job_name", v3="sagemaker.train.sft_trainer"),
    JobClass("DPOTrainer", "Training", "base_job_name", v3="sagemaker.train.dpo_trainer"),
    JobClass(
        "CPTTrainer",
        "Training",
        "base_job_name",
        v3="sagemaker.train.cpt_trainer",
        v3_releases=">=1.15",
    ),
    JobClass("RLVRTrainer", "Training", "base_job_name", v3="sagemaker.train.rlvr_trainer"),
    JobClass("RLAIFTrainer", "Training", "base_job_name", v3="sagemaker.train.rlaif_trainer"),
    JobClass(
        "MultiTurnRLTrainer",
        "Job",
        "base_job_name",
        v3="sagemaker.train.multi_turn_rl_trainer",
        v3_releases=">=1.13",
    ),
    JobClass(
        "Processor",
        "Processing",
        "base_job_name",
        v2="sagemaker.processing",
        v3="sagemaker.core.processing",
    ),
    JobClass(
        "ScriptProcessor",
        "Processing",
        "base_job_name",
        v2="sagemaker.processing",
        v3="sagemaker.core.processing",
    ),
    JobClass(
        "FrameworkProcessor",
        "Processing",
        "base_job_name",
        v2="sagemaker.processing",
        v3="sagemaker.core.processing",
    ),
    JobClass("PyTorchProcessor", "Processing", "base_job_name", v2="sagemaker.pytorch.processing"),
    JobClass(
        "TensorFlowProcessor", "Processing", "base_job_name", v2="sagemaker.tensorflow.processing"
    ),
    JobClass("SKLearnProcessor", "Processing", "base_job_name", v2="sagemaker.sklearn.processing"),
    JobClass("XGBoostProcessor", "Processing", "base_job_name", v2="sagemaker.xgboost.processing"),
    JobClass(
        "HuggingFaceProcessor", "Processing", "base_job_name", v2="sagemaker.huggingface.processing"
    ),
    JobClass("MXNetProcessor", "Processing", "base_job_name", v2="sagemaker.mxnet.processing"),
    JobClass(
        "PySparkProcessor",
        "Processing",
        "base_job_name",
        v2="sagemaker.spark.processing",
        v3="sagemaker.core.spark.processing",
    ),
    JobClass(
        "SparkJarProcessor",
        "Processing",
        "base_job_name",
        v2="sagemaker.spark.processing",
        v3="sagemaker.core.spark.processing",
    ),
    JobClass(
        "DataWranglerProcessor", "Processing", "base_job_name", v2="sagemaker.wrangler.processing"
    ),
    JobClass(
        "SageMakerClarifyProcessor",
        "Processing",
        "job_name_prefix",
        v2="sagemaker.clarify",
        v3="sagemaker.core.clarify",
    ),
    JobClass(
        "HyperparameterTuner",
        "Tuning",
        "base_tuning_job_name",
        v2="sagemaker.tuner",
        v3="sagemaker.train.tuner",
        role="",
    ),
    JobClass(
        "Transformer",
        "Transform",
        "base_transform_job_name",
        v2="sagemaker.transformer",
        v3="sagemaker.core.transformer",
        role="",
    ),
    JobClass("AutoML", "AutoML", "base_job_name", v2="sagemaker.automl.automl"),
    JobClass(
        "AutoMLV2", "AutoML", "base_job_name", v2="sagemaker.automl.automlv2", v2_releases=">=2.211"
    ),
    JobClass("Model", "Model", "name", v2="sagemaker.model"),
    JobClass("FrameworkModel", "Model", "name", v2="sagemaker.model"),
    JobClass("ModelPackage", "Model", "name", v2="sagemaker.model"),
    JobClass("PipelineModel", "Model", "name", v2="sagemaker.pipeline"),
    JobClass("JumpStartModel", "Model", "name", v2="sagemaker.jumpstart.model"),
    JobClass("PyTorchModel", "Model", "name", v2="sagemaker.pytorch.model"),
    JobClass("TensorFlowModel", "Model", "name", v2="sagemaker.tensorflow.model"),
    JobClass("SKLearnModel", "Model", "name", v2="sagemaker.sklearn.model"),
    JobClass("XGBoostModel", "Model", "name", v2="sagemaker.xgboost.model"),
    JobClass("HuggingFaceModel", "Model", "name", v2="sagemaker.huggingface.model"),
    JobClass("MXNetModel", "Model", "name", v2="sagemaker.mxnet.model"),
    JobClass("ChainerModel", "Model", "name", v2="sagemaker.chainer.model"),
    JobClass("SparkMLModel", "Model", "name", v2="sagemaker.sparkml.model"),
    JobClass(
        "DJLModel", "Model", "name", v2="sagemaker.djl_inference.model", v2_releases=">=2.224.2"
    ),
    JobClass(
        "FactorizationMachinesModel", "Model", "name", v2="sagemaker.amazon.factorization_machines"
    ),
    JobClass("IPInsightsModel", "Model", "name", v2="sagemaker.amazon.ipinsights"),
    JobClass("KMeansModel", "Model", "name", v2="sagemaker.amazon.kmeans"),
    JobClass("KNNModel", "Model", "name", v2="sagemaker.amazon.knn"),
    JobClass("LDAModel", "Model", "name", v2="sagemaker.amazon.lda"),
    JobClass("LinearLearnerModel", "Model", "name", v2="sagemaker.amazon.linear_learner"),
    JobClass("NTMModel", "Model", "name", v2="sagemaker.amazon.ntm"),
    JobClass("Object2VecModel", "Model", "name", v2="sagemaker.amazon.object2vec"),
    JobClass("PCAModel", "Model", "name", v2="sagemaker.amazon.pca"),
    JobClass("RandomCutForestModel", "Model", "name", v2="sagemaker.amazon.randomcutforest"),
    JobClass(
        "DeepSpeedModel",
        "Model",
        "name",
        v2="sagemaker.djl_inference.model",
        v2_releases="<2.224.2",
        gone="DJLModel",
    ),
    JobClass(
        "FasterTransformerModel",
        "Model",
        "name",
        v2="sagemaker.djl_inference.model",
        v2_releases="<2.224.2",
        gone="DJLModel",
    ),
    JobClass(
        "HuggingFaceAccelerateModel",
        "Model",
        "name",
        v2="sagemaker.djl_inference.model",
        v2_releases="<2.224.2",
        gone="DJLModel",
    ),
    JobClass("MultiDataModel", "Model", "name", v2="sagemaker.multidatamodel", role_unless="model"),
    JobClass(
        "ModelBuilder",
        "Model",
        "model_name",
        v3="sagemaker.serve.model_builder",
        role="role_arn",
        method="build",
    ),
    JobClass(
        "CheckJobConfig",
        "QualityCheck",
        "base_job_name",
        other_step_types=("ClarifyCheck",),
        v2="sagemaker.workflow.check_job_config",
        v3="sagemaker.mlops.workflow.check_job_config",
        only="pipeline",
    ),
    JobClass(
        "NotebookJobStep",
        "Training",
        "notebook_job_name",
        v2="sagemaker.workflow.notebook_job_step",
        v2_releases=">=2.199",
        v3="sagemaker.mlops.workflow.notebook_job_step",
        only="pipeline",
    ),
    JobClass(
        "step",
        "Training",
        "job_name_prefix",
        v2="sagemaker.workflow.function_step",
        v2_releases=">=2.199",
        v3="sagemaker.mlops.workflow.function_step",
        only="pipeline",
    ),
    JobClass(
        "remote",
        "Training",
        "job_name_prefix",
        v2="sagemaker.remote_function.client",
        v3="sagemaker.core.remote_function.client",
        only="outside",
    ),
    JobClass(
        "RemoteExecutor",
        "Training",
        "job_name_prefix",
        v2="sagemaker.remote_function.client",
        v3="sagemaker.core.remote_function.client",
        only="outside",
    ),
)

CATALOGUE: Mapping[str, JobClass] = MappingProxyType({row.name: row for row in _ROWS})
"""Every job class of both majors, by name."""

_BASE_ROWS = (
    JobClass("EstimatorBase", "Training", "base_job_name", v2="sagemaker.estimator"),
    JobClass("Framework", "Training", "base_job_name", v2="sagemaker.estimator"),
    JobClass(
        "AmazonAlgorithmEstimatorBase",
        "Training",
        "base_job_name",
        v2="sagemaker.amazon.amazon_estimator",
    ),
    JobClass("BaseTrainer", "Training", "base_job_name", v3="sagemaker.train.base_trainer"),
    JobClass(
        "_SparkProcessorBase",
        "Processing",
        "base_job_name",
        v2="sagemaker.spark.processing",
        v3="sagemaker.core.spark.processing",
    ),
)

BASES: Mapping[str, JobClass] = MappingProxyType({row.name: row for row in _BASE_ROWS})
"""The abstract bases of classes in the catalogue; not public names, but users derive from them."""

ROWS: Mapping[str, JobClass] = MappingProxyType({**CATALOGUE, **BASES})
"""All rows, by name."""

_TYPE = "It contains the arguments of a constructor; it starts nothing."
_MONITOR = (
    "It watches an endpoint; it starts no job in a pipeline. guard() judges its baseline jobs."
)

EXCLUDED: Mapping[tuple[int, str], str] = MappingProxyType(
    {
        **{
            (major, name): reason
            for major in (2, 3)
            for name, reason in {
                "JumpStartEstimatorInitKwargs": _TYPE,
                "_JobSettings": _TYPE,
                "ModelMonitor": _MONITOR,
                "DefaultModelMonitor": _MONITOR,
                "ModelQualityMonitor": _MONITOR,
                "ModelBiasMonitor": _MONITOR,
                "ModelExplainabilityMonitor": _MONITOR,
                "ClarifyModelMonitor": _MONITOR,
                "list_futures": "It lists jobs; it starts none.",
            }.items()
        },
        (2, "JumpStartModelInitKwargs"): _TYPE,
        (2, "get_init_kwargs"): _TYPE,
        (2, "ModelTrainer"): "It is in sagemaker.modules; its jobs can't be pipeline steps.",
        (2, "ModelBuilder"): "It is in sagemaker.serve; it uses model classes of its own.",
    }
)
"""Classes and functions with such an argument but no drop-in, with the reason."""
