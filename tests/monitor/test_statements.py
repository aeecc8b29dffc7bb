"""What the office states, typed as a command, changes a finding, shows in both reports, runs out.

One small town is audited once; every statement is typed once; then the same observations are
judged as of the night, two days later when all terms are over, and after a dispute was closed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from monitor.cli.app import app
from monitor.registry.declaration import AttestationKind, EventKind
from monitor.sandbox import Site, SitePage, serve
from tests.cast import NOW
from tests.monitor.pipeline import Town, school
from tests.monitor.test_faults import OK, VK, WELL, community

KEDROVY, MINVODY = "kedrovy-2022-298", "minvody-draft"
SECOND = "https://vk.com/club102"
NIGHT, LATER = NOW + timedelta(hours=1), NOW + timedelta(days=3)
UNTIL = "2026-11-24"  # the day after the night: in Tomsk it is Monday the 23rd
SAID = ("--by", "заместитель главы", "--on", "2026-11-02")
ADMINISTRATION = "Администрация города Кедрового"
NAME = f"<title>{ADMINISTRATION}</title><h1>{ADMINISTRATION}</h1>"
CARD = "<h2>МКОУ СОШ № 1</h2><p>ул. Лесная, д. 9, тел. 8 (38299) 5-55-46</p>"
ACT = "<p>Постановление № 298 от 01.12.2022</p>"
WORLD = replace(
    WELL,
    communities=(
        community(101, government_mark=False),
        community(102, government_mark=False),
        WELL.communities[2],
    ),
    sites=(Site(name="adm", address="127.0.9.3", pages={"/": SitePage(body=NAME + CARD + ACT)}),),
)

# kind → institution, clause, what is typed, the outcomes: before, with it, when its term is over
ATTESTED: dict[str, tuple[str, str, tuple[str, ...], tuple[str, str, str]]] = {
    "two_factor": (
        "school-1",
        f"{KEDROVY}/6.5",
        ("--count", "2", "--of", "2"),
        ("unknown", "pass", "unknown"),
    ),
    "job_description": ("school-1", f"{KEDROVY}/6.3", (), ("unknown", "pass", "unknown")),
    "gos_mark": ("school-1", f"{KEDROVY}/6.6", (), ("fail", "pass", "fail")),
    "gospabliki": ("school-1", f"{KEDROVY}/6.7", ("--no",), ("unknown", "fail", "unknown")),
    "pos": ("school-2", f"{KEDROVY}/6.1-pos", (), ("unknown", "review", "unknown")),
    "style": ("school-1", f"{KEDROVY}/6.8", ("--page", VK), ("review", "pass", "review")),
    "filler": ("school-1", f"{KEDROVY}/6.2", (), ("unknown", "pass", "unknown")),
    "esia": ("school-1", f"{MINVODY}/3.3.1.3", (), ("review", "pass", "review")),
    "control": ("adm", f"{KEDROVY}/12", (), ("unknown", "pass", "unknown")),
    "coordination": ("adm", f"{MINVODY}/3.2", (), ("unknown", "pass", "unknown")),
    "bulletin": ("adm", f"{KEDROVY}/11", (), ("review", "pass", "review")),
    "no_checks": ("adm", f"{KEDROVY}/7.5", (), ("fail", "pass", "fail")),
    "no_treaties": ("adm", f"{KEDROVY}/7.3", (), ("fail", "pass", "fail")),
    "finding": (
        "adm",
        f"{KEDROVY}/8.1a.postal",
        ("--about", "school-1", "--requirement", f"{KEDROVY}/8.1a.postal", "--outcome", "pass"),
        ("review", "pass", "review"),
    ),
}


def registry(adm_site: str) -> dict[str, Any]:
    authorised = {"role": "authorised", "post": "секретарь", "employee": True, "order": "№ 5"}
    exempt = {
        "ground": "п. 4",
        "approved_by": "adm",
        "document": "№ 7",
        "until": (NOW + timedelta(days=2)).date(),
    }
    first = school(1, VK, OK, short_name="МКОУ СОШ № 1", person=[authorised], no_site=True)
    return {
        "municipality": {
            "id": "kedr",
            "name": "Город Кедровый",
            "timezone": "Asia/Tomsk",
            "packs": [KEDROVY, MINVODY],
            "authority": "adm",
        },
        "acts": {
            act: {"status": "in_force", "effective_date": NOW.date().replace(month=1)}
            for act in (KEDROVY, MINVODY)
        },
        "institution": [
            {
                "id": "adm",
                "name": "Администрация города Кедрового",
                "kind": "authority",
                "site": adm_site,
            },
            first | {"address": "г. Кедровый, 1-й мкр., д. 61", "phones": ["8 (38299) 5-55-46"]},
            school(2, SECOND, no_site=True),
            school(3, no_site=True, exemption=[exempt]),
        ],
    }


@dataclass(frozen=True)
class Told:
    """One judging of the town, as both reports tell it."""

    findings: tuple[dict[str, Any], ...]
    html: str

    def of(self, who: str, requirement: str, **place: Any) -> dict[str, Any]:
        """The finding; where there are several, the one of VK or about the first school."""
        found = [
            one
            for one in self.findings
            if (one["institution"], one["requirement"]) == (who, requirement)
            and one["network"] in (None, "vk")
            and one["about"] in (None, "school-1")
            and all(one[key] == value for key, value in place.items())
        ]
        assert found, (who, requirement)
        return found[0]


@dataclass
class Desk:
    folder: Path
    sandbox: dict[str, str]

    def dozor(self, *arguments: str) -> None:
        command = ["--config", str(self.folder / "config.toml"), *arguments]
        done = CliRunner(env=self.sandbox).invoke(app, command, catch_exceptions=False)
        assert done.exit_code in (0, 3), done.output

    def judged(self, as_of: datetime, command: str = "evaluate") -> Told:
        files = [self.folder / name for name in ("out.json", "out.html")]
        wanted = ("--json", str(files[0]), "--html", str(files[1]))
        self.dozor(command, "--as-of", as_of.isoformat(), *wanted)
        report = json.loads(files[0].read_text("utf-8"))
        findings = (
            finding | {"institution": one["id"]}
            for one in report["institutions"]
            for finding in one["findings"]
        )
        html = files[1].read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
        return Told(tuple(findings), html)

    def event(self, said: tuple[str, str, str, tuple[str, ...]]) -> None:
        who, kind, on, more = said
        self.dozor("event", who, "--kind", kind, "--on", on, *more)


@dataclass(frozen=True)
class Story:
    """The town before anything is said, with all of it, when terms are over, and the last word."""

    before: Told
    stated: Told
    over: Told
    after: Told


NEW, OLD = "https://vk.com/new_page", "https://vk.com/old_page"
DISPUTED = ("--requirement", f"{KEDROVY}/9.1.name", "--page", VK)
TOLERATED = f"{KEDROVY}/9.1.postal"
EVENTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("school-1", "page_created", "2026-11-02", ("--page", NEW)),
    (
        "school-1",
        "notice_sent",
        "2026-11-03",
        ("--page", NEW, "--to", "department", "--about", "page_created"),
    ),
    ("school-2", "page_deleted", "2026-11-02", ("--page", OLD)),
    ("school-2", "page_renamed", "2026-10-26", ("--page", SECOND)),
    ("school-2", "admin_changed", "2026-11-10", ()),
    ("school-2", "appointed", "2026-11-10", ()),
    ("school-2", "released", "2026-11-10", ()),
    ("school-1", "dispute_opened", "2026-11-20", DISPUTED),
)
LAST: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("school-1", "dispute_closed", "2026-11-25", DISPUTED),
    ("adm", "coordination", "2026-11-25", ()),
)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("desk")
    with serve(WORLD) as sandbox:
        Town(folder, sandbox, [], neighbours=[registry(sandbox.site_url("adm"))]).settings()
        desk = Desk(folder, sandbox.settings())
        before = desk.judged(NOW, "audit")
    state(desk)
    stated, over = desk.judged(NIGHT), desk.judged(LATER)
    for one in LAST:
        desk.event(one)
    return Story(before, stated, over, desk.judged(LATER))


def state(desk: Desk) -> None:
    for kind, (who, _, more, _) in ATTESTED.items():
        wanted = () if kind == "finding" else ("--kind", kind)
        desk.dozor("attest", who, *wanted, *SAID, "--until", UNTIL, "--document", "акт № 8", *more)
    for kind in ("two_factor", "job_description", "filler"):
        desk.dozor(
            "attest", "school-2", "--kind", kind, *SAID, "--document", "акт № 9, Петров П. П."
        )
    for one in EVENTS:
        desk.event(one)
    who, why = "глава Сидорова А. А.", "ремонт, просил Петров Иван Иванович"
    said = ("--reason", why, "--by", who, "--until", UNTIL, "--document", "письмо № 5")
    desk.dozor("waive", "school-1", "--requirement", TOLERATED, *said)


def test_no_kind_is_left_out() -> None:
    assert set(ATTESTED) == set(get_args(AttestationKind))
    assert {kind for _, kind, _, _ in (*EVENTS, *LAST)} == set(get_args(EventKind))


@pytest.mark.parametrize("kind", ATTESTED)
def test_an_attestation_changes_a_finding_until_its_term_is_over(story: Story, kind: str) -> None:
    who, requirement, _, expected = ATTESTED[kind]
    told = [one.of(who, requirement) for one in (story.before, story.stated, story.over)]
    assert tuple(one["outcome"] for one in told) == expected
    assert "акт № 8" in json.dumps(told[1]["measured"], ensure_ascii=False)


def test_the_report_lists_what_is_attested_while_it_holds(story: Story) -> None:
    line = "двухфакторная защита, заместитель главы, 2 ноября 2026, акт № 8"
    answered = "решение по выводу «Сайт администрации об учреждении: почтовый адрес» (МКОУ СОШ № 1)"
    assert line in story.stated.html
    assert line not in story.over.html
    assert answered in story.stated.html


def test_an_answer_about_one_institution_closes_no_other_question(story: Story) -> None:
    about = {
        one["about"]: one["reason"]
        for one in story.stated.findings
        if one["requirement"] == f"{KEDROVY}/8.1a.postal" and one["institution"] == "adm"
    }
    assert [who for who, why in about.items() if why == "closed_by_person"] == ["school-1"]


def test_a_notice_in_time_is_pass_and_one_that_is_missing_fails(story: Story) -> None:
    assert story.stated.of("school-1", f"{MINVODY}/3.3.2", page=NEW)["outcome"] == "pass"
    missing = story.stated.of("school-2", f"{MINVODY}/3.3.2", page=OLD)
    assert (missing["outcome"], missing["reason"]) == ("fail", "notice_missing")
    assert missing["because"] in story.stated.html


@pytest.mark.parametrize("number", ["6.2", "6.3", "6.5"])
def test_a_change_of_persons_ends_what_was_said_for_them(story: Story, number: str) -> None:
    found = story.stated.of("school-2", f"{KEDROVY}/{number}")
    assert (found["outcome"], found["reason"]) == ("unknown", "attestation_ended")


def test_a_renamed_page_has_time_to_get_its_mark_again(story: Story) -> None:
    outcomes = [
        one.of("school-2", f"{KEDROVY}/6.6")["outcome"]
        for one in (story.before, story.stated, story.over)
    ]
    # nobody has looked at the page since its time was over
    assert outcomes == ["fail", "pending", "unknown"]


def test_coordination_in_the_log_is_enough(story: Story) -> None:
    assert story.over.of("adm", f"{MINVODY}/3.2")["outcome"] == "unknown"
    assert story.after.of("adm", f"{MINVODY}/3.2")["reason"] == "logged"


def test_a_waiver_is_shown_beside_what_stays_a_fail(story: Story) -> None:
    told = story.stated.of("school-1", TOLERATED)
    assert (told["outcome"], told["waiver"]["document"]) == ("fail", "письмо № 5")
    assert "отсрочка до 24 ноября 2026" in story.stated.html
    ended = story.over.of("school-1", TOLERATED)
    assert (ended["outcome"], ended["waiver"]) == ("fail", None)
    assert "отсрочка до" not in story.over.html


def test_a_disputed_finding_is_shown_as_disputed_until_it_is_settled(story: Story) -> None:
    disputed = [
        one.of("school-1", DISPUTED[1])["disputed"]
        for one in (story.before, story.stated, story.over, story.after)
    ]
    assert disputed == [False, True, True, False]
    shown = [one.html.count(">оспаривается<") for one in (story.before, story.over, story.after)]
    assert shown == [0, 1, 0]


def test_an_exemption_is_shown_with_its_ground_and_ends(story: Story) -> None:
    kept = story.stated.of("school-3", f"{KEDROVY}/6.1-pages")
    assert (kept["outcome"], kept["reason"]) == ("not_applicable", "exempt_on_record")
    assert "освобождено</span> п. 4, № 7, по 24 ноября 2026" in story.stated.html
    assert story.over.of("school-3", f"{KEDROVY}/6.1-pages")["outcome"] == "unknown"
    assert "освобождено</span>" not in story.over.html


def test_nobody_is_named_whoever_was_named_at_the_terminal(story: Story) -> None:
    told = story.stated.html + json.dumps(story.stated.findings, ensure_ascii=False)
    assert "отсрочка до 24 ноября 2026: ремонт, просил, глава, письмо № 5" in told
    assert "Петров" not in told
    assert "Сидорова" not in told
