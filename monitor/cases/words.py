"""Cases and statements in Russian words: what stands in words.toml, filled in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from monitor.registry.sheets import described
from monitor.storage.statements import kind_on_record
from rules.cases.model import (
    Assignment,
    Correction,
    Decision,
    InstitutionAnswer,
    Reminder,
    Said,
    Telling,
    Withdrawal,
)
from rules.dossier.attestations import valid_until
from rules.model import Attestation, Event, Waiver

SHORT_DAY = "%d.%m.%Y"


def words(section: str, name: str, **values: object) -> str:
    return _sentences()[section][name].format(**values)


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def kind_of(said: Said) -> str:
    """One word for what it is: its own kind where it has several, else what the store calls it."""
    match said:
        case Attestation() | Event():
            return said.kind
        case InstitutionAnswer(kind="confirms", attestation=Attestation(kind=kind)):
            return kind
        case InstitutionAnswer() | Reminder():
            return said.kind
        case Decision():
            return said.verdict
    return kind_on_record(said)


def kind_in_words(said: Said) -> str:
    known, kind = _sentences(), kind_of(said)
    if kind in known["short"]:
        return known["short"][kind]
    choices = described()["choices"]
    is_attested = isinstance(said, Attestation | InstitutionAnswer)
    usual = choices["attestation_kind"] if is_attested else choices["event_kind"]
    found: str = known["kinds"].get(kind) or usual.get(kind, kind)
    return found


def in_words(said: Said) -> str:
    """«2ФА, 2 из 2, до 28.11.2027»."""
    return ", ".join(part for part in (kind_in_words(said), *_parts(said)) if part)


def titled(said: Said, titles: Mapping[str, str]) -> str:
    """The same with the requirement's title, of `titles`, instead of its id."""
    told, asked = in_words(said), getattr(said, "requirement", None)
    return told.replace(asked, titles.get(asked, asked), 1) if asked else told


def _parts(said: Said) -> Iterator[str]:
    match said:
        case Attestation():
            yield from _of_attestation(said)
        case Event():
            yield f"{said.on:{SHORT_DAY}}"
            yield said.requirement or ""
        case Waiver():
            yield said.requirement
            yield words("parts", "until", until=f"{said.until:{SHORT_DAY}}")
        case Assignment():
            yield said.requirement or ""
            yield words("parts", "to", to=said.to)
            if said.until:
                yield words("parts", "until", until=f"{said.until:{SHORT_DAY}}")
        case InstitutionAnswer():
            yield from _of_answer(said)
        case Telling() | Reminder():
            yield f"{said.on:{SHORT_DAY}}"
            yield said.requirement or ""
        case Decision() | Withdrawal():
            yield words("parts", "refers", of=said.of)
            if said.reason:
                yield words("parts", "reason", reason=said.reason)
    yield getattr(said, "document", "")


def _of_attestation(said: Attestation) -> Iterator[str]:
    if said.value is False:
        yield words("parts", "admission")
    if said.count is not None:
        yield words("parts", "counted", count=said.count, of=said.of)
    if said.requirement and said.outcome:
        yield said.requirement
        yield words("parts", f"outcome_{said.outcome}")
    if said.about:
        yield words("parts", "about", about=said.about)
    yield words("parts", "until", until=f"{valid_until(said):{SHORT_DAY}}")


def _of_answer(said: InstitutionAnswer) -> Iterator[str]:
    yield said.requirement or ""
    if said.attestation:
        yield from _of_attestation(said.attestation)
    yield from map(correction_in_words, said.corrections)


def correction_in_words(correction: Correction) -> str:
    name = "correction_of" if correction.old else "correction"
    field = _sentences()["fields"].get(correction.field, correction.field)
    fields = {"field": field, "new": correction.new, "old": correction.old}
    return words("parts", name, **fields)
