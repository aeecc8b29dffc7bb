"""Whatever MAX refuses is unknown, each by its own name, and never an absence."""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from collectors.max import MaxSettings
from collectors.max.collect import collect
from collectors.model import FailureCode, Observation
from monitor.sandbox import Fault, MaxMember, serve
from tests.collectors.max import (
    BOT,
    NUMBER,
    OTHER_BOT,
    WORLD,
    page,
    read,
    seen,
    visit,
    world,
)
from tests.collectors.tiny_web import Routes, a_run, reply
from tests.collectors.tiny_web import serve as tiny

CHAT = "GET chats/{id}"
STRANGE = '{"chat_id": -70000000000005, "kind": "channel"}'


def fault(kind: Any = "error", code: int = 0, text: str = "", method: str = CHAT) -> Fault:
    return Fault(kind=kind, code=code, text=text, method=method, times=None)


def failed(observation: Observation) -> FailureCode | None:
    return observation.failure.code if observation.failure and not observation.facts else None


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (fault(code=401, text="verify.token"), FailureCode.TOKEN_REFUSED),
        (fault(code=403, text="verify.token"), FailureCode.TOKEN_REFUSED),
        (fault(code=403, text="chat.denied"), FailureCode.PUT_OUT),
        (fault(code=404, text="chat.not.found"), FailureCode.NOT_ADMITTED),
        (fault(code=404, text="method.not.found"), FailureCode.UNRECOGNISED),
        (fault(code=405, text="method.not.allowed"), FailureCode.OUR_FAULT),
        (fault(code=429, text="too.many.requests"), FailureCode.RATE_LIMITED),
        (fault(code=503, text="service.unavailable"), FailureCode.SERVER_ERROR),
        (fault("status", 403), FailureCode.FORBIDDEN),
        (fault("status", 502), FailureCode.SERVER_ERROR),
        (fault("not_json"), FailureCode.MALFORMED),
        (fault("cut"), FailureCode.CUT),
        (fault("body", text=STRANGE), FailureCode.UNRECOGNISED),
        (fault("body", text="[]"), FailureCode.UNRECOGNISED),
        (fault("body", text='{"success": false, "code": "chat.denied"}'), FailureCode.PUT_OUT),
        (fault("body", text='{"success": false}'), FailureCode.UNRECOGNISED),
    ],
)
def test_a_refusal_is_unknown_by_its_name(trouble: Fault, code: FailureCode) -> None:
    assert failed(seen(replace(WORLD, faults=(trouble,)))) is code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("removed", FailureCode.PUT_OUT),
        ("left", FailureCode.PUT_OUT),
        ("closed", FailureCode.CHAT_CLOSED),
        ("suspended", FailureCode.READER_SUSPENDED),
    ],
)
def test_the_bots_own_standing_says_nothing_of_the_channel(status: Any, code: FailureCode) -> None:
    assert failed(seen(world(bots={BOT: MaxMember(status=status)}))) is code


def test_a_chat_is_no_channel() -> None:
    assert failed(seen(world(kind="chat"))) is FailureCode.NOT_A_COMMUNITY


def test_without_a_token_the_channel_is_not_open_to_us() -> None:
    (observation,) = visit(MaxSettings(), [page()])
    assert failed(observation) is FailureCode.NOT_ADMITTED


def test_a_channel_without_a_number_is_not_open_to_us() -> None:
    assert failed(seen(WORLD, page(number=None))) is FailureCode.NOT_ADMITTED


def test_the_number_may_stand_in_the_address() -> None:
    assert seen(WORLD, page(f"https://max.ru/c/{NUMBER}", None)).facts is not None


def test_a_token_that_is_refused_is_asked_no_more() -> None:
    refused = Fault(code=401, text="verify.token", method="*", token=BOT, times=None)
    town = replace(world(bots={OTHER_BOT: MaxMember()}), max_bots=(BOT, OTHER_BOT))
    with serve(replace(town, faults=(refused,))) as running:
        found = read(running, *[page()] * 9)
        asked = [call.token for call in running.log("max")]
    assert all(one.facts for one in found)
    assert asked.count(BOT) <= 4  # those that were under way


