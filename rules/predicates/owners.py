"""Whose site it is: a domain may have been sold, and a stranger's site opens as well as one's own.

Sure signs are the owner's telephone, e-mail, ОГРН or ИНН, or its name in a title or a heading of
the home page or of most others; anything that resembles them may be one. Where nothing of the
kind is seen nobody is accused and nothing is taken for done: a name may stand in a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from collectors.model import Contacts, FailureCode, Page, SiteFacts, SitePage
from collectors.networks import owner_in_address
from rules.dossier.case import Case, is_authority
from rules.dossier.views import PageState, View
from rules.model import Institution, Municipality
from rules.names.literal import holds_email, holds_phone
from rules.names.matching import same_email, same_phone, same_site
from rules.names.naming import names_match, shares_a_proper_word
from rules.names.own_names import Around
from rules.names.reference import digits_of, phones_of

MOST_TITLES = 100  # pages whose titles and headings are searched for the name
FEWEST_NAMED = 2  # inner pages: one name is no name of the whole site
MORE_THAN_NAME = 40  # characters of a line beside the name: town, «официальный сайт»
LONGEST_TITLE = 100
OGRN_DIGITS = 13
BUSINESS = "business"
NO_CONTACTS = Contacts()


@dataclass(frozen=True, slots=True)
class Ownership:
    """Both bounds: the site surely is the institution's, and it may be."""

    surely: bool
    perhaps: bool
    looked_for: tuple[str, ...] = ()


UNSEEN = Ownership(surely=False, perhaps=False)


def ownership(case: Case, view: View | None) -> Ownership:
    """Of a site that opens; of another nothing can be said."""
    if view is None or view.state is not PageState.LIVE or view.facts.site is None:
        return UNSEEN
    key = ("owner", view.page.address)
    return case.hearing.of_site(view).once(key, lambda: _find_owner(case, view))


def _find_owner(case: Case, view: View) -> Ownership:
    town, facts = case.municipality, view.facts
    one = town.by_id.get(view.page.institution.rpartition("/")[2])
    owner = case.institution if one is None or one.id == case.institution.id else one
    assert facts.site is not None
    return _weigh_signs(case, owner, facts.site, facts.contacts or NO_CONTACTS, facts.title or "")


def came_in_part(site: SiteFacts | None) -> bool:
    """A page broke off: what must not stand on the site may stand in the rest."""
    return site is not None and FailureCode.CUT.value in site.crawl.skipped


def owner_fields(view: View, whose: Ownership) -> dict[str, object]:
    """What a reader needs to look for himself."""
    site = view.facts.site
    return {
        "site": view.page.address,
        "title": (view.facts.title or "")[:LONGEST_TITLE] or None,
        "final_url": site.final_url if site else None,
        "looked_for": list(whose.looked_for),
    }


def is_of_another(page: Page, institution: Institution) -> bool:
    """Whether the address itself says so: by an ИНН that is not this one, or as that of a business.

    A name that says nothing, or an institution whose ИНН is not known, proves nothing.
    """
    owner = owner_in_address(page)
    if owner is None:
        return False
    return owner.kind == BUSINESS or institution.inn not in (None, owner.inn)


def _weigh_signs(
    case: Case, institution: Institution, site: SiteFacts, contacts: Contacts, title: str
) -> Ownership:
    town, known = case.municipality, case.hearing.bench.names
    sure = _shows_contacts(institution, site, contacts) or bool(
        {institution.ogrn, institution.inn} & set(site.numbers)
    )
    titles, lines = tuple(_titles(title, site.pages)), tuple(_lines(site))
    front = (*_titles(title, site.pages[:1]), *_short(institution, lines))
    named = not sure and (
        _is_named(institution, front, known) or _on_most_pages(institution, site.pages[1:], known)
    )
    is_moved = _leads_to_another(town, institution, site)
    is_alone = not (_names_another(institution, site) or came_in_part(site))
    return Ownership(
        surely=(sure or (named and is_alone)) and not is_moved,
        perhaps=sure or named or _may_be(town, institution, contacts, (*titles, *lines), known),
        looked_for=tuple(_looked_for(institution)),
    )


def _looked_for(institution: Institution) -> Iterator[str]:
    yield "название"
    yield from ["телефон"] if institution.phones else []
    yield from ["электронная почта"] if institution.emails else []
    yield from ["ОГРН"] if institution.ogrn else []
    yield from ["ИНН"] if institution.inn else []


def _shows_contacts(institution: Institution, site: SiteFacts, shown: Contacts) -> bool:
    text = (site.text or "",)
    phones = phones_of(institution)
    return (
        any(same_phone(own, other) for own in phones for other in shown.phones)
        or any(same_email(own, other.value) for own in institution.emails for other in shown.emails)
        or any(holds_phone(text, digits_of(own)) for own in phones)
        or any(holds_email(text, own) for own in institution.emails)
    )


def _is_named(institution: Institution, texts: Iterable[str], known: Around) -> bool:
    return any(names_match(institution, text, (), around=known).strict for text in texts)


def _on_most_pages(institution: Institution, inner: Sequence[SitePage], known: Around) -> bool:
    """A single page that bears the name may be news of it on the site of another."""
    pages = inner[:MOST_TITLES]
    named = sum(_is_named(institution, _titles("", [page]), known) for page in pages)
    return named >= max(FEWEST_NAMED, len(pages) / 2)


def _titles(title: str, pages: Sequence[SitePage]) -> Iterator[str]:
    told = (text for page in pages[:MOST_TITLES] for text in (page.title, *page.headings))
    yield from dict.fromkeys(filter(None, (title, *told)))


def _lines(site: SiteFacts) -> Iterator[str]:
    """How the home page begins and ends."""
    yield from dict.fromkeys(filter(None, (site.text or "").splitlines()))


def _short(institution: Institution, lines: Iterable[str]) -> Iterator[str]:
    """Lines that say the name and little else; a piece of news about the owner says more."""
    longest = max(map(len, (institution.name, institution.short_name, *institution.popular_names)))
    return (line for line in lines if len(line) <= longest + MORE_THAN_NAME)


def _names_another(institution: Institution, site: SiteFacts) -> bool:
    """It bears somebody's ОГРН and not this one: perhaps a namesake of another town."""
    told = {number for number in site.numbers if len(number) == OGRN_DIGITS}
    return bool(institution.ogrn and told) and institution.ogrn not in told


def _leads_to_another(town: Municipality, institution: Institution, site: SiteFacts) -> bool:
    """From its own address to the front page of another institution's site."""
    own = institution.site or ""
    if same_site(own, site.final_url, institution.site_aliases):
        return False
    return any(
        other.site and other.id != institution.id and same_site(site.final_url, other.site)
        and not same_site(own, other.site)
        for other in town.institutions
    )  # fmt: skip


def _may_be(
    town: Municipality,
    institution: Institution,
    shown: Contacts,
    texts: tuple[str, ...],
    known: Around,
) -> bool:
    if any(names_match(institution, "", (text,), around=known).generous for text in texts):
        return True
    if is_authority(town, institution) and any(
        shares_a_proper_word(town.name, text) for text in texts
    ):
        return True
    return any(
        same_site(page.address, link.url) for page in institution.pages for link in shown.links
    )
