"""The registry: who is audited, and where. One TOML file a municipality; see docs/registry.md.

Tables are read by monitor.registry.imports and written by monitor.registry.workbook: whoever
audits needs neither, nor the libraries that they load.
"""

from monitor.registry.diff import Change, diff
from monitor.registry.faults import RegistryError, RegistryFault
from monitor.registry.files import check, load, load_all
from monitor.registry.write import to_toml

__all__ = [
    "Change",
    "RegistryError",
    "RegistryFault",
    "check",
    "diff",
    "load",
    "load_all",
    "to_toml",
]
