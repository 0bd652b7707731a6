"""How the embedded SageMaker checks a pipeline and runs it."""
