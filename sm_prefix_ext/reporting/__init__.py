"""What the command prints: projections of the same rows."""
