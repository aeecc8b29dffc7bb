"""Asking networks every few hours where our readers were let in: a proposal for the registry.

The registry is the office's: nothing is written into it. What is news goes to the operator, and the
doctor goes on saying it until the number stands in the registry.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from collectors.barrier import barrier
from collectors.model import Admission, Health, Network, Page, Sign
from collectors.networks import other_addresses, social_networks
from monitor.application import Context, real_time
from monitor.config import Settings
from monitor.mail.queueing import queue_alert
from monitor.registry import RegistryError, load_all
from monitor.service.stored import look_at_stored
from monitor.storage import admissions

log = logging.getLogger(__name__)

HOURS = 3  # events live for a day
LIVES = timedelta(hours=24)
TELL_AGAIN = timedelta(minutes=1)


def listens(settings: Settings) -> bool:
    return any(_listening(settings))


def listen(context: Context) -> None:
    """Of every network; what goes wrong with one stays there."""
    for network in _listening(context.settings):
        with barrier("part", f"listening to {network.slug}"):
            _listen_to(network, context)


def _listening(settings: Settings) -> Iterator[Network]:
    """Those that tell of their readers, and have any."""
    for slug, network in social_networks().items():
        if network.listen is not None and network.readers(settings.networks[slug]):
            yield network


def _listen_to(network: Network, context: Context) -> None:
    assert network.listen is not None
    before = admissions.markers(context.engine, network.slug)
    heard = network.listen(context.settings.networks[network.slug], before)
    for reader, failure in heard.failures.items():
        log.warning("%s: %s was not heard: %s", network.slug, reader, failure.detail)
    news = admissions.keep(context.engine, network.slug, heard, context.clock())
    if signs := list(_signs(network, news, _pages(context.settings))):
        text = "\n\n".join(f"{sign.what}\n  {sign.advice}" for sign in signs)
        queue_alert(context, words("subject"), text, told_since=context.clock() - TELL_AGAIN)


# --- the doctor -----------------------------------------------------------------------------------


def admission_signs(settings: Settings) -> Iterator[Sign]:
    with look_at_stored(settings) as engine:
        if engine is not None:
            for network in _listening(settings):
                yield from _stored(network, engine, settings, real_time())


def _stored(network: Network, engine: Engine, settings: Settings, now: datetime) -> Iterator[Sign]:
    yield from _signs(network, admissions.standing(engine, network.slug), _pages(settings))
    for reader, since in admissions.last_heard(engine, network.slug).items():
        if now - since > LIVES:
            told = words("late", network=network.title, reader=reader, since=f"{since:%d.%m.%Y}")
            yield Sign(Health.WARNING, told, words("late_advice"))


def _pages(settings: Settings) -> Sequence[Page]:
    """None where the registry cannot be read: that is told elsewhere."""
    try:
        towns = load_all(settings.registry)
    except RegistryError:
        return ()
    return [page for town in towns for one in town.institutions for page in one.pages]


def _signs(network: Network, told: Iterable[Admission], pages: Sequence[Page]) -> Iterator[Sign]:
    own = [page for page in pages if page.network == network.slug]
    known = {number: page for page in own for number in _numbers(page)}
    by_address = {page.address: page for page in own}
    for one in told:
        if one.is_in and one.number not in known:
            yield _proposal(network, one, by_address.get(one.address))
        elif not one.is_in and (page := known.get(one.number)):
            about = {"network": network.title, "page": page.address}
            what = words("put_out", institution=page.institution, **about)
            yield Sign(Health.WARNING, what, words("put_out_advice"))


def _numbers(page: Page) -> Iterator[str]:
    """As the registry has it beside the address, or in it."""
    if page.known_id:
        yield page.known_id
    last = page.address.rpartition("/")[2]
    if page.address in other_addresses(page, last, None):
        yield last


def _proposal(network: Network, told: Admission, page: Page | None) -> Sign:
    what = words(
        "propose",
        network=network.title,
        title=told.title or words("untitled"),
        address=told.address or words("unaddressed"),
        number=told.number,
    )
    whose = words("of_nobody")
    if page is not None:
        whose = words("of_page", institution=page.institution, page=page.address)
    return Sign(Health.WARNING, what, words("propose_advice", whose=whose, number=told.number))


@cache
def _texts() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def words(name: str, **about: str) -> str:
    return _texts()[name].format(**about)
