"""The night's reading of MAX: each channel by a bot that it has let in.

One observation for every page that was asked. A channel whose number is not known, or that has let
none of our bots in, is not open to us: that is nobody's fault, and nothing is said of it. No answer
of MAX says that a channel is gone: whatever it refuses is unknown.

The times in ids are believed by the run as a whole, and of each channel by what it shows itself: so
many channels are read before the first of them is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from collectors.barrier import barrier
from collectors.http.errors import ReadError
from collectors.max.addresses import max_address, number_in
from collectors.max.api import SLUG, Api, changed, open_api
from collectors.max.facts import READ, channel_facts, pinned_id, shown_keys
from collectors.max.moments import ends_belief, is_sound
from collectors.max.schema import (
    ACTIVE,
    CHANNEL,
    Answer,
    SchemaError,
    chat_of,
    messages_of,
    rights_of,
)
from collectors.max.settings import MaxSettings, fingerprint
from collectors.max.walls import Messages, Window, wall_of
from collectors.model import Evidence, Facts, Failure, FailureCode, Observation, Page, Run
from collectors.numbers import count

log = logging.getLogger(__name__)

HELD = 500  # channels that are read before the first is told
AT_ONCE = 4
BY_STATUS: Mapping[str, FailureCode] = {
    "removed": FailureCode.PUT_OUT,
    "left": FailureCode.PUT_OUT,
    "closed": FailureCode.CHAT_CLOSED,
    "suspended": FailureCode.READER_SUSPENDED,
}
NONE_READ = Messages()
NO_TOKEN = Failure(FailureCode.NOT_ADMITTED, "no token")
NO_NUMBER = Failure(FailureCode.NOT_ADMITTED, "the channel's number is not known")
NOT_SOUND = Failure(FailureCode.DATES_UNSURE, "the times in the ids of posts do not agree")
LOUD = (
    "MAX: the times in the ids of messages do not agree with what MAX tells (channel %s): they are "
    "not believed in this run"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What came of one channel, before the run knows what to make of it."""

    page: Page
    failure: Failure | None = None
    chat: Answer = field(default_factory=dict)
    rights: tuple[str, ...] | None = None
    messages: Messages = NONE_READ
    evidence: tuple[Evidence, ...] = ()
    reader: str = ""


async def collect(
    settings: MaxSettings, pages: Sequence[Page], run: Run
) -> AsyncIterator[tuple[Observation, ...]]:
    if not settings.token_list:
        yield tuple(_unread(page, run, NO_TOKEN) for page in pages)
        return
    async with open_api(settings, run) as bots:
        reader = _Reader(settings, run, dict(bots))
        await reader.look_at_controls()
        for start in range(0, len(pages), HELD):
            some = await reader.read(pages[start : start + HELD])
            for at in range(0, len(some), AT_ONCE):
                yield tuple(map(reader.observation_of, some[at : at + AT_ONCE]))


def chat_id_of(page: Page) -> int | None:
    """As the registry or an earlier reading has it, or as it stands in the address."""
    in_address = number_in(page.address)
    if in_address is not None:
        return in_address
    try:
        return int(page.known_id or "")
    except ValueError:
        return None


def _unread(page: Page, run: Run, failure: Failure, **more: Any) -> Observation:
    return Observation(page=page, observed_at=run.as_of, failure=failure, **more)


