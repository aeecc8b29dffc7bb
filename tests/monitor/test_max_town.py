"""A town with pages in three networks, audited whole against the sandbox: MAX counts only where a
pack names it, and nothing that MAX refuses accuses anybody or makes an audit incomplete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.model import FailureCode
from monitor.config import load_settings
from monitor.config.faults import ConfigError
from monitor.sandbox import Fault, MaxMember, Running, World, serve
from rules.model import Finding, Outcome
from tests.cast import NOW
from tests.collectors.max import ADDRESS, BOT, CHANNEL, NUMBER, WORLD, posts
from tests.monitor.pipeline import Done, Town, school
from tests.rules.test_cases import OWN

NAMED = ("region-max",)
RULES = {"rules": {"packs": [str(OWN)]}}
OPEN = replace(CHANNEL, name="Школа № 1", posts=posts(40))


def town(folder: Path, running: Running, packs: tuple[str, ...] = NAMED, **page: Any) -> Town:
    body = {**school(1), "page": [{"url": ADDRESS, **page}]}
    return Town(folder, running, [body], sections=RULES, packs=packs)


def audited(
    folder: Path,
    world: World,
    packs: tuple[str, ...] = NAMED,
    secrets: Mapping[str, str] | None = None,
    **page: Any,
) -> Done:
    with serve(world) as running:
        office = town(folder, running, packs, **{"chat_id": NUMBER, **page})
        office.secrets = secrets or {}
        return office.audit(NOW)


def of_max(done: Done, requirement: str) -> Finding:
    (found,) = [
        one for one in done.findings if one.requirement == requirement and one.network == "max"
    ]
    return found


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Done:
    world = replace(WORLD, max_channels=(OPEN,))
    return audited(tmp_path_factory.mktemp("read"), world, ("region-max", "kedrovy-2022-298"))


def test_a_channel_that_let_the_bot_in_is_judged(read: Done) -> None:
    assert of_max(read, "region-max/1").outcome is Outcome.PASS
    assert of_max(read, "region-max/2").outcome is Outcome.PASS


def test_an_act_that_does_not_name_the_network_only_shows_it(read: Done) -> None:
    found = of_max(read, "kedrovy-2022-298/6.4-regularity")
    assert (found.outcome, found.preview) == (Outcome.NOT_APPLICABLE, Outcome.PASS)


def test_the_version_of_the_schema_is_kept_with_what_was_seen(read: Done) -> None:
    facts = read.last(ADDRESS).facts
    assert facts is not None
    assert facts.schema == "0.0.33"


def test_a_bot_that_may_write_is_told_in_the_report(tmp_path: Path) -> None:
    writes = MaxMember(permissions=("read_all_messages", "write"))
    done = audited(tmp_path, replace(WORLD, max_channels=(replace(OPEN, bots={BOT: writes}),)))
    assert [one.addresses for one in done.audit.issues if one.code == "max.reader_may_write"] == [
        (ADDRESS,)
    ]


CLOSED = {
    "nobody let the bot in": replace(OPEN, bots={}),
    "put out": replace(OPEN, bots={BOT: MaxMember(status="removed")}),
    "left": replace(OPEN, bots={BOT: MaxMember(status="left")}),
    "closed": replace(OPEN, bots={BOT: MaxMember(status="closed")}),
    "suspended": replace(OPEN, bots={BOT: MaxMember(status="suspended")}),
    "a chat": replace(OPEN, kind="chat"),
}
FAULTS = {
    f"{code} {text}": Fault(code=code, text=text, method="*", times=None)
    for code, text in (
        (401, "verify.token"),
        (403, "chat.denied"),
        (404, "chat.not.found"),
        (404, "method.not.found"),
        (429, "too.many.requests"),
        (503, "service.unavailable"),
    )
}
FAULTS |= {
    "not json": Fault(kind="not_json", times=None),
    "another shape": Fault(kind="body", text='{"id": 5}', times=None),
}


@pytest.mark.parametrize("trouble", [*CLOSED, *FAULTS])
def test_nobody_is_accused_by_what_max_refuses(tmp_path: Path, trouble: str) -> None:
    channel = CLOSED.get(trouble, OPEN)
    faults = (FAULTS[trouble],) if trouble in FAULTS else ()
    done = audited(tmp_path, replace(WORLD, max_channels=(channel,), faults=faults))
    assert done.accused("max") == []
    assert of_max(done, "region-max/1").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("page", "secrets"), [({"chat_id": NUMBER}, {"MAX_TOKENS": ""}), ({"known_id": ""}, {})]
)
def test_what_is_not_open_to_us_makes_no_audit_incomplete(
    tmp_path: Path, page: dict[str, Any], secrets: dict[str, str]
) -> None:
    with serve(replace(WORLD, max_channels=(OPEN,))) as running:
        known = {key: value for key, value in page.items() if value}
        office = town(tmp_path, running, **known)
        office.secrets = secrets
        done = office.audit(NOW)
    failure = done.last(ADDRESS).failure
    assert failure is not None
    assert (failure.code, done.audit.complete) == (FailureCode.NOT_ADMITTED, True)


def test_a_channel_that_no_pack_asks_for_makes_no_audit_incomplete(tmp_path: Path) -> None:
    broken = replace(WORLD, max_channels=(OPEN,), faults=(FAULTS["not json"],))
    done = audited(tmp_path, broken, ("kedrovy-2022-298",))
    assert (done.accused("max"), done.audit.complete) == ([], True)


def test_a_channel_that_a_pack_asks_for_and_that_was_not_read_does(tmp_path: Path) -> None:
    broken = replace(WORLD, max_channels=(OPEN,), faults=(FAULTS["not json"],))
    assert not audited(tmp_path, broken).audit.complete


def test_anothers_inn_in_the_address_is_a_question_without_any_token(tmp_path: Path) -> None:
    with serve(WORLD) as running:
        body = {**school(1), "inn": "1650055457"}
        body["page"] = [{"url": "https://max.ru/id2634028465_gos"}]
        office = Town(tmp_path, running, [body], sections=RULES, packs=NAMED)
        office.secrets = {"MAX_TOKENS": ""}
        found = of_max(office.audit(NOW), "region-max/1")
    assert (found.outcome, found.reason) == (Outcome.REVIEW, "address_of_another")


# --- packs of one's own ---------------------------------------------------------------------------


def configured(folder: Path, packs: str) -> Path:
    config = folder / "config.toml"
    config.write_text(f'registry = ["town.toml"]\n\n[rules]\npacks = [{packs}]\n', "utf-8")
    return config


def test_a_pack_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml:4: \[rules\] packs: .*lost\.toml нет"):
        load_settings(configured(tmp_path, '"lost.toml"'), {})


def test_a_pack_stands_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "our.toml").write_text("", "utf-8")
    settings = load_settings(configured(tmp_path, '"our.toml"'), {})
    assert settings.rules.packs == (tmp_path / "our.toml",)


def test_networks_trust_the_roots_that_sites_do(tmp_path: Path) -> None:
    ca = Path(__file__).parents[1] / "recorded/max-api/README.md"
    config = configured(tmp_path, "")
    config.write_text(config.read_text("utf-8") + f'\n[site]\nextra_roots = "{ca}"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"\[max\] extra_roots"):
        load_settings(config, {})
