"""What the terminal says of a statement: what was recorded, what it renews, what it will change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

from collectors.errors import UsageError
from monitor.application import Application, opened, real_time
from monitor.audit.scope import in_scope
from monitor.cases.listing import attestation_of, end_of, list_statements
from monitor.cases.recording import Noted, municipality_of, owner_of, today_of
from monitor.cases.words import SHORT_DAY, correction_in_words, in_words, words
from monitor.commands.moments import clean
from monitor.config import load_settings
from rules.cases.model import Decision, InstitutionAnswer, InstitutionCase, Recorded, Said
from rules.model import Act, Attestation, Event, Institution, Outcome, Waiver
from rules.text.sentences import cited

MOST_NAMED = 3  # cases, one a line


@contextmanager
def opened_for(config: Path, *names: str) -> Iterator[Application]:
    """A name that no registry has is told before a database is made for it."""
    known = partial(in_scope, names=[clean(name) for name in names], as_of=real_time())
    with opened(load_settings(config), check=known) as application:
        yield application


def institution_named(application: Application, name: str) -> Institution:
    found = in_scope(application.municipalities, [name], application.clock())
    if len(found) > 1:
        keys = ", ".join(institution.key for institution in found)
        raise UsageError([f"«{name}» есть в нескольких реестрах; уточните: {keys}"])
    return found[0]


def show(application: Application, noted: Noted, *, as_json: bool) -> None:
    if as_json:
        told = _as_json(application, noted.recorded)
        told["renews"] = noted.renews.number if noted.renews else None
        told["renews_registry"] = bool(noted.renews and noted.renews.number is None)
        told["concerns"] = [
            {"requirement": case.key.requirement, "page": case.key.page, "about": case.key.about}
            for case in noted.cases
        ]
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    name = noted.institution.short_name or noted.institution.name
    print(f"{name}. {_line(noted)}")
    print(*_notes(application, noted), sep="\n")


def _as_json(application: Application, stated: Recorded) -> dict[str, object]:
    institution = owner_of(application, stated)
    found = (one for one in list_statements(application, [institution]))
    return next(one.as_json() for one in found if one.recorded.number == stated.number)


def _line(noted: Noted) -> str:
    stated = noted.recorded
    when = _when(stated.said, noted.institution.id, stated.number)
    return words("recorded", "line", number=stated.number, said=in_words(stated.said), when=when)


def _when(said: Said, institution: str, number: int | None) -> str:
    """From when a reader will see it."""
    if isinstance(said, InstitutionAnswer):
        name = "read" if said.kind == "corrected" else "operator"
        return words("recorded", name, institution=institution, number=number)
    is_judged = isinstance(said, Attestation | Event | Waiver)
    return words("recorded", "tonight" if is_judged else "at_once", institution=institution)


def _notes(application: Application, noted: Noted) -> Iterator[str]:
    said = noted.recorded.said
    if noted.renews:
        name = "renews" if noted.renews.number else "renews_registry"
        told = in_words(noted.renews.said)
        yield words("recorded", name, number=noted.renews.number, said=told)
    if _wants_a_case(said):
        yield from _concerns(application, noted)
    told_until = end_of(said)
    if told_until and told_until < today_of(application, noted.institution):
        yield words("recorded", "over", until=f"{told_until:{SHORT_DAY}}")
    if isinstance(said, Attestation) and not said.document:
        yield words("recorded", "no_document")
    if _is_for_review(said) and any(case.finding.outcome is Outcome.FAIL for case in noted.cases):
        yield words("recorded", "fails")


def _wants_a_case(said: Said) -> bool:
    return not isinstance(said, Event) or said.kind.startswith("dispute")


def _is_for_review(said: Said) -> bool:
    told = attestation_of(said)
    return told is not None and told.kind == "finding"


def _concerns(application: Application, noted: Noted) -> Iterator[str]:
    acts, count = list(application.acts.values()), len(noted.cases)
    if count > MOST_NAMED:
        name = noted.institution.id
        yield words("recorded", "changes_many", count=count, institution=name)
        return
    for case in noted.cases:
        yield words("recorded", "changes", case=case_in_words(acts, case))
    if not noted.cases:
        yield words("recorded", "changes_nothing")


def case_in_words(acts: list[Act], case: InstitutionCase) -> str:
    return f"{cited(case.finding.clause)}. {title_of(acts, case.key.requirement)}{place_of(case)}"


def title_of(acts: list[Act], requirement: str) -> str:
    titles = (asked.title for act in acts for asked in act.requirements if asked.id == requirement)
    return next(titles, requirement)


def place_of(case: InstitutionCase) -> str:
    return "".join(f", {part}" for part in (case.key.page, case.key.about) if part)


def show_decision(application: Application, stated: Recorded, name: str, *, as_json: bool) -> None:
    """`name`: accepted, rejected, undone."""
    if as_json:
        print(json.dumps(_as_json(application, stated), ensure_ascii=False, indent=2))
        return
    made = stated.withdrawn if name == "undone" else stated.decided[-1]
    assert made is not None
    print(
        words(
            "recorded",
            name,
            of=stated.number,
            said=in_words(stated.said),
            number=made.number,
            when=_effect_of(stated, name),
        )
    )


def _effect_of(stated: Recorded, name: str) -> str:
    said, institution = stated.said, stated.institution
    if name == "accepted" and isinstance(said, InstitutionAnswer) and said.corrections:
        listed_ones = "; ".join(map(correction_in_words, said.corrections))
        return words("recorded", "write_it", corrections=listed_ones)
    is_case_only = name == "rejected" or not isinstance(
        said, Attestation | Event | Waiver | InstitutionAnswer | Decision
    )
    return words("recorded", "at_once" if is_case_only else "tonight", institution=institution)


def short_day(day: date | None) -> str:
    return f"{day:{SHORT_DAY}}" if day else ""


def full_id(
    application: Application, institution: Institution, requirement: str | None
) -> str | None:
    """«6.5» is «kedrovy-2022-298/6.5», where one act alone has that number."""
    if not requirement:
        return None
    town = municipality_of(application, institution)
    ids = [asked.id for act in town.acts_in(application.acts) for asked in act.requirements]
    written = clean(requirement)
    same = [one for one in ids if one.rpartition("/")[2] == written]
    return same[0] if written not in ids and len(same) == 1 else written
