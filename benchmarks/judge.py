"""How fast institutions are judged: two pages each, all packs, one core, findings thrown away.

    python -m benchmarks.judge [INSTITUTIONS]

Prints seconds, milliseconds an institution, the ratio to the aim (10,000 in 60 s), and the growth
of memory between the first and the last tenth: judging is streamed, so there should be none.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

from collectors.contacts import find_contacts
from collectors.model import (
    Access,
    Block,
    Crawl,
    Facts,
    Link,
    Observation,
    Page,
    Post,
    Presence,
    SiteFacts,
    SitePage,
    Wall,
    WallAccess,
)
from rules.dossier.bench import Bench
from rules.engine import judge
from rules.model import Act, Dossier, Institution, Municipality, Person
from rules.packs import load_act, shipped

AIM = 60 / 10_000  # seconds an institution
TOWN = 50  # institutions of a municipality
NIGHTS = 3

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    acts = [load_act(path) for path in shipped().values()]
    spent, memory = [], []
    for number in range(max(1, wanted // TOWN)):
        dossiers = list(dossiers_of(number, acts))
        spent.append(timed(dossiers, acts))
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    report(len(spent) * TOWN, sum(spent), memory)


def timed(dossiers: list[Dossier], acts: list[Act]) -> float:
    """All of one municipality, on one bench, as a run judges them."""
    started = process_time()
    bench = Bench(dossiers[0].municipality, acts, dossiers[0].today)
    for dossier in dossiers:
        for _ in judge(bench, dossier):
            pass
    return process_time() - started


def report(institutions: int, seconds: float, memory: list[float]) -> None:
    each = seconds / institutions
    tenth = max(1, len(memory) // 10)
    print(f"institutions            {institutions:10,}")
    print(f"seconds                 {seconds:10.1f}")
    print(f"ms an institution       {each * 1000:10.2f}")
    print(f"ratio to the aim (6 ms) {each / AIM:10.2f}")
    print(f"peak memory, MB         {memory[-1]:10.0f}")
    print(f"growth since 1st tenth  {memory[-1] - memory[tenth - 1]:10.0f}")


# --- a town that does not exist -----------------------------------------------------------------


def dossiers_of(number: int, acts: list[Act]) -> Iterator[Dossier]:
    town = f"town{number}"
    members = tuple(institution(town, index) for index in range(TOWN))
    municipality = Municipality(
        id=town,
        name="Город",
        timezone=ZoneInfo("Asia/Tomsk"),
        packs=tuple(act.id for act in acts),
        authority=members[0].id,
        institutions=members,
    )
    site = authority_site(members)
    for member in members:
        seen = {(page.network, page.address): tuple(looks(page, member)) for page in member.pages}
        if member is members[0]:
            seen |= {
                (page.network, page.address): tuple(looks(page, one))[:1]
                for one in members
                for page in one.pages
            }
        seen[("site", members[0].site or "")] = (site,)
        yield Dossier(municipality=municipality, institution=member, as_of=NOW, observations=seen)


def institution(town: str, index: int) -> Institution:
    name = f"i{index}"
    key = f"{town}/{name}"
    return Institution(
        id=name,
        municipality=town,
        name=f"Муниципальное казённое общеобразовательное учреждение школа № {index} г. {town}",
        short_name=f"МКОУ СОШ № {index}",
        kind="school" if index else "authority",
        parent="i0" if index else None,
        ogrn="1027000000004",
        site=f"https://{name}.{town}.example",
        address=f"636615, Томская область, г. Кедровый, ул. Лесная, д. {index + 1}",
        phones=(f"8 (38250) 3-{index % 90 + 10}-46",),
        emails=(f"{name}@{town}.example",),
        persons=(Person(role="head", post="директор", rank="head"),),
        pages=(
            Page(institution=key, network="vk", address=f"https://vk.com/{town}_{name}"),
            Page(institution=key, network="ok", address=f"https://ok.ru/{town}_{name}"),
        ),
    )


def looks(page: Page, one: Institution) -> Iterator[Observation]:
    for night in range(NIGHTS):
        yield Observation(
            page=page, observed_at=NOW - timedelta(days=night), facts=facts(page, one, night)
        )


def facts(page: Page, one: Institution, night: int) -> Facts:
    text = f"{one.name}. {one.address}, тел. {one.phones[0]}, {one.emails[0]}, {one.site}"
    posts = [
        Post(key=f"{n}", published_at=NOW - timedelta(hours=40 * n), own_length=200, digest=f"{n}")
        for n in range(40)
    ]
    return Facts(
        presence=Presence.LIVE,
        access=Access.OPEN,
        wall_access=WallAccess.LIMITED,
        page_id=str(abs(hash(page.address)) % 10**8),
        title=one.short_name,
        description=text,
        status="",
        pinned_text="",
        government_mark=page.network == "vk",
        has_avatar=True,
        has_cover=True,
        contacts=find_contacts(text, "description") if night == 0 else None,
        menu=(),
        wall=Wall(posts=tuple(posts), covered_since=NOW - timedelta(weeks=10)),
    )


def authority_site(members: tuple[Institution, ...]) -> Observation:
    blocks = tuple(
        Block(
            heading=one.short_name,
            text=f"{one.address}, тел. {one.phones[0]}, {one.emails[0]}",
            contacts=replace(
                find_contacts(f"{one.address}, тел. {one.phones[0]}, {one.emails[0]}", "card"),
                links=tuple(Link(url=page.address, place="card") for page in one.pages),
            ),
        )
        for one in members
    )
    pages = tuple(
        SitePage(
            url=f"https://site.example/{n}",
            status=200,
            title=f"Новости города № {n}",
            headings=(f"Новость {n}",),
            anchors=tuple(
                Link(url=f"https://site.example/{m}", place="", text=f"Страница {m}")
                for m in range(40)
            ),
            text_length=900,
            blocks=blocks if n == 0 else (),
        )
        for n in range(60)
    )
    site = SiteFacts(
        final_url="https://site.example",
        pages=pages,
        crawl=Crawl(complete=True, read=60, frontier=0),
    )
    page = Page(
        institution=members[0].key, network="site", address=members[0].site or "", role="authority"
    )
    return Observation(
        page=page, observed_at=NOW, facts=Facts(presence=Presence.LIVE, site=site, contacts=None)
    )


if __name__ == "__main__":
    main()
