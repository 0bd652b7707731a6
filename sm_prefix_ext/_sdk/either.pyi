"""Where the SDK keeps the job classes that both majors have; ``python -m tools.stub`` writes it.

From a missing module, ``*`` imports nothing, whereas an explicit import would make the name ``Any``
for good. Without an SDK, ``__getattr__`` makes all names ``Any``.
"""

from typing import Any

from sagemaker.clarify import *
from sagemaker.core.clarify import *
from sagemaker.core.processing import *
from sagemaker.core.remote_function.client import *
from sagemaker.core.spark.processing import *
from sagemaker.core.transformer import *
from sagemaker.mlops.workflow.check_job_config import *
from sagemaker.mlops.workflow.function_step import *
from sagemaker.mlops.workflow.notebook_job_step import *
from sagemaker.processing import *
from sagemaker.remote_function.client import *
from sagemaker.spark.processing import *
from sagemaker.train.tuner import *
from sagemaker.transformer import *
from sagemaker.tuner import *
from sagemaker.workflow.check_job_config import *
from sagemaker.workflow.function_step import *
from sagemaker.workflow.notebook_job_step import *

def __getattr__(name: str) -> Any: ...
