"""Which of the contacts in a text are those of the page's owner (the command `dozor contacts`).

A judgement: a line that names another body (a founder, a ministry, a help line, the maker of the
site) opens a passage about it; an empty line or a line about the owner closes the passage. What
stands inside is another's. The best-known federal help lines are nobody's own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from collectors.contacts import emails, links, phones, postal
from collectors.contacts.domains import NETWORKS, PORTALS
from collectors.contacts.emails import EmailSpot
from collectors.contacts.links import LinkSpot
from collectors.contacts.phone_spots import PhoneSpot
from collectors.contacts.postal import PostalSpot
from collectors.contacts.signs import usual_signs
from collectors.contacts.words import any_of
from collectors.links import page_in_link
from collectors.model import Email, Link, Phone, PostalAddress
from collectors.networks import network_hosts

T = TypeVar("T")
V = TypeVar("V", Phone, Email, PostalAddress)

_ABOUT = (
    r"^\W{0,4}(?:(?:наименование|название|сведения|информация|адрес|телефоны?|контакты?|сайт|e-?mail"
    r"|место нахождения|контактн\w{2} (?:данные|телефон\w?)|полезные|важные) (?:об? )?)?"
)
_NOT_OWN = r"(?! (?:школ|учрежден|детск|гимназ|лице|колледж|музе|библиот))"  # «администрация школы»
_BODIES = (
    r"управлени(?:[ея] |я:)|отдел\w{0,2} (?:образован|культур|опек|спорт|по )"
    rf"|администраци[яи]{_NOT_OWN} "
    r"|комитет\w? |департамент\w? "
)
_FOUNDER = r"уч[еи]?р[еи]дит"  # «учередитель» is met as well
_ALWAYS_OTHERS = (
    rf"{_FOUNDER}ел|[^|\n]{{0,60}}(?:функци|полномочи)\w{{1,3}}[^|\n]{{0,20}} {_FOUNDER}"
    r"|собственник\w? имущ|главн\w{2} распорядител|органы (?:государственн|местн|исполнит)"
    r"|комисси\w по делам несов|кдн(?!\w)|пдн(?!\w)|(?:наш\w? )?партн[её]р|профсоюз"
    r"|федеральн\w{2} служб"
    r"|прокуратур|роспотребнадзор|рособрнадзор|министерств|уполномоченн\w{2,3} (?:по|при)"
    r"|территориальн\w{2} (?:отдел|управлени)|вышестоящ|контролирующ|надзорн"
    r"|орган\w{0,2} (?:контрол|надзор|опек)|полиц|гибдд|госавтоинспекц|мчс|пожарн|следственн"
    r"|скор\w{2} (?:медицинск\w{2} )?помощ|экстренн|служб\w (?:спасени|доверия)"
    r"|един\w{2} (?:справочн|общероссийск|телефон|дежурн|номер)"
    r"|полезн\w{2} (?:ссылк|контакт|телефон)|общественн\w{2} при[её]мн"
    r"|разработ(?:ка|чик|ано)|создани\w сайт|техническ\w{2} поддержк|техподдержк|хостинг|спонсор"
    r"|(?:веб|web|интернет|дизайн)-?студи[яи]|(?:веб|web)-?мастер|дизайн сайта"
    r"|develop|powered by"
    r"|сайт (?:создан|разработан|сделан|поддерж)|(?:по )?вопрос\w{2} (?:о )?работ\w сайта"
    r"|сопровождени\w сайта|администратор сайта|цур(?!\w)|центр управления регион|минобр|минпросвещ"
    r"|партн[её]р|оператор портала|пенсионн\w{2} фонд|социальн\w{2} фонд|центр занятости|мфц\b"
)
# «Горячая линия Рособрнадзора», but not «Горячая линия по вопросам приёма»
_HOT_LINE = (
    r"(?:телефон\w? )?горяч\w{2} (?:телефон\w{0,3} )?лини\w{1,2} "
    r"(?:(?-i:[А-ЯЁ«\"])|управлени|министерств|департамент|комитет|прокуратур|пресс|служб|федеральн|региональн|област|краев)"
)
_HELP_LINE = re.compile(
    _ABOUT + rf"(?:телефон\w? (?:доверия|экстренн)|{_HOT_LINE}"
    r"|(?:детск|общероссийск|всероссийск)\w{2} телефон)",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\W{0,4}(?:адрес|тел|факс|e-?mail|е-?mail|эл|почт|сайт|время|режим|график"
    r"|(?:\w{4,14} )?(?:начальник|специалист|отдел|сектор|инспектор|руководител|глава|главный"
    r"|ведущий|бухгалтер|председател|консультант)|\d{6}\b)",
    re.IGNORECASE,
)
_OTHERS = re.compile(_ABOUT + rf"(?:{_ALWAYS_OTHERS})", re.IGNORECASE)
_OTHER_BODY = re.compile(_ABOUT + rf"(?:{_BODIES})", re.IGNORECASE)
_OTHER_BODY_LINE = re.compile(rf"^\W{{0,4}}(?:{_BODIES})", re.IGNORECASE | re.MULTILINE)
_INLINE = re.compile(
    rf"телефон\w? доверия|{_HOT_LINE}|справочн\w{2} служб\w|роспотребнадзор|рособрнадзор"
    rf"|(?<!\w)у?м?вд(?!\w)|полици\w|прокуратур|{_FOUNDER}ел\w{{1,3}}\b|министерств|департамент"
    r"|т[еэ]хподдержк|техническ\w{2} поддержк|разработ\w{2,4} (?:сайт|и поддерж)"
    r"|служб\w поддержк|поддержк\w (?:электронн|портал|пользовател)|оператор\w (?:сервис|портал)"
    r"|введите |например,? |(?<!\w)(?:кдн|пдн)(?!\w)|по делам несовершеннолетн"
    r"|создани\w (?:и \w{4,12} )?сайт|сайт (?:создан|разработан|сделан)"
    r"|(?:веб|web|интернет|дизайн)-?студи|©[^\n]{0,60}студи"
    r"|(?:веб|web)-?мастер|хостинг|(?<!\w)цур(?!\w)|центр управления регион|минобр|минпросвещ"
    r"|develop|powered by|(?<!\w)(?:единый номер|служба спасения)",
    re.IGNORECASE,
)
# «МКУ «Управление образования»» names itself; so may any line of a department's own page.
_INLINE_BODY = re.compile(
    r"(?<![\w«\"„])(?<!м[кб]у )(?<!му )(?:управлени[ея]|отдел\w?) (?:образован|культур|спорт)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"^\W{0,4}(?:директор(?! департамент)|заведующ|заместител\w{1,3} (?:директор|заведующ)"
    r"|при[её]мная директора|секретар|юридический адрес и|наш\w? |контакты?\W{0,4}$"
    r"|контактная информация|о (?:школе|нас|детском)"
    r"|место нахождения(?! учред)|дата создания|полное наим|сокращ\w{4,8} наим"
    r"|реквизиты|банковские|вахта|©"
    r"|муниципальное \w{5,12} \w{0,18} ?учрежд"
    r"|м[бка](?:д|о|к)?[оу]?у|гбоу|гкоу|мбу|мку|мау|методист|наши контакты|мы в)",
    re.IGNORECASE,
)
# Headings of the institution's own contacts, as /sveden has them.
_OWN_HEADING = re.compile(
    r"^\W{0,4}(?:(?:информация|сведения) об? |мест[оа] (?:нахождени|осуществлени)|местонахождени"
    r"|как (?:нас|до нас|к нам) |администрация (?:школ|учрежд|детск|гимназ|лице)"
    r"|(?:школа|детский сад|гимназия|лицей|учреждение)\W{0,3}[:|]"
    r"|(?:адрес|телефон|контакт|e-?mail|эл|почт|режим|график|сайт)[^|:\n]{0,60}"
    r"(?:(?:оо|оу|доу)\b|образовательн\w{2,3} организац|учреждени|школ|детск\w{2,3} сад|гимнази"
    r"|лице[яю]|библиотек)"
    r"|[^|:\n\d]{3,40} (?:школы|гимназии|лицея|детского сада|учреждения|библиотеки|музея)"
    r"\W{0,4}(?:тел\w{0,5}\W{1,3})?[\d(+])",
    re.IGNORECASE,
)
# «Телефон учредителя | …», behind which a bare «Телефон | …» is the institution's
_LABEL = re.compile(
    r"^\W{0,4}(адрес эл|адрес сай|адрес|тел|факс|e-?mail|эл|почт|сайт)", re.IGNORECASE
)
_TELEPHONES = re.compile(r"^\W{0,4}контактн\w{2,3} (?:телефон|данн|номер|информаци)", re.IGNORECASE)
_TELEPHONE = re.compile(r"\d[\d() -]{4,20}\d")
_CONTACT = re.compile(r"\d[\d() -]{4,20}\d|@|(?<!\w)(?:директор|заведующ)", re.IGNORECASE)
_OF_FOUNDER = re.compile(
    rf"{_FOUNDER}|управлени[ея] |администраци[яи]{_NOT_OWN}|департамент|комитет", re.IGNORECASE
)
# Without any of these words no passage about another body begins.
_SOMEBODY = re.compile(
    any_of(
        "учред|учеред|учрид|учерид|учирид|учиред|функци|полномоч|собственник|распорядит|орган|комисси"
        "|несовершеннолетн|кдн|пдн|профсоюз|сервис|портал|введите|например"
        "|управл|отдел|админ|комитет|департ|служб|прокурат|надзор|министер|министр|уполномоч"
        "|территор|вышесто|контрол|опек|полиц|гибдд|госавто|мчс|пожарн|следствен|скор|экстрен|един"
        "|полезн|обществ|разраб|создан|поддержк|хостинг|спонсор|партн|оператор|пенси|социальн"
        "|занятост|мфц|горяч|довери|справочн|спасени|мвд|увд|детск|российск|минобр|минпрос|цур"
        "|регион|студи|мастер|develop|powered|дизайн|сопровожд|тех|тэх|роспотреб|рособр|федерал"
        "|вд|вопрос|сайт",
        lower=True,
    )
)
# Without any of these no line goes over to another body, nor to a department.
_INLINE_WORDS = re.compile(
    any_of(
        r"довери|горяч|справочн|роспотребнадзор|рособрнадзор|вд(?!\w)|полици|прокуратур|редител|ридител"
        r"|министерств|департамент|поддержк|разработ|оператор|введите |например|кдн(?!\w)|пдн(?!\w)"
        r"|несовершеннолетн|создани|сайт созд|сайт разраб|сайт сделан|студи|мастер|хостинг"
        r"|цур(?!\w)|центр управления|минобр|минпросвещ|develop|powered by|единый номер"
        r"|служба спасения|управлени[ея] [окс]|отдел\w? [окс]",
        lower=True,
    )
)
_HELP_LINE_END = re.compile(f"{_OWN.pattern}|{_FIELD.pattern}", re.IGNORECASE)
_ANYTHING = re.compile("")
_SITE_LABEL = re.compile(
    r"(?:сайт\w{0,2}|site|web|www|интернет\w?|портал)\W{1,4}[^\n]{0,25}$", re.I
)
# The children's help line, the tax service, Gosuslugi: shown everywhere, nobody's own.
_FEDERAL = frozenset({"+78002000122", "+78002222222", "+78001007010"})
_LEGAL_FORM = re.compile(
    r"(?<!\w)[мг][бка]?(?:до|о|д)?у(?: ?(?:дод|до|к))?(?!\w)"
    r"|(?:муниципальн|государственн|областн|краев|районн)\w{2,3}"
    r" (?:[\w-]{4,20}(?:ое|ого|ому|ым|ом) ){0,4}учреждени",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:сош|школ\w{1,3}(?:-\w{3,10})?|детск\w{2,3} сад\w?|гимнази\w|лице\w|дши|дмш"
    r"|библиотек\w|музе\w|центр\w?|дворец|дом) [^\n]{0,50}(?:№|«|\"|имени|им\.)"
    r"|(?:детск|музыкальн|художественн|спортивн)\w{2,3} (?:\w{3,20} )?(?:школа|сад)"
    r"|(?:дом|дворец) культуры|центр [^\n]{0,40}(?:творчеств|туризм)|администраци\w\s{1,2}[А-ЯЁг]",
    re.IGNORECASE,
)

_INSTITUTION = re.compile(f"{_LEGAL_FORM.pattern}|{_NAMED.pattern}", re.IGNORECASE)


def found(record: Mapping[str, Any]) -> dict[str, Any]:
    """`id` and the keys of `expected`, for a record with `id`, `text`, `links`."""
    text = usual_signs(str(record.get("text") or ""))
    hrefs = [Link(url=str(url).strip(), place="links") for url in record.get("links") or ()]
    is_own = _outside(passages_of_others(text))
    every_number, every_mail = phones.find_phones(text, "text"), emails.find_emails(text, "text")
    numbers = [spot for spot in every_number if is_own(spot.start)]
    mails = [spot.email for spot in every_mail if is_own(spot.start)]
    tel = as_shown(phones.linked_phones(hrefs), _marked_phones(every_number, is_own), last_digits)
    mailto = as_shown(emails.linked_emails(hrefs), _marked_emails(every_mail, is_own), mailbox)
    places = [s.address for s in postal.find_addresses(text, "text") if is_own(s.start)]
    written = [spot for spot in links.find_links(text, "text") if is_own(spot.start)]
    every_link = [*(spot.link for spot in written), *hrefs]
    return {
        "id": record.get("id"),
        "org_name": bool(_LEGAL_FORM.search(text) or _NAMED.search(text)),
        "postal_address": _once(address.original for address in places),
        "emails": _once(mail.value for mail in [*mails, *_own(mailto)]),
        "phones": _numbers(numbers, _own(tel)),
        "phones_local": _once(spot.phone.original for spot in numbers if _is_local(spot)),
        "site_links": _sites(text, written),
        "vk_links": _pages("vk", every_link),
        "ok_links": _pages("ok", every_link),
    }


def marked(
    text: str,
    numbers: Sequence[PhoneSpot],
    mails: Sequence[EmailSpot],
    places: Sequence[PostalSpot],
) -> tuple[tuple[Phone, ...], tuple[Email, ...], tuple[PostalAddress, ...]]:
    """What was found in the text, with a mark on what stands where it speaks of another body."""
    spans = passages_of_others(text, is_department=False) if numbers or mails or places else []
    is_own = _outside(spans)
    addresses = (_mark(spot.address, is_own(spot.start)) for spot in places)
    return (
        tuple(_marked_phones(numbers, is_own)),
        tuple(_marked_emails(mails, is_own)),
        tuple(addresses),
    )


def _marked_phones(spots: Iterable[PhoneSpot], is_own: Callable[[int], bool]) -> Iterator[Phone]:
    return (_mark(spot.phone, is_own(spot.start)) for spot in spots)


def _marked_emails(spots: Iterable[EmailSpot], is_own: Callable[[int], bool]) -> Iterator[Email]:
    return (_mark(spot.email, is_own(spot.start)) for spot in spots)


def _mark(value: V, is_own: bool) -> V:
    return value if is_own else replace(value, of_another=True)


def as_shown(linked: Iterable[V], shown: Iterable[V], key: Callable[[V], str]) -> tuple[V, ...]:
    """Targets of links (`mailto:`, `tel:`) are whose the text beside them says."""
    marks: dict[str, bool] = {}
    for value in shown:
        marks[key(value)] = marks.get(key(value), True) and value.of_another
    return tuple(_mark(value, not marks.get(key(value))) for value in linked)


def last_digits(phone: Phone) -> str:
    """As many as a number has where its code is left out."""
    return (phone.e164 or phone.local or "")[-5:]


def mailbox(email: Email) -> str:
    return email.value


def speaks_of_another(text: str) -> bool:
    """«Горячая линия министерства»: the label of a contact that is not the owner's."""
    return bool(passages_of_others(text, is_department=False))


