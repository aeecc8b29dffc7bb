"""Which dotted words are host names: the last label is a top-level domain in use here."""

from __future__ import annotations

import re

_WORDS = """
com net org info biz edu gov int name pro mobi online site website store shop school academy
art life world team center club space tech host cloud app dev page link media news press
city moscow tatar xyz top fun museum social su
ru by kz ua uz kg am az ge md eu io me tv cc ws pw co ai de uk us
рф рус дети москва онлайн сайт орг ком бел укр қаз срб ею
example test local internal
"""
_TOP = frozenset(_WORDS.split())
# Whose hosts are no institution's own site.
_NETWORK_WORDS = """
vk.com vk.ru vk.me vk.cc vkontakte.ru ok.ru odnoklassniki.ru t.me telegram.me instagram.com
facebook.com fb.com youtube.com youtu.be twitter.com x.com rutube.ru max.ru wa.me viber.com dzen.ru
tiktok.com
"""
_PORTAL_WORDS = """
yandex.ru ya.ru google.com maps.google.com disk.yandex.ru forms.yandex.ru docs.google.com mail.ru
rambler.ru gmail.com gosuslugi.ru pos.gosuslugi.ru beta.gosuslugi.ru bus.gov.ru edu.gov.ru
minobrnauki.gov.ru obrnadzor.gov.ru government.ru kremlin.ru edu.ru window.edu.ru
school-collection.edu.ru fcior.edu.ru ege.edu.ru fipi.ru culture.ru pravo.gov.ru
publication.pravo.gov.ru zakupki.gov.ru nalog.ru nalog.gov.ru genproc.gov.ru 2gis.ru
"""
NETWORKS = tuple(_NETWORK_WORDS.split())
PORTALS = frozenset(_PORTAL_WORDS.split())
_LAST = re.compile(r"[^\W\d_]{2,63}")


def trimmed_host(host: str) -> str | None:
    """The host without words that stuck to its end («mail.ru.Телефон»); None if it is none."""
    labels = host.lower().split(".")
    while len(labels) > 1 and not _is_top(labels[-1]):
        labels.pop()
    return ".".join(labels) if len(labels) > 1 and all(labels) else None


def whole_host(host: str) -> str | None:
    """As `trimmed_host`; where no label is a known top-level domain, the host as it stands.

    For what can be nothing but a host, because an @ or a scheme goes before it: a domain that
    this list has not heard of is still shown to every reader of the page.
    """
    trimmed = trimmed_host(host)
    if trimmed or "." not in host:
        return trimmed
    return host.lower() if _LAST.fullmatch(host.rpartition(".")[2]) else None


def _is_top(label: str) -> bool:
    return label in _TOP or label.startswith("xn--")
