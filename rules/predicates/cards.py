"""What the authority's site says of an institution (clause 8.1): its card, and the whole site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from collectors.model import Block, Contacts, HintKind, Phone, PostalAddress, SiteFacts
from rules.dossier.case import Case
from rules.dossier.views import View
from rules.model import Institution, Outcome
from rules.names.hints import hints_in
from rules.names.literal import held_phones, holds_email, holds_place, street_and_house
from rules.names.matching import (
    Match,
    same_address,
    same_email,
    same_phone,
)
from rules.names.own_names import Around
from rules.names.reference import digits_of, phones_of
from rules.names.titles import Titles, titles_of
from rules.predicates.crawls import inapplicable, names, of_site, site_facts, unread_parts
from rules.reading import Reading
from rules.reasons import Reason
from rules.text.sentences import atom_word

MOST_SHOWN = 3  # entries of a card that a sentence quotes


def card(case: Case, *, atom: str) -> Reading:
    """One thing in the institution's card: name, postal, email, phones, words, page links."""
    one = case.about_institution
    blocks = cards(case, case.site, one)
    if atom == "email" and (one.no_email or not one.emails):
        return inapplicable(Reason.NO_EMAIL_TO_SHOW)
    if not blocks:
        return _no_card(case, atom, Reason.CARD_NOT_FOUND)
    if atom != "name" and not any(map(_shows_contacts, blocks)):
        return _no_card(case, atom, Reason.CARD_WITHOUT_CONTACTS)
    shown, found = ATOMS[atom](one, blocks)
    everywhere = found or ATOMS[atom](one, list(_everywhere(case)))[1]
    seen = [] if shown else _hints(blocks, atom)
    told = {"atom": atom_word(atom), "institution": one.short_name or one.name}
    differing = {} if found else _differing(one, blocks, atom)
    unclear = Reason.CARD_SHOWS_ODDLY if seen else Reason.CARD_UNCLEAR
    return of_site(
        case,
        strict=found,
        generous=shown or everywhere or bool(seen),
        reasons=(Reason.CARD_SHOWS, Reason.CARD_LACKS, unclear),
        measured={**told, "seen": seen} if seen else {**told, **differing},
    )


def _differing(
    institution: Institution, blocks: Iterable[Block], atom: str
) -> Mapping[str, list[str]]:
    """What the card shows instead of what the registry has; nothing where one of them is empty."""
    if atom not in SIDES:
        return {}
    shown, registry = SIDES[atom](institution, [block.contacts for block in blocks])
    told = list(dict.fromkeys(shown))[:MOST_SHOWN]
    return {"shown": told, "registry": registry} if told and registry else {}


def _hints(blocks: Iterable[Block], atom: str) -> list[str]:
    """What a reader may take for it."""
    kinds = [HINTS[atom]] if atom in HINTS else []
    found = (
        hint
        for kind in kinds
        for block in blocks
        for hint in hints_in(block.contacts, [block.text], kind)
    )
    return list(dict.fromkeys(found))[:3]


def card_tells(case: Case, *, stems: list[str], what: str) -> Reading:
    """Words in the card or on its page; a machine cannot judge them, so at worst a question."""
    one = case.about_institution
    blocks = cards(case, case.site, one)
    told = any(names((block.heading, block.text), stems) for block in blocks)
    if not blocks:
        return _no_card(case, "words", Reason.CARD_NOT_FOUND)
    return of_site(
        case,
        strict=told,
        generous=True,
        reasons=(Reason.CARD_SHOWS, Reason.CARD_LACKS, Reason.CARD_UNCLEAR),
        measured={"atom": what, "what": what, "institution": one.short_name or one.name},
        worst=Outcome.REVIEW,
    )


def _no_card(case: Case, atom: str, why: Reason) -> Reading:
    """The site may tell of the institution where we do not understand it: never a violation."""
    one = case.about_institution
    reading = of_site(
        case,
        strict=False,
        generous=True,
        reasons=(Reason.CARD_SHOWS, why, why),
        measured={"institution": one.short_name or one.name},
        worst=Outcome.REVIEW,
    )
    unknown = reading.unseen or why
    is_complete = case.site is not None and not unread_parts(case.site, site_facts(case))
    return replace(reading, unseen=reading.unseen if is_complete and atom == "name" else unknown)


