"""Packages of evidence (`dozor evidence`), and their check (`dozor verify FILE.wacz`)."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from monitor.reporting.package.cdxj import url_key
from monitor.reporting.package.check import Checked, check
from monitor.sandbox import demo_world, serve
from tests.cast import NOW
from tests.monitor.conftest import Office, office_of


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two schools and the museum, audited once."""
    with serve(demo_world(NOW)) as sandbox:
        office = office_of(sandbox, tmp_path_factory.mktemp("town"))
        office.only("school-1", "school-2", "museum").audit()
        return office


@pytest.fixture(scope="module")
def package(town: Office) -> Path:
    path = town.folder / "museum.wacz"
    done = town.dozor("evidence", "museum", "-o", str(path))
    assert done.returncode == 0, done.stderr
    return path


def members(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def content(package: Path) -> dict[str, bytes]:
    return members(package)


@pytest.fixture(scope="module")
def protocol(content: dict[str, bytes]) -> str:
    return content["evidence/protocol.html"].decode()


def records(content: dict[str, bytes]) -> list[Any]:
    (name,) = [one for one in content if one.startswith("archive/")]
    return list(ArchiveIterator(BytesIO(content[name])))


def test_every_member_is_listed_with_its_digest(content: dict[str, bytes]) -> None:
    listed = json.loads(content["datapackage.json"])
    digests = {one["path"]: one["hash"] for one in listed["resources"]}
    assert listed["wacz_version"] == "1.1.1"
    assert digests == {
        path: f"sha256:{hashlib.sha256(body).hexdigest()}"
        for path, body in content.items()
        if not path.startswith("datapackage")
    }


def test_base_names_are_unique(content: dict[str, bytes]) -> None:
    names = [path.rpartition("/")[2] for path in content]
    assert len(names) == len(set(names))


def test_records_are_those_of_the_night_byte_for_byte(
    town: Office, content: dict[str, bytes]
) -> None:
    told = json.loads(content["evidence/chain.json"])
    for one in told["records"]:
        night = (town.folder / "var/evidence" / one["file"]).read_bytes()
        (archive,) = [body for path, body in content.items() if path.startswith("archive/")]
        assert night[one["begin"] : one["end"]] in archive


def test_the_index_leads_to_each_record(content: dict[str, bytes]) -> None:
    (archive,) = [body for path, body in content.items() if path.startswith("archive/")]
    for line in gzip.decompress(content["indexes/index.cdx.gz"]).decode().splitlines():
        told = json.loads(line.split(" ", 2)[2])
        begin = int(told["offset"])
        (record,) = ArchiveIterator(BytesIO(archive[begin : begin + int(told["length"])]))
        assert record.rec_headers.get_header("WARC-Target-URI") == told["url"]


def test_the_finding_shows_what_was_measured_and_asked(protocol: str) -> None:
    assert "Телефона на странице не нашлось" in protocol
    assert "На официальной странице должны быть номера телефонов" in protocol


def test_the_protocol_shows_what_stood_there(protocol: str) -> None:
    assert "название и тексты страницы" in protocol
    assert "<q>Музей леса" in protocol


def test_the_route_is_told(protocol: str) -> None:
    assert "127.0.0.1" in protocol
    assert " UTC; " in protocol


def test_an_answer_on_several_institutions_is_said_to_be_one(protocol: str) -> None:
    assert "О других учреждениях" in protocol


def test_the_protocol_is_a_pdf_as_well(content: dict[str, bytes]) -> None:
    assert content["evidence/protocol.pdf"].startswith(b"%PDF")


def test_no_record_is_only_of_another_institution(content: dict[str, bytes]) -> None:
    own_pages = ("/ok/group/70000000090101", "school1")
    urls = [one.rec_headers.get_header("WARC-Target-URI") for one in records(content)]
    assert [url for url in urls if any(page in url for page in own_pages)] == []


def test_one_requirement_makes_a_smaller_package(town: Office, package: Path) -> None:
    path = town.folder / "phone.wacz"
    done = town.dozor("evidence", "museum", "--requirement", "9.1.phone", "-o", str(path))
    assert done.returncode == 0, done.stderr
    told = members(path)["evidence/protocol.html"].decode()
    assert (told.count('class="point"'), "Телефона на странице" in told) == (1, True)
    assert path.stat().st_size < package.stat().st_size


def test_an_unknown_requirement_names_those_there_are(town: Office) -> None:
    path = town.folder / "none.wacz"
    done = town.dozor("evidence", "museum", "--requirement", "99", "-o", str(path))
    assert (done.returncode, path.exists()) == (2, False)
    assert "kedrovy-2022-298/9.1.phone" in done.stderr


# --- the check --------------------------------------------------------------------------------

Change = Callable[[dict[str, bytes]], None]


def changed(package: Path, path: Path, change: Change) -> Checked:
    content = members(package)
    change(content)
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in content.items():
            archive.writestr(name, body)
    return check(path)


def test_a_package_that_was_not_changed_is_whole(town: Office, package: Path) -> None:
    done = town.dozor("verify", str(package), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], told["faults"]) == (0, True, [])
    assert told["records"] > told["links"] == 1


