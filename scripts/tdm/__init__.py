"""The thin wrapper around the dbt project: servers, dumps, scaffolds. No masking happens here."""

from __future__ import annotations

__version__ = "0.1.0"
