"""A stamp over what has been kept so far, where the settings name an authority that sets them.

A night never waits or fails for it: what cannot be had now is covered by the next stamp.
"""

from __future__ import annotations

import logging

from monitor.application import Context
from monitor.storage import stamps

log = logging.getLogger(__name__)


def stamp_the_chain(context: Context) -> str:
    """Russian: why there is no stamp; "" where there is one, or nobody is to be asked."""
    url = context.settings.evidence.tsa_url
    link = stamps.last_link(context.engine) if url else None
    if link is None or stamps.stamp_over(context.engine, link.place):
        return ""
    from monitor.clocks import tsa

    try:
        response = tsa.ask(url, link.text)
    except tsa.StampError as error:
        log.warning("no stamp over the chain: %s", error)
        return str(error)
    stamps.keep(context.engine, link, url, response, context.clock())
    log.info("stamped: the chain up to file %d", link.place)
    return ""