def passages_of_others(text: str, *, is_department: bool | None = None) -> list[tuple[int, int]]:
    """Where the text speaks of another body, line by line, as sorted spans.

    `is_department`: whether the page is a department's own; None: the text tells.
    """
    if not _SOMEBODY.search(text.casefold()):
        return []
    own = _is_departments(text) if is_department is None else is_department
    spans: list[tuple[int, int]] = []
    offset, closes, told = 0, _ANYTHING, False
    labels: set[str] = set()  # those that named the founder
    for line in text.splitlines(keepends=True):
        folded = line.casefold()  # as a pattern in any case: «ᲃайт», too
        names_somebody = bool(_SOMEBODY.search(folded))
        closes = _closing(line, closes, is_department=own) if names_somebody else closes
        is_over = (closes is not _ANYTHING or own) and (  # else the line tells nothing of this
            _is_over(closes, line, is_told=told) or _founders_label(line, labels) is False
        )
        if closes is not _ANYTHING and not is_over:
            spans.append((offset, offset + len(line)))
        else:
            closes = _ANYTHING
            goes_over = names_somebody and _INLINE_WORDS.search(folded)
            end = _own_part(line, is_department=own) if goes_over else len(line)
            spans += [(offset + end, offset + len(line))] if end < len(line) else []
            told = told or bool(_TELEPHONE.search(line[:end]))
        offset += len(line)
    return spans


