"""A letter as a part of a page of the desk: its layout, and nothing that acts."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from monitor.application import Application
from monitor.desk.ground import Desk
from monitor.desk.institution.laid_out import look_of
from tests.monitor.desk.asks import shown


@pytest.mark.parametrize(
    ("html", "look"),
    [
        ("", ""),
        ("<h1 style='a'>Тема</h1>", "<p><b>Тема</b></p>"),
        ("<p onclick='x' class='y'>а</p><!-- x -->", "<p>а</p>"),
        ("<p><a href='javascript:x'>а</a></p>", "<p><a>а</a></p>"),
        ("<p>а<img src='x'><script>x</script><style>y</style></p>", "<p>а</p>"),
        ("<p><font>а</font></p>", "<p>а</p>"),
        ("<p>1 &lt; 2</p>", "<p>1 &lt; 2</p>"),
    ],
)
def test_what_is_left_of_it(html: str, look: str) -> None:
    assert look_of(html) == look


def test_an_address_is_kept() -> None:
    (link,) = BeautifulSoup(look_of('<a href="https://vk.com/a?b=1&amp;c=2">а</a>'), "lxml")("a")
    assert link["href"] == "https://vk.com/a?b=1&c=2"


def test_the_letter_that_would_go_is_shown_as_it_is_laid_out(application: Application) -> None:
    page = shown(Desk(application), "/institutions/town/school-1/letter")
    look = page.select_one(".look")
    assert look
    assert look.select("b")
    assert look.select("li, tr, p")
    assert not look.select("[style], [class]")
    assert page.select("details pre")