@dataclass(slots=True)
class _Reader:
    """One run: its bots that are still taken, what each was shown of any channel, and whether the
    times in ids are believed."""

    settings: MaxSettings
    run: Run
    bots: dict[str, Api]  # by token
    shown: dict[str, frozenset[str]] = field(default_factory=dict)  # keys, by reader
    decodes: bool = True
    refusal: Failure | None = None  # of the token that was refused last

    async def look_at_controls(self) -> None:
        """Channels that surely have a description and a pinned message: that these keys are served
        is known from them, of each bot that they have let in: another may be shown less."""
        for written in self.settings.control_pages:
            address = max_address(written)
            page = Page(institution="", network=SLUG, address=address)
            if (chat_id := chat_id_of(page)) is None:
                log.error("max.control_pages: %r has no number: write https://max.ru/c/-…", written)
                continue
            with barrier("page", address):
                await self._shown_to_each(page, chat_id)

    async def _shown_to_each(self, page: Page, chat_id: int) -> None:
        for token, api in list(self.bots.items()):
            read = self._noted(await self._by_bot(page, chat_id, token, api), chat_id)
            self._drop_if_refused(token, read.failure)
            if read.failure and read.failure.code not in AT_THE_DOOR:
                return

    async def read(self, pages: Sequence[Page]) -> list[Read]:
        found: list[Read] = []
        for at in range(0, len(pages), AT_ONCE):
            few = [asyncio.ensure_future(self._one(page)) for page in pages[at : at + AT_ONCE]]
            try:
                found += await asyncio.gather(*few)
            finally:
                for task in few:
                    task.cancel()
                await asyncio.gather(*few, return_exceptions=True)
        return found

    async def _one(self, page: Page) -> Read:
        """What breaks it costs this page."""
        with barrier("page", page.address) as crossing:
            chat_id = chat_id_of(page)
            if chat_id is None:
                return Read(page=page, failure=NO_NUMBER)
            return self._noted(await self._by_any_bot(page, chat_id), chat_id)
        return Read(page=page, failure=crossing.failure)

    def _noted(self, read: Read, chat_id: int) -> Read:
        if read.failure is None:
            known = self.shown.get(read.reader, frozenset())
            self.shown[read.reader] = known | shown_keys(read.chat)
        if self.decodes and ends_belief(read.messages.moments):
            self.decodes = False
            log.error(LOUD, chat_id)
        return read

    async def _by_any_bot(self, page: Page, chat_id: int) -> Read:
        """By the first bot that the channel has let in and shows its posts; else by the first that
        it has let in. Of refusals the plainest is told."""
        refused: list[Read] = []
        without_posts: list[Read] = []
        for token, api in list(self.bots.items()):
            read = await self._by_bot(page, chat_id, token, api)
            if read.failure is None and _shows_posts(read):
                return read
            (refused if read.failure else without_posts).append(read)
            self._drop_if_refused(token, read.failure)
            if read.failure and read.failure.code not in AT_THE_DOOR:
                break
        return next(iter(without_posts), None) or self._plainest(page, refused)

    def _drop_if_refused(self, token: str, failure: Failure | None) -> None:
        """A token that MAX does not take is asked with no more."""
        if failure and failure.code is FailureCode.TOKEN_REFUSED:
            self.bots.pop(token, None)
            self.refusal = failure

    def _plainest(self, page: Page, refused: Sequence[Read]) -> Read:
        if not refused:
            return Read(page=page, failure=self.refusal or NO_TOKEN)
        plainest = min(refused, key=lambda read: _plainness(read.failure))
        return replace(plainest, evidence=tuple(one for read in refused for one in read.evidence))

    async def _by_bot(self, page: Page, chat_id: int, token: str, api: Api) -> Read:
        name = fingerprint(token)
        try:
            answer = await api.chat(chat_id)
            chat = _checked(chat_of, answer.value, chat_id, evidence=answer.evidence)
        except ReadError as error:
            return Read(page=page, failure=error.failure, evidence=error.evidence, reader=name)
        read = Read(page=page, chat=chat, evidence=answer.evidence, reader=name)
        if failure := _refusal_in(chat):
            return replace(read, failure=failure)
        return await self._with_messages(await _with_rights(read, chat_id, api), chat_id, api)

    async def _with_messages(self, read: Read, chat_id: int, api: Api) -> Read:
        """Back to the beginning of what the run looks at, or as far as they are to be had."""
        messages, evidence, pinned = Messages(), read.evidence, pinned_id(read.chat)
        for _ in range(self.settings.max_sheets):
            before = _next_before(messages)
            try:
                answer = await api.messages(chat_id, before)
                items = _checked(messages_of, answer.value, evidence=answer.evidence)
            except ReadError as error:
                messages = replace(messages, failure=_without_right(error.failure))
                evidence += error.evidence
                break
            evidence += answer.evidence
            known, messages = len(messages.entries), messages.plus(items, chat_id, pinned)
            if len(messages.entries) == known or messages.reaches(self.run.walls_since):
                break
        return replace(read, messages=messages, evidence=evidence)

    def observation_of(self, read: Read) -> Observation:
        about: dict[str, Any] = {"evidence": read.evidence, "reader": read.reader}
        if read.failure is not None:
            return _unread(read.page, self.run, read.failure, **about)
        with barrier("page", read.page.address) as crossing:
            facts, gaps = self._facts(read)
            return Observation(
                page=read.page, observed_at=self.run.as_of, facts=facts, gaps=gaps, **about
            )
        return _unread(read.page, self.run, crossing.failure, **about)

    def _facts(self, read: Read) -> tuple[Facts, dict[str, Failure]]:
        facts, gaps = channel_facts(read.chat, read.rights, self.shown.get(read.reader, ()))
        decodes = self.decodes and is_sound(read.messages.moments)
        window = Window(since=self.run.walls_since, as_of=self.run.as_of, decodes=decodes)
        total = count(read.chat.get("messages_count"))
        wall, short = wall_of(read.messages, total, window, _untold(read.rights))
        if short:
            gaps["wall"] = short
        if not decodes:
            gaps["dates"] = NOT_SOUND
        return replace(facts, wall=wall), gaps


