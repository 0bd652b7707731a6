"""Authorization of callers and roles on the embedded AWS."""
