"""Ids that cannot name a file: Windows keeps some names for its devices."""

from __future__ import annotations

import re

RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[1-9])(?:\..*)?|.*\.", re.IGNORECASE)
