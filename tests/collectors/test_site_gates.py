"""What is answered with status 200 instead of a site: never its contents, never its absence."""

from __future__ import annotations

import pytest

from collectors.model import FailureCode, Observation
from tests.collectors.tiny_web import long, names, reply, visit

CLOUDFLARE = (
    "<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x.js'></script>"
    "<noscript>Enable JavaScript and cookies to continue</noscript>"
)
DDOS_GUARD = (
    "<title>DDoS-Guard</title><h1>Checking your browser before accessing school.example</h1>"
    "<script src='https://check.ddos-guard.net/check.js'></script>"
)
QRATOR = "<html><body><script src='/__qrator/qauth.js'></script><p>Загрузка</p></body></html>"
SERVICEPIPE = "<h1>Проверка браузера</h1><p>Подождите, это займёт несколько секунд</p>"
ROBOT = "<p>Подтвердите, что вы не робот</p><form><button>Продолжить</button></form>"
DOWN = "<title>Школа</title><h1>Сайт временно недоступен</h1><p>Ведутся технические работы.</p>"
SUSPENDED = "<h1>Account Suspended</h1><p>Contact your hosting provider</p>"
NGINX = "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>Thank you.</p>"
UNPAID = "<p>Работа сайта приостановлена. Владельцу нужно оплатить хостинг.</p>"
NOT_BOUND = "<p>Домен не привязан ни к одному сайту на этом сервере</p>"
LATER = "<title>Скоро здесь появится сайт</title><p>Сайт находится в разработке</p>"

NO_DATABASE = "<h1>Error establishing a database connection</h1>"
BROKEN = "<br><b>Fatal error</b>: Uncaught Error: Call to a member function in <b>/x.php</b>"
RUSSIAN = "<title>Школа</title><p>Ошибка подключения к базе данных</p>"


@pytest.mark.parametrize("page", [CLOUDFLARE, DDOS_GUARD, QRATOR, SERVICEPIPE, ROBOT])
def test_a_check_of_the_browser_is_not_the_site(page: str) -> None:
    found = visit({"/": page})
    assert found.facts is None
    assert found.failure is not None
    assert found.failure.code is FailureCode.CAPTCHA


@pytest.mark.parametrize(
    "page", [DOWN, SUSPENDED, NGINX, UNPAID, NOT_BOUND, LATER, NO_DATABASE, BROKEN, RUSSIAN]
)
def test_a_stub_is_not_the_site(page: str) -> None:
    found = visit({"/": page})
    assert found.facts is None
    assert found.failure is not None
    assert found.failure.code is FailureCode.STUB


SHOP = (
    "<title>Домен school1.example продаётся</title><script src='/ads.js'></script>"
    "<p>Домен выставлен на продажу. Купить этот домен</p>"
)
MENU = " ".join(f'<a href="/{n}">Раздел {n}</a>' for n in range(5))
NEWS = long(f"<h1>Технические работы на водопроводе</h1><p>Сайт временно недоступен был</p>{MENU}")


def text(observation: Observation) -> str:
    assert observation.facts is not None
    assert observation.facts.site is not None
    return observation.facts.site.text or ""


def test_a_domain_for_sale_is_read_so_that_a_person_is_told() -> None:
    assert "выставлен на продажу" in text(visit({"/": SHOP}))


def test_a_site_that_tells_of_repairs_is_a_site() -> None:
    assert "водопроводе" in text(visit({"/": NEWS}))


REACH_US = "<h1>Школа № 1</h1><p>Телефон 8 (38250) 3-55-46, school1@kedr.example</p>"


@pytest.mark.parametrize(
    "part",
    [
        "<form><div class='g-recaptcha'></div><label>Я не робот</label></form>",
        "<noscript>Включите поддержку JavaScript</noscript>",
        "<p>Раздел «Меню» временно недоступен</p>",
        "<p>Скоро здесь будет расписание на II четверть.</p>",
    ],
)
def test_a_small_site_that_gives_its_telephone_and_e_mail_is_read(part: str) -> None:
    assert "Школа № 1" in text(visit({"/": REACH_US + part}))


def test_a_site_in_repair_is_not_read_whatever_contacts_it_gives() -> None:
    found = visit({"/": REACH_US + "<p>Сайт временно недоступен</p>"})
    assert found.failure is not None
    assert found.failure.code is FailureCode.STUB


def test_a_gate_on_an_inner_page_leaves_the_crawl_incomplete() -> None:
    found = visit({"/": long('<a href="/a">О нас</a>'), "/a": reply(DDOS_GUARD)})
    assert found.facts is not None
    assert found.facts.site is not None
    assert found.facts.site.crawl.complete is False
    assert dict(found.facts.site.crawl.skipped) == {"captcha": 1}


LOGIN = "<title>Вход</title><h1>Авторизация</h1><form><input type=password></form>"


def test_a_site_whose_inner_pages_are_all_one_login_form_is_not_read_whole() -> None:
    found = visit({"/": long(MENU), **{f"/{number}": LOGIN for number in range(5)}})
    assert found.facts is not None
    assert found.facts.site is not None
    assert dict(found.facts.site.crawl.skipped) == {"stub": 1}


def test_dead_links_leave_a_crawl_whole() -> None:
    read = {f"/{number}": long(f"<h1>Раздел {number}</h1>") for number in range(3)}
    found = visit({"/": long(MENU), **read})
    assert found.facts is not None
    assert found.facts.site is not None
    assert found.facts.site.crawl.complete


def test_head_and_foot_of_the_home_page_and_its_numbers_are_kept() -> None:
    middle = "<p>Новость дня.</p>" * 400
    home = f"<p>МКОУ СОШ № 1</p>{middle}<p>ОГРН: 1027000000004, ИНН 7000000001</p>"
    found = visit({"/": home})
    assert text(found).startswith("МКОУ СОШ № 1\n")
    assert text(found).endswith("ИНН 7000000001")
    assert found.facts is not None
    assert found.facts.site is not None
    assert found.facts.site.numbers == ("1027000000004", "7000000001")


@pytest.mark.parametrize("how", ["redirect", "refresh"])
def test_a_site_that_leads_to_a_stranger_says_where_it_ended(how: str) -> None:
    resolver = names(school_example="127.0.0.1", casino_example="127.0.0.1")
    away = "http://casino.example:PORT/win"
    meta = f"<meta http-equiv=refresh content='0;url={away}'>"
    home = reply(status=302, location=away) if how == "redirect" else reply(meta.ljust(900))
    routes = {"/": home, "/win": long("Играйте в казино")}
    found = visit(routes, "http://school.example:PORT", resolver=resolver)
    assert found.facts is not None
    assert found.facts.site is not None
    assert "casino.example" in found.facts.site.final_url
    assert "казино" in text(found)
