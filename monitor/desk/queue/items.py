"""Rows of the board as a reader sees them: what was said, what was seen, what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from monitor.application import Application
from monitor.cases.deciding import first_post
from monitor.cases.words import in_words
from monitor.desk.ground import Desk
from monitor.desk.institution.things import key_in_form
from monitor.desk.institution.view import place_of
from monitor.desk.model import Ask
from monitor.desk.queue.fragments import Fragments
from monitor.desk.queue.words import words
from monitor.desk.rendering import moment, short_day
from monitor.storage import waiting
from monitor.storage.board_rows import BoardAnswerRow, BoardCaseRow, BoardTermRow
from monitor.storage.waiting import ONCE, READ_DECIDES, Shown
from rules.cases.matching import speaks_of
from rules.cases.model import CaseKey, CaseState, InstitutionAnswer, Said
from rules.model import Institution, Outcome
from rules.text.sentences import cited

QUOTES = 2  # of one case


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found that this is about."""

    title: str
    place: str
    page: str | None
    because: str
    terms: str
    quotes: Sequence[str] = ()  # what stood there, at `at`, in `part` of the page
    part: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    path: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that waits. `post`: whose word would count, as the registry knows it."""

    thing: str
    anchor: str
    institution: str
    path: str
    town: str
    told: str
    who: str = ""
    text: str = ""
    seen: Sequence[Seen] = ()
    files: Sequence[Attached] = ()
    number: int | None = None
    may_accept: bool = False
    post: str = ""
    is_question: bool = False  # of a case: a person's word settles it
    registry: str = ""  # where it is settled instead, for all its requirements at once
    attest: str = ""  # where a confirmation of it is recorded
    case: Item | None = None  # that an objection is about, where it is one


def path_of(municipality: str, institution: str) -> str:
    return f"/institutions/{quote(municipality, safe='')}/{quote(institution, safe='')}"


def exemptions_path(municipality: str, institution: str) -> str:
    """The part of the registry's form where its exemptions stand."""
    town, member = quote(municipality, safe=""), quote(institution, safe="")
    return f"/registry/{town}/institutions/{member}#exemptions"


def titles_of(application: Application) -> Mapping[str, str]:
    """«6.6. Отметка «Госорганизация»» by the requirement's id."""
    return {
        asked.id: f"{cited(asked.clause)}. {asked.title}"
        for act in application.acts.values()
        for asked in act.requirements
    }


