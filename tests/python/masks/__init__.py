"""Masks by themselves: rendered here, run on real servers, many values in one query."""
