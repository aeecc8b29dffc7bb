"""A report of the cast's town that shows every outcome, a draft act and a second municipality."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.model import Audit, Collection, Issue, RegistryEntry, Report, Tally
from rules.model import (
    Act,
    Edition,
    Finding,
    Institution,
    Municipality,
    Outcome,
    Requirement,
    Severity,
    Waiver,
)
from tests.cast import ADMINISTRATION as ADM
from tests.cast import CLINIC, EVIDENCE, MUSEUM, NOW, OFFICE, SCHOOL, TOWN

DECREE = "kedrovy-2022-298"
DRAFT = "minvody-draft"
PAGE_OF = {
    ("school", "vk"): "https://vk.com/kedr_school1",
    ("school", "ok"): "https://ok.ru/group/70000000000101",
    ("museum", "vk"): "https://vk.com/club200",
    ("museum", "ok"): "https://ok.ru/kedrmuseum",
    ("clinic", "vk"): "https://vk.com/club300",
    ("adm", "vk"): "https://vk.com/kedradm",
}


def requirement(act: str, number: str, title: str, **given: Any) -> Requirement:
    clause = given.pop("clause", number.split("-")[0])
    fields: dict[str, Any] = {
        "law": "Учреждение обязано: " + title.lower(),
        "nature": "mandatory",
        "severity": Severity.MAJOR,
        "per": "page",
        "networks": ("vk", "ok"),
        "predicate": "some",
        "advice": "Исправьте на странице.",
    } | given
    return Requirement(
        id=f"{act}/{number}",
        clause=clause,
        title=title,
        quote="",
        looks_at="страница",
        how="",
        source="постановление",
        subjects={},
        editions=(Edition(since=date(2022, 12, 1), parameters={}),),
        **fields,
    )


REQUIREMENTS = (
    requirement(
        DECREE,
        "6.1-pages",
        "Официальные страницы в соцсетях",
        per="network",
        severity=Severity.CRITICAL,
    ),
    requirement(
        DECREE,
        "6.4-recommended",
        "Не меньше двух записей в неделю",
        nature="recommended",
        severity=Severity.ADVISORY,
    ),
    requirement(DECREE, "6.4-regularity", "Страница ведётся регулярно"),
    requirement(DECREE, "6.5", "Двухфакторная защита администраторов", per="institution"),
    requirement(DECREE, "6.6", "Отметка «Госорганизация»"),
    requirement(DECREE, "6.7", "Подключение к «Госпабликам»", per="institution"),
    requirement(DECREE, "9.1.name", "Наименование учреждения", clause="9.1"),
    requirement(DECREE, "9.1.postal", "Почтовый адрес", clause="9.1"),
    requirement(DECREE, "9.1.phone", "Телефон", clause="9.1"),
    requirement(DECREE, "9.1.email", "Электронная почта", clause="9.1", severity=Severity.MINOR),
    requirement(
        DECREE,
        "9.2",
        "Иная информация",
        predicate=None,
        why_not="Пункт не называет, какая именно информация нужна.",
    ),
)
KEDROVY = Act(
    id=DECREE,
    title="Постановление администрации города Кедрового от 01.12.2022 № 298",
    short_title="Постановление № 298",
    status="in_force",
    signed_on=date(2022, 12, 1),
    effective_date=None,
    listed=(),
    exempt=(),
    requirements=REQUIREMENTS,
    digest="a" * 64,
)
MINVODY = Act(
    id=DRAFT,
    title="Проект постановления администрации Минераловодского округа",
    short_title="Проект, Минеральные Воды",
    status="draft",
    signed_on=None,
    effective_date=None,
    listed=(),
    exempt=(),
    requirements=(
        requirement(
            DRAFT,
            "2.1",
            "Страницы администрации",
            per="network",
            severity=Severity.CRITICAL,
        ),
    ),
    digest="b" * 64,
)


def finding(
    institution: str,
    number: str,
    outcome: Outcome,
    because: str,
    network: str | None = None,
    **more: Any,
) -> Finding:
    wanted = next(r for r in REQUIREMENTS if r.id == f"{DECREE}/{number}")
    bad = outcome in (Outcome.FAIL, Outcome.REVIEW)
    fields: dict[str, Any] = {
        "page": PAGE_OF.get((institution, network or "")) if network else None,
        "remedy": "Откройте «Управление → Контакты» и впишите недостающее." if bad else None,
        "evidence": (EVIDENCE,) if network and outcome is not Outcome.UNKNOWN else (),
        "since": date(2026, 11, 15),
        "previous": outcome,
    } | more
    return Finding(
        institution=institution,
        municipality="kedr",
        requirement=wanted.id,
        clause=wanted.clause,
        outcome=outcome,
        severity=wanted.severity,
        reason=fields.pop("reason", "some_reason"),
        because=because,
        network=network,
        **fields,
    )


P, F, R = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW
N, U, W, E = Outcome.NOT_APPLICABLE, Outcome.UNKNOWN, Outcome.PENDING, Outcome.ERROR

ATTESTED = "Подтверждения нет: никто не сообщил, включена ли защита."
UNREAD = "Страницу не удалось прочитать: сервер не ответил вовремя."
FREE = "Освобождено: п. 4 постановления № 298, решение № 298 от 01.12.2022."
WAIVER = Waiver(
    requirement=f"{DECREE}/6.6",
    reason="ждут ответа «Госуслуг»",
    by="администрация",
    until=date(2027, 1, 1),
    document="письмо № 4",
)

SCHOOL_FINDINGS = (
    finding("school", "6.1-pages", P, "Страница открыта и работает.", "vk"),
    finding("school", "6.1-pages", P, "Страница открыта и работает.", "ok"),
    finding("school", "6.4-recommended", P, "За четыре недели: 3, 4, 2 и 5 записей.", "vk"),
    finding(
        "school",
        "6.4-recommended",
        F,
        "В трёх из четырёх недель меньше двух записей: 1, 0, 2 и 1; рекомендуется две.",
        "ok",
        measured={"weeks": [1, 0, 2, 1]},
        required={"posts": 2},
        previous=P,
    ),
    finding("school", "6.4-regularity", P, "Самый длинный перерыв 6 дней.", "vk"),
    finding("school", "6.4-regularity", P, "Самый длинный перерыв 12 дней.", "ok"),
    finding("school", "6.5", U, ATTESTED, reason="attestation_missing"),
    finding("school", "6.6", P, "Отметка показана.", "vk", previous=F),
    finding("school", "6.7", U, ATTESTED, reason="attestation_missing"),
    finding("school", "9.1.name", P, "В названии: «Школа № 1».", "vk"),
    finding("school", "9.1.postal", P, "Показан адрес: 1-й мкр., д. 61.", "vk"),
    finding(
        "school",
        "9.1.phone",
        R,
        "Показан номер 8 (38250) 3-50-00, а в реестре 8 (38250) 3-55-46: возможно, реестр устарел.",
        "vk",
    ),
    finding("school", "9.1.email", P, "Показан адрес school1@example.org.", "vk"),
)
MUSEUM_FINDINGS = (
    finding("museum", "6.1-pages", P, "Страница открыта и работает.", "vk"),
    finding(
        "museum",
        "6.1-pages",
        F,
        "Одноклассники сообщают, что группа заблокирована.",
        "ok",
        previous=P,
        since=date(2026, 11, 22),
        disputed=True,
    ),
    finding("museum", "6.4-regularity", F, "За 28 дней нет ни одной записи.", "vk", previous=F),
    finding("museum", "6.5", U, ATTESTED, reason="attestation_missing"),
    finding(
        "museum", "6.6", F, "Отметки на странице нет.", "vk", waiver=WAIVER, since=date(2026, 3, 1)
    ),
    finding("museum", "9.1.name", P, "В названии: «Музей кедра».", "vk"),
    finding("museum", "9.1.postal", F, "На странице нет почтового адреса.", "vk", previous=P),
    finding("museum", "9.1.phone", F, "На странице нет телефона.", "vk"),
    finding("museum", "9.1.email", W, "Странице 5 дней: судить рано.", "vk"),
)
CLINIC_FINDINGS = (
    finding("clinic", "6.1-pages", U, UNREAD, "vk", reason="not_read", previous=P),
    finding(
        "clinic", "6.1-pages", U, "Адрес в реестре не указан.", "ok", reason="page_not_registered"
    ),
    *(
        finding("clinic", number, U, UNREAD, "vk", reason="not_read")
        for number in ("6.4-regularity", "6.6", "9.1.name", "9.1.postal", "9.1.phone")
    ),
    finding("clinic", "6.5", E, "Проверка сломалась.", reason="predicate_broke"),
)
ADM_FINDINGS = (
    finding("adm", "6.1-pages", P, "Страница открыта и работает.", "vk"),
    finding("adm", "6.4-regularity", P, "Самый длинный перерыв 3 дня.", "vk"),
    finding("adm", "6.5", P, "Подтверждено 01.03.2026: защищены все четверо."),
    finding("adm", "9.1.name", P, "В названии: «Администрация Кедрового».", "vk"),
)
OFFICE_FINDINGS = tuple(
    finding("office", r.id.split("/")[1], N, FREE, previous=N)
    for r in REQUIREMENTS
    if r.predicate is not None
)
PREVIEW = Finding(
    institution="adm",
    municipality="minvody",
    requirement=f"{DRAFT}/2.1",
    clause="2.1",
    outcome=N,
    severity=Severity.CRITICAL,
    reason="act_not_in_force",
    because="Акт является проектом и ещё никого не обязывает.",
    network="vk",
    page="https://vk.com/minvodygorod",
    preview=F,
    preview_because="По адресу из проекта открывается другая страница.",
)
SPA = Municipality(
    id="minvody",
    name="Минераловодский муниципальный округ",
    timezone=ZoneInfo("Europe/Moscow"),
    packs=(DRAFT,),
    authority="adm",
    institutions=(
        Institution(
            id="adm",
            municipality="minvody",
            name="Администрация Минераловодского муниципального округа",
            kind="authority",
        ),
    ),
)


def weekly(*counts: int) -> dict[date, int]:
    """Posts of the last weeks before NOW, oldest first."""
    last = date(2026, 11, 16)
    return {last - timedelta(weeks=back): n for back, n in enumerate(reversed(counts))}


AUDIT = Audit(
    id=17,
    as_of=NOW,
    started_at=NOW,
    finished_at=NOW + timedelta(seconds=95),
    complete=False,
    scope=None,
    collection=Collection(
        pages=8, read=7, unread=1, requests={"vk": 3, "ok": 4, "site": 40}, reasons={"timeout": 1}
    ),
    registries={"kedr": "c" * 64},
    packs={DECREE: "a" * 64, DRAFT: "b" * 64},
    issues=(Issue(code="control_silent", text="Контрольная страница не показала отметку."),),
)
FINDINGS = (
    *ADM_FINDINGS,
    *SCHOOL_FINDINGS,
    *MUSEUM_FINDINGS,
    *CLINIC_FINDINGS,
    *OFFICE_FINDINGS,
)
REPORT = Report(
    audit=AUDIT,
    municipalities=(TOWN,),
    institutions=(ADM, SCHOOL, MUSEUM, CLINIC, OFFICE),
    acts=(KEDROVY,),
    findings=FINDINGS,
    trend=(
        Tally(audit=16, as_of=NOW - timedelta(days=1), counts={P: 18, F: 4, U: 9}),
        Tally(audit=17, as_of=NOW, counts={P: 15, F: 6, U: 10, R: 1, W: 1, E: 1}),
    ),
    previous_as_of=datetime(2026, 11, 21, 20, 0, tzinfo=UTC),
    weeks={
        ("vk", PAGE_OF["school", "vk"]): weekly(3, 4, 0, 5),
        ("ok", PAGE_OF["school", "ok"]): weekly(1, 0, 2, 1),
        ("vk", PAGE_OF["museum", "vk"]): weekly(0, 0, 0, 0),
    },
    entered=(
        RegistryEntry(
            municipality="kedr",
            institution="museum",
            name="Музей кедра",
            network="ok",
            address=PAGE_OF["museum", "ok"],
        ),
    ),
    left=(RegistryEntry(municipality="kedr", institution="club", name="МКУ «Клуб»"),),
)
TWO_TOWNS = replace(
    REPORT,
    municipalities=(TOWN, SPA),
    institutions=(*REPORT.institutions, *SPA.institutions),
    acts=(KEDROVY, MINVODY),
    findings=(*FINDINGS, PREVIEW),
)
HOSTILE_NAME = 'Школа <script>alert("1")</script>'
HOSTILE_SCHOOL = replace(SCHOOL, short_name=HOSTILE_NAME, phones=("8 (38250) 3-55-46<b>",))
HOSTILE = replace(
    REPORT,
    institutions=(ADM, HOSTILE_SCHOOL),
    findings=(
        *ADM_FINDINGS,
        replace(
            MUSEUM_FINDINGS[1],
            institution="school",
            page="javascript:alert(1)",
            because="<img src=x onerror=alert(1)>\r\nBcc: all@example.org",
        ),
    ),
)


def by_word(report: Report) -> Report:
    """No bytes came: servers said that everything is what it was the day before."""
    word = replace(EVIDENCE, status=304, bytes_at=NOW - timedelta(days=1))
    return replace(
        report,
        findings=tuple(replace(f, evidence=(word,) if f.evidence else ()) for f in report.findings),
    )


def big_report(institutions: int = 12, pages: int = 2) -> Report:
    """A town of so many institutions, each with the school's and the museum's findings."""
    clones = [grown(number, pages) for number in range(institutions)]
    return replace(
        REPORT,
        institutions=tuple(one for one, _ in clones),
        findings=tuple(f for _, found in clones for f in found),
    )


def grown(number: int, pages: int) -> tuple[Institution, tuple[Finding, ...]]:
    slug = f"school-{number}"
    institution = replace(SCHOOL, id=slug, short_name=f"МКОУ СОШ № {number}")
    found = (*SCHOOL_FINDINGS, *MUSEUM_FINDINGS) * pages
    crawl = tuple(
        replace(EVIDENCE, record=f"urn:uuid:00000000-0000-4000-8000-{number:04}{page:08}")
        for page in range(40)
    )
    return institution, tuple(
        replace(one, institution=slug, evidence=crawl[place % 8 :])
        for place, one in enumerate(found)
    )
