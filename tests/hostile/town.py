"""A town whose sick members are read beside sound ones, by the command as its operator types it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from collectors.model import SITE
from monitor.application import opened
from monitor.audit.begin import AuditRequest
from monitor.audit.run import audit
from monitor.config import Settings, load_settings
from monitor.reporting.stored import report_of
from reports.formats import installed
from reports.model import Report
from tests.cast import NOW
from tests.hostile.inputs import Hostile
from tests.hostile.stranger import OK_FIRST, Stranger
from tests.monitor.pipeline import QUICK, empty_database

SECRETS = {
    "VK_TOKENS": "vk1.a.stranger-token",
    "OK_APPLICATION_KEY": "CBAAAA",
    "OK_APPLICATION_SECRET_KEY": "SECRETSECRET",
    "OK_ACCESS_TOKEN": "tkn1token",
}
FORMATS = ("json", "html", "csv")
Found = Mapping[int, list[tuple[object, ...]]]  # member → what is told of its findings


@dataclass(frozen=True, slots=True)
class Night:
    complete: bool
    found: Found

    def of(self, numbers: Sequence[int]) -> Found:
        return {number: self.found[number] for number in numbers}


def night(
    folder: Path, stranger: Stranger, sick: Mapping[int, Hostile], numbers: Sequence[int]
) -> Night:
    """`numbers`: of all members, the sick and the sound."""
    stranger.sick = sick
    folder.mkdir(parents=True, exist_ok=True)
    settings = _settings(folder, stranger, numbers, {one: sick.get(one) for one in numbers})
    with opened(settings, lambda: NOW) as application:
        done = audit(application, AuditRequest(as_of=NOW))
        report = report_of(application, done)
        for slug in FORMATS:
            deque(installed()[slug].render(report).beside, maxlen=0)
        found = _told(report, numbers)
    return Night(done.complete, found)


def _told(report: Report, numbers: Sequence[int]) -> Found:
    """In one walk: the findings are read from storage each time."""
    told: dict[int, list[tuple[object, ...]]] = {number: [] for number in numbers}
    for one in report.findings:
        number = int(one.institution.removeprefix("school-"))
        told[number].append(
            (one.requirement, one.page, one.outcome, one.reason, one.because, one.measured)
        )
    return told


def _settings(
    folder: Path, stranger: Stranger, numbers: Sequence[int], inputs: Mapping[int, Hostile | None]
) -> Settings:
    town = {"id": "town", "name": "Город Кедровый", "timezone": "Asia/Tomsk"}
    town["packs"] = ["kedrovy-2022-298"]
    schools = [_school(number, stranger, inputs[number]) for number in numbers]
    (folder / "town.toml").write_text(
        tomli_w.dumps({"municipality": town, "institution": schools}), "utf-8"
    )
    (folder / "var").mkdir()
    (folder / "var/dozor.db").write_bytes(empty_database())
    sections = {
        "registry": ["town.toml"],
        "vk": {**QUICK["vk"], "api_url": f"{stranger.base}/vk"},
        "ok": {
            **QUICK["ok"],
            "api_url": f"{stranger.base}/ok-api",
            "site_url": f"{stranger.base}/ok",
        },
        "site": {**QUICK["site"], "attempts": 1},
    }
    (folder / "config.toml").write_text(tomli_w.dumps(sections), "utf-8")
    return load_settings(folder / "config.toml", SECRETS)


def _school(number: int, stranger: Stranger, hostile: Hostile | None) -> dict[str, Any]:
    """A sick one has only what it is sick of: the corpus is long."""
    of = {None: "vok", "vk": "v", "wall": "v", "bean": "o", "topic": "o"}
    has = of.get(hostile.place if hostile else None, SITE)
    pages = [f"https://vk.com/club{number}"] if "v" in has else []
    pages += [f"https://ok.ru/group/{OK_FIRST + number}"] if "o" in has else []
    whole = has in ("vok", SITE)
    return {
        "id": f"school-{number}",
        "name": f"Муниципальное учреждение «Школа № {number}»",
        "short_name": f"Школа № {number}",
        "kind": "school",
        "phones": ["8 (38250) 3-55-46"],
        "emails": [f"school{number}@example.org"],
        "page": [] if has == SITE else [{"url": one} for one in pages],
        **({"site": stranger.site(number)} if whole else {"no_site": True}),
    }
