"""The page in a real browser; ``nox --sessions browser`` runs these."""
