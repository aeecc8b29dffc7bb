"""«Свод»: what is found, counted, kept and given out, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.board import catch_up, stale
from monitor.desk.ground import Desk
from monitor.desk.model import File, Goto, NotFoundError, Role, Visitor
from rules.model import Institution, Municipality
from tests.monitor.desk.asking import PETROVA, counted
from tests.monitor.desk.asks import given, sent, shown

MOST_STATEMENTS = 10  # two are left for the session
NEIGHBOUR = Visitor(role=Role.CUR, account=2, towns=frozenset({"next"}), secret="s")


@pytest.fixture
def desk(application: Application) -> Desk:
    catch_up(application)
    return Desk(application)


def found(desk: Desk, address: str = "/summary", visitor: Visitor = PETROVA) -> list[str]:
    page = shown(desk, address, visitor)
    return [one.get_text() for one in page.select("tbody th[scope=row] a[href^='/institutions/']")]


def test_all_institutions_stand_in_it_under_their_municipalities(desk: Desk) -> None:
    page = shown(desk, "/summary")
    assert len(found(desk)) == 3
    links = [one["href"] for one in page.select("tbody th a")]
    assert {"/summary?town=town", "/summary?town=next"} <= set(links)
    assert "/institutions/town/school-1" in links


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("text=сош+№+1", ["МКОУ СОШ № 1"]),
        ("text=СОШ", ["МКОУ СОШ № 1", "МКОУ СОШ № 9"]),
        ("text=100%25", []),
        ("text=_", []),
        ("town=next", ["МКОУ СОШ № 9"]),
        ("kind=library", []),
        ("requirement=kedrovy-2022-298/6.6", ["МКОУ СОШ № 1"]),
        ("requirement=kedrovy-2022-298/6.6&state=disputed", []),
        ("network=vk&outcome=review", ["МКОУ СОШ № 1"]),
    ],
)
def test_a_filter_finds_what_it_names(desk: Desk, query: str, names: list[str]) -> None:
    assert found(desk, f"/summary?{query}") == names


def test_kinds_and_networks_are_chosen_by_what_they_are_called(desk: Desk) -> None:
    (town, *others) = desk.application.municipalities
    school = town.institutions[0]
    several = [replace(school, id=f"i-{kind}", kind=kind) for kind in ("accounting", "school")]
    grown = replace(town, institutions=(*several, replace(school, kind="authority")))
    shown_of = Desk(replace(desk.application, municipalities=(grown, *others)))
    page = shown(shown_of, "/summary")
    named = [one.get_text() for one in page.select("#f-kind option")][1:]
    assert named == sorted(named)
    assert named[0] == "администрация"


def test_of_several_acts_each_requirement_names_its_own(desk: Desk) -> None:
    def titles(town: Municipality) -> list[str]:
        office = Desk(replace(desk.application, municipalities=(town,)))
        return [one.get_text() for one in shown(office, "/summary").select("#f-requirement option")]

    town = desk.application.municipalities[0]
    assert "п. 4. Право не вести страницы и сайт" in titles(town)
    several = titles(replace(town, packs=(*town.packs, "minvody-draft")))
    assert "п. 4. Право не вести страницы и сайт · Постановление № 298" in several
    assert len(several) == len(set(several))


def test_another_municipality_is_not_in_it(desk: Desk) -> None:
    assert found(desk, visitor=NEIGHBOUR) == ["МКОУ СОШ № 9"]
    assert found(desk, "/summary?town=town", NEIGHBOUR) == []


@pytest.mark.parametrize(
    "query", ["sort=x", "page=0", "page=x", "page=999999", "standing=x&state=y"]
)
def test_what_an_address_makes_up_does_no_harm(desk: Desk, query: str) -> None:
    assert shown(desk, f"/summary?{query}").h1


def test_a_filter_is_kept_for_its_account_alone(desk: Desk) -> None:
    form = {"name": "Наши школы", "text": "СОШ", "sort": "failed"}
    done = sent(desk, "/summary/filters", form)
    assert isinstance(done, Goto)
    page = shown(desk, "/summary")
    link = page.find("a", string="Наши школы")
    assert link is not None
    assert link["href"] == done.path
    other = shown(desk, "/summary", NEIGHBOUR)
    assert other.find("a", string="Наши школы") is None


def test_a_filter_is_dropped_by_its_account_alone(desk: Desk) -> None:
    sent(desk, "/summary/filters", {"name": "Школы", "text": "СОШ"})
    drop, boxes = "/summary/filters/1/drop", "form[action$='/drop']"
    with pytest.raises(NotFoundError):
        sent(desk, drop, {}, NEIGHBOUR)
    assert len(shown(desk, "/summary").select(boxes)) == 1
    sent(desk, drop, {}, PETROVA)
    assert not shown(desk, "/summary").select(boxes)


@pytest.mark.parametrize("form", [{"text": "СОШ"}, {"name": "x"}, {"name": "x" * 61, "kind": "y"}])
def test_a_filter_without_a_name_or_anything_to_filter_is_refused(
    desk: Desk, form: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        sent(desk, "/summary/filters", form)


def test_the_table_goes_out_as_a_workbook_of_what_is_filtered(desk: Desk) -> None:
    table = given(desk, "/summary.xlsx?text=СОШ")
    assert isinstance(table, File)
    rows = list(load_workbook(BytesIO(table.content)).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("Муниципалитет", "Учреждение")
    assert [row[1] for row in rows[1:]] == ["МКОУ СОШ № 1", "МКОУ СОШ № 9"]


def test_the_table_goes_out_as_csv(desk: Desk) -> None:
    table = given(desk, "/summary.csv", NEIGHBOUR)
    assert isinstance(table, File)
    assert table.content.decode("utf-8-sig").count("\r\n") == 2


def test_no_other_kind_of_file_is_there(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        given(desk, "/summary.html")


def test_a_board_that_is_not_whole_says_so(application: Application) -> None:
    page = shown(Desk(application), "/summary")
    assert "ещё собирается" in page.get_text()


# --- what it costs ------------------------------------------------------------------------------


def many(application: Application, count: int) -> Application:
    town = application.municipalities[0]
    members = tuple(
        Institution(id=f"i{at}", municipality=town.id, name=f"Школа № {at}", kind="school")
        for at in range(count)
    )
    grown: Municipality = replace(town, institutions=members, digest=f"{count}")
    return replace(application, municipalities=(grown,))


@pytest.mark.parametrize("count", [13, 400])
def test_every_page_costs_as_many_statements_whatever_the_number_of_institutions(
    application: Application, count: int
) -> None:
    grown = many(application, count)
    catch_up(grown)
    desk = Desk(grown)
    for address in ("/", "/summary"):
        with counted(application.engine) as put:
            shown(desk, address)
        assert len(put) <= MOST_STATEMENTS, put
    with counted(application.engine) as put:
        assert stale(grown) == ()
    assert len(put) <= MOST_STATEMENTS, put


@pytest.fixture
def moved(application: Application, engine: Engine) -> Application:
    """The same office, its database empty, on either server."""
    return replace(application, engine=engine)


def test_it_works_on_both_servers(moved: Application) -> None:
    assert catch_up(moved) == ()
    desk = Desk(moved)
    assert len(found(desk, "/summary?sort=failed")) == 3
    for what in ("answers", "reviews", "disputes", "terms", "letters", "mail"):
        assert shown(desk, f"/?what={what}").h1
    sent(desk, "/summary/filters", {"name": "Школы", "text": "СОШ"})
    assert found(desk, "/summary?requirement=x&state=to_do&network=vk&text=a") == []
