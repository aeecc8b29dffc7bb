"""Names of people in all that the desk gives out: for operators alone.

One border, behind every page and every file of text: whatever field a name was typed into, whoever
typed it, it is masked for everybody else. What is a name for sure is one: a surname with initials,
with a patronymic, or beside a first name. A surname alone cannot be told from a word
(docs/decisions/desk-log-in.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from monitor.desk.model import OPERATORS, Ask, File
from reports.tables import Sheet
from reports.words import word
from rules.names.given import named_alone
from rules.names.people import with_names_replaced

ALIKE = str.maketrans("ABCEHKMOPTXYaceopxyk", "АВСЕНКМОРТХУасеорхук")
MIXED = re.compile("[А-Яа-яЁё][A-Za-z]|[A-Za-z][А-Яа-яЁё]")
INITIAL = re.compile(r"(?<![^\W\d_])[ABCEHKMOPTXY](?=\.)")
TEXT, CHARSET = "text/", "utf-8"
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064]")  # a name is read over them


def veiled(text: str, ask: Ask) -> str:
    """But for names that he has typed into this very form: they are his own words."""
    if ask.visitor.role in OPERATORS:
        return text
    typed = _plain("\n".join(value for values in ask.form.values() for value in values))
    mask = word("masks", "person")
    plain = _plain(text)
    return with_names_replaced(
        plain,
        lambda name: name if name in typed else mask,
        read=_in_one_script(plain),
        more=named_alone,
    )


def _plain(text: str) -> str:
    """As it is read: «й» is one sign, and what nobody sees stands in no word."""
    return unicodedata.normalize("NFC", UNSEEN.sub("", text))


def _in_one_script(text: str) -> str:
    """As it is read: Latin letters that look like Russian ones, within a Russian word or alone
    before a point, are what they look like. Sign by sign, so that places stay."""
    found = [_word_around(text, one) for one in MIXED.finditer(text)]
    found += [one.span() for one in INITIAL.finditer(text)]
    signs = list(text) if found else []
    for begin, end in found:
        signs[begin:end] = text[begin:end].translate(ALIKE)
    return "".join(signs) if found else text


def _word_around(text: str, found: re.Match[str]) -> tuple[int, int]:
    begin, end = found.span()
    while begin and text[begin - 1].isalpha():
        begin -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return begin, end


def veil_sheet(sheet: Sheet, ask: Ask) -> Sheet:
    """A table that becomes no text."""
    rows = (
        {key: veiled(cell, ask) if isinstance(cell, str) else cell for key, cell in row.items()}
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def veil_file(file: File, ask: Ask) -> File:
    """Its name, and what it says where it is text. What an institution sent stays as it came: who
    decides has to read it."""
    if ask.visitor.role in OPERATORS:
        return file
    content = file.content
    if file.kind.startswith(TEXT):
        content = veiled(content.decode(CHARSET), ask).encode(CHARSET)
    return replace(file, name=veiled(file.name, ask), content=content)
