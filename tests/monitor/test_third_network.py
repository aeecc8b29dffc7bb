"""A network that Dozor has never heard of, known by its entry point alone, gets what VK gets.

It reads nothing: this is about links and names. The one to copy is tests/monitor/board/.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import tomli_w

from tests.monitor.conftest import AS_OF, DOZOR
from tests.monitor.installed import with_network
from tests.monitor.pipeline import QUICK, empty_database, school
from tests.monitor.starts import typed

PAGE = "https://square.example/school1"
MINIMAL = """
import re
from dataclasses import dataclass

from collectors.model import *


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    control_pages: tuple[str, ...] = ()


def canonical(written):
    lower = written.strip().lower()
    found = re.fullmatch(r"(?:https?://)?(?:m\\.)?square\\.example/(\\w+)/?", lower)
    if not found:
        raise ValueError(f"«{written}» — не адрес Площади (square.example)")
    return f"https://square.example/{found[1]}"


async def read(pages, run):
    for page in pages:
        facts = Facts(
            presence=Presence.LIVE, access=Access.OPEN, page_id="77", screen_name="school_one",
            title="Муниципальное учреждение «Школа № 1»", description="", contacts=Contacts(),
        )
        yield (Observation(page=page, observed_at=run.as_of, facts=facts, reader="public"),)


GIVEN = dict(
    slug="square", title="Площадь", canonical=canonical, settings=Settings,
    collector=lambda settings: read,
)
"""
NETWORKS = {
    "minimal": f"{MINIMAL}\nNETWORK = Network(**GIVEN)\n",
    "whole": f"""{MINIMAL}
NETWORK = Network(
    **GIVEN,
    where="на «Площади»",
    page_title="страница на «Площади»",
    hosts=frozenset({{"square.example", "m.square.example"}}),
    page_in_link=canonical,
    addresses_of=lambda number, name: [
        f"https://square.example/{{one}}" for one in (number, name) if one
    ],
    in_widgets=lambda markup: re.findall("showSquare\\\\('(.*?)'\\\\)", markup),
    check=lambda settings, left: [Sign(Health.GOOD, "ключ Площади не нужен")],
)
""",
}
ORDER = """
id = "square-order"
title = "Распоряжение о страницах на «Площади»"
short_title = "Распоряжение"
status = "in_force"
signed_on = 2020-01-01
effective_date = 2020-01-01
""" + "".join(
    f"""
[[requirement]]
id = "{number}"
clause = "{number}"
title = "Ссылки на страницы"
law = "На сайтах есть ссылки на официальные страницы."
looks_at = "Ссылки."
how = "Выполнено: ссылки есть."
source = "распоряжение"
nature = "mandatory"
severity = "minor"
per = "{per}"
networks = ["square"]
predicate = "{predicate}"
{subjects}
outcomes = ["pass", "fail", "review", "pending", "unknown", "not_applicable"]
advice = "Поставьте ссылки."
  [[requirement.edition]]
  since = 2020-01-01
  parameters = {{ sync_lag_workdays = 5 }}
"""
    for number, per, predicate, subjects in (
        (1, "about", "card_links_pages", "subjects = { authority = true }"),
        (2, "institution", "site_links_to_pages", ""),
    )
)
LINK = f'<a href="{PAGE}">Площадь</a>'
ABOUT = "Муниципальное учреждение «Школа № 1» учит детей города Кедрового. " * 20
NAME = "Муниципальное учреждение «Школа № 1»"


class Town:
    """A school with a page in the network, its site and the authority's."""

    def __init__(self, folder: Path, environment: Mapping[str, str], sites: Mapping[str, str]):
        self.folder, self.environment = folder, {**os.environ, **environment}
        authority = {"id": "adm", "name": "Администрация города Кедровый", "kind": "authority"}
        pages = [{"url": "HTTPS://M.Square.Example/School1/", "created_on": date(2020, 1, 1)}]
        registry = {
            "municipality": {
                "id": "town",
                "name": "Город Кедровый",
                "timezone": "Asia/Tomsk",
                "packs": ["kedrovy-2022-298", "fed-8fz", "square-order"],
                "authority": "adm",
            },
            "institution": [
                {**authority, "site": sites["adm"]},
                {**school(1), "site": sites["school"], "page": pages},
            ],
        }
        sections = {"registry": ["town.toml"], "site": QUICK["site"]}
        sections["rules"] = {"packs": ["square-order.toml"]}
        (folder / "square-order.toml").write_text(ORDER, "utf-8")
        (folder / "town.toml").write_text(tomli_w.dumps(registry), "utf-8")
        (folder / "config.toml").write_text(tomli_w.dumps(sections), "utf-8")
        (folder / "var").mkdir(exist_ok=True)
        (folder / "var/dozor.db").write_bytes(empty_database())

    def dozor(self, *arguments: str) -> str:
        command = [str(DOZOR), "--config", str(self.folder / "config.toml"), *arguments]
        done = typed(command, self.environment)
        return done.stdout + done.stderr

    def audit(self) -> dict[str, Any]:
        told = self.dozor("audit", "--as-of", AS_OF, "--json", str(self.folder / "audit.json"))
        assert (self.folder / "audit.json").exists(), told
        report = json.loads((self.folder / "audit.json").read_text("utf-8"))
        return {
            one["requirement"]: one
            for institution in report["institutions"]
            for one in institution["findings"]
            if LOOKED_AT.get(one["requirement"]) == (institution["id"], one["about"])
        }


