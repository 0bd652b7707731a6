"""The job classes as a type-checker sees them: the SDK's own; ``python -m tools.stub`` writes it.

With one major installed, a type-checker doesn't know the names of the other and doesn't check them.
"""

from sagemaker.algorithm import AlgorithmEstimator as AlgorithmEstimator
from sagemaker.amazon.factorization_machines import FactorizationMachines as FactorizationMachines
from sagemaker.amazon.factorization_machines import (
    FactorizationMachinesModel as FactorizationMachinesModel,
)
from sagemaker.amazon.ipinsights import IPInsights as IPInsights
from sagemaker.amazon.ipinsights import IPInsightsModel as IPInsightsModel
from sagemaker.amazon.kmeans import KMeans as KMeans
from sagemaker.amazon.kmeans import KMeansModel as KMeansModel
from sagemaker.amazon.knn import KNN as KNN
from sagemaker.amazon.knn import KNNModel as KNNModel
from sagemaker.amazon.lda import LDA as LDA
from sagemaker.amazon.lda import LDAModel as LDAModel
from sagemaker.amazon.linear_learner import LinearLearner as LinearLearner
from sagemaker.amazon.linear_learner import LinearLearnerModel as LinearLearnerModel
from sagemaker.amazon.ntm import NTM as NTM
from sagemaker.amazon.ntm import NTMModel as NTMModel
from sagemaker.amazon.object2vec import Object2Vec as Object2Vec
from sagemaker.amazon.object2vec import Object2VecModel as Object2VecModel
from sagemaker.amazon.pca import PCA as PCA
from sagemaker.amazon.pca import PCAModel as PCAModel
from sagemaker.amazon.randomcutforest import RandomCutForest as RandomCutForest
from sagemaker.amazon.randomcutforest import RandomCutForestModel as RandomCutForestModel
from sagemaker.automl.automl import AutoML as AutoML
from sagemaker.automl.automlv2 import AutoMLV2 as AutoMLV2
from sagemaker.chainer.estimator import Chainer as Chainer
from sagemaker.chainer.model import ChainerModel as ChainerModel
from sagemaker.djl_inference.model import DeepSpeedModel as DeepSpeedModel
from sagemaker.djl_inference.model import DJLModel as DJLModel
from sagemaker.djl_inference.model import FasterTransformerModel as FasterTransformerModel
from sagemaker.djl_inference.model import HuggingFaceAccelerateModel as HuggingFaceAccelerateModel
from sagemaker.estimator import Estimator as Estimator
from sagemaker.huggingface.estimator import HuggingFace as HuggingFace
from sagemaker.huggingface.model import HuggingFaceModel as HuggingFaceModel
from sagemaker.huggingface.processing import HuggingFaceProcessor as HuggingFaceProcessor
from sagemaker.jumpstart.estimator import JumpStartEstimator as JumpStartEstimator
from sagemaker.jumpstart.model import JumpStartModel as JumpStartModel
from sagemaker.model import FrameworkModel as FrameworkModel
from sagemaker.model import Model as Model
from sagemaker.model import ModelPackage as ModelPackage
from sagemaker.multidatamodel import MultiDataModel as MultiDataModel
from sagemaker.mxnet.estimator import MXNet as MXNet
from sagemaker.mxnet.model import MXNetModel as MXNetModel
from sagemaker.mxnet.processing import MXNetProcessor as MXNetProcessor
from sagemaker.pipeline import PipelineModel as PipelineModel
from sagemaker.pytorch.estimator import PyTorch as PyTorch
from sagemaker.pytorch.model import PyTorchModel as PyTorchModel
from sagemaker.pytorch.processing import PyTorchProcessor as PyTorchProcessor
from sagemaker.rl.estimator import RLEstimator as RLEstimator
from sagemaker.serve.model_builder import ModelBuilder as ModelBuilder
from sagemaker.sklearn.estimator import SKLearn as SKLearn
from sagemaker.sklearn.model import SKLearnModel as SKLearnModel
from sagemaker.sklearn.processing import SKLearnProcessor as SKLearnProcessor
from sagemaker.sparkml.model import SparkMLModel as SparkMLModel
from sagemaker.tensorflow.estimator import TensorFlow as TensorFlow
from sagemaker.tensorflow.model import TensorFlowModel as TensorFlowModel
from sagemaker.tensorflow.processing import TensorFlowProcessor as TensorFlowProcessor
from sagemaker.train.cpt_trainer import CPTTrainer as CPTTrainer
from sagemaker.train.dpo_trainer import DPOTrainer as DPOTrainer
from sagemaker.train.model_trainer import ModelTrainer as ModelTrainer
from sagemaker.train.multi_turn_rl_trainer import MultiTurnRLTrainer as MultiTurnRLTrainer
from sagemaker.train.rlaif_trainer import RLAIFTrainer as RLAIFTrainer
from sagemaker.train.rlvr_trainer import RLVRTrainer as RLVRTrainer
from sagemaker.train.sft_trainer import SFTTrainer as SFTTrainer
from sagemaker.wrangler.processing import DataWranglerProcessor as DataWranglerProcessor
from sagemaker.xgboost.estimator import XGBoost as XGBoost
from sagemaker.xgboost.model import XGBoostModel as XGBoostModel
from sagemaker.xgboost.processing import XGBoostProcessor as XGBoostProcessor

from .either import CheckJobConfig as CheckJobConfig
from .either import FrameworkProcessor as FrameworkProcessor
from .either import HyperparameterTuner as HyperparameterTuner
from .either import NotebookJobStep as NotebookJobStep
from .either import Processor as Processor
from .either import PySparkProcessor as PySparkProcessor
from .either import RemoteExecutor as RemoteExecutor
from .either import SageMakerClarifyProcessor as SageMakerClarifyProcessor
from .either import ScriptProcessor as ScriptProcessor
from .either import SparkJarProcessor as SparkJarProcessor
from .either import Transformer as Transformer
from .either import remote as remote
from .either import step as step
