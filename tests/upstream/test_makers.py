"""Every maker of the SDK (see makers.py) is overridden, or listed with the reason."""

from __future__ import annotations

import inspect

import pytest

from sm_prefix_ext._sdk import adapter, has
from sm_prefix_ext._sdk.catalogue import CATALOGUE
from sm_prefix_ext._sdk.methods import METHODS, method_of
from sm_prefix_ext.dropin.job_classes import drop_in

from ..installed import MAJOR
from .makers import makers

if MAJOR is None:
    pytest.skip("no SageMaker Python SDK is installed", allow_module_level=True)

# For both majors and all their supported releases: a maker that some of them lack stays listed.
LISTED: dict[str, str] = {
    "The drop-in Pipeline sends what definition() returns, which is judged.": """
        Pipeline.create Pipeline.update Pipeline.upsert Pipeline.start Pipeline.put_triggers
    """,
    "The service names its jobs; there is no drop-in, and guard() refuses it.": """
        DefaultModelMonitor.create_monitoring_schedule
        DefaultModelMonitor.update_monitoring_schedule
        ModelBiasMonitor.create_monitoring_schedule ModelBiasMonitor.update_monitoring_schedule
        ModelExplainabilityMonitor.create_monitoring_schedule
        ModelExplainabilityMonitor.update_monitoring_schedule
        ModelMonitor.create_monitoring_schedule ModelMonitor.start_monitoring_schedule
        ModelMonitor.update_monitoring_schedule ModelQualityMonitor.create_monitoring_schedule
        ModelQualityMonitor.update_monitoring_schedule MonitoringSchedule.create
        MonitoringSchedule.start MonitoringSchedule.update Session.create_monitoring_schedule
        Session.start_monitoring_schedule Session.update_monitoring_schedule
        core.model_monitor.utils:boto_create_monitoring_schedule
        core.model_monitor.utils:boto_start_monitoring_schedule
        core.model_monitor.utils:boto_update_monitoring_schedule
    """,
    "Its job is named after the monitor's base_job_name; no drop-in, guard() judges it.": """
        DefaultModelMonitor.suggest_baseline ModelBiasMonitor.suggest_baseline
        ModelExplainabilityMonitor.suggest_baseline ModelMonitor.run_baseline
        ModelQualityMonitor.suggest_baseline
    """,
    "It makes a pipeline of the SDK's own; no drop-in, guard() judges the definition.": """
        BenchMarkEvaluator.evaluate CustomScorerEvaluator.evaluate
        EvaluationPipelineExecution.start InspectAIEvaluator.evaluate LLMAsJudgeEvaluator.evaluate
        feature_store.feature_processor.feature_scheduler:to_pipeline
        mlops.feature_store.feature_processor.feature_scheduler:to_pipeline
    """,
    "It starts or schedules an existing pipeline, judged when it was created.": """
        MultiTurnRLEvaluator.evaluate PipelineExecution.start
        feature_store.feature_processor.feature_scheduler:execute
        feature_store.feature_processor.feature_scheduler:put_trigger
        feature_store.feature_processor.feature_scheduler:schedule
        mlops.feature_store.feature_processor.feature_scheduler:execute
        mlops.feature_store.feature_processor.feature_scheduler:put_trigger
        mlops.feature_store.feature_processor.feature_scheduler:schedule
    """,
    "It sends one request whose name the caller gives in full; guard() judges it.": """
        AIBenchmarkJob.create AIRecommendationJob.create Algorithm.create AutoMLJob.create
        AutoMLJob.start_new AutoMLJobV2.create AutoMLJobV2.start_new CompilationJob.create
        EdgePackagingJob.create HyperParameterTuningJob.create InferenceExperiment.create
        InferenceRecommendationsJob.create Job.create LabelingJob.create Model.create
        ModelCardExportJob.create ModelPackage.create OptimizationJob.create ProcessingJob.create
        ProcessingJob.start_new TrainingJob.create TransformJob.create Session.auto_ml
        Session.compile_model Session.create_auto_ml_v2
        Session.create_inference_recommendations_job Session.create_model
        Session.create_model_from_job Session.create_model_package_from_algorithm
        Session.create_model_package_from_containers Session.create_tuning_job
        Session.package_model_for_edge Session.process Session.train Session.transform Session.tune
        core.model_registry:create_model_package_from_algorithm
        core.model_registry:create_model_package_from_containers
    """,
    "It starts a job that has no drop-in; guard() judges the request.": """
        CandidateEstimator.fit InferenceRecommenderMixin.right_size
    """,
    "In v2 the class is of sagemaker.modules or sagemaker.serve, which have no drop-ins; "
    "guard() judges what it sends.": """
        ModelBuilder.build ModelBuilder.optimize ModelTrainer.train
    """,
    "It queues a training job in AWS Batch, by boto3's default session, whose clients guard() "
    "judges where it is given that session.": """
        TrainingQueue.map TrainingQueue.submit aws_batch.batch_api_helper:submit_service_job
        TrainingQueuedJob.get_model_trainer
    """,
    "It makes an endpoint under a full name, which the service takes as it is.": """
        Endpoint.create Endpoint.update EndpointConfig.create InferenceComponent.create
        Predictor.disable_data_capture Predictor.enable_data_capture
        Predictor.update_data_capture_config Predictor.update_endpoint Session.create_endpoint
        Session.create_endpoint_config Session.create_endpoint_config_from_existing
        Session.create_inference_component Session.endpoint_from_job
        Session.endpoint_from_model_data Session.endpoint_from_production_variants
        Session.update_endpoint
    """,
    "It runs on this machine.": "LocalEndpoint.create LocalEndpointConfig.create "
    "ModelBuilder.deploy_local",
    "It makes an object, and sends no request that makes a job.": """
        AutoMLStep.get_best_auto_ml_model AutoMLStep.get_best_auto_ml_model_builder
        JumpStart.display_benchmark_metrics JumpStart.get_deployment_config
        JumpStart.list_deployment_configs ModelBuilder.display_benchmark_metrics
        ModelBuilder.get_deployment_config ModelBuilder.list_deployment_configs
        ModelBuilder.set_deployment_config PyTorchHandler.get_pysdk_model
        XGBoostHandler.get_pysdk_model tuner:create_identical_dataset_and_algorithm_tuner
        tuner:create_transfer_learning_tuner
    """,
    "It sends messages about jobs, and starts none.": (
        "train.common_utils.notifications:enable_notifications"
    ),
    "The drop-in is a function.": "core.remote_function.client:remote "
    "remote_function.client:remote",
}


