"""What expires, with its dates: `python -m tests.dated_page > docs/platforms.md`."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.networks import networks
from rules.packs import load_act, shipped

HEAD = """# What expires

What Dozor takes for so of platforms and acts, and when somebody last looked. Platforms change
without a word: `dozor doctor` names what is older than a year, or past its day. After a look,
change the date in `dated.toml` beside the network's module or in the pack (`checked_on` of the act,
or of one requirement), then `python -m tests.dated_page > docs/platforms.md`.
"""


def page() -> str:
    return "\n".join([HEAD, *_networks(), *_acts()])


def _networks() -> Iterator[str]:
    for network in networks().values():
        if facts := list(network.dated()):
            yield f"## {network.title}\n"
            yield "| fact | source | checked on | valid until |\n|---|---|---|---|"
            for one in facts:
                yield f"| {one.what} | {one.source} | {one.checked_on} | {one.valid_until or ''} |"
            yield ""


def _acts() -> Iterator[str]:
    yield "## Acts\n"
    yield "| requirement | checked on | valid until |\n|---|---|---|"
    for path in shipped().values():
        for one in load_act(path).requirements:
            yield f"| `{one.id}` | {one.checked_on or ''} | {one.valid_until or ''} |"
    yield ""


if __name__ == "__main__":
    print(page(), end="")
