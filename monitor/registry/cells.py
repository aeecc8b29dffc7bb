"""One cell: from what stands in it to the value that the registry wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from monitor.registry.faults import Problem
from monitor.registry.shape import suggestion
from monitor.registry.sheets import CellKind, Column
from monitor.registry.tables import CellError, Content, Formula


class CellFaultError(ValueError):
    """The cell cannot be what its column wants; `code` and `about` are of a Problem."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.problem = Problem((), code, about)


def value(content: Content, column: Column) -> Any:
    """The registry's value of a filled cell; CellFaultError says what is wrong with it."""
    if isinstance(content, Formula):
        raise CellFaultError("formula")
    if isinstance(content, CellError):
        raise CellFaultError("cell_error", value=content.text)
    if column.kind == "choice":
        return _choice(content, column.choices or {})
    return _READ[column.kind](content)


def text(content: Content) -> str:
    """A number as it was typed: Excel keeps an ОГРН as 1027000000004.0."""
    if isinstance(content, bool):
        return "да" if content else "нет"
    if isinstance(content, float):
        if content.is_integer() and abs(content) >= 1e15:
            raise CellFaultError("cell_mangled", value=f"{content:.0f}")
        return f"{content:.0f}" if content.is_integer() else str(content)
    if isinstance(content, date):
        return content.strftime("%d.%m.%Y")
    shown = str(content).strip()
    if re.fullmatch(r"\d[.,]\d+E\+\d+", shown, re.IGNORECASE):
        raise CellFaultError("cell_mangled", value=shown)
    return shown


def texts(content: Content) -> list[str]:
    """Several values in a cell: one a line, or separated by semicolons."""
    shown = str(content) if isinstance(content, str) else text(content)
    parts = shown.split("\n") if "\n" in shown else shown.split(";")
    return [part.strip() for part in parts if part.strip()]


def day(content: Content) -> date:
    """A real date, dd.mm.yyyy or yyyy-mm-dd."""
    if isinstance(content, date):
        return content
    shown = str(content).strip().rstrip("г. ")
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d %H:%M:%S"):
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
    shown = text(content)
    if not re.fullmatch(r"\d{1,9}", shown):
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


_READ: Mapping[CellKind, Callable[[Content], Any]] = {
    "text": text,
    "texts": texts,
    "dates": lambda content: [day(part) for part in texts(content)],
    "date": day,
    "bool": answer,
    "int": _number,
}
