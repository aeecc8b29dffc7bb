"""What is the same for every page of the desk: heads, limits, refusals."""

from __future__ import annotations

import pytest

from monitor.desk.guard import HEADS
from tests.monitor.desk.served import Visit

PLACES = ("/healthz", "/", "/no-such-page", "/static/x/desk.css", "/static/x/other.css")


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_has_the_heads(guest: Visit, path: str) -> None:
    answer = guest.get(path)
    for name, value in HEADS.items():
        assert answer.headers[name] == value
    assert "server" not in answer.headers
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_it_says_that_it_is_well(guest: Visit) -> None:
    assert guest.get("/healthz").text == "ok\n"


def test_a_guest_is_sent_to_the_log_in(guest: Visit) -> None:
    answer = guest.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_what_does_not_exist_is_told_in_russian_and_names_no_path(guest: Visit) -> None:
    answer = guest.get("/a/b/c")
    assert answer.status_code == 404
    assert "Такой страницы нет" in answer.text
    assert "/a/b/c" not in answer.text


def test_another_method_is_no_page(guest: Visit) -> None:
    assert guest.client.delete("/healthz").status_code == 405
    assert guest.client.post("/healthz", data={}).status_code == 405


def test_another_host_is_refused(guest: Visit) -> None:
    answer = guest.get("/healthz", headers={"Host": "evil.example.org"})
    assert answer.status_code == 400
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