def _founders_label(line: str, told: set[str]) -> bool | None:
    """Whether the label names the founder; False only where the same one did before; told so."""
    label = _LABEL.match(line)
    if label is None:
        return None
    kind = label[1].lower()
    if _OF_FOUNDER.search(line.partition("|")[0].partition(":")[0]):
        told.add(kind)
        return True
    return False if kind in told else None


def _own_part(line: str, *, is_department: bool) -> int:
    """Where the line begins to speak of another body; its end if it does not."""
    found = [_INLINE.search(line), None if is_department else _INLINE_BODY.search(line)]
    return min((one.start() for one in found if one), default=len(line))


def _closing(line: str, closes: re.Pattern[str], *, is_department: bool) -> re.Pattern[str]:
    """What ends the passage in which the line stands; `_ANYTHING` outside of one."""
    if _HELP_LINE.match(line):
        return _HELP_LINE_END
    opens = _OTHERS.match(line) or (not is_department and _OTHER_BODY.match(line))
    return _OWN if opens else closes


def _is_over(closes: re.Pattern[str], line: str, *, is_told: bool) -> bool:
    """`is_told`: the owner's telephone was told before; a bare heading may be the founder's."""
    if not line.strip() or _OTHERS.match(line) or _OTHER_BODY.match(line):
        return not line.strip()
    if closes.match(line):
        return True
    is_heading = _OWN_HEADING.match(line) or (not is_told and _TELEPHONES.match(line))
    return bool(is_heading) and not _OF_FOUNDER.search(line.partition("|")[0])


