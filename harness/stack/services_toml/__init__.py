"""services.toml, the file that describes a system under test: its tables, the rules between them, and how it is read.

`schema.json` and `REFERENCE.md` beside this file are written from the tables by `make reference`.
"""

from harness.stack.services_toml.reader import read
from harness.stack.services_toml.tables import EdgeTable, ProcessTable, ServerTable, ServicesToml

__all__ = ["EdgeTable", "ProcessTable", "ServerTable", "ServicesToml", "read"]
