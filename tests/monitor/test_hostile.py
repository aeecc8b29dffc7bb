"""Whatever a stranger sends costs the stranger's own findings, and nobody else's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.barrier import watched
from tests.hostile.inputs import BEAN, CONTACTS, GROUP, HOME, POST, TOPIC, Hostile, Raw, inputs
from tests.hostile.stranger import Stranger, listening
from tests.hostile.town import Night, night

ALL = inputs()
SOUND = (1, 40, 80)  # among the first hundred members
PARTS = 4  # audits of the corpus
FUZZED = int(os.environ.get("FUZZ_EXAMPLES", "3"))


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    with listening() as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("towns")


@pytest.fixture(scope="module")
def healthy(stranger: Stranger, folder: Path) -> Night:
    return night(folder / "healthy", stranger, {}, SOUND)


def among(hostile: list[Hostile]) -> dict[int, Hostile]:
    """Which member is sick of what."""
    places = (number for number in range(2, 10_000) if number not in SOUND)
    return dict(zip(places, hostile, strict=False))


def test_the_corpus_has_three_hundred_inputs() -> None:
    assert len({str(one) for one in ALL}) == len(ALL) >= 300


def test_sound_members_of_the_town_are_read_and_judged(healthy: Night) -> None:
    told = {str(one[2]) for member in SOUND for one in healthy.found[member]}
    assert healthy.complete
    assert {"pass", "fail", "review"} <= told


@pytest.mark.parametrize("part", range(PARTS))
def test_the_corpus_leaves_every_neighbours_finding_as_it_was(
    healthy: Night, stranger: Stranger, folder: Path, part: int
) -> None:
    sick = among(ALL[part::PARTS])
    with watched() as faults:
        seen = night(folder / f"{part}", stranger, sick, sorted({*sick, *SOUND}))
    assert seen.of(SOUND) == healthy.found
    assert not faults  # each kind is foreseen where it enters; the barriers have nothing to do


BYTES = st.binary(max_size=12) | st.sampled_from([b"\xc8\xec", b"\xb2", b"=", b";", b"//", b"%"])
LINE = st.lists(BYTES, max_size=4).map(b"".join)
NAME = st.sampled_from([b"Set-Cookie", b"Location", b"Retry-After", b"Link", b"Content-Type", b"X"])
HEAD = st.builds(
    lambda status, headers: b"\r\n".join([status, *headers]),
    st.sampled_from([b"200 OK", b"302 x", b"503 x", b"404 x"]) | LINE,
    st.lists(st.tuples(NAME, LINE).map(b": ".join), max_size=4),
)
MARKUP = st.none() | st.lists(
    BYTES | st.sampled_from([b"<a href='", b"<script>", b"<table>", b"&#xD800;", b"'>", b"<!--"])
).map(b"".join)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
VALUE: st.SearchStrategy[Any] = (
    SCALAR
    | st.sampled_from([Raw('"\\ud83d"'), Raw("9" * 5000), Raw("NaN"), Raw("[" * 3000 + "]" * 3000)])
    | st.lists(SCALAR, max_size=3)
    | st.dictionaries(st.sampled_from(["items", "url", "phone", "count"]), SCALAR)
)


def sent(place: str, keys: Any) -> st.SearchStrategy[Hostile]:
    values = st.dictionaries(st.sampled_from(sorted(keys)), VALUE, min_size=1, max_size=3)
    return st.builds(Hostile, st.just("any"), st.just(place), values)


ANYTHING = st.tuples(
    sent("vk", GROUP),
    sent("wall", POST),
    sent("bean", BEAN),
    sent("topic", TOPIC),
    *(
        st.builds(Hostile, st.just("any"), st.just(path), st.tuples(HEAD, MARKUP))
        for path in (HOME, CONTACTS, "/robots.txt")
    ),
)


@settings(
    max_examples=FUZZED,
    deadline=None,
    database=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(ANYTHING)
def test_whatever_one_of_each_kind_sends_its_neighbours_are_judged_as_before(
    healthy: Night, stranger: Stranger, folder: Path, hostile: tuple[Hostile, ...]
) -> None:
    sick = among(list(hostile))
    place = Path(mkdtemp(dir=folder))
    assert night(place, stranger, sick, sorted({*sick, *SOUND})).of(SOUND) == healthy.found