AT_THE_DOOR = (FailureCode.NOT_ADMITTED, FailureCode.PUT_OUT, FailureCode.TOKEN_REFUSED)
"""Then another bot may be let in where this one is not. Of several, the last is told last."""


def _plainness(failure: Failure | None) -> int:
    plainest_first = (FailureCode.PUT_OUT, *AT_THE_DOOR)
    if failure is None or failure.code not in AT_THE_DOOR:
        return -1
    return plainest_first.index(failure.code)


def _refusal_in(chat: Answer) -> Failure | None:
    """What the bot's own standing there, or the kind of chat, keeps from being read."""
    if chat["status"] != ACTIVE:
        return Failure(BY_STATUS[chat["status"]], f"status {chat['status']}")
    if chat["type"] != CHANNEL:
        return Failure(FailureCode.NOT_A_COMMUNITY, f"type {chat['type']}")
    return None


def _without_right(failure: Failure) -> Failure:
    """The channel itself was shown: the bot is in, and was not given the right to read posts."""
    if failure.code is not FailureCode.PUT_OUT:
        return failure
    return Failure(FailureCode.NOT_ADMITTED, f"{READ} is missing: {failure.detail}")


def _shows_posts(read: Read) -> bool:
    """Another bot may be given the right that this one lacks."""
    return read.rights is None or READ in read.rights


def _untold(rights: Collection[str] | None) -> Failure | None:
    """Why posts may be kept from our bot. The vendor does not say what a bot without the right to
    read all of them is given: perhaps some."""
    if rights is None:
        return Failure(FailureCode.INCOMPLETE, "what our bot may read was not told")
    if READ not in rights:
        return Failure(FailureCode.NOT_ADMITTED, f"{READ} is missing")
    return None


async def _with_rights(read: Read, chat_id: int, api: Api) -> Read:
    """Where they are not told, they are not known; all that was shown stands without them."""
    try:
        answer = await api.rights(chat_id)
        rights = _checked(rights_of, answer.value, evidence=answer.evidence)
    except ReadError as error:
        return replace(read, evidence=read.evidence + error.evidence)
    return replace(read, rights=rights, evidence=read.evidence + answer.evidence)


def _next_before(messages: Messages) -> int | None:
    """A millisecond on: another message of the very same one would be passed over; each counts
    once."""
    oldest = messages.oldest_ms
    return None if oldest is None else oldest + 1


def _checked(check: Any, *given: Any, evidence: tuple[Evidence, ...]) -> Any:
    try:
        return check(*given)
    except SchemaError as error:
        raise changed(error, evidence) from error
