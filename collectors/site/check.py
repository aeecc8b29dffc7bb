"""Whether the certificates that are named can do what they are named for; no site is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from collectors.http.client import trust_store
from collectors.model import CallsLeft, Health, Sign
from collectors.roots import RootsError, certificates_in, doubts
from collectors.site.settings import SiteSettings


def signs(settings: SiteSettings, _: CallsLeft) -> Iterator[Sign]:
    path = settings.extra_roots
    if path is None:
        return
    try:
        found = list(doubts(path, trust_store(), datetime.now(UTC)))
        count = len(certificates_in(path))
    except (OSError, RootsError) as error:
        yield Sign(Health.FAULT, f"[site] extra_roots: не прочитать {path}: {error}")
        return
    for doubt in found:
        yield Sign(Health.WARNING, f"[site] extra_roots: {doubt}")
    if not found:
        yield Sign(Health.GOOD, f"[site] extra_roots: сертификатов {count}")
