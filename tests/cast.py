"""The same cast in every test: the Administration, the School, the Museum, the Clinic, the Office.

Invented people and addresses; the numbers lie in ranges that are nobody's. `NOW` is a Sunday
evening in Tomsk, so that the four weeks before it are complete.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.model import (
    Access,
    Contacts,
    Email,
    Evidence,
    Facts,
    Link,
    Observation,
    Page,
    Phone,
    Post,
    PostalAddress,
    Presence,
    Wall,
    WallAccess,
)
from rules.model import Dossier, Exemption, Institution, Municipality, Person

TOMSK = ZoneInfo("Asia/Tomsk")
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # Monday 23 November, 03:00 in Tomsk
EVIDENCE = Evidence(
    record="urn:uuid:00000000-0000-4000-8000-000000000001",
    sha256="0" * 64,
    url="https://api.vk.ru/method/groups.getById",
    fetched_at=NOW,
    status=200,
)

SCHOOL_VK = Page(
    institution="kedr/school",
    network="vk",
    address="https://vk.com/kedr_school1",
    created_on=date(2022, 11, 30),
)
SCHOOL_OK = Page(
    institution="kedr/school",
    network="ok",
    address="https://ok.ru/group/70000000000101",
    created_on=date(2022, 11, 30),
)
SCHOOL_MAX = Page(
    institution="kedr/school",
    network="max",
    address="https://max.ru/school_one",
    created_on=date(2022, 11, 30),
)
PAGES = {page.network: page for page in (SCHOOL_VK, SCHOOL_OK, SCHOOL_MAX)}
MUSEUM_VK = Page(
    institution="kedr/museum", network="vk", address="https://vk.com/club200", role="official"
)
MUSEUM_OK = Page(institution="kedr/museum", network="ok", address="https://ok.ru/kedrmuseum")
CLINIC_VK = Page(institution="kedr/clinic", network="vk", address="https://vk.com/club300")
ADM_VK = Page(institution="kedr/adm", network="vk", address="https://vk.com/kedradm")

ADMINISTRATION = Institution(
    id="adm",
    municipality="kedr",
    name="Администрация города Кедрового",
    short_name="Администрация Кедрового",
    kind="authority",
    site="https://kedradm.example",
    pages=(ADM_VK,),
    persons=(Person(role="organiser", post="заместитель Мэра", rank="deputy_head"),),
)
SCHOOL = Institution(
    id="school",
    municipality="kedr",
    name=(
        "Муниципальное казённое общеобразовательное учреждение "
        "средняя общеобразовательная школа № 1 г. Кедрового"
    ),
    short_name="МКОУ СОШ № 1",
    popular_names=("Школа № 1",),
    kind="school",
    parent="adm",
    ogrn="1027000000004",
    site="https://school1.example",
    address="636615, Томская область, г. Кедровый, 1-й мкр., д. 61",
    phones=("8 (38250) 3-55-46",),
    emails=("school1@example.org",),
    pages=(SCHOOL_VK, SCHOOL_OK),
    persons=(Person(role="head", post="директор", rank="head"),),
)
MUSEUM = Institution(
    id="museum",
    municipality="kedr",
    name="Муниципальное учреждение «Музей кедра»",
    short_name="МУ «Музей кедра»",
    kind="culture",
    parent="adm",
    pages=(MUSEUM_VK, MUSEUM_OK),
)
CLINIC = Institution(
    id="clinic",
    municipality="kedr",
    name="Муниципальное учреждение «Городская поликлиника»",
    kind="other",
    parent="adm",
    pages=(CLINIC_VK,),
)
OFFICE = Institution(
    id="office",
    municipality="kedr",
    name="Муниципальное учреждение «Централизованная бухгалтерия» города Кедрового",
    kind="accounting",
    parent="adm",
    exemptions=(
        Exemption(
            scope=("pages", "site"),
            ground="п. 4 постановления № 298",
            approved_by="adm",
            document="№ 298 от 01.12.2022",
            since=date(2022, 12, 1),
        ),
    ),
)
TOWN = Municipality(
    id="kedr",
    name="Город Кедровый",
    timezone=TOMSK,
    packs=("kedrovy-2022-298",),
    authority="adm",
    institutions=(ADMINISTRATION, SCHOOL, MUSEUM, CLINIC, OFFICE),
)


def posts(*days_ago: float, now: datetime = NOW) -> tuple[Post, ...]:
    """The page's own posts, so many days before `now`."""
    return tuple(
        Post(key=f"{days}", published_at=now - timedelta(days=days), own_length=120)
        for days in sorted(days_ago)
    )


def wall(*days_ago: float, now: datetime = NOW) -> Wall:
    """A wall that was read for ten weeks back."""
    return Wall(posts=posts(*days_ago, now=now), covered_since=now - timedelta(weeks=10))


LIVELY = (1, 3, 5, 8, 10, 12, 15, 17, 19, 22, 24, 26, 29, 31, 33)

SCHOOL_CONTACTS = Contacts(
    phones=(Phone(original="+7 (38250) 3-55-46", place="contacts", e164="+73825035546"),),
    emails=(Email(value="school1@example.org", original="school1@example.org", place="contacts"),),
    addresses=(
        PostalAddress(original="г. Кедровый, 1-й мкр., д. 61", place="addresses.main_address"),
    ),
    links=(Link(url="https://school1.example", place="site"),),
)
SCHOOL_FACTS = Facts(
    presence=Presence.LIVE,
    access=Access.OPEN,
    wall_access=WallAccess.LIMITED,
    page_id="101",
    screen_name="kedr_school1",
    kind="page",
    title="Школа № 1 | Кедровый",
    description="МКОУ СОШ № 1 г. Кедрового. Учим детей с 1986 года, кружки, музей и хор.",
    status="",
    pinned_text="",
    government_mark=True,
    has_avatar=True,
    has_cover=True,
    contacts=SCHOOL_CONTACTS,
    menu=(),
    wall=wall(*LIVELY),
)


def seen(page: Page, facts: Facts, at: datetime = NOW) -> Observation:
    return Observation(page=page, observed_at=at, facts=facts, evidence=(EVIDENCE,))


def dossier(
    institution: Institution = SCHOOL,
    *observations: Observation,
    municipality: Municipality = TOWN,
    as_of: datetime = NOW,
) -> Dossier:
    """A dossier of `institution` with these observations, newest first per page."""
    by_page: dict[tuple[str, str], tuple[Observation, ...]] = {}
    for one in sorted(observations, key=lambda o: o.observed_at, reverse=True):
        key = (one.page.network, one.page.address)
        by_page[key] = (*by_page.get(key, ()), one)
    return Dossier(
        municipality=municipality, institution=institution, as_of=as_of, observations=by_page
    )
