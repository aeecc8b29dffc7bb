"""Our evidence as pywb replays it: `make replay`, which makes an environment for it (PYWB).

Every record of answers of all kinds and of a night of the demo is asked for, and comes as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen, run
from zipfile import ZipFile

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from monitor.sandbox import demo_world, serve
from tests.cast import NOW
from tests.monitor.conftest import DOZOR, office_of
from tests.monitor.exchanges import two_nights
from tests.monitor.test_evidence_elsewhere import NIGHT
from tests.waiting import free_port, until

PYWB = Path(os.environ["PYWB"]).absolute()


@dataclass(frozen=True)
class Kept:
    """One answer of the evidence, and what was asked."""

    url: str
    moment: str  # 20261122200000
    status: str
    sha256: str
    posted: bytes
    type_of_posted: str


def kept_in(path: Path) -> Iterator[Kept]:
    with path.open("rb") as opened:
        answer: ArcWarcRecord | None = None
        for record in ArchiveIterator(opened):
            if record.rec_type != "request":
                answer = record
            elif answer is not None:
                yield kept(answer, record)


def kept(answer: ArcWarcRecord, asked: ArcWarcRecord) -> Kept:
    told = answer.rec_headers.get_header
    return Kept(
        url=told("WARC-Target-URI"),
        moment="".join(filter(str.isdigit, told("WARC-Date"))),
        status=answer.http_headers.get_statuscode(),
        sha256=told("Dozor-Body-Sha256"),
        posted=asked.content_stream().read(),
        type_of_posted=asked.http_headers.get_header("Content-Type", ""),
    )


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    two = two_nights(tmp_path_factory.mktemp("kinds"), NIGHT)
    with serve(demo_world(NOW)) as sandbox:
        office = office_of(sandbox, tmp_path_factory.mktemp("demo"))
        office.audit()
    return [*two, *office.folder.rglob("*.warc.gz")]


@pytest.fixture(scope="module")
def package(evidence: list[Path]) -> Path:
    """Of the demo's first school, as it is handed over."""
    folder = evidence[-1].parents[2]
    path = folder / "school-1.wacz"
    run([DOZOR, "evidence", "school-1", "-o", path], cwd=folder, check=True)
    return path


@pytest.fixture(scope="module")
def archive(evidence: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pywb(tmp_path_factory.mktemp("pywb"), *evidence) as address:
        yield address


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """By the index that the package brings along."""
    with pywb(tmp_path_factory.mktemp("wacz"), "--unpack-wacz", package) as address:
        yield address


@contextmanager
def pywb(folder: Path, *added: Path | str) -> Iterator[str]:
    """Where it answers."""
    port = free_port()
    run([PYWB / "wb-manager", "init", "night"], cwd=folder, check=True)
    run([PYWB / "wb-manager", "add", "night", *added], cwd=folder, check=True)
    command = [PYWB / "wayback", "-b", "127.0.0.1", "-p", f"{port}"]
    with Popen(command, cwd=folder, stdout=DEVNULL, stderr=DEVNULL) as server:
        try:
            until(lambda: is_open(f"http://127.0.0.1:{port}/"))
            yield f"http://127.0.0.1:{port}/night"
        finally:
            server.terminate()


def is_open(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def replayed(archive: str, one: Kept, client: httpx.Client) -> httpx.Response:
    slash = "" if "/" in one.url.partition("://")[2] else "/"  # pywb sends a bare host there
    url = f"{archive}/{one.moment}id_/{one.url}{slash}"
    if not one.posted:
        return client.get(url)
    return client.post(url, content=one.posted, headers={"Content-Type": one.type_of_posted})


def test_every_answer_is_replayed_as_it_was(evidence: list[Path], archive: str) -> None:
    wrong, right = asked(archive, evidence)
    assert wrong == []
    assert right > 100


def test_every_answer_of_a_package_is_replayed_as_it_was(
    package: Path, unpacked: str, tmp_path: Path
) -> None:
    with ZipFile(package) as opened:
        names = [name for name in opened.namelist() if name.startswith("archive/")]
        files = [Path(opened.extract(name, tmp_path)) for name in names]
    wrong, right = asked(unpacked, files)
    assert wrong == []
    assert right > 5


def test_each_page_of_a_package_opens(package: Path, unpacked: str) -> None:
    """Where its list says that it is; an answer to what was posted as well."""
    with ZipFile(package) as opened:
        lines = opened.read("pages/pages.jsonl").decode().splitlines()[1:]
    with httpx.Client(timeout=60) as client:
        for page in map(json.loads, lines):
            moment = "".join(filter(str.isdigit, page["ts"]))
            assert client.get(f"{unpacked}/{moment}id_/{page['url']}").status_code == 200


def test_the_package_is_valid_by_the_tool_of_the_format(package: Path) -> None:
    done = run([PYWB / "wacz", "validate", "-f", package], capture_output=True, text=True)
    assert (done.returncode, "is valid" in done.stdout) == (0, True), done.stdout


def asked(archive: str, files: list[Path]) -> tuple[list[str], int]:
    """What is replayed otherwise than it came, and how much is not."""
    wrong, right = [], 0
    with httpx.Client(timeout=60) as client:
        for one in (kept for path in files for kept in kept_in(path)):
            shown = replayed(archive, one, client)
            is_moved = one.status.startswith("3")  # then pywb gives no body, for nobody reads it
            same_body = hashlib.sha256(shown.content).hexdigest() == one.sha256
            if f"{shown.status_code}" == one.status and (same_body or is_moved):
                right += 1
            else:
                wrong.append(f"{one.url[:100]} {one.moment}: {one.status} as {shown.status_code}")
    return wrong, right
