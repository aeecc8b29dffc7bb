"""Precision and recall of `dozor contacts` over real texts, per kind, with counts.

A third of the organisations (by a hash of `org_key`, fixed here) was held out while the finder was
first written; since then all texts have been read (docs/decisions/contacts.md). Strict precision
counts every value that is not expected; the other one, as the labels define it, counts only what is
expected or named a distractor. `tests/recorded/contacts-own.jsonl` is a second set.

    python -m benchmarks.contacts [FILE.jsonl] [--misses]

The last lines are the speed on a page of 80,000 characters made of the same texts and of prose: per
finder, and as a share of what all of them take, which a busy machine changes little.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from collectors.contacts import find_contacts, found
from collectors.contacts.emails import find_emails
from collectors.contacts.links import find_links
from collectors.contacts.phones import find_phones
from collectors.contacts.postal import find_addresses
from collectors.links import page_in_link
from collectors.model import Link

RECORDS = Path(__file__).parents[1] / "tests/recorded/contacts.jsonl"
KINDS = (
    *("phones", "phones_local", "emails", "postal_address"),
    *("site_links", "vk_links", "ok_links"),
)
FINDERS = (find_addresses, find_phones, find_emails, find_links)
DISTRACTORS = {"phones": "phones", "postal_address": "addresses", "emails": "emails"}


def is_held_out(org_key: str) -> bool:
    return int(hashlib.sha256(org_key.encode()).hexdigest(), 16) % 3 == 0


def normal(kind: str, value: str) -> str:
    """Values are compared without blanks and case; links in their canonical form."""
    if kind in ("vk_links", "ok_links"):
        page = page_in_link(value)
        return page[1] if page else value
    if kind == "site_links":
        return re.sub(r"^(?:https?://)?(?:www\.)?", "", value.lower()).rstrip("/")
    if kind == "postal_address":
        return re.sub(r"[\s,;.]+", " ", value.lower()).strip()
    return re.sub(r"\s", "", value.lower())


def compare(records: Sequence[Mapping[str, Any]]) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Counts by (kind, hit | miss | extra | taken), and a line for everything that is no hit."""
    counts: Counter[tuple[str, str]] = Counter()
    lines: list[str] = []
    for record in records:
        got = found(record)
        named = "hit" if got["org_name"] is record["expected"]["org_name"] else "miss"
        counts["org_name", named] += 1
        counts.update(("finder", state) for state in _seen(record))
        for kind in KINDS:
            for state, value in _judged(kind, record, got[kind]):
                counts[kind, state] += 1
                if state != "hit":
                    lines.append(f"{record['id']} {kind} {state}: {value!r}")
    return counts, lines


def _judged(kind: str, record: Mapping[str, Any], got: Iterable[str]) -> list[tuple[str, str]]:
    expected = {normal(kind, value): value for value in record["expected"][kind]}
    others = {
        normal(kind, value) for value in record["distractors"].get(DISTRACTORS.get(kind, kind), ())
    }
    values = {normal(kind, value): value for value in got}
    hits = [("hit", value) for key, value in values.items() if key in expected]
    extra = [
        ("taken" if key in others else "extra", value)
        for key, value in values.items()
        if key not in expected
    ]
    return hits + extra + [("miss", value) for key, value in expected.items() if key not in values]


def _seen(record: Mapping[str, Any]) -> Iterator[str]:
    """Whether `find_contacts` shows each contact of the labels, whoever it belongs to."""
    shown = find_contacts(record["text"], "text", [Link(url=u, place="") for u in record["links"]])
    written = [*(phone.e164 or "" for phone in shown.phones), *(m.value for m in shown.emails)]
    written += [phone.original for phone in shown.phones]
    written += [address.original for address in shown.addresses]
    values = {normal("postal_address", value) for value in written}
    others = record["distractors"]
    for kind in ("phones", "phones_local", "emails", "postal_address"):
        for value in [*record["expected"][kind], *others.get(DISTRACTORS.get(kind, kind), ())]:
            bare = value.partition(";ext=")[0]
            yield "hit" if normal("postal_address", bare) in values else "miss"


def _print(title: str, counts: Counter[tuple[str, str]], records: int) -> None:
    print(f"{title}: {records} texts")
    print(f"  {'kind':<15}{'hits':>5}{'miss':>5}{'taken':>6}{'extra':>6}{'prec.':>7}{'strict':>7}"
          f"{'recall':>7}")  # fmt: skip
    for kind in KINDS:
        hit, miss, taken, extra = (counts[kind, s] for s in ("hit", "miss", "taken", "extra"))
        print(
            f"  {kind:<15}{hit:>5}{miss:>5}{taken:>6}{extra:>6}{_share(hit, hit + taken):>7}"
            f"{_share(hit, hit + taken + extra):>7}{_share(hit, hit + miss):>7}"
        )

    seen, all_of_them = counts["finder", "hit"], counts["finder", "hit"] + counts["finder", "miss"]
    print(
        f"  finder alone, without judging whose: {seen} of {all_of_them} phones, e-mails, addresses"
    )
    print(f"  org_name agrees in {counts['org_name', 'hit']} of {records} texts")


def _print_speed(texts: Sequence[str]) -> None:
    prose = (
        "Сегодня в нашей школе прошёл праздник. Ученики 5 класса Иванов и Петрова читали стихи. "
    )
    contacts = "\n\n".join(texts)
    pages = {
        "contacts only": (contacts * (1 + 80_000 // len(contacts)))[:80_000],
        "two thirds prose": ((prose * 30 + contacts[:1200]) * 40)[:80_000],
    }
    for name, page in pages.items():
        took = {find.__name__: _milliseconds(find, page) for find in FINDERS}
        whole = sum(took.values())
        print(f"speed, 80,000 characters, {name}: " + ", ".join(
            f"{finder} {time:.0f} ms ({time / whole:.0%})" for finder, time in took.items()
        ))  # fmt: skip


def _milliseconds(find: Callable[[str, str], object], page: str) -> float:
    times = []
    for _ in range(3):
        start = perf_counter()
        find(page, "page")
        times.append(perf_counter() - start)
    return min(times) * 1000


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def main(arguments: Sequence[str]) -> None:
    files = [argument for argument in arguments if not argument.startswith("--")]
    path = Path(files[0]) if files else RECORDS
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    for title, is_held in (("working part", False), ("held-out part", True)):
        part = [record for record in records if is_held_out(record["org_key"]) is is_held]
        counts, lines = compare(part)
        _print(title, counts, len(part))
        if "--misses" in arguments and not is_held:
            print("\n".join(f"    {line}" for line in lines))
    _print_speed([record["text"] for record in records])


if __name__ == "__main__":
    main(sys.argv[1:])
