"""Which communities stand behind the addresses: `groups.getById`, up to 500 a call.

Answers are matched by number or screen name, never by position. What is not in the answer is asked
once more (a renamed page by the number known from earlier), a name at last by
`utils.resolveScreenName`; only then it is an absence. Error 100 proves nothing (guard G01).

A call that fails for one community's sake, and one with an entry that is none, is halved until
the guilty one stands alone: it is not read, and is no absence; the others are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collectors.halving import Halvings
from collectors.model import (
    Evidence,
    Facts,
    Failure,
    FailureCode,
    Observation,
    Page,
    Presence,
    Run,
)
from collectors.numbers import count, whole
from collectors.vk.errors import VkError, malformed
from collectors.vk.facts import (
    FIELDS,
    Group,
    control_key,
    has_more_addresses,
    page_key,
    signals_of,
)
from collectors.vk.reader import ApiAnswer, Signals, TokenReader

CALL_IDS = 500
HALVINGS = 60  # of a call: bad identifiers, and an ill server, may not eat the night
ONE_OF_THEM_IS_BAD = frozenset({40, 100, 104, 125})
CALL_ADDRESSES = 100
PART_OF_ADDRESSES = Failure(FailureCode.INCOMPLETE, "groups.getAddresses: fewer than it counts")
PERSONS = ("user", "application", "vk_app", "community_application")


@dataclass(frozen=True, slots=True)
class Found:
    """A page that VK knows. `more_addresses`: None if groups.getAddresses failed."""

    page: Page
    group: Group
    reader: TokenReader
    evidence: tuple[Evidence, ...]
    more_addresses: tuple[Mapping[str, Any], ...] = ()
    gap: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Key → the community and the evidence, or the error that one key alone brought."""

    groups: dict[str, tuple[Group, tuple[Evidence, ...]]] = field(default_factory=dict)
    errors: dict[str, VkError] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    def joined(self, other: _Lookup) -> _Lookup:
        return _Lookup(
            self.groups | other.groups,
            self.errors | other.errors,
            tuple(dict.fromkeys((*self.evidence, *other.evidence))),
        )


async def find_pages(
    readers: Sequence[TokenReader], pages: Sequence[Page], controls: Sequence[str], run: Run
) -> AsyncIterator[list[Found | Observation]]:
    """One entry a page, in the order asked, a call's worth at a time: a country is not held.

    A token that ends hands its batch to the next one.
    """
    keys = [key for written in controls if (key := control_key(written))]
    for number, batch in enumerate(_batches(pages, keys, len(readers))):
        turn = number % len(readers)
        yield await _find_batch((*readers[turn:], *readers[:turn]), batch, keys, run)


def _batches(
    pages: Sequence[Page], controls: Sequence[str], readers: int
) -> Iterator[Sequence[Page]]:
    """Each token's first batch leaves room for the control pages that are not in it anyway."""
    start = number = 0
    while start < len(pages):
        batch = pages[start : start + CALL_IDS]
        if number < readers:
            others = set(controls) - {page_key(page.address) for page in batch}
            batch = batch[: max(1, CALL_IDS - len(others))]
        yield batch
        start, number = start + len(batch), number + 1


async def _find_batch(
    readers: Sequence[TokenReader], pages: Sequence[Page], controls: Sequence[str], run: Run
) -> list[Found | Observation]:
    for reader in readers:
        try:
            return await _find_with(reader, pages, controls, run)
        except VkError as error:
            last = error
            if not error.ends_work:
                break
    return [_observe_failure(page, run, last, readers[0].name) for page in pages]


async def _find_with(
    reader: TokenReader, pages: Sequence[Page], controls: Sequence[str], run: Run
) -> list[Found | Observation]:
    halvings = Halvings(HALVINGS, lone=len(pages) == 1)
    asked = () if reader.knows_controls else controls
    first = await _look_up(reader, (*asked, *(page_key(page.address) for page in pages)), halvings)
    if not first.errors.keys() & set(asked):  # else a later batch asks for them again
        _note_signals(reader, [first.groups[key][0] for key in asked if key in first.groups])
    missing = [page for page in pages if page_key(page.address) not in first.groups]
    second = await _look_up(reader, filter(None, map(_second_key, missing)), halvings)
    settled: dict[Page, Found | Observation] = {}
    for page in pages:
        known = first.groups.get(page_key(page.address)) or second.groups.get(_second_key(page))
        settled[page] = (
            Found(page, known[0], reader, known[1])
            if known
            else await _explain_absence(reader, page, first.joined(second), halvings, run)
        )
    return list(await asyncio.gather(*(_with_addresses(settled[page]) for page in pages)))