def _is_departments(text: str) -> bool:
    """A page is a department's own where one is named, with its contacts, before any institution
    and before contacts of anybody else: over the name of a school it only heads the letter.
    """
    body = _OTHER_BODY_LINE.search(text)
    if (
        not body
        or _INSTITUTION.search(text[: body.start()])
        or _CONTACT.search(text[: body.start()])
    ):
        return False
    rest = text[body.end() :].partition("\n")[2]
    institution = _INSTITUTION.search(rest)
    return not institution or bool(_CONTACT.search(rest[: institution.start()]))


def _outside(spans: Sequence[tuple[int, int]]) -> Callable[[int], bool]:
    starts = [start for start, _ in spans]

    def is_outside(position: int) -> bool:
        index = bisect_right(starts, position) - 1
        return index < 0 or position >= spans[index][1]

    return is_outside


def _own(values: Iterable[V]) -> list[V]:
    return [value for value in values if not value.of_another]


def _numbers(spots: Iterable[PhoneSpot], linked: Iterable[Phone]) -> list[str]:
    shown = [spot.phone for spot in spots if not _is_local(spot)]
    known = {phone.e164 for phone in shown}
    every = [*shown, *(phone for phone in linked if phone.e164 not in known)]
    return _once(
        f"{phone.e164};ext={phone.extension}" if phone.extension else str(phone.e164)
        for phone in every
        if phone.e164 and phone.e164 not in _FEDERAL
    )


def _is_local(spot: PhoneSpot) -> bool:
    return spot.is_borrowed or spot.phone.local is not None


def _sites(text: str, spots: Iterable[LinkSpot]) -> list[str]:
    """The links that a word for sites introduces; without such, whatever is no portal's."""
    candidates = [spot for spot in spots if _is_site(spot.link.url)]
    labelled = [s for s in candidates if _SITE_LABEL.search(text[max(0, s.start - 60) : s.start])]
    plain = [s for s in candidates if urlsplit(f"//{_bare(s.link.url)}").path in ("", "/")]
    return _once(spot.link.url for spot in labelled or plain)


def _is_site(url: str) -> bool:
    host = (urlsplit(f"//{_bare(url)}").hostname or "").removeprefix("www.")
    is_network = host in network_hosts() or any(
        f".{host}".endswith(f".{network}") for network in NETWORKS
    )
    return not is_network and host not in PORTALS


def _bare(url: str) -> str:
    return url.partition("://")[2] or url


def _pages(network: str, shown: Iterable[Link]) -> list[str]:
    pages = (page_in_link(link.url) for link in shown)
    return _once(page[1] for page in pages if page and page[0] == network)


def _once(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))
