"""What a reply says, as a proposal: an operator sees it beside the words themselves.

What is doubtful is not guessed: «пока не исправили» is no «исправили», a blank form confirms
nothing, and of two kinds in one reply none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
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
LABELLED = re.compile(r"^[\s>*•–—-]{0,5}([^:\n]{2,80}?)\s*:\s*(.*)$")
NO = re.compile(
    r"^[^:\n]{2,80}:\s*нет\W*$", re.I
)  # «Исправлено (да/нет): нет» says nothing of itself
HINT = re.compile(r"\([^()]{0,40}\)")  # «(да/нет)»
YES_NO = re.compile(r"\(да(?:/нет)?\)(?:[^:\n]{0,60}:)?\s*(да|нет)\b", re.I)
COUNT = re.compile(r"\b(\d{1,4})\s*(?:человека?\s*)?из\s*(\d{1,4})\b", re.I)
PAIR = re.compile(r"(\d{1,4})(?:\s*[,;/]\s*|\s+и\s+|\s+)(\d{1,4})\W*")  # all, and those of them
COUNTED = re.compile(
    r"\bуправля\w+\W+(?:страницей\W+)?(\d{1,4})\b[^\d\n]{0,30}\bзащит\w+[^\d\n]{0,20}\b(\d{1,4})\b",
    re.I,
)
DAY = r"\d{1,2}\.\d{1,2}\.\d{4}"
PAPER = (
    r"приказ|распоряжени|постановлени|акт|письм|протокол|договор|соглашени|заявк|бюллетен|"
    r"инструкци|документ"
)
DOCUMENT = re.compile(rf"\b({PAPER})\w*\s*(?:№|N)\s*([\w/.\-]{{1,30}})\s*от\s*({DAY})", re.I)
NUMBER_AND_DAY = re.compile(rf"^\D{{0,40}}?(?:№\s*)?([\w/\-]{{1,30}})[,\s]+(?:от\s+)?({DAY})\b")
BOTH = re.compile(r"№ и дата|номер и дата", re.I)
NUMBER = re.compile(rf"(?:номер|№)\W*(?:{PAPER})\w*|(?:{PAPER})\w*\W*(?:номер|№)", re.I)
DATED = re.compile(r"\bдата\b", re.I)
POST = re.compile(r"^(?:ваша\s+)?должность$|^кто (?:отвечает|подтверждает|ответил)", re.I)
CLAUSE = re.compile(r"^(?:пункт|требование)$", re.I)
NUMBERED = re.compile(  # «6.5: …», or with what was asked, «6.5 — управляют, из них с защитой: …»
    rf"^\W{{0,3}}(?:п\.\s*)?(?!{DAY})((?:[a-z][\w.\-]*/)?\d[\w.\-]{{0,60}})"
    r"(?:\s+[—–-]{1,2}\s+([^\W\d][^:\n]{1,100}?))?\s*:\s*(.*)$",
    re.I,
)
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
    "бюллетен": "бюллетень",
    "инструкци": "инструкция",
    "документ": "документ",
}
FIELDS = (  # as the registry's file calls them
    (re.compile(r"телефон", re.I), "phones"),
    (re.compile(r"(?:эл\w*\W*)?почт[аы]\b(?! *ов)|e-?mail|электронн\w+ адрес", re.I), "emails"),
    (re.compile(r"(?:почтовый |юридический )?адрес\b(?!.*(?:сайт|страниц))", re.I), "address"),
    (re.compile(r"сайт", re.I), "site"),
    (re.compile(r"страниц", re.I), "page"),
    (re.compile(r"(?:полное )?(?:название|наименование)", re.I), "name"),
)
ADDRESSED = ("site", "page")
ADDRESS = re.compile(r"[./@]")  # «Управляют страницей, человек: 3» tells of no page
MOST_LINES = 400


def proposal_of(words: str, post: str = "") -> Proposal:
    """`post`: of who signs, where it stands elsewhere in the message."""
    lines = [line for line in words.split("\n")[:MOST_LINES] if not _is_blank(line)]
    told = "\n".join(lines)
    fields = list(_fields(lines))
    count, of = _counts(told, fields)
    found = Proposal(
        kind=_kind("\n".join(line for line in lines if not NO.match(line))),
        post=_post(lines, fields) or post,
        document=_document(told, fields),
        count=count,
        of=of,
        affirmed=_affirmed(told),
        corrections=tuple(_corrections(fields)),
    )
    return replace(found, kind=_kind_of_form(found)) if not _says_any(told) else found


def by_requirement(words: str) -> dict[str, str]:
    """Of an answer to all at once: a line each, «6.5: управляют 3, защита у 3», if filled in."""
    found = (NUMBERED.match(line) for line in words.split("\n")[:MOST_LINES])
    return {
        one[1].casefold(): f"{one[2]}: {one[3]}" if one[2] else one[3]
        for one in found
        if one and not BLANK.match(one[3]) and "_" not in one[3]
    }


def clause_of(words: str) -> str:
    """The number after «Пункт:» of a form that objects."""
    named = [value for label, value in _fields(words.split("\n")) if CLAUSE.match(label)]
    found = re.search(r"(?:[a-z][\w.\-]*/)?\d[\w.\-]*", named[0], re.I) if named else None
    return found[0].rstrip(".").casefold() if found else ""


def _is_blank(line: str) -> bool:
    """A line of a form that nobody filled in says nothing, whatever its label says."""
    found = LABELLED.match(line)
    return found is not None and (bool(BLANK.match(found[2])) or "__" in found[2])


def _says_any(words: str) -> bool:
    plain = words.replace("ё", "е")
    return any(pattern.search(plain) for pattern in KINDS.values())


def _kind_of_form(found: Proposal) -> str:
    """A form that was filled in says by its fields what it answers."""
    if found.count is not None or found.document or found.affirmed is not None:
        return "confirms"
    return "correct_registry" if found.corrections else ""


def _affirmed(words: str) -> bool | None:
    said = {found[1].casefold() for found in YES_NO.finditer(words)}
    return said == {"да"} if len(said) == 1 else None


def _kind(words: str) -> str:
    """ "" where nothing, more than one thing, or nothing for sure is said."""
    found, doubts = set[str](), False
    for sentence in SENTENCE.split(HINT.sub(" ", words.replace("ё", "е"))):
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
    """Lines «label: value» that were filled in; hints in brackets are no part of a label."""
    for line in lines:
        found = LABELLED.match(line)
        if found and not _is_blank(line):
            yield HINT.sub(" ", found[1]).strip(), found[2].strip().strip("_").strip()


def _counts(words: str, fields: Sequence[tuple[str, str]]) -> tuple[int | None, int | None]:
    both = {(int(found[1]), int(found[2])) for found in COUNT.finditer(words)}
    both |= {(int(found[2]), int(found[1])) for found in COUNTED.finditer(words)}
    both |= {
        (int(pair[2]), int(pair[1]))
        for label, value in fields
        if WITH_GUARD.search(label) and OF_ALL.search(label) and (pair := PAIR.fullmatch(value))
    }
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
    for label, value in fields:
        both = NUMBER_AND_DAY.match(value) if BOTH.search(label) else None
        if both and _is_day(both[2]):
            return f"{_paper(label, fields)} № {both[1]} от {both[2]}"
    number = [(label, value) for label, value in fields if NUMBER.search(label)]
    dated = [value for label, value in fields if DATED.search(label) and _is_day(value)]
    if len(number) != 1 or len(dated) != 1 or BOTH.search(number[0][0]):
        return ""
    label, told = number[0]
    return f"{_paper(label, fields)} № {told.lstrip('№N ')[:30]} от {dated[0]}"


def _paper(label: str, fields: Sequence[tuple[str, str]]) -> str:
    """What the document is called: by the label, or by the field «Документ»."""
    named = [value for name, value in fields if name.casefold() == "документ"]
    found = next(re.finditer(PAPER, " ".join([*named, label]), re.I), None)
    return WHOLE[found[0].casefold()] if found else "документ"


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
        if field and (field not in ADDRESSED or ADDRESS.search(value)):
            yield field, value[:300]