@pytest.mark.parametrize("method", ["GET messages", f"{CHAT}/members/me"])
def test_a_part_that_is_refused_leaves_the_rest(method: str) -> None:
    trouble = fault(code=403, text="chat.denied", method=method)
    observation = seen(replace(WORLD, faults=(trouble,)))
    assert observation.facts is not None
    assert ("wall" in observation.gaps) is (method == "GET messages")


def test_a_pause_that_is_asked_for_is_made_and_the_channel_read() -> None:
    once = Fault(code=429, text="too.many.requests", method=CHAT)
    assert seen(replace(WORLD, faults=(once,))).facts is not None


def test_a_redirect_is_not_followed_with_the_token() -> None:
    """Whoever stands where it leads would get the token."""

    async def asked() -> list[Observation]:
        elsewhere: Routes = {f"/chats/{NUMBER}": reply(status=302, location="/chats/1")}
        async with tiny(elsewhere) as port:
            settings = MaxSettings(api_url=f"http://127.0.0.1:{port}", tokens=BOT)
            return [one async for some in collect(settings, [page()], a_run()) for one in some]

    assert failed(asyncio.run(asked())[0]) is FailureCode.REDIRECTS


def test_a_message_of_another_shape_costs_itself_and_what_is_below() -> None:
    strange = '{"messages": [{"timestamp": 1795000000000}]}'
    observation = seen(replace(WORLD, faults=(fault("body", text=strange, method="GET messages"),)))
    assert observation.facts is not None
    assert observation.gaps["wall"].code is FailureCode.INCOMPLETE


def test_a_bot_without_the_right_to_read_posts_sees_the_rest() -> None:
    observation = seen(world(bots={BOT: MaxMember(permissions=("edit",))}))
    assert observation.facts is not None
    assert observation.gaps["wall"].code is FailureCode.NOT_ADMITTED


def test_posts_are_read_by_the_bot_that_may_read_them() -> None:
    bots = {BOT: MaxMember(permissions=("edit",)), OTHER_BOT: MaxMember()}
    observation = seen(replace(world(bots=bots), max_bots=(BOT, OTHER_BOT)))
    assert "wall" not in observation.gaps


OLD = {"messages": [{"recipient": {"chat_id": NUMBER}, "timestamp": 1750000000000}]}
RIGHTS = f"{CHAT}/members/me"


def given_old_posts(right: str, refused: str) -> Observation:
    """The channel counts more posts than it gives, and all that it gives are old."""
    some = fault("body", text=json.dumps(OLD), method="GET messages")
    trouble = fault(code=403, text="chat.denied", method=refused)
    town = world(bots={BOT: MaxMember(permissions=(right,))})
    return seen(replace(town, faults=(some, trouble)))


@pytest.mark.parametrize(
    ("right", "refused", "code"),
    [
        ("edit", "nothing", FailureCode.NOT_ADMITTED),
        ("read_all_messages", RIGHTS, FailureCode.INCOMPLETE),
    ],
)
def test_a_bot_that_may_not_read_all_has_not_seen_that_nothing_is_new(
    right: str, refused: str, code: FailureCode
) -> None:
    observation = given_old_posts(right, refused)
    assert observation.gaps["wall"].code is code


def test_a_bot_that_may_read_all_has_seen_it() -> None:
    assert "wall" not in given_old_posts("read_all_messages", "nothing").gaps


# --- the national root ----------------------------------------------------------------------------

CHAT_ANSWER = (
    f'{{"chat_id": {NUMBER}, "type": "channel", "status": "active", "last_event_time": 1, '
    '"participants_count": 1, "is_public": true, "title": "Школа № 1"}'
)


@pytest.mark.parametrize("trusts", [False, True])
def test_the_api_is_read_by_the_root_that_is_named_and_never_without(
    tmp_path: Path, trusts: bool
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "root.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    chat: Routes = {f"/chats/{NUMBER}": reply(CHAT_ANSWER, kind="application/json")}

    async def asked() -> Observation:
        async with tiny(chat, tls) as port:
            settings = MaxSettings(
                api_url=f"https://localhost:{port}",
                tokens=BOT,
                extra_roots=tmp_path / "root.pem" if trusts else None,
                first_wait=0.01,
            )
            (one,) = [one async for some in collect(settings, [page()], a_run()) for one in some]
            return one

    observation = asyncio.run(asked())
    assert (failed(observation), observation.facts is not None) == (
        None if trusts else FailureCode.TLS,
        trusts,
    )
