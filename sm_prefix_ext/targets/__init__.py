"""Find the pipelines in files and folders, and read their definitions; no code of theirs runs."""
