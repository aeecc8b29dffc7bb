"""Answers that open in a mail program, filled in: the subject says which case they are of.

    mailto:mail@town.ru?subject=[Дозор town/school/6.5]&body=Управляют страницей:%20…

Mail programs cut addresses that are longer than some 2,000 signs, and a Cyrillic letter takes six.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from reports.letter.view import Reply
from reports.words import phrase
from rules.model import Act, Institution

MOST = 1900  # signs of a link
BREAK = "%0D%0A"


def reply(to: str, subject: str, lines: Sequence[str], form: str = "") -> Reply:
    return Reply(subject, tuple(lines), mailto(to, subject, lines) if to else "", form)


def mailto(to: str, subject: str, lines: Iterable[str]) -> str:
    """As many of the lines as a link may hold; those that come first matter most."""
    link = f"mailto:{quote(to, safe='@+')}?subject={quote(subject, safe='')}"
    between = "&body="
    for line in lines:
        written = f"{between}{quote(line, safe='')}"
        if len(link) + len(written) > MOST:
            break
        link, between = link + written, BREAK
    return link


def fits(to: str, subject: str, lines: Sequence[str]) -> bool:
    whole = sum(len(quote(line, safe="")) + len(BREAK) for line in lines)
    return len(mailto(to, subject, ())) + len("&body=") + whole <= MOST


def subject_of(institution: Institution, number: str = "") -> str:
    """«[Дозор town/school/6.5]»; without a number it is of the whole institution."""
    return phrase("case_subject", "/".join(filter(None, (institution.key, number))))


def numbers_of(acts: Iterable[Act]) -> dict[str, str]:
    """A requirement's id → its number, «6.5»; in full where two acts have the same."""
    every = [requirement.id for act in acts for requirement in act.requirements]
    short = {one: one.rpartition("/")[2] for one in every}
    told = Counter(short.values())
    return {one: number if told[number] == 1 else one for one, number in short.items()}
