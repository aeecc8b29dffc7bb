"""What OK's pages say of a group that is blocked, closed or gone, word for word.

A page says so only if one of its own lines is such a phrase; the same words inside a description
or a post say nothing. No saved page of OK was to be had: the list is of wordings that OK is known
or likely to use, and one that is missing makes a page `unrecognised`, never wrongly judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from collectors.model import Access, Presence

MARK = "госорганизация"

BANNED = (
    "группа заблокирована",
    "эта группа заблокирована",
    "данная группа заблокирована",
    "сообщество заблокировано",
    "доступ к группе заблокирован",
    "группа заблокирована администрацией",
    "группа заблокирована по требованию роскомнадзора",
    "group is blocked",
    "this group has been blocked",
)
DELETED = ("группа удалена", "эта группа удалена", "группа была удалена", "group has been deleted")
ABSENT = (
    "страница не найдена",
    "такой страницы не существует",
    "этой страницы нет в ok",
    "этой страницы нет в одноклассниках",
    "группа не найдена",
    "такой группы не существует",
    "page not found",
    "this page does not exist on ok",
)
CLOSED = (
    "доступ к группе ограничен",
    "закрытая группа",
    "это закрытая группа",
    "группа закрыта",
    "закрытое сообщество",
    "доступ к материалам группы ограничен",
    "вступите в группу, чтобы увидеть её содержимое",
    "closed group",
    "private group",
)
PRIVATE = ("секретная группа", "это секретная группа", "частная группа")

PRESENCE: dict[Presence, tuple[str, ...]] = {
    Presence.BANNED: BANNED,
    Presence.DELETED: DELETED,
    Presence.ABSENT: ABSENT,
}
ACCESS: dict[Access, tuple[str, ...]] = {
    Access.PRIVATE: PRIVATE,
    Access.CLOSED: CLOSED,
    Access.OPEN: ("открытая группа", "открытое сообщество", "open group"),
}
CAPTCHA = ("подтвердите, что вы не робот", "введите код с картинки", "i'm not a robot")
NO_TOPICS = ("тем пока нет", "в группе пока нет тем", "нет ни одной темы", "no topics yet")

_LONGEST_LINE = 160  # a statement is one line; a longer text is somebody's prose


def says(lines: Iterable[str], phrases: tuple[str, ...]) -> bool:
    """Is one of the lines a phrase, alone or with its explanation behind a stop or a dash?"""
    pattern = _pattern(phrases)
    return any(len(line) <= _LONGEST_LINE and pattern.match(normal(line)) for line in lines)


def normal(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").lower().replace("ё", "е").split())


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    known = "|".join(re.escape(normal(phrase)) for phrase in phrases)
    return re.compile(rf"(?:{known})(?:$|[.,!:;—–]| [—–-] | за | по )")
