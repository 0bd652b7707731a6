"""Values and pure functions on plain dicts: no SDK, no boto3."""
