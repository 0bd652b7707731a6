"""An offline evaluator of IAM policies: pure functions."""
