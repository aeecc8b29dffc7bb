"""Where our bots were let in, and where they were put out: by it a channel's number is learnt.

MAX keeps events for a day, and gives only the last of them to whoever has no marker: so it is asked
every few hours, and the marker is kept by whoever asks. What is lost meanwhile is lost: a bot that
is let in once more tells its number again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from collectors.http.errors import ReadError
from collectors.max.addresses import max_page_in_link
from collectors.max.api import Api, changed, open_api
from collectors.max.moments import of_milliseconds
from collectors.max.schema import SchemaError, chat_of
from collectors.max.settings import MaxSettings, fingerprint
from collectors.model import Admission, FailureCode, Heard
from collectors.numbers import whole
from collectors.trial import trial_run

MOST_SHEETS = 50  # of a hundred events
KINDS = {"bot_added": True, "bot_removed": False}
OF_THE_MARKER = frozenset({FailureCode.OUR_FAULT, FailureCode.UNRECOGNISED})


def heard(settings: MaxSettings, markers: Mapping[str, int]) -> Heard:
    """Of every bot; what one of them is refused costs the others nothing."""
    return asyncio.run(_heard(settings, markers))


async def _heard(settings: MaxSettings, markers: Mapping[str, int]) -> Heard:
    told = Heard()
    async with open_api(settings, trial_run()) as bots:
        for token, api in bots.items():
            reader = fingerprint(token)
            ear = _Ear(api, reader, markers.get(reader))
            try:
                await ear.listen()
            except ReadError as error:
                told = replace(told, failures={**told.failures, reader: error.failure})
            known = {} if ear.marker is None else {reader: ear.marker}
            told = replace(
                told,
                markers={**told.markers, **known},
                admissions=(*told.admissions, *ear.admissions),
            )
    return told


@dataclass(slots=True)
class _Ear:
    """One bot's events. `marker` goes on only behind what was understood."""

    api: Api
    reader: str
    marker: int | None
    admissions: list[Admission] = field(default_factory=list)

    async def listen(self) -> None:
        for _ in range(MOST_SHEETS):
            updates, marker = await self._sheet()
            for update in updates:
                if found := await self._admission(update):
                    self.admissions.append(found)
            is_new = marker is not None and marker != self.marker
            self.marker = marker if marker is not None else self.marker
            if not updates or not is_new:
                return

    async def _sheet(self) -> tuple[list[Any], int | None]:
        """A marker that MAX does not know any more is dropped."""
        try:
            answer = await self.api.updates(self.marker)
        except ReadError as error:
            if self.marker is None or error.failure.code not in OF_THE_MARKER:
                raise
            self.marker = None
            answer = await self.api.updates(None)
        value = answer.value
        updates = value.get("updates") if isinstance(value, dict) else None
        if not isinstance(updates, list):
            raise changed(SchemaError("UpdateList.updates: missing, or no list"), answer.evidence)
        return updates, whole(value.get("marker"))

    async def _admission(self, update: Any) -> Admission | None:
        """None for what is no channel, or no such event."""
        if not isinstance(update, dict) or update.get("is_channel") is False:
            return None
        is_in, number = KINDS.get(str(update.get("update_type"))), whole(update.get("chat_id"))
        at = of_milliseconds(whole(update.get("timestamp")) or 0)
        if is_in is None or number is None or at is None:
            return None
        found = Admission(reader=self.reader, number=str(number), is_in=is_in, at=at)
        return await self._named(found, number) if is_in else found

    async def _named(self, found: Admission, number: int) -> Admission:
        """With the channel's address and title; it is known by its number without them, too."""
        try:
            chat = chat_of((await self.api.chat(number)).value, number)
            address = max_page_in_link(chat.get("link") or "") or ""
        except (ReadError, SchemaError, ValueError):
            return found
        return replace(found, address=address, title=chat.get("title") or "")
