"""Logging: English lines on standard error; what libraries say only when it is trouble."""

from __future__ import annotations

import logging
import sys

OWN = ("collectors", "rules", "reports", "monitor")


def start_logging(*, verbose: bool) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for name in OWN:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.WARNING)
