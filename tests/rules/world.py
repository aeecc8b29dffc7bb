"""Builds a dossier from a case file: `given` in the words of the registry and of the page.

    [[case]]
    name = "Две записи каждую неделю"          what a lawyer would call it
    given.posts_days_ago = [1, 3, 8, 10]        the School's page in VK, if nothing else is said
    when = 2026-11-23T03:00:00+07:00            default: NOW of the cast
    then = { outcome = "pass", reason = "…", says = "…" }

`given.who` names one of the cast; `given.registry` overrides fields of the institution;
`given.page` those of the page; `given.facts` what the page shows (a list of hidden names in
`given.hidden`); `given.readings` lists earlier and present looks, the newest last.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from collectors.contacts import find_contacts, parse_phones, union
from collectors.model import (
    BEGINNING,
    Access,
    Author,
    Block,
    Contacts,
    Crawl,
    Email,
    Facts,
    Failure,
    FailureCode,
    Hint,
    HintKind,
    Link,
    Observation,
    Page,
    Post,
    PostalAddress,
    Presence,
    Shown,
    SiteFacts,
    SitePage,
    Wall,
    WallAccess,
)
from rules.model import (
    ActStatus,
    Attestation,
    Dossier,
    Event,
    Exemption,
    Institution,
    NoPage,
    Person,
    Waiver,
)
from tests import cast

ENUMS = {"presence": Presence, "access": Access, "wall_access": WallAccess}
CASES = Path(__file__).parent / "cases"
WHO = {one.id: one for one in cast.TOWN.institutions}
LISTS: Mapping[str, Any] = {
    "attestations": Attestation,
    "events": Event,
    "exemptions": Exemption,
    "persons": Person,
    "waivers": Waiver,
}


@dataclass(frozen=True)
class Given:
    """One case of a file."""

    file: str
    requirement: str
    name: str
    given: Mapping[str, Any]
    when: datetime
    then: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def cases() -> Iterator[Given]:
    for path in sorted(CASES.glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        for one in content["case"]:
            yield Given(
                file=path.stem,
                requirement=one.get("requirement") or content["requirement"],
                name=one["name"],
                given=one.get("given", {}),
                when=one.get("when", cast.NOW),
                then=one["then"],
            )


def world(case: Given) -> Dossier:
    given = case.given
    who = _institution(WHO[given.get("who", "school")], given)
    page = _page(given)
    registry = given.get("registry", {})
    if "pages" not in registry:
        who = replace(who, pages=(page,) if page else ())
    town = replace(
        cast.TOWN,
        packs=(case.requirement.partition("/")[0],),
        days_off=tuple(_weeks_off(given)),
        acts={key: ActStatus(**value) for key, value in given.get("acts", {}).items()},
        institutions=tuple(who if one.id == who.id else one for one in _town(given)),
    )
    seen = [*_readings(case, page), *_sites(case, who, town.institutions)]
    dossier = cast.dossier(who, *seen, municipality=town, as_of=case.when)
    return replace(dossier, shared_texts=given.get("shared_texts", {}))


def _weeks_off(given: Mapping[str, Any]) -> Iterator[date]:
    """`weeks_off` are Mondays of weeks that the region declared free of work."""
    for monday in given.get("weeks_off", ()):
        yield from (monday + timedelta(days=number) for number in range(7))


def _town(given: Mapping[str, Any]) -> tuple[Institution, ...]:
    others = given.get("town", {})
    return tuple(_institution(one, {"registry": others.get(one.id, {})}) for one in WHO.values())


def _institution(who: Institution, given: Mapping[str, Any]) -> Institution:
    told = dict(given.get("registry", {}))
    for name, kind in LISTS.items():
        if name in told:
            told[name] = tuple(kind(**_tuples(one)) for one in told[name])
    if "no_pages" in told:
        told["no_pages"] = {key: NoPage(**value) for key, value in told["no_pages"].items()}
    if "pages" in told:
        told["pages"] = tuple(Page(institution=who.key, **one) for one in told["pages"])
    return replace(who, **_tuples(told))


def _tuples(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in told.items()}


def _page(given: Mapping[str, Any]) -> Page | None:
    if given.get("page") is False:
        return None
    told = dict(given.get("page", {}))
    known = cast.PAGES[told.pop("network", "vk")]
    return replace(known, institution=f"kedr/{given.get('who', 'school')}", **told)


# --- what was seen ----------------------------------------------------------------------------


def _readings(case: Given, page: Page | None) -> Iterator[Observation]:
    looks = case.given.get("readings", [{}] if page else [])
    for look in looks:
        at = case.when - timedelta(days=look.get("days_ago", 0), hours=look.get("hours_ago", 0))
        where = page or cast.SCHOOL_VK
        if "address" in look:
            where = replace(where, network=look["network"], address=look["address"])
        yield _observation({**case.given, **look}, where, at)


def _observation(told: Mapping[str, Any], page: Page, at: datetime) -> Observation:
    if code := told.get("failure"):
        return Observation(page=page, observed_at=at, failure=Failure(FailureCode(code)))
    gaps = {key: Failure(FailureCode(code)) for key, code in told.get("gaps", {}).items()}
    hidden: dict[str, Any] = dict.fromkeys(told.get("hidden", ()))
    facts = replace(_facts(told, at), **hidden)
    return Observation(
        page=page,
        observed_at=at,
        facts=facts,
        gaps=gaps,
        evidence=(cast.EVIDENCE,),
        reader=told.get("reader", ""),
    )


def _facts(told: Mapping[str, Any], at: datetime) -> Facts:
    facts = dict(told.get("facts", {}))
    if "contacts" in facts:
        facts["contacts"] = _contacts(facts["contacts"])
    if "menu" in facts:
        facts["menu"] = tuple(Link(url=url, place="menu") for url in facts["menu"])
    facts |= {key: kind(facts[key]) for key, kind in ENUMS.items() if key in facts}
    wall = _wall(told, at)
    if "address" in told:  # another page: it has not the School's number and name
        facts = {"page_id": None, "screen_name": None, **facts}
    return replace(cast.SCHOOL_FACTS, **{"wall": wall, **_tuples(facts)})


def _contacts(told: Mapping[str, Any]) -> Contacts:
    """`read` is a text, taken as the collectors take it; `hints` are listed by kind."""
    place = "contacts"
    hints = told.get("hints", {})
    return union(find_contacts(told.get("read", ""), place), _listed(told, hints, place))


def _listed(told: Mapping[str, Any], hints: Mapping[str, list[str]], place: str) -> Contacts:
    return Contacts(
        phones=tuple(phone for one in told.get("phones", ()) for phone in parse_phones(one, place)),
        emails=tuple(Email(value=one, original=one, place=place) for one in told.get("emails", ())),
        addresses=tuple(
            PostalAddress(original=one, place=place) for one in told.get("addresses", ())
        ),
        links=tuple(Link(url=one, place=place) for one in told.get("links", ())),
        hints=tuple(
            Hint(kind=HintKind(kind), original=one, place=place)
            for kind, several in hints.items()
            for one in several
        ),
    )


def _wall(told: Mapping[str, Any], at: datetime) -> Wall:
    if "posts" not in told and "posts_days_ago" not in told and "posts_at" not in told:
        return cast.wall(*cast.LIVELY, now=at)
    posts = [
        *cast.posts(*told.get("posts_days_ago", ()), now=at),
        *(cast.posts(0, now=one)[0] for one in told.get("posts_at", ())),
        *(_post(one, at) for one in told.get("posts", ())),
    ]
    posts = [replace(one, key=f"{one.published_at.isoformat()}-{n}") for n, one in enumerate(posts)]
    weeks = told.get("covered_weeks", 10)
    since = BEGINNING if weeks == "all" else at - timedelta(weeks=weeks)
    return Wall(posts=tuple(posts), covered_since=since)


def _post(told: Mapping[str, Any], now: datetime) -> Post:
    told = dict(told)
    ago = timedelta(days=told.pop("days_ago", 0))
    told["author"] = Author(told.get("author", "page"))
    return replace(cast.posts(0, now=told.pop("at", now - ago))[0], **told)


def _sites(case: Given, who: Institution, town: tuple[Institution, ...]) -> Iterator[Observation]:
    """`given.site` is the institution's own, `given.authority_site` the administration's.

    Both bear their owner's name, if `text` does not say otherwise.
    """
    for name, owner in (("site", who), ("authority_site", next(o for o in town if o.id == "adm"))):
        told = case.given.get(name)
        if told is None:
            continue
        page = Page(institution=owner.key, network="site", address=owner.site or "")
        for look in told if isinstance(told, list) else [told]:
            at = case.when - timedelta(days=look.get("days_ago", 0), hours=look.get("hours_ago", 0))
            yield _site({"text": owner.name, **look}, page, at)


def _site(told: Mapping[str, Any], page: Page, at: datetime) -> Observation:
    if code := told.get("failure"):
        return Observation(page=page, observed_at=at, failure=Failure(FailureCode(code)))
    site = SiteFacts(
        pages=tuple(_site_page(one, page) for one in told.get("pages", ())),
        crawl=Crawl(complete=told.get("complete", True), read=5, frontier=0),
        pos_widgets=tuple(told.get("pos_widgets", ())),
        final_url=told.get("final_url", page.address),
        text=told["text"],
        numbers=tuple(told.get("numbers", ())),
        networks=tuple(told["networks"]) if "networks" in told else None,
    )
    presence = Presence(told.get("presence", "live"))
    facts = Facts(presence=presence, title=told.get("title"), site=site, contacts=_contacts(told))
    return Observation(page=page, observed_at=at, facts=facts, evidence=(cast.EVIDENCE,))


def _site_page(told: Mapping[str, Any], page: Page) -> SitePage:
    told = dict(told)
    url = told.pop("url", page.address)
    blocks = tuple(
        Block(heading=one["heading"], text=one.get("text", ""), contacts=_contacts(one))
        for one in told.pop("blocks", ())
    )
    anchors = tuple(
        Link(url=one["url"], text=one.get("text", ""), place=url) for one in told.pop("anchors", ())
    )
    hints = tuple(
        Link(url=one["page"][1], place=url, page=tuple(one["page"]), shown=Shown(one["shown"]))
        for one in told.pop("hints", ())
    )
    known = {one.name for one in fields(SitePage)}
    assert set(told) <= known, set(told) - known
    return SitePage(
        url=url,
        status=told.pop("status", 200),
        anchors=anchors,
        blocks=blocks,
        hints=hints,
        **_tuples(told),
    )


def told(requirement: str, given: Mapping[str, Any], when: datetime = cast.NOW) -> Given:
    """A case of a test in Python, in the same words as those of the files."""
    return Given(file="", requirement=requirement, name="", given=given, when=when, then={})
