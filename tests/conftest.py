"""Hypothesis measures no time, for a busy machine is no fault of the code.

In the suite it tries the same examples every time; `make fuzz` tries others.
"""

import os

from hypothesis import settings

settings.register_profile(
    "dozor", deadline=None, derandomize="FUZZ_EXAMPLES" not in os.environ, database=None
)
settings.load_profile("dozor")
