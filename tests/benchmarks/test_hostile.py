"""What one measurement of hostile input leaves behind is no help to the next."""

from __future__ import annotations

from benchmarks.hostile import memories
from collectors.guard import check_url
from collectors.links import page_in_link
from collectors.networks import networks


def test_every_memory_that_keeps_so_many_values_is_emptied() -> None:
    """One that was forgotten made a page of forms look superlinear: half of it was remembered."""
    page_in_link("https://vk.com/club1")
    check_url("http://school.example/")
    for memory in memories():
        memory.cache_clear()
    assert check_url.cache_info().currsize == 0
    assert {memory.__name__ for memory in memories()} >= {"check_url", "resolved", "_parts_of"}
    assert networks.cache_info().currsize == 1  # what is loaded once is no memory of an input
