"""The statuses of executions and steps, as SageMaker words them."""

SUCCEEDED, FAILED, STOPPED, EXECUTING = "Succeeded", "Failed", "Stopped", "Executing"
