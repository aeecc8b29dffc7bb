"""Pages and their evidence from one night to the next, through the whole pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from collectors.model import Evidence, Presence
from monitor.sandbox import Change, serve
from rules.model import Outcome
from tests.cast import NOW
from tests.monitor.pipeline import Done, Town, school
from tests.monitor.test_faults import OK, VK, WELL, community, town

NIGHT = timedelta(days=1)


def records(folder: Path) -> dict[str, str]:
    """Record → sha256 of its body, of every answer in the WARC files."""
    found = {}
    for path in folder.glob("var/evidence/*.warc.gz"):
        with path.open("rb") as opened:
            for record in ArchiveIterator(opened):
                name = record.rec_headers.get_header("WARC-Record-ID").strip("<>")
                found[name] = record.rec_headers.get_header("Dozor-Body-Sha256")
    return found


def shown(done: Done) -> Iterator[Evidence]:
    for finding in done.findings:
        yield from finding.evidence
    for seen in done.seen.values():
        yield from seen[0].evidence


def test_every_record_that_a_finding_names_is_in_the_file(tmp_path: Path) -> None:
    with town(tmp_path, WELL) as small:
        done = small.audit()
    kept = records(tmp_path)
    named = {one.record: one.sha256 for one in shown(done)}
    assert any(finding.evidence for finding in done.findings)
    assert len(named) > 10
    assert {record: kept.get(record) for record in named} == named


def test_a_renamed_page_is_followed_by_its_number(tmp_path: Path) -> None:
    renamed = Change(at=NOW + NIGHT / 2, values={"screen_name": "new_school"})
    page = community(101, screen_name="old_school", later=(renamed,))
    with serve(replace(WELL, communities=(page, WELL.communities[2]), sites=())) as sandbox:
        small = Town(tmp_path, sandbox, [school(1, "https://vk.com/old_school", no_site=True)])
        before = small.audit(NOW)
        sandbox.set_clock(NOW + NIGHT)
        after = small.audit(NOW + NIGHT)
    facts = after.last("https://vk.com/old_school").facts
    assert facts is not None
    assert (facts.presence, facts.page_id) == (Presence.LIVE, "101")
    assert facts.screen_name == "new_school"
    assert set(after.accused("vk")) <= set(before.accused("vk"))


def test_a_page_of_two_institutions_is_read_once_and_judged_for_both(tmp_path: Path) -> None:
    with serve(replace(WELL, sites=())) as sandbox:
        both = [school(number, VK, OK, no_site=True) for number in (1, 2)]
        done = Town(tmp_path, sandbox, both).audit()
        calls = sandbox.counters()
    assert (calls["vk:wall.get"], calls[f"ok_page:group/{OK.rpartition('/')[2]}"]) == (1, 1)
    assert done.audit.collection.pages == 2
    judged = {one.institution for one in done.findings if one.page == VK}
    assert judged == {"school-1", "school-2"}
    assert Outcome.ERROR not in {one.outcome for one in done.findings}
