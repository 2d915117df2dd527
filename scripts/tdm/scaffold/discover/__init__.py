"""Discovery of references that a database does not declare, for `tdm init --discover`."""

from tdm.scaffold.discover.model import Discovery, Proposal
from tdm.scaffold.discover.report import FILE, as_dict, section, sources_file
from tdm.scaffold.discover.search import discover

__all__ = ["FILE", "Discovery", "Proposal", "as_dict", "discover", "section", "sources_file"]
