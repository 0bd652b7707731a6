"""Whether policies allow a request, by IAM's own rules: pure functions."""
