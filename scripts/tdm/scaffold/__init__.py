"""`tdm init`: from a live PostgreSQL database to a dbt project that subsets and masks it."""

from tdm.scaffold.init import init

__all__ = ["init"]
