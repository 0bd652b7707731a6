"""Reports as values, and how they look as text, HTML, Markdown and Mermaid.

Knows tables and graphs, and nothing of pipelines.
"""
