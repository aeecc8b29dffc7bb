"""The way in over a socket: log-in, code, one's own account, and who may come where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import httpx
import pyotp
import pytest
from bs4 import BeautifulSoup
from sqlalchemy.event import listen

from monitor.application import Application
from monitor.desk.entry import FIRST_VISIT
from monitor.desk.gate import codes, passwords
from monitor.desk.gate.visiting import SESSION
from monitor.storage import accounts, attempts, journal, sessions
from monitor.storage.attempts import Attempt
from monitor.storage.journal import Entry, EntryFilter, What
from monitor.storage.sessions import Beginning
from tests.cast import NOW
from tests.monitor.desk.people import account, key_of, somebody
from tests.monitor.desk.served import Visit, application_in, served, visit

PASSWORD = "три весёлых ёжика"
SECRET = codes.new_secret()


@pytest.fixture(scope="module")
def at(desk: Application) -> Iterator[str]:
    """Everybody has the same password; «clerk» has a second factor, «reader» owes none."""
    known = passwords.hash_password(PASSWORD)
    for name, role in (("clerk", "operator"), ("new", "deputy"), ("reader", "cur")):
        accounts.add(
            desk.engine,
            name,
            role=role,
            municipalities=("town",),
            password=known,
            until=NOW + timedelta(days=1) if name == "new" else None,
            at=NOW,
        )
    with served(desk) as address:
        yield address


@pytest.fixture(autouse=True)
def _fresh(desk: Application, at: str) -> None:  # noqa: ARG001 — it makes the accounts
    """A code is good once, and the clock stands still."""
    clerk = accounts.by_name(desk.engine, "clerk")
    assert clerk
    accounts.enrol(desk.engine, clerk.number, secret=SECRET)


@pytest.fixture
def guest(at: str) -> Iterator[Visit]:
    with visit(at) as found:
        yield found


def log_in(guest: Visit, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return guest.send("/login", "/login", {"name": name, "password": password, **more})


def code() -> str:
    return pyotp.TOTP(SECRET).at(NOW)


def goes_to(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_who_only_reads_is_in_by_his_password(guest: Visit) -> None:
    assert goes_to(log_in(guest, "Reader ")) == "/"
    assert guest.get("/account").status_code == 200


def test_whoever_decides_is_not_in_before_his_code(guest: Visit) -> None:
    assert goes_to(log_in(guest, "clerk")) == "/login/code"
    assert goes_to(guest.get("/")) == "/login/code"
    assert goes_to(guest.send("/login/code", "/login/code", {"code": code()})) == "/"
    assert guest.get("/account").status_code == 200


def test_he_comes_where_he_wanted_to_go(guest: Visit) -> None:
    wanted = goes_to(guest.get("/account"))
    page = guest.page(wanted)
    told = {str(one["name"]): str(one.get("value", "")) for one in page.select("main input")}
    onto = goes_to(log_in(guest, "clerk", next=told["next"]))
    assert (
        goes_to(guest.send(onto, "/login/code", {"code": code(), "next": "/account"})) == "/account"
    )


@pytest.mark.parametrize(
    "onto",
    [
        *(
            "https://evil.example.org/",
            "//evil.example.org",
            "/\\evil.example.org",
            "evil",
            "\\\\evil",
        ),
        *(
            "http:evil.example.org",
            "/%2fevil.example.org",
            "/\t/evil.example.org",
            "/\n/evil",
            "//[",
        ),
        *("/login?next=//evil.example.org", "/logout", "/healthz", "/no-such-page", "/journal"),
        *(
            "/summary/../..//evil.example.org",
            "/registry/..",
            "/registry/%2e%2e",
            "javascript:alert(1)",
        ),
    ],
)
def test_whoever_comes_in_is_sent_to_no_place_but_a_page_of_his(guest: Visit, onto: str) -> None:
    assert goes_to(log_in(guest, "reader", next=onto)) == "/"


@pytest.mark.parametrize(
    ("onto", "place"),
    [
        ("/summary?search=школа&x=\x01", "/summary?search=%D1%88%D0%BA%D0%BE%D0%BB%D0%B0&x=%01"),
        ("/institutions/town/school-1", "/institutions/town/school-1"),
    ],
)
def test_a_page_of_his_is_where_he_comes(guest: Visit, onto: str, place: str) -> None:
    assert goes_to(log_in(guest, "reader", next=onto)) == place


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(guest: Visit) -> None:
    (cookie,) = [
        one
        for one in log_in(guest, "reader").headers.get_list("set-cookie")
        if one.startswith(SESSION)
    ]
    told = cookie.lower()
    assert "httponly" in told
    assert "samesite=lax" in told


def test_a_key_that_was_known_before_the_log_in_is_good_for_nothing(guest: Visit) -> None:
    guest.page("/login")
    guest.client.cookies.set(SESSION, "planted")
    log_in(guest, "reader")
    guest.client.cookies.set(SESSION, "planted")
    assert goes_to(guest.get("/account")).startswith("/login")


def test_a_wrong_password_and_an_unknown_name_are_told_alike(guest: Visit) -> None:
    told = {
        guest.send("/login", "/login", fields).text
        for fields in ({"name": "clerk", "password": "x"}, {"name": "clerk", "password": ""})
    }
    unknown = log_in(guest, "nobody", "x").text.replace("nobody", "clerk")
    assert {unknown} == told
    assert "Имя или пароль не подошли" in unknown


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: dozor_session=x", "<script>", "ы" * 300, "\x00"]
)
def test_what_is_typed_as_a_name_does_no_harm(guest: Visit, name: str) -> None:
    answer = log_in(guest, name, "x")
    assert answer.status_code == 400
    assert "<script>" not in answer.text.replace("<script src", "")
    assert all(SESSION not in one for one in answer.headers.get_list("set-cookie"))


def test_who_tried_too_often_is_told_when_to_come_back(guest: Visit, desk: Application) -> None:
    for _ in range(attempts.BY_BOTH):
        attempt = Attempt(kind="password", name="victim", address="127.0.0.1")
        attempts.begin(desk.engine, attempt, NOW)
    answer = log_in(guest, "victim")
    assert answer.status_code == 429
    assert "Повторите через 15 мин" in answer.text


def test_a_code_that_was_used_is_told(guest: Visit, at: str) -> None:
    log_in(guest, "clerk")
    guest.send("/login/code", "/login/code", {"code": code()})
    with visit(at) as other:
        log_in(other, "clerk")
        answer = other.send("/login/code", "/login/code", {"code": code()})
    assert answer.status_code == 400
    assert "уже принят" in answer.text


def test_the_first_time_one_needs_a_password_of_ones_own_and_a_second_factor(guest: Visit) -> None:
    assert goes_to(log_in(guest, "new")) == "/login/password"
    assert goes_to(guest.get("/journal")) == "/login/code"
    assert goes_to(guest.get("/login/code")) == "/login/password"
    own = {"new": "совсем другой пароль", "again": "совсем другой пароль"}
    assert goes_to(guest.send("/login/password", "/login/password", own)) == "/enrol"
    page = guest.page("/enrol")
    secret = page.select("figcaption code")[0].text.replace(" ", "")
    assert page.select("figure svg path")
    given = pyotp.TOTP(secret).at(NOW)
    assert goes_to(guest.send("/enrol", "/enrol", {"code": given})).startswith("/?said=")
    assert guest.get("/account").status_code == 200


def said_on(page: httpx.Response) -> list[str]:
    return [one.text for one in BeautifulSoup(page.content, "lxml").select(".desk-said")]


def test_what_was_done_is_said_once_one_has_left(at: str, desk: Application) -> None:
    with somebody(at, desk.engine, "cur", name="leaver") as him:
        him.client.cookies.set(FIRST_VISIT, "as a guest, before he came in")
        assert said_on(him.send("/account", "/logout", follow_redirects=True)) == ["Вы вышли."]


def test_an_address_that_somebody_made_up_says_nothing(at: str, desk: Application) -> None:
    with somebody(at, desk.engine, "cur") as him, somebody(at, desk.engine, "region") as other:
        done = him.send("/summary", "/summary/filters", {"name": "мой", "text": "а"})
        place = done.headers["location"]
        assert said_on(him.get(place)) == ["Отбор сохранён."]
        assert said_on(other.get(place)) == []
        assert said_on(him.get(place.replace("filter_kept", "accepted"))) == []
        for made_up in (
            "said=accepted&number=18",
            "said=accepted&number=18&mark=",
            "said=released",
        ):
            assert said_on(him.get(f"/summary?{made_up}")) == []


def test_after_leaving_the_key_is_good_for_nothing(at: str, desk: Application) -> None:
    with somebody(at, desk.engine, "cur", name="leaver") as him:
        key = him.client.cookies[SESSION]
        assert goes_to(him.send("/account", "/logout")).startswith("/login")
        him.client.cookies.set(SESSION, key)
        assert goes_to(him.get("/account")).startswith("/login")


def test_one_ends_ones_own_sessions_and_nobody_elses(at: str, desk: Application) -> None:
    other = account(desk.engine, "cur", name="bystander")
    key_of(desk.engine, other)
    (theirs,) = sessions.of_account(desk.engine, other, NOW)
    with somebody(at, desk.engine, "cur", name="ender") as him:
        own = accounts.by_name(desk.engine, "ender")
        assert own
        key_of(desk.engine, own.number)
        for number in (theirs.number, "others", "x", "9" * 30):
            him.send("/account", "/account/sessions", {"session": f"{number}"})
        assert len(sessions.of_account(desk.engine, own.number, NOW)) == 1
    assert len(sessions.of_account(desk.engine, other, NOW)) == 1


def test_a_form_without_its_token_ends_nothing(at: str, desk: Application) -> None:
    with somebody(at, desk.engine, "cur", name="forged") as him:
        assert him.client.post("/logout", data={}).status_code == 403
        assert him.get("/account").status_code == 200


# --- who may come where -------------------------------------------------------------------------

ALLOWED = {
    "/login": {"guest", "entering"},
    "/login/code": {"entering"},
    "/login/password": {"entering"},
    "/enrol": {"entering"},
    "/account": {"operator", "deputy", "cur", "region"},
    "/journal": {"operator", "deputy"},
    "/journal.csv": {"operator", "deputy"},
}
"""Whom an address shows itself to; everybody else is sent on, or refused."""


@pytest.fixture(scope="module")
def keys(desk: Application) -> dict[str, str]:
    names = {role: account(desk.engine, role, name=f"m-{role}") for role in accounts.ROLES}
    known = {role: key_of(desk.engine, number) for role, number in names.items()}
    return {**known, "guest": "", "entering": _half(desk, names["operator"])}


def _half(desk: Application, number: int) -> str:
    until = NOW + timedelta(minutes=5)
    return sessions.begin(
        desk.engine, Beginning(account=number, is_whole=False, at=NOW, until=until)
    )


@pytest.mark.parametrize("role", ["guest", "entering", *accounts.ROLES])
@pytest.mark.parametrize("path", ALLOWED)
def test_an_address_shows_itself_to_whom_the_table_says(
    guest: Visit, keys: dict[str, str], path: str, role: str
) -> None:
    guest.client.cookies.set(SESSION, keys[role])
    answer = guest.get(path)
    if role == "entering" and path in ("/login/password", "/enrol"):
        assert goes_to(answer) == "/login/code"  # which of the steps is his
    else:
        assert (answer.status_code == 200) is (role in ALLOWED[path])
        assert answer.status_code in (200, 303, 403)


# --- the journal --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def noted(desk: Application) -> Application:
    number = account(desk.engine, "operator", name="noter")
    for town, institution in (("town", "school-1"), ("next", "school-9")):
        journal.note(
            desk.engine,
            Entry(
                at=NOW,
                what=What.DECIDED,
                account=number,
                who="noter",
                role="operator",
                municipality=town,
                institution=institution,
                detail="=HYPERLINK(1)",
            ),
        )
    return desk


def test_the_journal_tells_what_was_done_in_ones_own_municipality(
    at: str, noted: Application
) -> None:
    with somebody(at, noted.engine, "operator", name="journalist") as him:
        text = him.page("/journal").select_one("table")
        assert text
        assert "МКОУ СОШ № 1" in text.text
        assert "school-9" not in text.text


def test_a_deputy_is_told_the_role_and_not_the_name(at: str, noted: Application) -> None:
    with somebody(at, noted.engine, "deputy", name="head") as him:
        text = him.page("/journal?what=decided").text
        assert "оператор" in text
        assert "noter" not in text


def test_only_who_answers_for_all_there_are_is_told_of_strangers(
    at: str, noted: Application
) -> None:
    journal.note(noted.engine, Entry(at=NOW, what=What.LOG_IN_FAILED, address="203.0.113.9"))
    found = []
    for name, towns in (("whole", ("town", "next")), ("part", ("town",))):
        with somebody(at, noted.engine, "operator", name=name, towns=towns) as him:
            found.append("203.0.113.9" in him.page("/journal?what=log_in_failed").text)
    assert found == [True, False]


def test_another_municipality_cannot_be_asked_for(at: str, noted: Application) -> None:
    with somebody(at, noted.engine, "operator", name="prier") as him:
        assert him.get("/journal?town=next").status_code == 404


def test_the_table_computes_nothing_and_its_taking_is_noted(at: str, noted: Application) -> None:
    with somebody(at, noted.engine, "operator", name="taker") as him:
        answer = him.get("/journal.csv?what=decided")
        assert "attachment" in answer.headers["content-disposition"]
        assert "'=HYPERLINK(1)" in answer.content.decode("utf-8-sig")
    (entry, *_) = journal.newest(noted.engine, EntryFilter(what=["exported"], who="taker"), most=1)
    assert entry.role == "operator"


@pytest.mark.parametrize("query", ["since=вчера", "until=31.02.2026", "since=0001-01-01"])
def test_a_day_that_is_none_is_refused(at: str, noted: Application, query: str) -> None:
    with somebody(at, noted.engine, "operator", name=f"d{abs(hash(query))}") as him:
        answer = him.get(f"/journal?{query}")
        assert answer.status_code == 400
        assert "не день" in answer.text


def test_a_long_journal_is_read_a_page_at_a_time_and_nothing_is_lost(
    at: str, noted: Application
) -> None:
    for number in range(120):
        journal.note(
            noted.engine,
            Entry(at=NOW, what=What.REREAD, municipality="town", detail=f"line {number}"),
        )
    found: list[str] = []
    with somebody(at, noted.engine, "operator", name="patient") as him:
        path = "/journal?what=reread"
        while path:
            page = him.page(path)
            found += [row.select("td")[-1].text for row in page.select("tbody tr")]
            link = page.select_one("a[rel=next]")
            path = str(link["href"]) if link else ""
    assert found == [f"line {number}" for number in reversed(range(120))]


@pytest.mark.parametrize("path", ["/journal", "/account", "/login"])
def test_a_page_asks_the_database_few_things(at: str, noted: Application, path: str) -> None:
    asked: list[str] = []
    with somebody(at, noted.engine, "operator", name="counter") as him:
        listen(noted.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert him.get(path).status_code in (200, 303)
    assert 0 < len(asked) <= 12


def test_what_is_no_number_and_no_name_finds_nothing(at: str, noted: Application) -> None:
    with somebody(at, noted.engine, "operator", name="breaker") as him:
        for value in ("%01", "%EF%BF%BD", "9" * 40, "' OR 1=1 --"):
            answer = him.get(f"/journal?who={value}&institution={value}&entry={value}&what={value}")
            assert answer.status_code == 200


def test_trouble_with_the_database_names_no_path(audited: Path, tmp_path: Path) -> None:
    folder = Path(copytree(audited, tmp_path / "office"))
    with (
        application_in(folder) as found,
        served(found) as address,
        somebody(address, found.engine, "operator") as him,
    ):
        with found.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE journal")
        answer = him.get("/journal")
    assert answer.status_code == 503
    assert "Повторите через минуту" in answer.text
    assert str(folder) not in answer.text
