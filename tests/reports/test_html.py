from __future__ import annotations

import re
from dataclasses import replace

from bs4 import BeautifulSoup, Tag

from reports.cards import subjects
from reports.formats.html import FORMAT
from reports.ground import ground
from reports.model import Collection, Report
from rules.model import ActStatus, Outcome
from tests.cast import SCHOOL, TOWN
from tests.reports.town import (
    AUDIT,
    FINDINGS,
    HOSTILE,
    HOSTILE_NAME,
    KEDROVY,
    REPORT,
    REQUIREMENTS,
    TWO_TOWNS,
    big_report,
    by_word,
)

NOTHING = Collection(pages=0, read=0, unread=0)


def soup(report: Report) -> BeautifulSoup:
    return BeautifulSoup(FORMAT.render(report).main, "lxml")


def one(report: Report, selector: str) -> Tag:
    found = soup(report).select_one(selector)
    assert found is not None, selector
    return found


def said(tag: Tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" "))


def test_nothing_is_loaded_from_outside() -> None:
    page = soup(TWO_TOWNS)
    assert not page.select("[src], link, iframe, object, embed, base, form")
    assert "url(" not in FORMAT.render(TWO_TOWNS).main.decode()


def test_every_link_has_a_harmless_scheme() -> None:
    links = [str(a["href"]) for a in soup(HOSTILE).select("a[href]")]
    assert all(re.match(r"(https?://|mailto:|tel:|#)", link) for link in links)


def test_every_link_within_the_report_leads_somewhere() -> None:
    page = soup(TWO_TOWNS)
    targets = {str(tag["id"]) for tag in page.select("[id]")}
    assert {str(a["href"])[1:] for a in page.select('a[href^="#"]')} <= targets


def test_a_name_with_markup_stays_text() -> None:
    page = soup(HOSTILE)
    assert len(page.select("script")) == 1
    assert not page.select("img")
    assert HOSTILE_NAME in page.get_text()


def test_the_first_screen_counts_institutions() -> None:
    tiles = [said(tile) for tile in soup(REPORT).select(".tile")]
    assert [re.findall(r"\d+", tile)[0] for tile in tiles] == ["1", "1", "0", "2"]


def test_the_call_list_names_the_gravest_violation_first() -> None:
    call = said(one(REPORT, ".call"))
    assert "Музей кедра" in call
    assert "3 нарушения" in call
    assert "новое Почтовый адрес. На странице нет почтового адреса." in call
    assert "телефон не внесён в реестр" in call


def test_what_is_waived_or_disputed_leaves_the_call_list_for_a_group_of_its_own() -> None:
    group = one(REPORT, "#kedr-put-off")
    assert "МУ «Музей кедра» : отложено 1, до 1 января 2027; оспаривается 1." in said(group)


def test_nobody_is_called_about_what_is_put_off_alone() -> None:
    spared = replace(
        REPORT, findings=tuple(f for f in FINDINGS if f.outcome is not Outcome.FAIL or f.waiver)
    )
    assert not soup(spared).select(".call")
    assert "всё отложено у 1" in said(one(spared, ".tile.bad"))


def test_a_partial_audit_is_called_one_in_title_and_heading() -> None:
    part = replace(REPORT, audit=replace(AUDIT, scope=("kedr/school",)), institutions=(SCHOOL,))
    assert "Частичная проверка: МКОУ СОШ № 1." in said(one(part, "title"))
    assert "Частичная проверка: МКОУ СОШ № 1." in said(one(part, ".health"))


def test_a_card_says_where_the_institution_stands() -> None:
    assert "судить нельзя" in said(one(REPORT, "#kedr--clinic h3"))


def test_advice_is_called_below_the_recommended_and_never_a_violation() -> None:
    item = said(one(REPORT, '#kedr--school .item[data-mark="below"]'))
    assert "ниже рекомендуемого" in item
    assert "наруш" not in item
    assert "не выполнено" not in item


def test_advice_was_no_violation_in_the_previous_audit_either() -> None:
    found = tuple(
        replace(f, previous=f.outcome) if f.requirement.endswith("6.4-recommended") else f
        for f in REPORT.findings
    )
    item = one(replace(REPORT, findings=found), '#kedr--school .item[data-mark="below"]')
    assert "не выполнено" not in said(item)


def test_the_matrix_shows_the_worst_page_of_a_requirement() -> None:
    table = one(REPORT, ".matrix")
    museum = next(row for row in table.select("tbody tr") if "Музей" in row.get_text())
    assert "не выполнено" in said(museum.select("td")[0])