@pytest.mark.parametrize(
    "name", ["evidence/protocol.html", "evidence/chain.json", "pages/pages.jsonl"]
)
def test_a_changed_member_is_named(package: Path, tmp_path: Path, name: str) -> None:
    def change(content: dict[str, bytes]) -> None:
        content[name] += b" "

    (fault,) = changed(package, tmp_path / "a.wacz", change).faults
    assert fault.startswith(f"{name}: часть изменена")


def test_a_member_that_was_taken_away_is_named(package: Path, tmp_path: Path) -> None:
    found = changed(package, tmp_path / "a.wacz", lambda one: one.pop("evidence/protocol.pdf"))
    assert found.faults == ("evidence/protocol.pdf: в пакете этой части нет",)


def test_a_member_that_was_added_is_named(package: Path, tmp_path: Path) -> None:
    found = changed(package, tmp_path / "a.wacz", lambda one: one.update({"more.txt": b"!"}))
    assert "more.txt: в перечне datapackage.json такой части нет" in found.faults[0]


def test_a_list_that_was_written_anew_does_not_agree(package: Path, tmp_path: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        content["datapackage.json"] = content["datapackage.json"].replace(b'"title"', b'"titel"')

    (fault,) = changed(package, tmp_path / "a.wacz", change).faults
    assert fault.startswith("datapackage.json: перечень изменён")


def test_a_chain_that_was_mended_with_its_digests_is_broken(package: Path, tmp_path: Path) -> None:
    """Who changes a night's digest and all lists still has the link against him."""

    def change(content: dict[str, bytes]) -> None:
        told = json.loads(content["evidence/chain.json"])
        told["chain"][0]["sha256"] = "0" * 64
        content["evidence/chain.json"] = json.dumps(told).encode()
        listed(content)

    (fault,) = changed(package, tmp_path / "a.wacz", change).faults
    assert fault.startswith("evidence/chain.json: цепочка прервана на файле audit-000001")


def listed(content: dict[str, bytes]) -> None:
    """Digests as they would have to be."""
    told = json.loads(content["datapackage.json"])
    for one in told["resources"]:
        one["hash"] = f"sha256:{hashlib.sha256(content[one['path']]).hexdigest()}"
    content["datapackage.json"] = json.dumps(told).encode()
    digest = hashlib.sha256(content["datapackage.json"]).hexdigest()
    content["datapackage-digest.json"] = json.dumps({"hash": f"sha256:{digest}"}).encode()


@pytest.mark.parametrize("size", [0, 100, 5000])
def test_what_is_no_package_is_said_to_be_none(package: Path, tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.wacz"
    path.write_bytes(package.read_bytes()[:size])
    assert check(path).faults == (f"{path}: это не пакет WACZ, или файл обрезан",)


def test_a_byte_that_turned_within_the_archive_is_found(package: Path, tmp_path: Path) -> None:
    body = bytearray(package.read_bytes())
    body[2000] ^= 0xFF
    path = tmp_path / "rot.wacz"
    path.write_bytes(body)
    assert any(one.startswith("archive/") for one in check(path).faults)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.Example.org/A/?b=2&a=1", "org,example)/a?a=1&b=2"),
        ("https://example.org", "org,example)/"),
        ("https://example.org:8443/x", "org,example:8443)/x"),
        ("http://127.0.0.1:80/", "1,0,0,127)/"),
        ("http://[2001:db8::1]:8080/a//b", "2001:db8::1:8080)/a/b"),
        ("http://xn--80atdl2c.xn--p1ai/%D1%8F?q=%D1%8F", "xn--p1ai,xn--80atdl2c)/%d1%8f?q=%d1%8f"),
    ],
)
def test_an_address_has_the_key_that_other_programs_give_it(url: str, key: str) -> None:
    assert url_key(url) == key
