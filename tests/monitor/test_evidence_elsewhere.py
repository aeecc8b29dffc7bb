"""What others' programs make of our evidence; `make replay` shows it in pywb."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from monitor.storage.evidence import WarcFile
from reports.model import Audit, Collection
from tests.cast import NOW
from tests.monitor.exchanges import exchanges, two_nights

NIGHT = Audit(
    id=7,
    as_of=NOW,
    started_at=NOW,
    finished_at=None,
    complete=False,
    scope=None,
    collection=Collection(pages=0, read=0, unread=0),
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with WarcFile(tmp_path_factory.mktemp("evidence"), NIGHT, []) as file:
        for exchange in exchanges():
            file.keep(exchange)
    return file.path


@pytest.fixture(scope="module")
def records(kept: Path) -> list[ArcWarcRecord]:
    def read() -> Iterator[ArcWarcRecord]:
        with kept.open("rb") as opened:
            for record in ArchiveIterator(opened):
                record.content_stream().read()
                yield record

    return list(read())


@pytest.fixture(scope="module")
def night_after(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file refers to that of the night before."""
    return two_nights(tmp_path_factory.mktemp("two"), NIGHT)[1]


@pytest.mark.parametrize("program", ["warcio", "fastwarc"])
def test_what_refers_to_another_night_passes_the_check_of_others(
    night_after: Path, program: str
) -> None:
    test_evidence_passes_the_check_of_others(night_after, program)


@pytest.mark.parametrize("program", ["warcio", "fastwarc"])
def test_evidence_passes_the_check_of_others(kept: Path, program: str) -> None:
    command = [sys.executable, "-c", f"from {program}.cli import main; main()", "check", kept]
    done = run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stdout


def test_fastwarc_reads_what_was_kept(kept: Path) -> None:
    with kept.open("rb") as opened:
        found = [
            hashlib.sha256(record.reader.read()).hexdigest() == record.headers["Dozor-Body-Sha256"]
            for record in FastIterator(opened, record_types=WarcRecordType.response)
        ]
    assert found
    assert all(found)


def test_a_repeated_body_is_named_by_the_digest_of_its_first_record(
    records: list[ArcWarcRecord],
) -> None:
    """A replay looks it up by address, moment and digest."""

    def told(record: ArcWarcRecord, *names: str) -> tuple[str, ...]:
        return tuple(record.rec_headers.get_header(name) for name in names)

    first = {
        told(one, "WARC-Target-URI", "WARC-Date", "WARC-Payload-Digest")
        for one in records
        if one.rec_type == "response"
    }
    names = ("WARC-Refers-To-Target-URI", "WARC-Refers-To-Date", "WARC-Payload-Digest")
    repeated = [told(one, *names) for one in records if one.rec_type == "revisit"]
    assert len(repeated) == 7
    assert set(repeated) <= first


def test_what_was_posted_is_no_first_record_of_what_was_fetched(
    records: list[ArcWarcRecord],
) -> None:
    of_vk = [one for one in records if "/method/" in one.rec_headers.get_header("WARC-Target-URI")]
    kinds = [one.rec_type for one in of_vk if one.rec_type != "request"]
    assert kinds == ["response", "response", "response", "revisit", "response"]


def test_every_address_is_one_that_went_over_the_wire(records: list[ArcWarcRecord]) -> None:
    told = [one.rec_headers.get_header("WARC-Target-URI") for one in records]
    assert (
        "http://xn--80atdl2c.xn--p1ai/%D0%BA%D0%BE%D0%BD%D1%82%D0%B0%D0%BA%D1%82%D1%8B?q=%D1%8F"
        in told
    )
    assert all(one.isascii() for one in told)


def test_a_request_tells_how_long_its_body_is(records: list[ArcWarcRecord]) -> None:
    """Else pywb answers every call of a method with the first of them."""
    posted = [one for one in records if one.rec_type == "request" and one.http_headers]
    lengths = {one.http_headers.get_header("Content-Length") for one in posted}
    assert lengths == {None, "11", "13"}
