"""Validation and executions of pipelines on the embedded SageMaker."""
