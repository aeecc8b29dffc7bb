"""Certificates of every kind for sites on https; needs trustme, which tests install.

All but `unknown_root` are signed by one authority, whose certificate `running.authority` gives:
a client that trusts it tells an expired certificate or another's name from an unknown root.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from datetime import UTC, datetime

import trustme

from monitor.sandbox.world import Site

EXPIRED_ON = datetime(2020, 1, 1, tzinfo=UTC)


def contexts(sites: Iterable[Site]) -> tuple[dict[str, ssl.SSLContext], bytes]:
    """The server's side of TLS by address, and the authority's certificate (PEM)."""
    known, unknown = trustme.CA(), trustme.CA()
    made = {}
    for site in sites:
        if site.tls is not None:
            made[site.address] = _context(site, unknown if site.tls == "unknown_root" else known)
    return made, known.cert_pem.bytes()


def _context(site: Site, authority: trustme.CA) -> ssl.SSLContext:
    name = "elsewhere.example.org" if site.tls == "wrong_name" else site.address
    until = EXPIRED_ON if site.tls == "expired" else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=until).configure_cert(context)
    return context
