"""What the command line says of an error, and the status that it ends with."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.errors import UNEXPECTED, OperatorError
from monitor.errors.system import in_russian


def explain(error: Exception) -> tuple[int, Sequence[str]]:
    """Exit status and Russian lines; no lines for an error that nobody foresaw."""
    if isinstance(error, OperatorError):
        return error.status, error.lines
    if isinstance(error, OSError):
        return UNEXPECTED, [f"{error.filename or 'система'}: {in_russian(error)}"]
    return UNEXPECTED, []
