"""What a reply says, as a proposal: an operator sees it beside the words themselves.

What is doubtful is not guessed: «пока не исправили» is no «исправили», a blank form confirms
nothing, and of two kinds in one reply none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from monitor.storage.received import Proposal
from rules.dossier.attestations import is_leading_post

KINDS = {
    "corrected": re.compile(
        r"\b(?:исправил[иа]?|исправлен[оыа]?|устранил[иа]?|устранен[оыа]?)\b", re.I
    ),
    "confirms": re.compile(r"\b(?:подтверждаем|подтверждаю|подтверждает)\b", re.I),
    "disagrees": re.compile(
        r"\b(?:не соглас(?:ны|ен|на)|возража(?:ем|ю)|оспарива(?:ем|ю))\b", re.I
    ),
    "correct_registry": re.compile(
        r"\b(?:поправьте|(?:исправьте|обновите|замените|поправить|обновить)\b.{0,40}"
        r"\b(?:реестр\w*|данн\w+|сведени\w+|телефон\w*|адрес\w*|почт\w+))",
        re.I,
    ),
}
HEDGE = re.compile(
    r"\b(?:не|нет|ни|пока|частично|кроме|если|когда|будет|будем|почти|но|однако|попробу\w+|"
    r"постара\w+|планиру\w+|можно|нужно|надо|бы|просим|прошу)\b|\?",
    re.I,
)
SENTENCE = re.compile(r"[.!;\n]+|(?<=\?)")
BLANK = re.compile(r"^[\s_….\-–—/«»\"()№]*$")
LABELLED = re.compile(r"^\W{0,3}([^:\n]{2,80}?)\s*:\s*(.*)$")
COUNT = re.compile(r"\b(\d{1,4})\s*(?:человека?\s*)?из\s*(\d{1,4})\b", re.I)
DAY = r"\d{1,2}\.\d{1,2}\.\d{4}"
PAPER = r"приказ|распоряжени|постановлени|акт|письм|протокол|договор|соглашени|заявк"
DOCUMENT = re.compile(rf"\b({PAPER})\w*\s*(?:№|N)\s*([\w/.\-]{{1,30}})\s*от\s*({DAY})", re.I)
NUMBER = re.compile(rf"(?:номер|№)\W*(?:{PAPER})\w*|(?:{PAPER})\w*\W*(?:номер|№)", re.I)
DATED = re.compile(rf"дата\W*(?:{PAPER})\w*|(?:{PAPER})\w*\W*(?:дата|от)\b", re.I)
POST = re.compile(r"должность|кто (?:отвечает|подтверждает|ответил)", re.I)
WITH_GUARD = re.compile(r"включ|защит|двухфактор|2\s?фа|из них|подтвержд", re.I)
OF_ALL = re.compile(r"всего|администратор|управля|человек", re.I)
WHOLE = {
    "приказ": "приказ",
    "распоряжени": "распоряжение",
    "постановлени": "постановление",
    "акт": "акт",
    "письм": "письмо",
    "протокол": "протокол",
    "договор": "договор",
    "соглашени": "соглашение",
    "заявк": "заявка",
}
FIELDS = (  # as the registry's file calls them
    (re.compile(r"телефон", re.I), "phones"),
    (re.compile(r"(?:эл\w*\W*)?почт[аы]\b(?! *ов)|e-?mail|электронн\w+ адрес", re.I), "emails"),
    (re.compile(r"(?:почтовый |юридический )?адрес\b(?!.*(?:сайт|страниц))", re.I), "address"),
    (re.compile(r"сайт", re.I), "site"),
    (re.compile(r"страниц", re.I), "page"),
    (re.compile(r"(?:полное )?(?:название|наименование)", re.I), "name"),
)
MOST_LINES = 400


def proposal_of(words: str) -> Proposal:
    lines = words.split("\n")[:MOST_LINES]
    fields = list(_fields(lines))
    count, of = _counts(words, fields)
    return Proposal(
        kind=_kind(words),
        post=_post(lines, fields),
        document=_document(words, fields),
        count=count,
        of=of,
        corrections=tuple(_corrections(fields)),
    )


def _kind(words: str) -> str:
    """ "" where nothing, more than one thing, or nothing for sure is said."""
    found, doubts = set[str](), False
    for sentence in SENTENCE.split(words.replace("ё", "е")):
        said = {kind for kind, pattern in KINDS.items() if pattern.search(sentence)}
        doubts = doubts or (bool(said) and _is_hedged(sentence, said))
        found |= said
    return found.pop() if len(found) == 1 and not doubts else ""


def _is_hedged(sentence: str, said: set[str]) -> bool:
    """«Просим поправить» and «не согласны» hold the very words that are doubts elsewhere."""
    if said == {"disagrees"}:
        return "?" in sentence
    if said == {"correct_registry"}:
        return bool(re.search(r"\bне\b|\?", sentence, re.I))
    return bool(HEDGE.search(sentence))


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines «label: value» that were filled in."""
    for line in lines:
        found = LABELLED.match(line)
        if found and not BLANK.match(found[2]):
            yield found[1].strip(), found[2].strip().strip("_").strip()


def _counts(words: str, fields: Sequence[tuple[str, str]]) -> tuple[int | None, int | None]:
    both = {(int(found[1]), int(found[2])) for found in COUNT.finditer(words)}
    if both:
        return both.pop() if len(both) == 1 else (None, None)
    numbers = [(label, int(value)) for label, value in fields if re.fullmatch(r"\d{1,4}", value)]
    guarded = [number for label, number in numbers if WITH_GUARD.search(label)]
    whole = [n for label, n in numbers if not WITH_GUARD.search(label) and OF_ALL.search(label)]
    return (guarded[0], whole[0]) if len(guarded) == len(whole) == 1 else (None, None)


def _document(words: str, fields: Sequence[tuple[str, str]]) -> str:
    """«приказ № 12 от 05.12.2022»; "" without its number or its date."""
    for found in DOCUMENT.finditer(words):
        if _is_day(found[3]):
            return f"{WHOLE[found[1].casefold()]} № {found[2]} от {found[3]}"
    number = [(label, value) for label, value in fields if NUMBER.search(label)]
    dated = [value for label, value in fields if DATED.search(label) and _is_day(value)]
    if len(number) != 1 or len(dated) != 1:
        return ""
    label, told = number[0]
    paper = re.search(PAPER, label, re.I)
    assert paper
    return f"{WHOLE[paper[0].casefold()]} № {told.lstrip('№N ')[:30]} от {dated[0]}"


def _is_day(written: str) -> bool:
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*г\.?)?", written.strip())
    try:
        return found is not None and bool(date(int(found[3]), int(found[2]), int(found[1])))
    except ValueError:
        return False


def _post(lines: Sequence[str], fields: Sequence[tuple[str, str]]) -> str:
    named = [value for label, value in fields if POST.search(label)]
    if named:
        return named[0][:100]
    last = (re.sub(r"^с уважением\W*", "", line.strip(), flags=re.I) for line in lines[-12:])
    return next(
        (line.strip(" ,.;")[:100] for line in last if is_leading_post(line.strip(" ,.;"))), ""
    )


def _corrections(fields: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for label, value in fields:
        field = next((name for pattern, name in FIELDS if pattern.search(label)), None)
        if field:
            yield field, value[:300]
