"""Find pipelines in files and folders and read their definitions, without running their code."""
