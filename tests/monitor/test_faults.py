"""Every fault of the platforms and sites through the whole pipeline: nobody is accused by it.

Each runs in a town of three: the School, whose page or site is in trouble; the Museum in the same
network and the Clinic with its site, which are well. What is asked of each: nothing hangs, the
others are read, what could not be read is told with its reason, and no finding turns to `fail`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.model import FailureCode
from monitor.audit.issues import sentences
from monitor.sandbox import (
    Community,
    Fault,
    Limits,
    MenuItem,
    OkGroup,
    OkKey,
    Post,
    Site,
    SitePage,
    Token,
    World,
    serve,
)
from monitor.sandbox.sites import bomb
from rules.model import Outcome
from tests.cast import NOW
from tests.monitor.pipeline import IMPATIENT, Done, Town, school

C = FailureCode
VK = "https://vk.com/club101"
OK = "https://ok.ru/group/70000000000101"
TOKEN = "vk1.a.SchoolSecret"
KEY = OkKey(application_key="APPKEY", secret_key="SECRET", access_token="OKTOKEN")
PHONE = "Приёмная: 8 (38250) 3-55-46, school1@example.org"
POSTS = tuple(
    Post(id=n, published_at=NOW - timedelta(days=2 * n, hours=3), text=f"Новость № {n}, о школе")
    for n in range(1, 41)
)


MENU = (MenuItem(title="Обратная связь", url="https://pos.gosuslugi.ru/form/?opaId=1"),)


def community(number: int, **more: Any) -> Community:
    about: dict[str, Any] = {"description": PHONE, "posts": POSTS, "government_mark": True}
    return Community(id=number, name=f"Школа № {number}", **(about | more))


def group(number: int) -> OkGroup:
    return OkGroup(
        id=number,
        name="Школа",
        description=PHONE,
        posts=POSTS,
        government_mark=True,
    )


def site(name: str, address: str, **more: Any) -> Site:
    menu = "".join(f'<a href="/p{n}">Раздел {n}</a> ' for n in range(4))
    pages = {"/": SitePage(body=f"<h1>Школа</h1><nav>{menu}</nav><p>{PHONE}</p>")}
    pages |= {f"/p{n}": SitePage(body=f"<h1>Раздел {n}</h1><p>Текст раздела</p>") for n in range(4)}
    return Site(name=name, address=address, **({"pages": pages} | more))


WELL = World(
    communities=(
        *(community(number) for number in (101, 102)),
        community(900, screen_name="control", menu=MENU),
    ),
    ok_groups=tuple(group(70000000000000 + number) for number in (101, 102, 900)),
    sites=(site("school", "127.0.9.1"), site("clinic", "127.0.9.2")),
    tokens=(Token(value=TOKEN),),
    limits=Limits(requests_per_second=None),
    clock=NOW,
    control_pages=("https://vk.com/control",),
    ok_control_pages=("https://ok.ru/group/70000000000900",),
)


@contextmanager
def town(folder: Path, world: World, **sections: Any) -> Iterator[Town]:
    with serve(world) as sandbox:
        (folder / "roots.pem").write_bytes(sandbox.authority)
        roots = {"extra_roots": str(folder / "roots.pem")} if sandbox.authority else {}
        patience = IMPATIENT if never_answers(world) else {}
        sections = {**patience, "site": {**patience.get("site", {}), **roots}, **sections}
        schools = [
            school(1, VK, OK, site=sandbox.site_url("school")),
            school(2, "https://vk.com/club102", "https://ok.ru/group/70000000000102", no_site=True),
            school(3, site=sandbox.site_url("clinic")),
        ]
        yield Town(folder, sandbox, schools, sections)


def never_answers(world: World) -> bool:
    """Whether something in it is only ended by a time-out."""
    troubles = {site.everywhere.trouble for site in world.sites if site.everywhere}
    return bool(troubles & {"hang", "drip"}) or any(one.kind == "hang" for one in world.faults)


def fails(done: Done) -> set[tuple[str, str, str | None]]:
    return {
        (one.institution, one.requirement, one.page)
        for one in done.findings
        if one.outcome is Outcome.FAIL
    }


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Done:
    bomb()  # packed once: two hundred megabytes take the sandbox a second
    with town(tmp_path_factory.mktemp("well"), WELL) as small:
        return small.audit()


def held(done: Done, well: Done, network: str, code: FailureCode) -> None:
    """The operator is told why, and no one is accused who is not when all is well."""
    assert fails(done) <= fails(well)
    told = [issue.text for issue in done.audit.issues if issue.code == f"{network}.{code}"]
    assert told, [issue.code for issue in done.audit.issues]
    assert sentences()[code] in told[0]
    assert all(one.because for one in done.findings if one.outcome is Outcome.UNKNOWN)
    assert Outcome.ERROR not in {one.outcome for one in done.findings}


def is_read(done: Done, address: str) -> bool:
    last = done.last(address)
    return last.failure is None and not {"wall", "presence"} & set(last.gaps)


def unknown_of(done: Done, address: str) -> int:
    return sum(one.page == address and one.outcome is Outcome.UNKNOWN for one in done.findings)


def test_when_all_is_well_all_is_read(well: Done) -> None:
    assert well.audit.complete
    assert well.audit.issues == ()
    assert is_read(well, VK)
    assert is_read(well, OK)


# --- VK ---

CODES = {  # one or two of every meaning; tests/collectors/test_vk_errors.py goes through all codes
    **dict.fromkeys((14, 17), C.CAPTCHA),
    **dict.fromkeys((5, 42), C.TOKEN_REFUSED),
    **dict.fromkeys((10, 36), C.SERVER_ERROR),
    **dict.fromkeys((3, 100), C.OUR_FAULT),
    **dict.fromkeys((6, 9), C.RATE_LIMITED),
    29: C.QUOTA,
    777: C.UNRECOGNISED,
}


@pytest.mark.parametrize(("number", "code"), CODES.items())
def test_an_error_of_vk_leaves_vk_unknown(
    tmp_path: Path, well: Done, number: int, code: FailureCode
) -> None:
    fault = Fault(code=number, times=None, token=TOKEN)
    with town(tmp_path, replace(WELL, faults=(fault,))) as small:
        done = small.audit()
    held(done, well, "vk", code)
    assert is_read(done, OK)
    assert not done.audit.complete
    assert unknown_of(done, VK)


@pytest.mark.parametrize("number", [6, 10, 15, 18, 29])
def test_an_error_with_a_wall_leaves_what_the_page_told(
    tmp_path: Path, well: Done, number: int
) -> None:
    fault = Fault(code=number, method="wall.get", about="-101", times=None)
    with town(tmp_path, replace(WELL, faults=(fault,))) as small:
        done = small.audit()
    facts = done.last(VK).facts
    assert fails(done) <= fails(well)
    assert facts is not None
    assert (facts.title, facts.government_mark, facts.wall) == ("Школа № 101", True, None)
    assert number == 29 or is_read(done, "https://vk.com/club102")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(kind="status", code=502, times=None), C.SERVER_ERROR),
        (Fault(kind="status", code=429, times=None), C.RATE_LIMITED),
        (Fault(kind="status", code=403, times=None), C.FORBIDDEN),
        (Fault(kind="hang", times=None), C.TIMEOUT),
        (Fault(kind="cut", times=None), C.MALFORMED),
        (Fault(kind="not_json", times=None), C.MALFORMED),
        (Fault(kind="body", text="[" * 100_000, times=None), C.MALFORMED),
        (Fault(kind="null", times=None), C.MALFORMED),
        (Fault(code=5, method="execute", times=None), C.TOKEN_REFUSED),
        (Fault(code=29, method="execute", times=None), C.QUOTA),
    ],
)
def test_a_broken_answer_of_vk_leaves_it_unknown(
    tmp_path: Path, well: Done, fault: Fault, code: FailureCode
) -> None:
    only_vk = replace(fault, about=None, token=TOKEN)
    with town(tmp_path, replace(WELL, faults=(only_vk,))) as small:
        done = small.audit()
    held(done, well, "vk", code)
    assert is_read(done, OK)


def test_where_execute_only_answers_null_walls_are_read_by_plain_calls(
    tmp_path: Path, well: Done
) -> None:
    fault = Fault(kind="null", method="execute", times=None, token=TOKEN)
    with town(tmp_path, replace(WELL, faults=(fault,))) as small:
        done = small.audit()
    assert done.audit.complete
    assert fails(done) == fails(well)
    assert is_read(done, VK)


def test_a_broken_control_page_makes_an_absent_mark_unknown(tmp_path: Path, well: Done) -> None:
    bare = tuple(replace(one, government_mark=False) for one in WELL.communities)
    with town(tmp_path, replace(WELL, communities=bare)) as small:
        done = small.audit()
    held(done, well, "vk", C.CONTROL_SILENT)
    assert not [one for one in done.findings if "6.6" in one.requirement and one.outcome == "fail"]


def test_an_empty_answer_of_vk_is_no_empty_wall(tmp_path: Path, well: Done) -> None:
    ways = ("execute", "wall.get")
    nothing = [Fault(kind="body", method=way, text='{"response": []}', times=None) for way in ways]
    with town(tmp_path, replace(WELL, faults=tuple(nothing))) as small:
        held(small.audit(), well, "vk", C.MALFORMED)


# --- OK ---

PAGE = "group/70000000000101"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(about=PAGE, method="page", times=None), C.LOGIN_WALL),
        (Fault(kind="status", code=404, about=f"{PAGE}/topics", times=None), C.UNRECOGNISED),
        (Fault(kind="status", code=403, about=PAGE, times=None), C.FORBIDDEN),
        (Fault(kind="status", code=429, about=PAGE, times=None), C.RATE_LIMITED),
        (Fault(kind="status", code=502, about=PAGE, times=None), C.SERVER_ERROR),
        (Fault(kind="hang", about=PAGE, times=None), C.TIMEOUT),
        (Fault(kind="cut", about=PAGE, times=None), C.CUT),
        (Fault(kind="body", text="", about=PAGE, times=None), C.EMPTY),
        (Fault(kind="body", text="<p>Новый дизайн</html>", about=PAGE, times=None), C.UNRECOGNISED),
    ],
)
def test_trouble_with_a_page_of_ok_leaves_it_unknown(
    tmp_path: Path, well: Done, fault: Fault, code: FailureCode
) -> None:
    with town(tmp_path, replace(WELL, faults=(replace(fault, method="page"),))) as small:
        done = small.audit()
    held(done, well, "ok", code)
    assert is_read(done, VK)
    assert is_read(done, "https://ok.ru/group/70000000000102")


def test_a_404_of_ok_once_is_not_yet_a_page_that_is_gone(tmp_path: Path, well: Done) -> None:
    gone = Fault(kind="status", code=404, method="page", about=PAGE, times=None)
    with town(tmp_path, replace(WELL, faults=(gone,))) as small:
        done = small.audit()
    assert fails(done) <= fails(well)


@pytest.mark.parametrize("number", [101, 102, 200])
def test_a_key_that_ok_refuses_leaves_the_public_pages(
    tmp_path: Path, well: Done, number: int
) -> None:
    api = ("group.getInfo", "group.getCounters", "url.getInfo", "stream.get")
    faults = tuple(Fault(code=number, method=name, times=None) for name in api)
    with town(tmp_path, replace(WELL, ok_keys=(KEY,), faults=faults)) as small:
        done = small.audit()
    assert fails(done) <= fails(well)
    assert is_read(done, OK)


def test_an_answer_of_odd_shape_from_the_api_of_ok_leaves_the_public_pages(
    tmp_path: Path, well: Done
) -> None:
    odd = ("[" * 100_000, '{"media_topics": [1, null], "entities": []}', '{"feeds": {"a": 1}}')
    faults = (
        Fault(kind="body", text=odd[0], method="group.getInfo"),
        *(Fault(kind="body", text=text, method="stream.get") for text in odd),
    )
    with town(tmp_path, replace(WELL, ok_keys=(KEY,), faults=faults)) as small:
        done = small.audit()
    assert fails(done) <= fails(well)
    assert is_read(done, OK)


# --- sites ---

AROUND = {"/": SitePage(location="/a"), "/a": SitePage(location="/")}
BOOKKEEPING = "<html><head></head><body><div id='app'></div><script src='/a.js'></script></body>"


def everywhere(**about: Any) -> dict[str, Any]:
    return {"everywhere": SitePage(**about)}


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"tls": "unknown_root"}, C.TLS),
        ({"tls": "expired"}, C.TLS),
        ({"tls": "wrong_name"}, C.TLS),
        ({"pages": AROUND}, C.REDIRECTS),
        (everywhere(location="http://10.0.0.1/"), C.ADDRESS_REFUSED),
        (everywhere(location="http://169.254.169.254/latest"), C.ADDRESS_REFUSED),
        (everywhere(trouble="endless"), C.TOO_LARGE),
        (everywhere(trouble="bomb"), C.TOO_LARGE),
        (everywhere(trouble="drip"), C.TIMEOUT),
        (everywhere(trouble="hang"), C.TIMEOUT),
        (everywhere(trouble="cut", body="<h1>Шк"), C.CUT),
        (everywhere(trouble="refuse"), C.MALFORMED),
        (everywhere(body=""), C.EMPTY),
        (everywhere(body=BOOKKEEPING), C.NEEDS_JAVASCRIPT),
        (everywhere(status=403, body="Forbidden"), C.FORBIDDEN),
        (everywhere(status=502, body="Bad gateway"), C.SERVER_ERROR),
    ],
)
def test_a_site_in_trouble_is_unknown(
    tmp_path: Path, well: Done, about: dict[str, Any], code: FailureCode
) -> None:
    sites = (site("school", "127.0.9.1", **about), WELL.sites[1])
    with town(tmp_path, replace(WELL, sites=sites)) as small:
        done = small.audit()
        address = small.sandbox.site_url("clinic")
    assert fails_but_sites(done) <= fails_but_sites(well)
    assert f"site.{code}" in {issue.code for issue in done.audit.issues}
    assert is_read(done, VK)
    assert is_read(done, address)


def fails_but_sites(done: Done) -> set[tuple[str, str, str | None]]:
    """Without addresses, whose ports differ from run to run."""
    return {
        (who, what, None if page and "127.0" in page else page) for who, what, page in fails(done)
    }


def test_a_trusted_certificate_is_no_trouble(tmp_path: Path, well: Done) -> None:
    sites = (site("school", "127.0.9.1", tls="trusted"), WELL.sites[1])
    with town(tmp_path, replace(WELL, sites=sites)) as small:
        done = small.audit()
    assert done.audit.complete
    assert fails_but_sites(done) <= fails_but_sites(well)


def test_a_site_in_windows_1251_is_read_as_any_other(tmp_path: Path) -> None:
    pages = {
        path: replace(page, encoding="windows-1251", declare_encoding=False)
        for path, page in WELL.sites[0].pages.items()
    }
    sites = (replace(WELL.sites[0], pages=pages), WELL.sites[1])
    with town(tmp_path, replace(WELL, sites=sites)) as small:
        done = small.audit()
        facts = done.last(small.sandbox.site_url("school")).facts
    assert facts is not None
    assert facts.contacts is not None
    assert [one.e164 for one in facts.contacts.phones] == ["+73825035546"]
    assert done.audit.complete