def test_every_cell_has_a_word_besides_its_sign() -> None:
    cells = [td for td in soup(REPORT).select(".matrix td") if td.select(".sign")]
    assert all(said(td.select_one(".sr") or td).strip() for td in cells)


def test_what_could_not_be_read_is_told_once() -> None:
    groups = soup(REPORT).select('#kedr--clinic .why[data-mark="unknown"]')
    assert len(groups) == 2
    assert len(groups[0].select("li")) == 6


def test_a_waiver_and_a_dispute_stand_beside_the_violation() -> None:
    card = said(one(REPORT, "#kedr--museum"))
    assert "отсрочка до 1 января 2027: ждут ответа «Госуслуг»" in card
    assert "оспаривается" in card


def test_a_draft_accuses_nobody() -> None:
    page = soup(TWO_TOWNS)
    preview = said(page.select("details.preview")[0])
    assert "Проект акта: предварительно, ни в чём не обвиняет" in preview
    assert not page.select("#minvody .item")
    assert not page.select("#minvody .tile")


def test_a_draft_that_the_registry_puts_into_force_is_no_draft() -> None:
    town = replace(TOWN, acts={KEDROVY.id: ActStatus(status="repealed")})
    assert "утратил силу" in said(one(replace(REPORT, municipalities=(town,)), ".method"))


def test_a_town_without_addresses_says_so() -> None:
    assert "адреса не внесены в реестр" in said(one(TWO_TOWNS, "#minvody .health"))


def test_an_audit_with_nothing_to_read_says_so_first() -> None:
    nothing = replace(REPORT, audit=replace(AUDIT, complete=True, collection=NOTHING))
    health = said(one(nothing, ".health"))
    assert "адреса не внесены в реестр" in health
    assert "полная" not in health


def test_a_right_that_is_used_is_no_share_of_compliance() -> None:
    right = replace(REQUIREMENTS[0], nature="right")
    act = replace(KEDROVY, requirements=(right, *REQUIREMENTS[1:]))
    assert "11 из 16 проверок" in said(one(replace(REPORT, acts=(act,)), ".footnote"))


def test_a_first_audit_compares_nothing() -> None:
    first = replace(REPORT, previous_as_of=None)
    assert "Сравнивать пока не с чем" in said(one(first, ".first"))


def test_what_is_not_checkable_is_listed_with_its_reason() -> None:
    assert "Пункт не называет" in said(one(REPORT, ".method"))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert FORMAT.render(TWO_TOWNS).main == FORMAT.render(TWO_TOWNS).main


def test_a_town_of_twelve_fits_into_half_a_megabyte() -> None:
    assert len(FORMAT.render(big_report(12)).main) <= 500_000


def test_an_audit_on_demand_shows_tables_and_draws_nothing() -> None:
    audit = replace(REPORT.audit, scope=tuple(one.key for one in REPORT.institutions))
    page = FORMAT.render(replace(REPORT, audit=audit)).main.decode()
    assert "<svg" not in page
    assert "<summary>По неделям</summary>" in page
    assert "Собственных записей в неделю" in page


def test_whose_addresses_are_not_registered_is_named_with_a_link() -> None:
    bare = replace(SCHOOL, pages=(), site=None)
    bodies = tuple(bare if one.id == bare.id else one for one in REPORT.institutions)
    page = BeautifulSoup(FORMAT.render(replace(REPORT, institutions=bodies)).main, "lxml")
    (told,) = (p for p in page.select("header p.soft") if "не внесены в реестр" in p.get_text())
    assert told.select_one("a[href]")


def test_requirements_of_one_clause_stand_together() -> None:
    """«п. 8(1)а, п. 8(1)б, п. 8(1)а» cites a clause twice."""
    found = [
        replace(FINDINGS[0], clause=clause, requirement=f"{clause}.{number}")
        for number, clause in enumerate(("8.1a", "8.1b", "8.1a"))
    ]
    told = subjects(ground(REPORT, TOWN), found)
    assert [one.clause for one in told] == ["8.1a", "8.1a", "8.1b"]


def test_what_a_server_only_said_is_told_with_both_moments() -> None:
    told = said(one(by_word(REPORT), "[id$=-m1]"))
    assert (
        "получено 22 ноября 2026, 03:00, 23 ноября 2026, 03:00 сервер ответил, что не менялось"
        in told
    )