class Items:
    """What the items of one page share."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._application = desk.application
        self._titles = titles_of(desk.application)
        self._towns = {town.id: town for town in desk.towns(ask)}
        self._now = ask.now

    def answers(self, shown: Sequence[Shown]) -> tuple[Item, ...]:
        """In two more statements, and the three of `Fragments`."""
        rows: list[BoardAnswerRow] = [one.row for one in shown]
        said = waiting.statements_by_number(self._application.engine, [row.number for row in rows])
        beside = waiting.cases_beside(self._application.engine, rows)
        seen = self._fragments(beside)
        return tuple(
            self._answer(one, told, beside, seen)
            for one in shown
            if isinstance(told := said.get(one.row.number), InstitutionAnswer)
        )

    def _answer(
        self,
        shown: Shown,
        said: InstitutionAnswer,
        beside: Iterable[BoardCaseRow],
        fragments: Fragments,
    ) -> Item:
        row: BoardAnswerRow = shown.row
        own = [case for case in beside if _is_about(case, row, said)]
        disputed = [case for case in own if case.state == CaseState.DISPUTED]
        return Item(
            **self._of_whom(shown),
            told=self._in_words(said, is_seen=bool(own)),
            who=words("said", "by", by=said.by, on=short_day(row.made_on)),
            text=said.text,
            seen=[self._seen(case, fragments) for case in own],
            files=[
                Attached(
                    path=f"/answers/{row.number}/files/{at}",
                    told=words("said", "file", name=file.name, size=-(-file.size // 1000)),
                )
                for at, file in enumerate(said.attachments, 1)
            ],
            number=row.number,
            may_accept=row.kind != READ_DECIDES,
            case=self._case(Shown(disputed[0], shown.title), ())
            if len(own) == len(disputed) == 1
            else None,
        )

    def _in_words(self, said: Said, *, is_seen: bool) -> str:
        """With the requirement's title instead of its id, or without: what was seen tells it."""
        told, asked = in_words(said), getattr(said, "requirement", None)
        if not asked:
            return told
        title = self._titles.get(asked, asked)
        return told.replace(f", {asked}", "" if is_seen else f" ({title})", 1)

    def cases(self, shown: Sequence[Shown]) -> tuple[Item, ...]:
        seen = self._fragments([one.row for one in shown])
        return tuple(self._case(one, [self._seen(one.row, seen)]) for one in shown)

    def _case(self, shown: Shown, seen: Sequence[Seen]) -> Item:
        row: BoardCaseRow = shown.row
        key = key_in_form(row.requirement, row.page, row.about)
        title = self._titles.get(row.requirement, row.requirement)
        return Item(
            **self._of_whom(shown),
            told=words("said", "exemption") if row.reason == ONCE else title,
            seen=seen,
            post=self._post(row),
            is_question=row.outcome == Outcome.REVIEW,
            registry=exemptions_path(row.municipality, row.institution)
            if row.reason == ONCE
            else "",
            attest=f"{path_of(row.municipality, row.institution)}/attest?thing={key}"
            if row.outcome == Outcome.UNKNOWN  # no word undoes what was seen
            else "",
        )

    def terms(self, shown: Sequence[Shown]) -> tuple[Item, ...]:
        return tuple(self._term(one) for one in shown)

    def _term(self, shown: Shown) -> Item:
        row: BoardTermRow = shown.row
        known = words("said", "number", number=row.number) if row.number else ""
        asked = self._titles.get(row.requirement, row.requirement) if row.requirement else ""
        return Item(
            **self._of_whom(shown),
            told=row.told,
            who=known or words("said", "registry"),
            text="",
            seen=[Seen(title=asked, place=row.page or "", page=row.page, because="", terms="")]
            if row.page or asked
            else (),
            post=self._post(row),
        )

    def _of_whom(self, shown: Shown) -> dict[str, Any]:
        row, town = shown.row, self._towns.get(shown.row.municipality)
        several = len(self._towns) > 1
        return {
            "thing": row.thing,
            "anchor": f"{row.municipality}--{row.institution}",
            "institution": shown.title,
            "path": path_of(row.municipality, row.institution),
            "town": town.name if town and several else "",
        }

    def _fragments(self, cases: Sequence[BoardCaseRow]) -> Fragments:
        return Fragments(self._application, self._towns, cases, self._now)

    def _seen(self, case: BoardCaseRow, fragments: Fragments) -> Seen:
        found, town = fragments.of(case), self._towns.get(case.municipality)
        owner = self._institution(case)
        place, page = place_of(owner, case) if owner else ("", case.page)
        return Seen(
            title=self._titles.get(case.requirement, case.requirement),
            place=place,
            page=page,
            because=case.because,
            terms=", ".join(_terms(case)),
            quotes=found.quotes[:QUOTES] if found else (),
            part=found.place if found else "",
            at=moment(found.at, town.timezone) if found and town else "",
        )

    def _post(self, row: BoardCaseRow | BoardTermRow) -> str:
        found = self._institution(row)
        return first_post(self._application, found) if found else ""

    def _institution(self, row: BoardCaseRow | BoardTermRow) -> Institution | None:
        town = self._towns.get(row.municipality)
        return town.by_id.get(row.institution) if town else None


def _is_about(case: BoardCaseRow, row: BoardAnswerRow, said: InstitutionAnswer) -> bool:
    """The case whose last answer it is, or of which it names the requirement and the page."""
    same = (case.municipality, case.institution) == (row.municipality, row.institution)
    if not same or case.answer == row.number:
        return same
    key = CaseKey(
        case.municipality,
        case.institution,
        case.requirement,
        case.network,
        case.page,
        case.about,
    )
    return said.requirement is not None and speaks_of(said, key, {})


def _terms(case: BoardCaseRow) -> Iterator[str]:
    yield words("said", "since", since=short_day(case.since))
    if case.due:
        yield words("said", "due", due=short_day(case.due))
