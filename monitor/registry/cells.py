"""One cell: from what stands in it to the value that the registry wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from collectors.networks import social_networks
from monitor.registry.faults import Problem
from monitor.registry.grid import CellError, Content, Formula
from monitor.registry.linked import leads_elsewhere, target
from monitor.registry.shape import suggestion
from monitor.registry.sheets import CellKind, Column, described

_DASHES = re.compile(r"[\s\-‐-―−–—_./\\]+")
_WORDS = re.compile(r"(?=.*[а-яё]{2})[^a-z./_@]+", re.IGNORECASE | re.DOTALL)
_ERRORS = re.compile(
    r"#(?:#{2,}|(?:N/A|Н/Д|REF!|ССЫЛКА!|VALUE!|ЗНАЧ!|NAME\?|ИМЯ\?|DIV/0!|ДЕЛ/0!|NUM!|ЧИСЛО!|NULL!|ПУСТО!))"
)
"""What Excel shows in place of a value; a text file keeps it as it was shown."""
_MANGLED = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)
_ANOTHER = re.compile(r"[,\s]+(?=https?://|www\.)", re.IGNORECASE)
_DECIDES = frozenset({"scope", "role", "rank"})
"""Keys whose empty cell has a meaning of its own, which a «нет» cannot be taken for."""
_OF_ABSENCE = frozenset({"no_site", "no_email"})
"""«Сайта нет»: here «есть» and «отсутствует» may mean either; only «да» and «нет» are an answer."""


_CLEAR = frozenset({"да", "нет", "true", "false", "истина", "ложь"})
"""What answers «Сайта нет»: a word, or a cell that is ticked."""


class CellFaultError(ValueError):
    """The cell cannot be what its column wants; `code` and `about` are of a Problem."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.problem = Problem((), code, about)


def value(content: Content, column: Column, link: str | None = None) -> Any:
    """The registry's value of a filled cell, None where it says that there is none.

    `link`: where the cell leads when it is clicked. CellFaultError says what is wrong with it.
    """
    if link and column.is_address:
        content = addressed(content, link, column.key)
    check_computed(content)
    if is_untold(content):
        return None
    if column.key in _OF_ABSENCE:
        return _absence(content)
    if _says_none(content, column):
        return None
    if column.kind == "choice":
        return _choice(content, column.choices or {})
    if column.key == "network":
        return _network(content)
    if column.kind == "texts" and column.is_address:
        return addresses(content) or None
    said = _READ[column.kind](content)
    if column.is_address:
        check_address(said)
    return None if said == [] else said


def check_computed(content: Content) -> None:
    if isinstance(content, Formula):
        raise CellFaultError("formula")
    if isinstance(content, CellError):
        raise CellFaultError("cell_error", value=content.text)
    if isinstance(content, str) and _ERRORS.fullmatch(content.strip()):
        raise CellFaultError("cell_error", value=content.strip())


def addressed(content: Content, link: str, key: str) -> str:
    """The address of a cell that is a link: its text may be an address or only a name for it."""
    if isinstance(content, Formula) and (meant := target("", link, key)):
        return meant  # HYPERLINK("…"), not yet computed
    check_computed(content)
    shown = str(content) if isinstance(content, str) else text(content)
    if leads_elsewhere(shown, link, key):
        raise CellFaultError("link_differs", value=shown.strip(), link=link)
    return target(shown, link, key)


def check_address(written: str) -> None:
    """«VK» would be taken for the short name of a page, and a stranger's page be asked for."""
    if _plain(written) in described()["nothing"]["links"] or _WORDS.fullmatch(written):
        raise CellFaultError("link_word", value=written)


def is_untold(content: Content) -> bool:
    """A dash, «н/д», «не указано»: the cell is filled, and says nothing."""
    if not isinstance(content, str):
        return False
    return _DASHES.fullmatch(content) is not None or _plain(content) in _nothing("untold")


def is_nothing(content: Content) -> bool:
    """As `is_untold`, or «нет», «отсутствует»: where a name or an address is wanted, none is said.

    It is no confirmed absence: that has columns of its own.
    """
    said = _plain(content) if isinstance(content, str) else ""
    return is_untold(content) or said in _nothing("absent")


def is_no_answer(content: Content) -> bool:
    """Where «да» or «нет» is asked for: «нет» is an answer, «отсутствует» is none."""
    return is_nothing(content) and _plain(str(content)) != "нет"


def _says_none(content: Content, column: Column) -> bool:
    """«Нет» is no answer to a question of what; to one of «да» or «нет», or how many, it is."""
    if column.key in _DECIDES or column.kind == "int":
        return False
    return is_no_answer(content) if column.kind == "bool" else is_nothing(content)


