"""The registry: who is audited, and where. One TOML file a municipality; see docs/registry.md."""

from monitor.registry.diff import Change, diff
from monitor.registry.faults import Fault, RegistryError
from monitor.registry.files import check, load, load_all
from monitor.registry.imports import import_table
from monitor.registry.workbook import export, template
from monitor.registry.write import to_toml

__all__ = [
    "Change",
    "Fault",
    "RegistryError",
    "check",
    "diff",
    "export",
    "import_table",
    "load",
    "load_all",
    "template",
    "to_toml",
]