def _note_signals(reader: TokenReader, controls: Iterable[Group]) -> None:
    """What a token is shown holds for its whole run: later batches do not ask again."""
    reader.knows_controls = True
    for group in controls:
        shown = signals_of(group)
        reader.signals = Signals(
            mark=reader.signals.mark or shown.mark, menu=reader.signals.menu or shown.menu
        )


def _second_key(page: Page) -> str:
    """A number once more, so that one bad answer is no absence; "" for a name never seen before."""
    key = page_key(page.address)
    return page.known_id or (key if key.isdecimal() else "")


async def _look_up(
    reader: TokenReader, keys: Iterable[str], halvings: Halvings, is_part: bool = False
) -> _Lookup:
    """Batches that VK refuses because of one identifier are halved until it stands alone."""
    asked = list(dict.fromkeys(keys))
    if not asked:
        return _Lookup()
    if len(asked) > CALL_IDS:
        some = await _look_up(reader, asked[:CALL_IDS], halvings)
        return some.joined(await _look_up(reader, asked[CALL_IDS:], halvings))
    try:
        return await _ask(reader, asked, halvings, is_part and len(asked) > 1)
    except VkError as error:
        if not _is_of_one(error):
            raise
        if not _may_halve(halvings, asked, error):
            return _Lookup(errors=dict.fromkeys(asked, error), evidence=error.evidence)
    return await _in_halves(reader, asked, halvings)


def _is_of_one(error: VkError) -> bool:
    return error.number in ONE_OF_THEM_IS_BAD or error.may_be_of_one


def _may_halve(halvings: Halvings, keys: Sequence[str], error: VkError) -> bool:
    if _was_not_answered(error):
        return not halvings.lone and halvings.may(keys)
    halvings.was_answered()
    return halvings.may(keys)


async def _in_halves(reader: TokenReader, keys: Sequence[str], halvings: Halvings) -> _Lookup:
    middle = len(keys) // 2
    left = await _look_up(reader, keys[:middle], halvings, is_part=True)
    return left.joined(await _look_up(reader, keys[middle:], halvings, is_part=True))


async def _ask(
    reader: TokenReader, keys: Sequence[str], halvings: Halvings, is_part: bool
) -> _Lookup:
    """What is not in the answer may be the entry that is no community: then it is asked again."""
    answer = await reader.call(
        "groups.getById", is_part=is_part, group_ids=",".join(keys), fields=FIELDS
    )
    groups = groups_of(answer.response)
    if groups is None:
        raise malformed("groups.getById", "neither a list nor an object with groups").with_evidence(
            answer.evidence
        )
    halvings.was_answered()
    named = _by_names(groups)
    matched = {
        key: (found[0], answer.evidence) for key in keys if len(found := named.get(key, [])) == 1
    }
    told = _Lookup(groups=matched, evidence=answer.evidence)
    rest = [key for key in keys if key not in matched]
    is_claimed_twice = any(key in named for key in rest)
    is_whole = len(groups) == len(_entries_of(answer.response) or ())
    if not rest or (is_whole and not is_claimed_twice):
        return told
    return told.joined(await _ask_apart(reader, keys, rest, answer, halvings))


async def _ask_apart(
    reader: TokenReader,
    keys: Sequence[str],
    rest: Sequence[str],
    answer: ApiAnswer,
    halvings: Halvings,
) -> _Lookup:
    if not halvings.may(keys):
        error = malformed("groups.getById", "an entry is no community")
        return _Lookup(errors=dict.fromkeys(rest, error.with_evidence(answer.evidence)))
    if len(rest) < len(keys):
        return await _look_up(reader, rest, halvings, is_part=True)
    return await _in_halves(reader, rest, halvings)


def groups_of(response: Any) -> list[Group] | None:
    """What is a community of the answer; None: nothing of it, and it is not an empty one."""
    listed = _entries_of(response)
    if listed is None:
        return None
    groups: list[Group] = [{**one, "id": number} for one in listed if (number := _number_of(one))]
    return groups if groups or not listed else None


def _entries_of(response: Any) -> list[Any] | None:
    """Version 5.131 answers a list, 5.199 an object with `groups`; None: neither."""
    listed = response.get("groups") if isinstance(response, dict) else response
    return listed if isinstance(listed, list) else None


def _number_of(group: Any) -> int | None:
    """None for an entry that is no community."""
    return count(group.get("id")) or None if isinstance(group, dict) else None


def _by_names(groups: Iterable[Group]) -> Mapping[str, list[Group]]:
    """Of two that go by one name nobody knows which is meant: it is asked for by itself."""
    named: dict[str, list[Group]] = {}
    for group in groups:
        for name in _names(group):
            named.setdefault(name, []).append(group)
    return named


