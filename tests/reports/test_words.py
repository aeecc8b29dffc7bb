from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.model import FailureCode
from collectors.networks import page_title
from reports.counting import WORST_FIRST, Change
from reports.formats.text import FORMAT
from reports.measures import measures
from reports.templating import cell, is_safe, link, one_line, tel
from reports.words import count, moment, named, percent, words, zone_name
from rules.model import Outcome, Severity
from tests.cast import NOW, TOMSK
from tests.reports.town import AUDIT, REPORT
from tests.rules.reasons_page import findings


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 учреждение"), (3, "3 учреждения"), (11, "11 учреждений"), (21, "21 учреждение")],
)
def test_numbers_take_the_right_form(number: int, said: str) -> None:
    assert count(number, "institution").replace("\u00a0", " ") == said


def test_a_hundred_percent_is_said_only_of_everything() -> None:
    assert percent(999, 1000) == "99\u00a0%"
    assert percent(1, 1000) == "1\u00a0%"
    assert percent(3, 3) == "100\u00a0%"


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert percent(0, 0) is None


def test_a_moment_is_told_by_the_town_s_clock() -> None:
    assert moment(NOW, TOMSK).replace("\u00a0", " ") == "23 ноября 2026, 03:00"
    assert zone_name(NOW, TOMSK) == "UTC+07:00"


def test_every_failure_outcome_and_severity_has_a_word() -> None:
    assert set(words()["failures"]) == set(FailureCode)
    assert set(words()["marks"]) == set(WORST_FIRST)
    assert set(words()["previous"]) == set(Outcome)
    assert set(words()["severities"]) == set(Severity)
    assert set(words()["changes"]) == set(Change)


def test_an_unheard_of_network_is_called_by_its_slug() -> None:
    assert page_title("unheard-of") == "unheard-of"


@pytest.mark.parametrize("url", ["https://a.example", "mailto:a@b.example", "tel:+7", "HTTP://a"])
def test_an_ordinary_address_may_be_followed(url: str) -> None:
    assert is_safe(url)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " javascript:x", "data:text/html,x", "file:///etc", "//a", "x"]
)
def test_any_other_address_is_only_text(url: str) -> None:
    assert "<a" not in link(url)


def test_a_telephone_is_dialled_without_its_extension() -> None:
    assert tel("8 (38250) 3-55-46, доб. 2").startswith('<a href="tel:83825035546"')


def test_a_line_keeps_no_breaks_and_no_hidden_signs() -> None:
    assert one_line("а\r\nBcc: б\u2028в\u202eг") == "а Bcc: б в г"


def test_a_long_name_does_not_bend_the_table() -> None:
    assert len(cell("а" * 90, 36)) == 36


def test_one_address_is_no_page_and_site() -> None:
    """«1 страница и сайт» was said where there is no site."""
    assert count(1, "page").replace("\u00a0", " ") == "1 адрес"


def test_no_word_for_a_failure_takes_a_page_of_a_network_for_a_site() -> None:
    """Of these only a page of a network, or any address, is told."""
    shared = ("login_wall", "captcha", "dns", "forbidden", "rate_limited", "server_error")
    assert [code for code in shared if "сайт" in words()["failures"][code]] == []


def test_what_is_required_has_a_name_unless_it_is_how_far_back_was_looked() -> None:
    asked = {name for one in findings() for name in one.required}
    assert {name for name in asked if not named("requirements", name)} <= {
        "lookback_days", "by_act", "by_clause",
    }  # fmt: skip


def test_how_far_back_was_looked_is_no_requirement() -> None:
    assert measures("requirements", {"lookback_days": 28}) == ()


def test_posts_of_persons_are_not_called_entries() -> None:
    assert measures("measures", {"posts": ["директор"]}) == (("должность", "директор"),)


@pytest.mark.parametrize("requests", [{}, {"vk": 0}])
def test_a_night_without_a_request_has_read_nothing(requests: dict[str, int]) -> None:
    read = replace(AUDIT.collection, read=8, unread=0, reasons={}, requests=requests)
    idle = replace(REPORT, audit=replace(AUDIT, complete=True, collection=read))
    text = " ".join(FORMAT.render(idle).main.decode().split())
    assert "прочитано всё" not in text
    assert "заново ничего не читали" in text
