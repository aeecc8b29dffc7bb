"""The registry: who is audited, and where. One TOML file a municipality; see docs/registry.md."""

from monitor.registry.faults import Fault, RegistryError
from monitor.registry.files import check, load, load_all

__all__ = ["Fault", "RegistryError", "check", "load", "load_all"]
