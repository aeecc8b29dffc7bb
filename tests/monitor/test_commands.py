"""The command as an operator types it, against the sandbox over real sockets."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from monitor.commands.demo import demo_settings
from monitor.commands.progress import progress
from monitor.sandbox import Running
from monitor.sandbox.demo import DEMO_TOKEN
from tests.monitor.conftest import AS_OF, Office, office_of


def findings(report: dict[str, Any], requirement: str = "") -> list[dict[str, Any]]:
    return [
        finding | {"institution": institution["id"]}
        for institution in report["institutions"]
        for finding in institution["findings"]
        if requirement in finding["requirement"]
    ]


@dataclass(frozen=True)
class Run:
    """One audit of the whole town, which the tests share: whoever writes takes a copy."""

    office: Office
    done: CompletedProcess[str]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def run(sandbox: Running, tmp_path_factory: pytest.TempPathFactory) -> Run:
    office = office_of(sandbox, tmp_path_factory.mktemp("town"))
    files = [office.folder / name for name in ("out.json", "report.html")]
    wanted = ("--json", str(files[0]), "--html", str(files[1]))
    done = office.dozor("audit", "--as-of", AS_OF, *wanted)
    return Run(office, done, json.loads(files[0].read_text("utf-8")))


@pytest.fixture
def audited(run: Run, tmp_path: Path) -> Office:
    """The office after that audit, to go on with."""
    return run.office.copy(tmp_path / "town")


def test_a_file_may_go_to_the_standard_output_alone(audited: Office) -> None:
    done = audited.dozor("evaluate", "--as-of", AS_OF, "--json", "-")
    assert json.loads(done.stdout)["institutions"]
    assert "Отчёт:" in done.stderr
    assert not (audited.folder / "-").exists()


def test_an_audit_of_the_town_is_told_whole(run: Run) -> None:
    assert run.done.returncode in (0, 3), run.done.stderr
    page = (run.office.folder / "report.html").read_text("utf-8")
    assert "<!doctype html>" in page.lower()


def test_what_could_not_be_read_makes_status_3_and_accuses_nobody(run: Run) -> None:
    assert run.done.returncode == 3
    assert "вошедшим" in run.done.stdout


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
    asked = office.dozor("audit", "edu", "--as-of", AS_OF, "--fail-on-findings")
    quiet = office.dozor("evaluate", "edu", "--as-of", AS_OF)
    assert (quiet.returncode, asked.returncode) == (0, 4), asked.stdout


def test_the_same_observations_give_the_same_findings_without_a_network(
    run: Run, audited: Office
) -> None:
    audited.environment |= {"DOZOR_VK__API_URL": "http://127.0.0.1:9", "VK_TOKENS": ""}
    path = audited.folder / "again.json"
    audited.dozor("evaluate", "--as-of", AS_OF, "--json", str(path))
    again = json.loads(path.read_text("utf-8"))
    assert timeless(again) == timeless(run.report)


def timeless(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [one | {"previous": None, "since": None} for one in findings(report)]


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


def test_the_doctor_tells_tokens_keys_and_files_in_danger(audited: Office) -> None:
    secret = audited.folder / "token"
    secret.write_text(audited.environment.pop("VK_TOKENS"), "utf-8")
    secret.chmod(0o644)
    audited.environment |= {"VK_TOKENS_FILE": str(secret), "OK_APPLICATION_KEY": "KEY"}
    told = audited.dozor("doctor").stdout
    for words in (
        "(сервисный ключ)",
        "осталось чтений стен",
        "нет OK_APPLICATION_SECRET_KEY, OK_ACCESS_TOKEN",
        "могут прочесть другие",
        "схема новейшая",
    ):
        assert words in told
    assert secret.read_text("utf-8") not in told


def test_evidence_of_an_audit_verifies_and_a_forgery_does_not(audited: Office) -> None:
    assert audited.dozor("verify").returncode == 0
    (file,) = (audited.folder / "var/evidence").iterdir()
    file.write_bytes(file.read_bytes()[:-200])
    assert audited.dozor("verify").returncode == 1


def test_no_token_is_left_anywhere(run: Run) -> None:
    token = run.office.environment["VK_TOKENS"].encode()
    for path in run.office.folder.rglob("*"):
        assert path.is_dir() or token not in contents(path), path


def contents(path: Path) -> bytes:
    """What a file holds, and what it holds packed."""
    raw = path.read_bytes()
    return raw + (gzip.decompress(raw) if path.suffix == ".gz" else b"")


def test_a_review_that_a_person_closed_does_not_come_back(run: Run, audited: Office) -> None:
    review = next(one for one in findings(run.report) if one["outcome"] == "review")
    named = {"--page": review["page"], "--about": review["about"]}
    where = [word for option, value in named.items() if value for word in (option, value)]
    told = audited.dozor(
        "attest",
        review["institution"],
        "--requirement",
        review["requirement"],
        *where,
        *("--outcome", "pass", "--by", "заместитель главы", "--document", "акт № 7"),
    )
    assert told.returncode == 0, told.stderr
    after = findings(audited.audit(review["institution"]), review["requirement"])
    place = (review["page"], review["about"])
    assert {one["outcome"] for one in after if (one["page"], one["about"]) == place} == {"pass"}


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


def test_the_progress_calls_no_page_read_that_may_not_have_opened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The summary counts what was read; «прочитано 9 из 9» above «30 из 32» would contradict it."""
    with progress() as tell:
        tell("site", 9, 9)
    assert capsys.readouterr().err == "Сайт: готово 9 из 9\n"


def test_the_demo_heeds_nothing_of_what_the_operator_has_set(
    sandbox: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an invented town would be written into the real database, and real pages be read."""
    for name, value in (
        ("DOZOR_STORAGE__DATABASE", "sqlite:////nowhere/real.db"),
        ("DOZOR_VK__API_URL", "https://api.vk.ru"),
        ("VK_TOKENS_FILE", "/nowhere/vk-token"),
    ):
        monkeypatch.setenv(name, value)
    settings = demo_settings(sandbox, tmp_path)
    assert settings.storage.database == f"sqlite:///{tmp_path / 'dozor.db'}"
    assert settings.networks["vk"].api_url == sandbox.vk_url
    assert DEMO_TOKEN in settings.secrets