@pytest.fixture(scope="module")
def makers_of_sdk() -> dict[str, str]:
    """The makers of the installed SDK, with their calls."""
    return makers(set(CATALOGUE) | {"ModelMonitor"})


def overridden() -> set[str]:
    """The methods that every drop-in of a class, or of its subclasses, overrides."""
    whole: dict[str, bool] = {}
    for name, row in CATALOGUE.items():
        if MAJOR not in row.modules or not has(row):
            continue
        sdk_class, dropin = adapter().load(name), drop_in(name)
        if not inspect.isclass(sdk_class):
            continue
        for base in sdk_class.__mro__:
            for method in vars(base):
                if next(cls for cls in sdk_class.__mro__ if method in vars(cls)) is not base:
                    continue  # the loop reads the overriding class too
                key = f"{base.__name__}.{method}"
                whole[key] = whole.get(key, True) and method in vars(dropin)
    return {key for key, in_all in whole.items() if in_all}


def test_every_maker_is_overridden_or_listed(makers_of_sdk: dict[str, str]) -> None:
    """The assertion shows a further maker of a newer SDK with its call."""
    assert len(makers_of_sdk) > 80
    listed = {key for names in LISTED.values() for key in names.split()}
    known = listed | overridden()
    left = {key: call for key, call in makers_of_sdk.items() if key not in known}
    assert {} == left


def test_every_method_of_the_table_is_overridden() -> None:
    """The overriding method takes the name arguments of its row."""
    for name, row in CATALOGUE.items():
        if MAJOR not in row.modules or not has(row) or not inspect.isclass(adapter().load(name)):
            continue
        sdk_class, dropin = adapter().load(name), drop_in(name)
        rows = (method_of(sdk_class, attribute) for attribute in dir(sdk_class))
        for method in filter(None, rows):
            if not method.starts_other_job:
                assert method.name in vars(dropin)
            elif method.name in vars(dropin):  # those of DJLModel only raise
                taken = inspect.signature(getattr(dropin, method.name)).parameters
                assert set(method.names) <= set(taken)
    if MAJOR == 2:
        assert {f"{row.of}.{row.name}" for row in METHODS if row.refused} <= overridden()