@cache
def _nothing(kind: str) -> frozenset[str]:
    return frozenset(described()["nothing"][kind])


def _plain(written: str) -> str:
    return " ".join(written.casefold().replace("ё", "е").split()).strip(" .")


def _absence(content: Content) -> bool:
    if isinstance(content, str) and _plain(content) not in _CLEAR:
        raise CellFaultError("cell_absence", value=content.strip())
    return answer(content)


def text(content: Content) -> str:
    """On one line, a number as it was typed: Excel keeps an ОГРН as 1027000000004.0."""
    if isinstance(content, bool):
        return "да" if content else "нет"
    if isinstance(content, float):
        if content.is_integer() and abs(content) >= 1e15:
            raise CellFaultError("cell_mangled", value=f"{content:.0f}")
        return f"{content:.0f}" if content.is_integer() else str(content)
    if isinstance(content, date):
        return content.strftime("%d.%m.%Y")
    shown = " ".join(line.strip() for line in str(content).splitlines()).strip()
    check_whole(shown)
    return shown


def check_whole(written: str) -> None:
    """A long number that Excel has rounded for good."""
    if _MANGLED.fullmatch(written.strip()):
        raise CellFaultError("cell_mangled", value=written.strip())


def texts(content: Content) -> list[str]:
    """Several values in a cell: one a line, or separated by semicolons."""
    shown = str(content) if isinstance(content, str) else text(content)
    lines = shown.splitlines()
    parts = shown.split(";") if lines == [shown] else lines
    for part in parts:
        check_whole(part)
    return [part.strip() for part in parts if part.strip() and not is_nothing(part)]


def addresses(content: Content) -> list[str]:
    """As `texts`; no address holds a semicolon, so both ways may stand in one cell."""
    parts = [part for line in texts(content) for part in texts(line)]
    found = [one for part in parts for one in _apart(part)]
    for one in found:
        check_address(one)
    return found


def _apart(written: str) -> list[str]:
    """Addresses with a comma or a blank between them: neither stands within one."""
    mails = [one.removeprefix("mailto:") for one in re.split(r"[,\s]+", written)]
    return mails if all("@" in one for one in mails) else _ANOTHER.split(written)


def day(content: Content) -> date:
    """A real date, dd.mm.yyyy or yyyy-mm-dd."""
    if isinstance(content, date):
        return content
    shown = str(content).strip().rstrip("г. ")
    for form in (
        "%d.%m.%Y",
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%d.%m.%y",
        "%Y-%m-%d %H:%M:%S",
        "%d.%m.%Y %H:%M:%S",
    ):
        try:
            return datetime.strptime(shown, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    raise CellFaultError("cell_date", value=content)


def answer(content: Content) -> bool:
    """«да» or «нет», in the ways that tables say it."""
    if isinstance(content, bool):
        return content
    word = str(content).strip().lower().rstrip(".")
    if word in ("да", "true", "истина", "1", "1.0", "yes", "+", "есть", "подключено", "подключен"):
        return True
    if word in ("нет", "false", "ложь", "0", "0.0", "no", "не подключено", "не подключен"):
        return False
    raise CellFaultError("cell_bool", value=content)


def _number(content: Content) -> int:
    """Of either sign: that of a channel may be written with a dash for a minus."""
    shown = re.sub("^[−–—]", "-", text(content))
    if not re.fullmatch(r"\d{1,9}|-[1-9]\d{0,18}", shown):
        raise CellFaultError("cell_int", value=shown)
    return int(shown)


def _choice(content: Content, choices: Mapping[str, str]) -> str:
    """The code of a Russian word of the list, or the code itself."""
    written = text(content).lower()
    for code, word in choices.items():
        if written in (code, word.lower()):
            return code
    known = list(choices.values())
    raise CellFaultError(
        "cell_choice",
        value=text(content),
        known=", ".join(known),
        suggestion=suggestion(written, known),
    )


def _network(content: Content) -> str:
    """Its slug, or the name that everybody calls it by."""
    titles = {one.title.casefold(): slug for slug, one in social_networks().items()}
    written = text(content).casefold()
    if written.isascii():  # another slug is told by the checks
        return written
    if written not in titles:
        known = [one.title for one in social_networks().values()]
        about = {"known": ", ".join(known), "suggestion": suggestion(written, titles)}
        raise CellFaultError("cell_choice", value=text(content), **about)
    return titles[written]


_READ: Mapping[CellKind, Callable[[Content], Any]] = {
    "text": text,
    "texts": texts,
    "dates": lambda content: [day(part) for part in texts(content)],
    "date": day,
    "bool": answer,
    "int": _number,
}
