"""Other tools, from the package index, each in a virtual environment of its own.

Configured as their manuals say for this schema; where a tool cannot be told something, it is left
as the tool does it, and shows in the rows.
"""
