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


def test_a_number_mistyped_in_the_registry_accuses_nobody_and_can_be_corrected(
    tmp_path: Path,
) -> None:
    """The address leads nowhere; by its number a stranger's page is found, then the right one."""
    ours = replace(community(101), name="Школа № 1")
    theirs = replace(community(102), name="Музей леса")
    world = replace(WELL, communities=(ours, theirs, WELL.communities[2]), sites=())
    address = "https://vk.com/never_there"
    with serve(world) as sandbox:
        page = {"url": address, "known_id": "102"}
        mistyped = Town(tmp_path, sandbox, [school(1, no_site=True, page=[page])])
        done = mistyped.audit(NOW)
        assert done.accused("vk") == []
        named = [one for one in done.findings if one.requirement.endswith("/9.1.name")]
        assert {(one.outcome, one.reason) for one in named} == {(Outcome.UNKNOWN, "page_replaced")}
        (tmp_path / "town.toml").write_text(
            (tmp_path / "town.toml").read_text("utf-8").replace('"102"', '"101"'), "utf-8"
        )
        sandbox.set_clock(NOW + NIGHT)
        corrected = mistyped.audit(NOW + NIGHT)
    facts = corrected.last(address).facts
    assert facts is not None
    assert facts.page_id == "101"
    named = [one for one in corrected.findings if one.requirement.endswith("/9.1.name")]
    assert {one.outcome for one in named} == {Outcome.PASS}


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
