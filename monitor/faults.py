"""Which errors have an explanation for the operator, and the exit status of each."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.addresses import AddressError
from monitor.audit import CrewError
from monitor.beginning import ClockError
from monitor.config import ConfigError
from monitor.metrics import AddressError as MetricsAddressError
from monitor.moments import MomentError
from monitor.registry import RegistryError
from monitor.reporting import NoAuditError
from monitor.scope import UnknownInstitutionError
from monitor.storage.copies import CopyError
from monitor.storage.database import StorageError
from monitor.storage.locks import LockTakenError
from monitor.storage.moving import MoveError
from monitor.system_errors import in_russian
from reports.model import FormatError
from rules.packs import PackError
from rules.toml_lines import TomlError

UNEXPECTED, WRONG_INPUT = 1, 2

_INPUT = (
    AddressError,
    ConfigError,
    CopyError,
    FormatError,
    MetricsAddressError,
    MomentError,
    MoveError,
    NoAuditError,
    PackError,
    RegistryError,
    TomlError,
    UnknownInstitutionError,
)
_TROUBLE = (ClockError, CrewError, LockTakenError, StorageError)


def told(error: Exception) -> tuple[int, Sequence[str]]:
    """Exit status and Russian lines; no lines for an error that nobody foresaw."""
    if isinstance(error, _INPUT):
        return WRONG_INPUT, str(error).splitlines()
    if isinstance(error, _TROUBLE):
        return UNEXPECTED, str(error).splitlines()
    if isinstance(error, OSError):
        return UNEXPECTED, [f"{error.filename or 'система'}: {in_russian(error)}"]
    return UNEXPECTED, []
