"""Which name and role each job gets, and what is wrong with them: pure functions."""
