"""The command as an operator types it, against the sandbox over real sockets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.sandbox import Running
from tests.monitor.conftest import AS_OF, Office


def findings(report: dict[str, Any], requirement: str = "") -> list[dict[str, Any]]:
    return [
        finding | {"institution": institution["id"]}
        for institution in report["institutions"]
        for finding in institution["findings"]
        if requirement in finding["requirement"]
    ]


def test_an_audit_of_the_town_is_told_whole(office: Office) -> None:
    html = office.folder / "report.html"
    done = office.dozor("audit", "--as-of", AS_OF, "--html", str(html))
    assert done.returncode in (0, 3), done.stderr
    assert "<!doctype html>" in html.read_text("utf-8").lower()


def test_what_could_not_be_read_makes_status_3_and_accuses_nobody(office: Office) -> None:
    done = office.dozor("audit", "--as-of", AS_OF)
    assert done.returncode == 3
    assert "вошедшим" in done.stdout


def test_one_institution_is_audited_on_demand(office: Office) -> None:
    report = office.audit("school-1")
    assert report["audit"]["scope"] == ["demo/school-1"]
    assert {one["institution"] for one in findings(report)} == {"school-1"}


def test_without_a_token_the_run_goes_on(office: Office) -> None:
    del office.environment["VK_TOKENS"]
    report = office.audit()
    mark = findings(report, "/6.6")
    assert "fail" not in {one["outcome"] for one in mark}
    assert any("ключ" in one["because"] for one in mark if one["outcome"] == "unknown")
    assert {one["outcome"] for one in findings(report, "/6.4-recommended")} & {"pass"}


def test_findings_make_status_4_when_asked(office: Office) -> None:
    quiet = office.dozor("audit", "edu", "--as-of", AS_OF)
    asked = office.dozor("audit", "edu", "--as-of", AS_OF, "--fail-on-findings")
    assert (quiet.returncode, asked.returncode) == (0, 4), asked.stdout


def test_the_same_observations_give_the_same_findings_without_a_network(office: Office) -> None:
    audited = office.audit()
    office.environment |= {"DOZOR_VK__API_URL": "http://127.0.0.1:9", "VK_TOKENS": ""}
    path = office.folder / "again.json"
    office.dozor("evaluate", "--as-of", AS_OF, "--json", str(path))
    again = json.loads(path.read_text("utf-8"))
    for report in (audited, again):
        for one in report["institutions"]:
            one["findings"] = [f | {"previous": None, "since": None} for f in one["findings"]]
    assert again["institutions"] == audited["institutions"]


PASSED = ("--outcome", "pass", "--by", "директор")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["audit", "--as-of", "2026-11-22T03:00:00"], "смещение"),
        (["audit", "--as-of", "вчера"], "момент не понят"),
        (["audit", "school-11"], "похожие: school-1"),
        (["report", "--format", "docx"], "такого вида нет"),
        (["rules", "explain", "kedrovy/6.6"], "похожие: kedrovy-2022-298/6.6"),
        (["attest", "school-1", "--kind", "two_factor"], "--by"),
        (["attest", "school-1", "--kind", "2fa", "--by", "директор"], "two_factor"),
        (["event", "school-1", "--kind", "notice", "--on", "2026-11-20"], "notice_sent"),
        (["attest", "school-1", "--requirement", "6.6", *PASSED], "похожие: kedrovy-2022-298/6.6"),
        (["send"], "нет адресатов"),
    ],
)
def test_wrong_usage_is_told_with_the_way_out(
    office: Office, arguments: list[str], words: str
) -> None:
    done = office.dozor(*arguments)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr


def test_a_typo_in_the_settings_is_told_with_its_line(office: Office) -> None:
    office.config.write_text('registry = ["demo.toml"]\n\n[vk]\ncontrol_page = []\n', "utf-8")
    done = office.dozor("audit")
    assert done.returncode == 2
    assert "config.toml:4: [vk.control_page]" in done.stderr


def test_a_broken_registry_stops_before_anything_is_read(office: Office, sandbox: Running) -> None:
    text = (office.folder / "demo.toml").read_text("utf-8")
    (office.folder / "demo.toml").write_text(text.replace("kind =", "kinds =", 1), "utf-8")
    sandbox.forget_log()
    done = office.dozor("audit")
    assert (done.returncode, sandbox.log()) == (2, [])
    assert "demo.toml:" in done.stderr


def test_a_weekday_digit_in_the_schedule_is_refused(office: Office) -> None:
    office.set("schedule", nightly="0 3 * * 1")
    done = office.dozor("doctor")
    assert (done.returncode, "словами" in done.stderr) == (2, True)


def test_the_doctor_names_what_is_missing(office: Office) -> None:
    del office.environment["VK_TOKENS"]
    done = office.dozor("doctor")
    assert done.returncode == 0, done.stdout
    assert "ключ ВКонтакте не задан" in done.stdout


def test_evidence_of_an_audit_verifies_and_a_forgery_does_not(office: Office) -> None:
    office.audit("school-1")
    assert office.dozor("verify").returncode == 0
    (file,) = (office.folder / "var/evidence").iterdir()
    file.write_bytes(file.read_bytes()[:-200])
    assert office.dozor("verify").returncode == 1


def test_no_token_is_left_anywhere(office: Office) -> None:
    office.dozor("audit", "--as-of", AS_OF)
    token = office.environment["VK_TOKENS"].encode()
    for path in office.folder.rglob("*"):
        assert path.is_dir() or token not in path.read_bytes(), path


def test_a_review_that_a_person_closed_does_not_come_back(office: Office) -> None:
    review = next(one for one in findings(office.audit()) if one["outcome"] == "review")
    where = ["--page", review["page"]] if review["page"] else []
    told = office.dozor(
        "attest",
        review["institution"],
        "--requirement",
        review["requirement"],
        *where,
        *("--outcome", "pass", "--by", "заместитель главы", "--document", "акт № 7"),
    )
    assert told.returncode == 0, told.stderr
    after = findings(office.audit(review["institution"]), review["requirement"])
    assert next(one for one in after if one["page"] == review["page"])["outcome"] == "pass"


def test_a_registry_with_nobody_in_it_yet_has_a_report(office: Office) -> None:
    town = office.folder / "nobody.toml"
    town.write_text('[municipality]\nid = "town"\nname = "Город"\ntimezone = "Asia/Tomsk"\n')
    office.environment["DOZOR_REGISTRY"] = json.dumps([str(town)])
    done = office.dozor("audit", "--html", str(office.folder / "x.html"))
    assert done.returncode == 0, done.stderr
    assert "не внесены в реестр" in done.stdout


def test_the_shipped_registries_accuse_nobody(office: Office) -> None:
    root = Path(__file__).parents[2]
    office.sections["registry"] = [
        str(root / "registry" / name) for name in ("kedrovy.toml", "minvody.toml")
    ]
    office.set("vk", api_url="http://127.0.0.1:9")
    for name in [key for key in office.environment if key.startswith(("DOZOR_", "VK_", "OK_"))]:
        del office.environment[name]
    done = office.dozor("audit", "--json", str(office.folder / "x.json"))
    report = json.loads((office.folder / "x.json").read_text("utf-8"))
    assert done.returncode == 3
    assert "не внесены в реестр" in done.stdout
    assert [one for one in findings(report) if one["outcome"] == "fail"] == []
