"""How evidence is packed: gzip as everybody reads it, by the quicker of two libraries.

zlib-ng takes a quarter to two fifths of the standard library's time for the same bytes; where there
is no wheel of it (pyproject.toml names the machines) the standard library does it.
"""

from __future__ import annotations

import zlib
from typing import Any

try:
    from zlib_ng import zlib_ng as quicker
except ImportError:
    quicker = None

LEVEL, QUICKER_LEVEL = 6, 5  # 2 and 3 % more bytes than the standard library's level 9
GZIP = zlib.MAX_WBITS + 16


def packer() -> Any:
    """A `compressobj` for one gzip member."""
    if quicker is None:
        return zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    return quicker.compressobj(QUICKER_LEVEL, zlib.DEFLATED, GZIP)
