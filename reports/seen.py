"""What was seen where something was looked for: a fragment in quotes, with its place and moment.

It shows a reader that the program looked at the right thing. It is bounded, holds no word of a
visitor, and of persons who are named in passing neither name nor number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from collectors.model import SITE, Author, Evidence, Facts, Observation
from reports.templating import one_line, short
from reports.words import moment, word
from rules.model import Finding

MOST = 240  # signs of a quotation
FEW = 5  # quotations
LATEST = 3  # posts
PERSON = re.compile(
    r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ][а-яё]+\s+[А-ЯЁ][а-яё]+(?:вич|вна|ична|оглы|кызы)"
    r"(?:[ауеёоы]|ем|ой|у)?\b"
    r"|\b[А-ЯЁ][а-яё]+\s+[А-ЯЁ]\.\s?[А-ЯЁ]\."
)
NUMBER = re.compile(
    r"(?<![\w№])(?:\+?[78][\s(-]*)?\(?\d{3,5}\)?[\s-]*\d{1,3}[\s-]?\d{2}[\s-]?\d{2}\b"
)
# Each run of such signs is taken whole, mailbox or not: tried from each of its letters, a page that
# shows a million letters in a row would keep the report for hours.
MAILBOX = re.compile(r"[\w.+-]++(?P<host>@[\w.-]+\.\w+)?")
IN_WORDS = ("name_", "activity_", "phone_", "email_", "address_", "postal_", "site_")  # reasons
NO_LIST: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """`place`: «название и описание страницы». `url`: where one can look today."""

    quotes: tuple[str, ...]
    place: str
    at: datetime | None = None
    url: str | None = None


def fragment(
    finding: Finding, looked_at: Observation | None = None, zone: ZoneInfo | None = None
) -> Fragment | None:
    """None where there is nothing to show: the ground is a statement, or nothing could be seen.

    `looked_at`: the look that the finding may rest on; another one says nothing of it. `zone`: for
    moments of posts.
    """
    facts = looked_at.facts if looked_at and rests_on(finding, looked_at) else None
    place, quotes = _what(finding, facts, zone)
    told = tuple(short(one_line(one), MOST) for one in islice(filter(None, quotes), FEW))
    if not told:
        return None
    return Fragment(told, word("seen", place), seen_at(finding.evidence), finding.page)


def rests_on(finding: Finding, looked_at: Observation) -> bool:
    read = {one.record for one in looked_at.evidence}
    return any(one.record in read for one in finding.evidence)


def seen_at(evidence: Iterable[Evidence]) -> datetime | None:
    return max((one.fetched_at for one in evidence), default=None)


def _what(
    finding: Finding, facts: Facts | None, zone: ZoneInfo | None
) -> tuple[str, Sequence[str]]:
    """The place, and what stands there: the nearest to what was looked for."""
    measured = finding.measured
    for name in ("shown", "seen", "found", "links"):
        if shown := _texts_in(measured.get(name)):
            return name, shown
    if facts and facts.wall and _is_of_posts(measured):
        return "posts", _latest(facts, zone)
    if newest := measured.get("newest"):
        return "newest", _texts_in(newest)
    if facts and facts.site:
        return SITE, _head_of_site(facts)
    if not _is_of_words(finding):
        return "page", ()
    if facts:
        return "page", _head(facts)
    return "title", [masked(one) for one in _texts_in(measured.get("title"))]


def _is_of_words(finding: Finding) -> bool:
    """Whether something was looked for in the words with which the page presents itself."""
    return finding.reason.startswith(IN_WORDS)


def _is_of_posts(measured: Mapping[str, object]) -> bool:
    return bool({"weeks_below", "longest_gap_days", "newest"} & measured.keys())


def _texts_in(value: object) -> Sequence[str]:
    """Those that a measured value holds: itself, or the texts of a list."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return [one for one in value if isinstance(one, str)]
    return NO_LIST


def _latest(facts: Facts, zone: ZoneInfo | None) -> Sequence[str]:
    """Moments only: their words are their authors'."""
    assert facts.wall
    own = [one.published_at for one in facts.wall.posts if one.author is not Author.OTHER]
    return [
        moment(one, zone) if zone else one.isoformat() for one in sorted(own, reverse=True)[:LATEST]
    ]


def _head(facts: Facts) -> Sequence[str]:
    """As the page presents itself; what visitors write stands elsewhere."""
    told = (facts.title, facts.status, facts.description)
    return [masked(one) for one in told if one]


def _head_of_site(facts: Facts) -> Sequence[str]:
    assert facts.site
    first = facts.site.pages[0].title if facts.site.pages else ""
    return [masked(one) for one in (first, facts.site.text or "") if one]


def masked(text: str) -> str:
    """Without who is named in passing, and how to reach him."""
    text = PERSON.sub(word("masks", "person"), text)
    text = MAILBOX.sub(lambda run: word("masks", "mailbox") if run["host"] else run[0], text)
    return NUMBER.sub(word("masks", "number"), text)