def _names(group: Group) -> Iterable[str]:
    number, name = str(group["id"]), group.get("screen_name")
    yield number
    if isinstance(name, str) and name.lower() != number:
        yield name.lower()


async def _explain_absence(
    reader: TokenReader, page: Page, lookup: _Lookup, halvings: Halvings, run: Run
) -> Found | Observation:
    """What a page is that getById did not know twice."""
    key = page_key(page.address)
    unread = [lookup.errors.get(one) for one in (key, _second_key(page))]
    if broken := next((one for one in unread if one and _was_not_answered(one)), None):
        return _observe_failure(page, run, broken, reader.name)
    error = lookup.errors.get(key)
    refused = error is not None and not error.is_absence
    if error is not None and refused and (key.isdecimal() or halvings.most <= 0):
        return _observe_failure(page, run, error, reader.name)
    if key.isdecimal():
        return _observe_absence(page, run, lookup.evidence, reader.name)
    try:
        return await _by_name(reader, page, key, lookup, halvings, run)
    except VkError as trouble:
        if trouble.is_absence:
            return _observe_absence(page, run, (*lookup.evidence, *trouble.evidence), reader.name)
        return _observe_failure(page, run, trouble, reader.name)


def _was_not_answered(error: VkError) -> bool:
    """It says nothing about the page, not even to the next question about it."""
    return error.number not in ONE_OF_THEM_IS_BAD


async def _by_name(
    reader: TokenReader, page: Page, name: str, lookup: _Lookup, halvings: Halvings, run: Run
) -> Found | Observation:
    answer = await reader.call("utils.resolveScreenName", screen_name=name)
    owner = answer.response
    evidence = (*lookup.evidence, *answer.evidence)
    if owner in ([], {}):
        return _observe_absence(page, run, evidence, reader.name)
    if not isinstance(owner, dict) or not (known := whole(owner.get("object_id"))):
        raise malformed("utils.resolveScreenName", "no object_id").with_evidence(evidence)
    if owner.get("type") in PERSONS:
        failure = Failure(FailureCode.NOT_A_COMMUNITY, f"{name} is of type {owner['type']}")
        return _observe(page, run, reader.name, failure=failure, evidence=evidence)
    number = str(known)
    again = await _look_up(reader, [number], halvings)
    if (error := again.errors.get(number)) and _was_not_answered(error):
        raise error
    found = again.groups.get(number)
    if found is None:
        failure = Failure(FailureCode.NOT_VISIBLE, f"{name} resolves to {number}, not shown")
        return _observe(page, run, reader.name, failure=failure, evidence=evidence)
    return Found(page, found[0], reader, (*answer.evidence, *found[1]))


async def _with_addresses(told: Found | Observation) -> Found | Observation:
    if isinstance(told, Observation) or not has_more_addresses(told.group):
        return told
    try:
        answer = await told.reader.call(
            "groups.getAddresses", group_id=told.group["id"], count=CALL_ADDRESSES
        )
    except VkError as error:
        return _replace(told, gap=error.failure)
    items = answer.response.get("items") if isinstance(answer.response, dict) else None
    if not isinstance(items, list):
        return _replace(told, gap=Failure(FailureCode.MALFORMED, "groups.getAddresses: no items"))
    more = tuple(one for one in items if isinstance(one, dict))
    gap = None if len(more) >= _expected_count(answer.response) else PART_OF_ADDRESSES
    return _replace(told, gap=gap, more=more, evidence=answer.evidence)


def _expected_count(response: Mapping[str, Any]) -> int:
    """Of a hundred that were asked for."""
    told = count(response.get("count"))
    return len(response["items"]) if told is None else min(told, CALL_ADDRESSES)


def _replace(
    found: Found,
    gap: Failure | None = None,
    more: tuple[Mapping[str, Any], ...] = (),
    evidence: tuple[Evidence, ...] = (),
) -> Found:
    joined = (*found.evidence, *evidence)
    return Found(found.page, found.group, found.reader, joined, more, gap)


# --- observations of pages that are not read further ---


def _observe_absence(
    page: Page, run: Run, evidence: tuple[Evidence, ...], reader: str
) -> Observation:
    return _observe(page, run, reader, facts=Facts(presence=Presence.ABSENT), evidence=evidence)


def _observe_failure(page: Page, run: Run, error: VkError, reader: str) -> Observation:
    return _observe(page, run, reader, failure=error.failure, evidence=error.evidence)


def _observe(page: Page, run: Run, reader: str, **told: Any) -> Observation:
    told["evidence"] = tuple(dict.fromkeys(told.get("evidence", ())))
    return Observation(page=page, observed_at=run.as_of, reader=reader, **told)
