"""How pages of the board are read: one request each, and exactly one observation each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from collectors.barrier import barrier
from collectors.contacts import find_contacts
from collectors.guard import guard
from collectors.http.answers import NO_SUCH_PAGE, Answer
from collectors.http.client import Client, open_client
from collectors.http.errors import ReadError
from collectors.http.limits import Limits
from collectors.model import Facts, Failure, FailureCode, Observation, Page, Presence, Run
from tests.monitor.board import Settings

NOT_OURS = Failure(FailureCode.UNRECOGNISED, "no .notice on the page")


async def collect(
    settings: Settings, pages: Sequence[Page], run: Run
) -> AsyncIterator[tuple[Observation, ...]]:
    limits = Limits(
        requests_per_second=settings.requests_per_second,
        read_timeout=settings.timeout,
        total_timeout=2 * settings.timeout,
    )
    # Private networks are refused, but for the address that the operator wrote.
    permit = guard(own_urls=(settings.site_url,))
    async with open_client("board", run, limits, permit) as client:
        for page in pages:
            address = settings.site_url.rstrip("/") + urlsplit(page.address).path
            yield (await read(client, address, page, run),)


async def read(client: Client, address: str, page: Page, run: Run) -> Observation:
    """As `observe`; an error that nobody foresaw costs this page alone."""
    with barrier("page", page.address) as crossing:
        return await observe(client, address, page, run)
    return Observation(page=page, observed_at=run.as_of, failure=crossing.failure)


async def observe(client: Client, address: str, page: Page, run: Run) -> Observation:
    """`get` repeats what may pass, keeps the evidence, and raises for all that says nothing."""
    try:
        answer = await client.get(address)
    except ReadError as error:
        return Observation(
            page=page, observed_at=run.as_of, failure=error.failure, evidence=error.evidence
        )
    shown = facts(answer)
    return Observation(
        page=page,
        observed_at=run.as_of,
        facts=shown if isinstance(shown, Facts) else None,
        failure=shown if isinstance(shown, Failure) else None,
        evidence=answer.evidence,
        reader="public",
    )


def facts(answer: Answer) -> Facts | Failure:
    """What is not set stays `None`, not seen: the wall, here, of which the board shows nothing."""
    if answer.status in NO_SUCH_PAGE:
        return Facts(presence=Presence.ABSENT)
    notice = BeautifulSoup(answer.body, "html.parser").select_one(".notice")
    if notice is None or notice.h1 is None:
        return NOT_OURS
    text = notice.get_text("\n", strip=True)
    return Facts(
        presence=Presence.LIVE,
        title=notice.h1.get_text(strip=True),
        description=text,
        contacts=find_contacts(text, "description"),
    )
