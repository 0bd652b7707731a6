"""Tests of the embedded AWS: no network, no SageMaker SDK, dummy credentials."""