LOOKED_AT = {
    "square-order/1": ("adm", "school-1"),
    "square-order/2": ("school-1", None),
}


@contextmanager
def site(body: str, title: str) -> Iterator[str]:
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_home = self.path == "/"
            self.send_response(200 if is_home else 404)
            content = html.encode() if is_home else b""
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def town(folder: Path, network: str, own: str, card: str) -> Iterator[Town]:
    """`own` stands on the school's site, `card` in its card on the authority's."""
    told = f"<h2>{NAME}</h2><p>Телефон 8 (38250) 3-55-46</p>{card}"
    environment = with_network(folder, "square", NETWORKS[network])
    menu = '<a href="/">Главная</a><a href="/a">О нас</a><a href="/b">Контакты</a>'
    with (
        site(f"{menu}<p>{ABOUT}</p>{own}", NAME) as school_site,
        site(f"{menu}<p>{ABOUT}</p>{told}", "Администрация города Кедровый") as authority_site,
    ):
        yield Town(folder, environment, {"school": school_site, "adm": authority_site})


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("minimal", PAGE),
        ("minimal", "https://square.example/school_one"),  # its present name
        ("whole", "https://vk.com/away.php?to=https%3A%2F%2Fm.square.example%2F77"),
    ],
)
def test_a_page_that_is_linked_passes(tmp_path: Path, network: str, address: str) -> None:
    link = f'<a href="{address}">Площадь</a>'
    with town(tmp_path, network, link, link) as office:
        found = office.audit()
    assert {name: one["outcome"] for name, one in found.items()} == dict.fromkeys(LOOKED_AT, "pass")


def test_a_page_in_a_widget_is_for_a_person_to_see(tmp_path: Path) -> None:
    widget = "<script>showSquare('https://square.example/school1')</script>"
    with town(tmp_path, "whole", widget, widget) as office:
        found = office.audit()
    assert {one["reason"] for one in found.values()} == {"pages_shown_otherwise"}


def test_a_page_that_is_not_linked_fails_as_in_vk(tmp_path: Path) -> None:
    with town(tmp_path, "whole", "", "") as office:
        found = office.audit()
    assert {one["outcome"] for one in found.values()} == {"fail"}


def test_a_network_that_no_act_names_owes_no_link(tmp_path: Path) -> None:
    with town(tmp_path, "whole", "", "") as office:
        office.audit()
        told = json.loads((tmp_path / "audit.json").read_text("utf-8"))
    found = [one for body in told["institutions"] for one in body["findings"]]
    of_acts = [one for one in found if not one["requirement"].startswith("square-order/")]
    assert [one for one in of_acts if PAGE in str(one) and one["outcome"] == "fail"] == []


def test_it_is_accepted_read_looked_after_and_called_by_its_name(tmp_path: Path) -> None:
    with town(tmp_path, "whole", LINK, LINK) as office:
        assert "ошибок" not in office.dozor("registry", "check")
        office.audit()
        doctor = office.dozor("doctor")
        html = office.dozor("report", "--format", "html", "-o", "-")
        letter = office.dozor(
            "report", "--format", "letter", "--institution", "school-1", "-o", "-"
        )
    assert "ключ Площади не нужен" in doctor
    assert "контрольных страниц нет, Площадь" in doctor
    assert "страница на «Площади»" in html
    assert "square" not in letter.replace(PAGE, "")
