"""Signature, error table and beans of the OK API, on recorded answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from collectors.model import Access, Author, FailureCode, Presence
from collectors.ok import beans
from collectors.ok.errors import ERROR_KINDS, ApiError, ErrorKind
from collectors.ok.signature import fingerprint, session_secret, sign

RECORDED = Path(__file__).parents[1] / "recorded" / "ok-api"
EVENTS = {
    "application_key": "ABCDEFGHIGKLMNOPK",
    "method": "events.get",
    "format": "json",
    "access_token": "-s-84W-s3egarWUsbkq-IWTucuedzTKT8VUXIA.s4Xx8IW7",
}


def recorded_body(name: str) -> Any:
    """The JSON body of a cassette; YAML folds a long quoted string into lines."""
    quoted = re.search(r"string: '(\{.*?\})'", (RECORDED / name).read_text(), re.DOTALL)
    assert quoted is not None
    return json.loads(" ".join(quoted[1].split()))


def test_the_signature_fits_the_published_vector_of_a_session() -> None:
    secret = session_secret(EVENTS["access_token"], "ABC123DEF456GHI789JKL123")
    assert secret == "b1a2b89707a94624c43afae67d59274c"
    assert sign(EVENTS, secret) == "232c8eb921951c4dba9b72606f9ddb4c"


def test_the_signature_fits_the_published_vector_of_a_given_secret() -> None:
    given = "ae5362b5b588cc7294c2414d71b74d5d"
    assert sign(EVENTS, given) == "03a41413523ea8092507949d6e711963"


def test_cyrillic_is_signed_as_utf_8() -> None:
    assert sign({"name": "Школа"}, "s") != sign({"name": "Школы"}, "s")


def test_a_fingerprint_does_not_tell_the_token() -> None:
    assert fingerprint("secret") == "2bb80d53"


@pytest.mark.parametrize(
    "name",
    [
        "gazay_client_wrong_credentials_getCurrentUser.yml",
        "gazay_client_wrong_credentials_post.yml",
        "gazay_wrong_credentials_getCurrentUser.yml",
    ],
)
def test_a_recorded_refusal_of_the_key_ends_the_api_for_the_run(name: str) -> None:
    error = ApiError(recorded_body(name)["error_code"], "users.getCurrentUser")
    assert error.kind is ErrorKind.KEY
    assert error.failure.code is FailureCode.TOKEN_REFUSED


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (ErrorKind.RETRY, [1, 2, 31, 704, 5000, 9999]),
        (ErrorKind.PAUSE, [8, 11]),
        (ErrorKind.KEY, [9, 101, 102, 103, 104, 210]),
        (ErrorKind.METHOD, [3, 10, 50, 200, 451, 453]),
        (ErrorKind.ABSENT, [160, 300]),
        (ErrorKind.HIDDEN, [456, 457, 458]),
    ],
)
def test_every_code_has_its_kind(kind: ErrorKind, codes: list[int]) -> None:
    assert {ApiError(code, "m").kind for code in codes} == {kind}


def test_an_unlisted_code_stops_nothing() -> None:
    assert 7777 not in ERROR_KINDS
    assert ApiError(7777, "m").kind is ErrorKind.OURS


def test_the_recorded_group_becomes_facts() -> None:
    (bean,) = beans.groups(json.loads((RECORDED / "group_getInfo.json").read_text()))
    facts = beans.facts(bean, frozenset())
    assert (facts.page_id, facts.screen_name) == ("53923499278353", "newservicetesting")
    assert (facts.presence, facts.members_count) == (Presence.LIVE, 12463)
    assert facts.unread_places == ("phone", "address", "homepage_url")


def test_groups_may_come_in_an_object() -> None:
    assert beans.groups({"groups": [{"uid": "1"}]}) == beans.groups([{"uid": "1"}])


@pytest.mark.parametrize("answer", [None, {}, {"groups": None}, "text", [1], {"groups": {}}])
def test_an_answer_of_another_shape_is_refused(answer: Any) -> None:
    with pytest.raises(beans.ShapeError):
        beans.groups(answer)


def test_a_blocked_group_is_banned() -> None:
    assert beans.facts({"uid": "1", "blocked": True}, frozenset()).presence is Presence.BANNED


@pytest.mark.parametrize(
    ("bean", "access"),
    [
        ({"access_type": "OPEN"}, Access.OPEN),
        ({"access_type": "CLOSED", "private": True}, Access.CLOSED),
        ({"access_type": "SECRET"}, Access.PRIVATE),
        ({"private": True}, Access.CLOSED),
        ({"private": False}, Access.OPEN),
        ({}, None),
    ],
)
def test_access_is_read_where_it_is_told(bean: dict[str, Any], access: Access | None) -> None:
    assert beans.facts(bean, frozenset()).access is access


def test_a_key_shown_for_another_group_makes_its_absence_seen() -> None:
    shown = beans.shown_keys([{"uid": "2", "phone": "8 (38250) 3-55-46"}])
    facts = beans.facts({"uid": "1", "description": "Школа"}, shown)
    assert facts.unread_places == ("address", "homepage_url")


def test_contacts_are_joined_from_every_field() -> None:
    bean = {
        "description": "Пишите: school1@example.org",
        "phone": "8 (38250) 3-55-46",
        "address": "1-й мкр., д. 61",
        "city": "Кедровый",
        "homepage_url": "https://school1.example.org",
    }
    contacts = beans.facts(bean, frozenset()).contacts
    assert contacts is not None
    assert [phone.e164 for phone in contacts.phones] == ["+73825035546"]
    assert [mail.value for mail in contacts.emails] == ["school1@example.org"]
    assert "Кедровый, 1-й мкр., д. 61" in [one.original for one in contacts.addresses]
    assert "https://school1.example.org" in [link.url for link in contacts.links]


def test_topics_of_a_stream_keep_order_author_and_kind() -> None:
    topics = [
        {"id": "1", "created_ms": 1, "author_ref": "group:9", "is_sticky": True, "media": []},
        {"id": "2", "created_ms": 2000, "author_ref": "user:5", "is_ads_post": True},
        {"id": "3", "created_ms": 1000, "media": [{"type": "topic", "text": "чужое"}]},
    ]
    feeds = [{"target_refs": [f"media_topic:{n}"], "date_ms": n} for n in (1, 2, 3)]
    first, second, third = beans.entries(
        {"feeds": feeds, "entities": {"media_topics": topics}}, "9"
    )
    assert (first.author, first.is_pinned, first.text) == (Author.PAGE, True, "")
    assert (second.author, second.is_advertisement, second.text) == (Author.OTHER, True, None)
    assert (third.author, third.is_repost, third.text) == (Author.UNTOLD, True, "")


def test_a_stream_of_another_shape_is_refused() -> None:
    with pytest.raises(beans.ShapeError):
        beans.entries({"unexpected": []}, "9")


def test_an_entry_that_names_no_topic_is_not_left_out() -> None:
    first, last = {"id": "1", "created_ms": 1795377600000}, {"id": "2", "created_ms": 1790000000000}
    feeds = [
        {"target_refs": ["media_topic:1"]},
        {"target_refs": None, "date_ms": 1795000000000},
        {"target_refs": []},
        {"target_refs": ["media_topic:2"]},
    ]
    read = beans.entries({"feeds": feeds, "entities": {"media_topics": [first, last]}}, "101")
    assert [one.moment is not None for one in read] == [True, True, False, True]
