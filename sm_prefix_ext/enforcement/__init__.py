"""The name and the role of each job, and the findings about them: pure functions."""