def _everywhere(case: Case) -> Iterator[Block]:
    """Of a long card only the beginning is kept, so the contacts of whole pages count, too."""
    contacts = case.site.facts.contacts if case.site else None
    yield Block(heading="", text="", contacts=contacts or Contacts())
    yield from _blocks(site_facts(case))


def _blocks(site: SiteFacts | None) -> Iterator[Block]:
    for page in site.pages if site else ():
        yield from page.blocks


def cards(case: Case, site: View | None, institution: Institution) -> tuple[Block, ...]:
    """Blocks headed by its name, and all blocks of a page that bears it."""
    if site is None or site.facts.site is None:
        return ()
    facts, key = site.facts.site, ("cards", site.page.address, institution.id)
    headed = case.hearing.of_site(site).once(
        ("headed", site.page.address), lambda: _index_headings(facts)
    )
    return case.once(
        key, lambda: tuple(_cards(facts, headed, institution, case.hearing.bench.names))
    )


def _cards(
    site: SiteFacts, headed: Headings, institution: Institution, around: Around
) -> Iterator[Block]:
    named = headed.titles.naming(institution, around)
    found = sorted({place for text in named for place in headed.places[text]})
    return (site.pages[page].blocks[block] for page, block in found)


@dataclass(frozen=True, slots=True)
class Headings:
    """Which blocks stand under which heading or title."""

    places: Mapping[str, Sequence[tuple[int, int]]]  # page, block
    titles: Titles


def _index_headings(site: SiteFacts) -> Headings:
    places: dict[str, list[tuple[int, int]]] = {}
    for number, page in enumerate(site.pages):
        for at, block in enumerate(page.blocks):
            for text in {page.title, *page.headings[:1], block.heading} - {""}:
                places.setdefault(text, []).append((number, at))
    return Headings(places, titles_of(places))


def _shows_contacts(block: Block) -> bool:
    """A card says something of how to reach the institution; a piece of news does not."""
    shown = block.contacts
    return bool(shown.phones or shown.emails or shown.addresses)


def _texts(blocks: Iterable[Block]) -> list[str]:
    return [block.text for block in blocks]


def _phones(institution: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    ours = phones_of(institution)
    shown = [phone for block in blocks for phone in block.contacts.phones]
    agree = any(same_phone(own, other) for own in ours for other in shown)
    if agree:
        return True, True
    literal = bool(held_phones(_texts(blocks), map(digits_of, ours)))
    return bool(shown) or literal, literal or (_is_any_own(shown) and not ours)


def _is_any_own(shown: Iterable[Phone | PostalAddress]) -> bool:
    return any(not one.of_another for one in shown)


def _emails(institution: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    shown = [email.value for block in blocks for email in block.contacts.emails]
    agree = any(same_email(own, other) for own in institution.emails for other in shown)
    if agree:
        return True, True
    literal = any(holds_email(_texts(blocks), own) for own in institution.emails)
    return bool(shown) or literal, literal


def _postal(institution: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    shown = [address for block in blocks for address in block.contacts.addresses]
    ours = institution.address or ""
    agree = any(same_address(ours, other.original) is Match.SAME for other in shown)
    if agree:
        return True, True
    literal = holds_place(_texts(blocks), street_and_house(ours))
    return bool(shown) or literal, literal or (_is_any_own(shown) and not ours)


def _name(_one: Institution, blocks: Sequence[Block]) -> tuple[bool, bool]:
    return bool(blocks), bool(blocks)


ATOMS = {"phones": _phones, "email": _emails, "postal": _postal, "name": _name}
HINTS = {"phones": HintKind.PHONE, "email": HintKind.EMAIL, "postal": HintKind.POSTAL}
SIDES: Mapping[str, Callable[[Institution, Sequence[Contacts]], tuple[list[str], list[str]]]] = {
    "phones": lambda institution, shown: (
        [phone.original for contacts in shown for phone in contacts.phones],
        list(institution.phones),
    ),
    "email": lambda institution, shown: (
        [email.value for contacts in shown for email in contacts.emails],
        list(institution.emails),
    ),
    "postal": lambda institution, shown: (
        [address.original for contacts in shown for address in contacts.addresses],
        [institution.address] if institution.address else [],
    ),
}
