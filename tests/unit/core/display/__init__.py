"""Tests of reports as values and their projections."""
