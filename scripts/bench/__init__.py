"""Benchmarks: run from the repository, no part of the wheel."""
