"""What earlier runs had of a site's addresses, and when its word is taken that nothing changed.

A server's word is taken of sites that the run names (`Run.believed`: none on which an accusation
rests, and no authority), for some days at most, and only while nothing shows it to be worth
nothing: its home page is now and then asked by a tag that nobody ever gave, which an honest server
cannot know, and a page that came otherwise under the same tag ends the belief for a month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx

from collectors.http.answers import Answer
from collectors.http.conditions import Held, Validators, validators_of
from collectors.model import Original, Originals, SiteMemory

FORMAT = "1"  # of what is remembered
DAYS = 5  # a page is asked for itself after so many, or one or two more
HOME_DAYS = 2  # or three
DISBELIEF = timedelta(days=30)
RENEWED = timedelta(days=3)  # when bytes came last is written down no more often
BROKEN = "broken word"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """The last whole answer (200) of an address. `came_at`: its bytes did, not only a word."""

    url: str
    sha256: str
    content_type: str
    refresh: str
    validators: Validators | None
    original: Original
    came_at: datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """Since when the site's word is not taken."""

    at: datetime


@dataclass(slots=True)
class LastAnswers:
    """Fulfils `Earlier` for one site in one run."""

    memory: SiteMemory
    originals: Originals
    now: datetime
    takes_word: bool
    is_home: bool = True  # what is asked for now
    taken: int = 0  # answers that are a word
    is_broken: bool = False
    known: dict[str, LastAnswer | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        broken = self.memory.recall(Broken, BROKEN, FORMAT)
        if broken is not None and self.now - broken.at < DISBELIEF:
            self.takes_word = False

    def conditions(self, request: httpx.Request) -> Mapping[str, str]:
        if not self.takes_word or self.is_broken:
            return {}
        last = self._last(str(request.url))
        if last and self._is_fit(last, request):
            return last.validators.conditions if last.validators else {}
        return {"If-None-Match": self._made_up} if self._may_try(request) else {}

    def held(self, request: httpx.Request) -> Held | None:
        """None where nothing was asked for: such a 304 says nothing."""
        asked = request.headers.get("if-none-match", request.headers.get("if-modified-since"))
        if asked == self._made_up:
            self._break()
        if asked is None or asked == self._made_up:
            return None
        last = self._last(str(request.url))
        copy = self.originals.copy(last.original) if last else None
        if last is None or last.validators is None or copy is None:
            return None
        told = {"content-type": last.content_type, "refresh": last.refresh}
        headers = httpx.Headers({name: value for name, value in told.items() if value})
        return Held(validators=last.validators, copy=copy, headers=headers)

    def last(self, url: str, body: bytes) -> Original | None:
        """Read back before it is referred to: a record that was spoilt is evidence of nothing."""
        last = self._last(url)
        if last is None or not self.originals.is_kept(last.original):
            return None
        is_same = last.sha256 == hashlib.sha256(body).hexdigest()
        return last.original if is_same and self.originals.copy(last.original) else None

    def note(self, answer: Answer) -> None:
        """What came, for the runs to come."""
        evidence = answer.evidence[-1]
        if evidence.bytes_at is not None:
            self.taken += 1
            return
        original = self.originals.of(evidence)
        if answer.status != 200 or not answer.is_whole or not answer.body or original is None:
            return
        digest = hashlib.sha256(answer.body).hexdigest()
        is_as_kept = digest == evidence.sha256  # no secret was taken out of it
        found = LastAnswer(
            url=answer.url,
            sha256=digest,
            content_type=answer.headers.get("content-type", ""),
            refresh=answer.headers.get("refresh", ""),
            validators=validators_of(answer.asked, answer.headers) if is_as_kept else None,
            original=original,
            came_at=evidence.fetched_at,
        )
        self._compare(found, self._last(answer.url))

    def must_be_read_anew(self) -> bool:
        """Words were taken before it was seen that they are worth nothing."""
        self.is_home = True
        return self.is_broken and self.taken > 0

    def _compare(self, found: LastAnswer, last: LastAnswer | None) -> None:
        if last and last.sha256 != found.sha256 and _conditions(last) == _conditions(found) != {}:
            self._break()
        is_known = last is not None and found == replace(last, came_at=found.came_at)
        is_news = last is None or found.came_at - last.came_at >= RENEWED
        if not is_known or (is_news and _conditions(found)):
            self.memory.remember(_place(found.url), FORMAT, found)
            self.known[found.url] = found

    def _last(self, url: str) -> LastAnswer | None:
        if url not in self.known:
            self.known[url] = self.memory.recall(LastAnswer, _place(url), FORMAT)
        return self.known[url]

    def _is_fit(self, last: LastAnswer, request: httpx.Request) -> bool:
        """Its bytes came lately, and are at hand."""
        days = HOME_DAYS if self.is_home else DAYS
        spread = int(_place(last.url)[:8], 16) % (2 if self.is_home else 3)
        is_late = self.now - last.came_at >= timedelta(days=days + spread)
        if is_late or last.validators is None or not last.validators.fit(request):
            return False
        return self.originals.is_kept(last.original)

    def _may_try(self, request: httpx.Request) -> bool:
        """Home pages are tried; with a cookie it would be somebody's own page."""
        return self.is_home and "cookie" not in request.headers

    @property
    def _made_up(self) -> str:
        """A tag that no server ever gave, another one every day."""
        return f'"{hashlib.sha256(f"{self.now:%Y%m%d}".encode()).hexdigest()[:20]}"'

    def _break(self) -> None:
        self.is_broken = True
        self.memory.remember(BROKEN, FORMAT, Broken(self.now))


def _place(url: str) -> str:
    return hashlib.sha256(f"answer {url}".encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _conditions(answer: LastAnswer) -> Mapping[str, str]:
    return answer.validators.conditions if answer.validators else {}


def last_answers(
    memory: SiteMemory | None, originals: Originals | None, *, takes_word: bool
) -> LastAnswers | None:
    if memory is None or originals is None:
        return None
    return LastAnswers(memory, originals, originals.now, takes_word)
