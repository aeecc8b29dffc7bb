"""How much room is left where evidence and the database lie."""

from __future__ import annotations

import shutil
from pathlib import Path

LEAST_FREE = 1_000_000_000  # bytes; a year of a town takes less
NOTHING_FITS = 50_000_000  # bytes; not one night


def free_bytes(folder: Path) -> int:
    """Where it is, or will be."""
    return shutil.disk_usage(nearest_folder(folder)).free


def nearest_folder(folder: Path) -> Path:
    """Itself, or the first above it that is there already."""
    return folder if folder.exists() else nearest_folder(folder.parent)
