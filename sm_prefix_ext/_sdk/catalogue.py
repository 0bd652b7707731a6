"""THE CATALOGUE: every class of the SDK that makes a job, as strings; nothing is imported for it.

Read off 2.171.0, 2.257.7, 3.1.1 and 3.27.0; which release brought or dropped a name, off the
releases between them. A test walks the installed SDK for classes that take a job's name and are
neither here nor in :data:`EXCLUDED`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class JobClass:
    """A class, or a function, of the SDK that makes jobs.

    Args:
        name: its name, ours and the SDK's.
        step_types: the types of the steps that it makes jobs for; the first one judges its names.
        argument: the argument that carries the name.
        role: the argument that carries the role; ``""`` where there is none.
        modules: where the SDK keeps it, by major version.
        instead: what to use under the other major, in the user's eyes.
        method: the method that takes the name; ``""`` for the constructor.
        role_unless: the argument beside which no role is taken; ``""`` where there is none.
        releases: the releases of a major that have it, such as ``>=2.199``, where not all have.
        gone: what to use in releases after those.
        only: ``"pipeline"`` or ``"outside"`` for what makes jobs there alone; ``""`` where the
            object's session tells.
    """

    name: str
    step_types: tuple[str, ...]
    argument: str
    role: str
    modules: Mapping[int, str]
    instead: str
    method: str = ""
    role_unless: str = ""
    releases: Mapping[int, str] = field(default_factory=dict)
    gone: str = ""
    only: str = ""

    @property
    def step_type(self) -> str:
        """The type of the steps that it makes jobs for."""
        return self.step_types[0]

    def label(self, owner: str) -> str:
        """The argument that carries the name, as the user wrote it.

        Args:
            owner: what the user calls the class.
        """
        at = "@" if owner in ("step", "remote") else ""
        method = f".{self.method}" if self.method else ""
        return f"{at}{owner}{method}({self.argument}=)"


def _rows(
    step_types: str, argument: str, *, v2: str = "", v3: str = "", **more: str
) -> dict[str, JobClass]:
    """Rows of one kind; ``v2`` and ``v3`` are lines of a module and the names in it.

    A name may be followed by the releases that have it, as in ``step>=2.199``.
    """
    modules: dict[str, dict[int, str]] = {}
    releases: dict[str, dict[int, str]] = {}
    for major, text in ((2, v2), (3, v3)):
        for line in text.split("\n"):
            module, *words = line.split() or [""]
            for word in words:
                name, *release = re.split("(?=[<>])", word)
                modules.setdefault(name, {})[major] = f"sagemaker.{module}"
                if release:
                    releases.setdefault(name, {})[major] = release[0]
    fields = {"role": "role", "instead": "", **more}
    return {
        name: JobClass(
            name,
            tuple(step_types.split()),
            argument,
            modules=MappingProxyType(where),
            releases=MappingProxyType(releases.get(name, {})),
            **fields,
        )
        for name, where in modules.items()
    }


CATALOGUE: Mapping[str, JobClass] = MappingProxyType(
    {
        **_rows(
            "Training",
            "base_job_name",
            instead="ModelTrainer",
            v2="""estimator Estimator
                algorithm AlgorithmEstimator
                pytorch.estimator PyTorch
                tensorflow.estimator TensorFlow
                sklearn.estimator SKLearn
                xgboost.estimator XGBoost
                huggingface.estimator HuggingFace
                mxnet.estimator MXNet
                chainer.estimator Chainer
                rl.estimator RLEstimator
                jumpstart.estimator JumpStartEstimator
                amazon.factorization_machines FactorizationMachines
                amazon.ipinsights IPInsights
                amazon.kmeans KMeans
                amazon.knn KNN
                amazon.lda LDA
                amazon.linear_learner LinearLearner
                amazon.ntm NTM
                amazon.object2vec Object2Vec
                amazon.pca PCA
                amazon.randomcutforest RandomCutForest""",
        ),
        **_rows(
            "Training",
            "base_job_name",
            instead="Estimator, or JumpStartEstimator for a model of the hub",
            v3="""train.model_trainer ModelTrainer
                train.sft_trainer SFTTrainer
                train.dpo_trainer DPOTrainer
                train.cpt_trainer CPTTrainer>=1.15
                train.rlvr_trainer RLVRTrainer
                train.rlaif_trainer RLAIFTrainer""",
        ),
        **_rows(
            "Job",
            "base_job_name",
            instead="Estimator, or JumpStartEstimator for a model of the hub",
            v3="train.multi_turn_rl_trainer MultiTurnRLTrainer>=1.13",
        ),
        **_rows(
            "Processing",
            "base_job_name",
            instead="FrameworkProcessor, ScriptProcessor or Processor",
            v2="""processing Processor ScriptProcessor FrameworkProcessor
                pytorch.processing PyTorchProcessor
                tensorflow.processing TensorFlowProcessor
                sklearn.processing SKLearnProcessor
                xgboost.processing XGBoostProcessor
                huggingface.processing HuggingFaceProcessor
                mxnet.processing MXNetProcessor
                spark.processing PySparkProcessor SparkJarProcessor
                wrangler.processing DataWranglerProcessor""",
            v3="""core.processing Processor ScriptProcessor FrameworkProcessor
                core.spark.processing PySparkProcessor SparkJarProcessor""",
        ),
        **_rows(
            "Processing",
            "job_name_prefix",
            v2="clarify SageMakerClarifyProcessor",
            v3="core.clarify SageMakerClarifyProcessor",
        ),
        **_rows(
            "Tuning",
            "base_tuning_job_name",
            role="",
            v2="tuner HyperparameterTuner",
            v3="train.tuner HyperparameterTuner",
        ),
        **_rows(
            "Transform",
            "base_transform_job_name",
            role="",
            v2="transformer Transformer",
            v3="core.transformer Transformer",
        ),
        **_rows(
            "AutoML",
            "base_job_name",
            instead="nothing yet, for v3 has no class that makes an AutoML job",
            v2="""automl.automl AutoML
                automl.automlv2 AutoMLV2>=2.211""",
        ),
        **_rows(
            "Model",
            "name",
            instead="ModelBuilder",
            v2="""model Model FrameworkModel ModelPackage
                pipeline PipelineModel
                jumpstart.model JumpStartModel
                pytorch.model PyTorchModel
                tensorflow.model TensorFlowModel
                sklearn.model SKLearnModel
                xgboost.model XGBoostModel
                huggingface.model HuggingFaceModel
                mxnet.model MXNetModel
                chainer.model ChainerModel
                sparkml.model SparkMLModel
                djl_inference.model DJLModel>=2.224.2
                amazon.factorization_machines FactorizationMachinesModel
                amazon.ipinsights IPInsightsModel
                amazon.kmeans KMeansModel
                amazon.knn KNNModel
                amazon.lda LDAModel
                amazon.linear_learner LinearLearnerModel
                amazon.ntm NTMModel
                amazon.object2vec Object2VecModel
                amazon.pca PCAModel
                amazon.randomcutforest RandomCutForestModel""",
        ),
        **_rows(
            "Model",
            "name",
            instead="ModelBuilder",
            gone="DJLModel",
            v2="""djl_inference.model DeepSpeedModel<2.224.2 FasterTransformerModel<2.224.2
                djl_inference.model HuggingFaceAccelerateModel<2.224.2""",
        ),
        **_rows(
            "Model",
            "name",
            role_unless="model",
            instead="ModelBuilder",
            v2="multidatamodel MultiDataModel",
        ),
        **_rows(
            "Model",
            "model_name",
            method="build",
            role="role_arn",
            instead="Model, or a framework's, such as PyTorchModel",
            v3="serve.model_builder ModelBuilder",
        ),
        **_rows(
            "QualityCheck ClarifyCheck",
            "base_job_name",
            only="pipeline",
            v2="workflow.check_job_config CheckJobConfig",
            v3="mlops.workflow.check_job_config CheckJobConfig",
        ),
        **_rows(
            "Training",
            "notebook_job_name",
            only="pipeline",
            v2="workflow.notebook_job_step NotebookJobStep>=2.199",
            v3="mlops.workflow.notebook_job_step NotebookJobStep",
        ),
        **_rows(
            "Training",
            "job_name_prefix",
            only="pipeline",
            v2="workflow.function_step step>=2.199",
            v3="mlops.workflow.function_step step",
        ),
        **_rows(
            "Training",
            "job_name_prefix",
            only="outside",
            v2="remote_function.client remote RemoteExecutor",
            v3="core.remote_function.client remote RemoteExecutor",
        ),
    }
)
"""Every job class of both majors, by name."""

BASES: Mapping[str, JobClass] = MappingProxyType(
    {
        **_rows(
            "Training",
            "base_job_name",
            v2="""estimator EstimatorBase Framework
                amazon.amazon_estimator AmazonAlgorithmEstimatorBase""",
            v3="train.base_trainer BaseTrainer",
        ),
        **_rows(
            "Processing",
            "base_job_name",
            v2="spark.processing _SparkProcessorBase",
            v3="core.spark.processing _SparkProcessorBase",
        ),
    }
)
"""The abstract bases of classes in the catalogue: no public names, but users derive from them."""

ROWS: Mapping[str, JobClass] = MappingProxyType({**CATALOGUE, **BASES})
"""All rows, by name."""

_TYPE = "Holds a constructor's arguments on their way; makes nothing."
_MONITOR = (
    "Watches an endpoint or a schedule; makes no job in a pipeline. guard() sees its baselines."
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
                "list_futures": "Looks jobs up; makes none.",
            }.items()
        },
        (2, "JumpStartModelInitKwargs"): _TYPE,
        (2, "get_init_kwargs"): _TYPE,
        (2, "ModelTrainer"): "In sagemaker.modules: its jobs can't enter a pipeline.",
        (2, "ModelBuilder"): "In sagemaker.serve: it makes models through classes of its own.",
    }
)
"""What takes such an argument and has no drop-in, by major version and name, with the reason."""
