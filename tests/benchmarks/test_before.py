"""What `benchmarks.before` stands on: a world whose texts differ, and commands typed over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.differing import FIRST_ID, Region, world
from benchmarks.ground import grounds
from benchmarks.prolonged import prolong
from benchmarks.trees import Pair, Used, in_turn, middle, this_tree
from monitor.storage import audits, findings
from monitor.storage.database import open_database
from rules.model import Institution

WEDNESDAY = datetime(2026, 11, 18, 20, tzinfo=UTC)
TOWN = Region(institutions=3, since=WEDNESDAY, site_pages=2)


def test_nothing_is_said_twice_and_a_second_world_says_the_same() -> None:
    one, other = (world(TOWN) for _ in range(2))
    shown = [one.more_communities(FIRST_ID + at) for at in range(3)]
    assert shown == [other.more_communities(FIRST_ID + at) for at in range(3)]
    texts = [post.text for page in shown if page for post in page.posts]
    assert len(texts) > 100
    assert len(set(texts)) == len(texts)
    bodies = [
        page.body for site in one.sites for name, page in site.pages.items() if "txt" not in name
    ]
    assert len(set(bodies)) == len(bodies)


def test_a_command_is_typed_over_the_world_and_its_use_told(tmp_path: Path) -> None:
    tree = this_tree()
    with grounds(TOWN, [tree], tmp_path) as ground:
        used = ground.night(tree, 0, "collect")
        said = (ground.of(tree) / "output.txt").read_text("utf-8")
        assert "ВКонтакте: готово 4 из 4" in said  # three pages and the control page
        assert "Сайт: готово 2 из 2" in said
        assert "контрольная" not in said
        assert ground.size(tree) > 10_000
        ground.clear(tree)
        assert ground.size(tree) == 0
    assert used.cpu > 0
    assert used.peak_mb > 20


def test_two_trees_take_turns() -> None:
    turns: list[str] = []

    def run(tree: object, number: int) -> Used:
        turns.append(f"{tree}{number}")
        return Used(cpu=2.0 + number if tree == "b" else 4.0, peak_mb=1.0)

    pairs = in_turn(["a", "b"], 3, run)  # type: ignore[list-item,arg-type]
    assert turns == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert pairs[0] == Pair(Used(4.0, 1.0), Used(2.0, 1.0))
    assert middle(pairs) == 0.75


def test_what_is_prolonged_is_found_by_the_program(tmp_path: Path) -> None:
    """An audit after it compares with its last night, and counts its nights."""
    tree = this_tree()
    with grounds(TOWN, [tree], tmp_path) as ground:
        ground.night(tree, 0, "audit", "i1")
        assert prolong(ground.of(tree) / "dozor.db", TOWN, nights=20) == 20 * 3 + 2
        engine = open_database(f"sqlite:///{ground.of(tree) / 'dozor.db'}")
    last = audits.by_id(engine, 21)
    assert last is not None
    assert last.as_of == WEDNESDAY - timedelta(days=1)
    assert len(audits.tallies(engine, last)) == 12
    school = Institution(id="i1", municipality="town0", name="Школа", kind="school")
    assert findings.earlier(engine, school, WEDNESDAY).compared
    engine.dispose()
