"""An institution's page as its template prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collectors import networks
from collectors.model import SITE, Address, Observation
from monitor.application import Application
from monitor.cases.close import Change, CloseLook
from monitor.cases.listing import ListedStatement, attestation_of, day_of
from monitor.cases.wording import terms_in_words
from monitor.cases.words import SHORT_DAY, titled
from monitor.cases.words import words as case_words
from monitor.desk.institution.things import key_in_form, requirements_of, title_of, titles_in
from monitor.desk.institution.words import words
from monitor.desk.rendering import moment, short_day
from monitor.registry.sheets import described
from monitor.storage import observations
from reports import counting
from reports.seen import fragment, rests_on
from rules.cases.model import CaseState, InstitutionCase, Withdrawal, key_of
from rules.model import Finding, Institution, Person, Requirement

LOOKS = 3  # back to one that a finding rests on
QUOTED = ("fail", "review")  # outcomes beside which a reader wants to look himself

Looks = Mapping[Address, Sequence[Observation]]


class OfCase(Protocol):
    """What a finding and a row of the board have in common."""

    @property
    def network(self) -> str | None: ...
    @property
    def page(self) -> str | None: ...
    @property
    def about(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Glance:
    """A finding in a line: `seen` quotes what stood in that place."""

    mark: str
    because: str
    quotes: tuple[str, ...] = ()
    place: str = ""
    at: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    key: str
    title: str
    state: str
    is_open: bool
    is_disputed: bool
    is_waived: bool
    is_late: bool
    terms: tuple[str, ...]
    now: Glance
    before: Glance | None  # of an answer «исправили»
    after: Glance | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    title: str
    before: str  # mark; "": there was none
    after: str
    because: str


@dataclass(frozen=True, slots=True)
class NightLine:
    at: str
    is_first: bool
    changes: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    number: int | None
    what: str
    by: str
    on: str
    until: str
    document: str
    state: str
    state_word: str
    recorded: str  # who typed it, and when
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    role: str
    post: str
    order: str


class View:
    """All lines of one page. `private`: whoever looks may know who typed what."""

    def __init__(self, application: Application, look: CloseLook, *, private: bool) -> None:
        self._look, self._private = look, private
        self._town, self._zone = look.municipality, look.municipality.timezone
        self._asked: Mapping[str, Requirement] = requirements_of(application, self._town)
        self._titles = titles_in(self._asked)
        self._looks = observations.last_looks(
            application.engine, addresses_of(look.institution), look.as_of, most=LOOKS
        )

    # --- cases ---------------------------------------------------------------------------------

    def cases(self) -> tuple[CaseLine, ...]:
        order = sorted(self._look.cases, key=lambda case: counting.gravity(case.finding))
        return tuple(self._case(one) for one in order)

    def _case(self, case: InstitutionCase) -> CaseLine:
        key = case.key
        return CaseLine(
            key=key_in_form(key.requirement, key.page, key.about),
            title=title_of(dict(self._asked), self._town, key, case.finding.clause),
            state=case_words("states", case.state),
            is_open=case.state is not CaseState.SETTLED,
            is_disputed=case.state is CaseState.DISPUTED,
            is_waived=case.state is CaseState.WAIVED,
            is_late=case.state is CaseState.OVERDUE,
            terms=tuple(terms_in_words(case)),
            now=self._glance(case.finding),
            before=self._glance(case.before) if case.before else None,
            after=self._glance(case.after) if case.after else None,
        )

    def _glance(self, finding: Finding) -> Glance:
        mark = counting.mark(finding, self._asked)
        if finding.outcome not in QUOTED:
            return Glance(mark, finding.because)
        looks = self._looks.get(address_of(self._look.institution, finding), ())
        seen = next((one for one in looks if rests_on(finding, one)), None)
        found = fragment(finding, seen, self._zone)
        if found is None:
            _, url = place_of(self._look.institution, finding)
            return Glance(mark, finding.because, url=url)
        at = moment(found.at, self._zone)
        return Glance(mark, finding.because, found.quotes, found.place, at, found.url)

    # --- nights --------------------------------------------------------------------------------

    def nights(self) -> tuple[NightLine, ...]:
        """Those in which something changed, newest first."""
        return tuple(
            NightLine(
                moment(one.night.at, self._zone),
                one.is_first,
                tuple(map(self._change, one.changes)),
            )
            for one in self._look.nights
            if one.changes or one.is_first
        )

    def _change(self, change: Change) -> ChangeLine:
        told = change.after or change.before
        assert told is not None
        title = title_of(dict(self._asked), self._town, key_of(told), told.clause)
        before, after = (
            counting.mark(one, self._asked) if one else "" for one in (change.before, change.after)
        )
        because = change.after.because if change.after else words("night", "gone")
        return ChangeLine(title, before, after, because)

    # --- what was said, who is there -----------------------------------------------------------

    def statements(self) -> tuple[StatementLine, ...]:
        """The newest first; what the registry's file says, at the end."""
        order = sorted(self._look.statements, key=lambda listed: -(listed.recorded.number or 0))
        return tuple(map(self._statement, order))

    def _statement(self, listed: ListedStatement) -> StatementLine:
        stated, said = listed.recorded, listed.recorded.said
        told = attestation_of(said)
        by = told.stated_by if told else getattr(said, "by", "")
        typed = f"{stated.recorded_by}, {moment(stated.at, self._zone)}" if stated.at else ""
        can_be_undone = stated.number is not None and stated.withdrawn is None
        return StatementLine(
            number=stated.number,
            what=titled(said, self._titles),
            by=by if self._private else "",
            on=short_day(day_of(said) or stated.since),
            until=short_day(listed.until),
            document=getattr(said, "document", "") or (told.document if told else ""),
            state=listed.state,
            state_word=case_words("statement_states", listed.state),
            recorded=typed if self._private else "",
            can_be_undone=can_be_undone and not isinstance(said, Withdrawal),
        )

    def people(self) -> tuple[PersonLine, ...]:
        """By office; orders are for those who keep them."""
        today = self._look.as_of.astimezone(self._zone).date()
        return tuple(
            PersonLine(
                described()["choices"]["person_role"].get(one.role, one.role),
                one.post,
                _order(one) if self._private else "",
            )
            for one in self._look.institution.persons
            if one.is_in_office(today)
        )

    def pages(self) -> Iterator[tuple[str, str]]:
        institution = self._look.institution
        if institution.site:
            yield networks.page_title(SITE), institution.site
        for page in institution.pages:
            yield networks.page_title(page.network), page.address


def _order(person: Person) -> str:
    day = f"{person.ordered_on:{SHORT_DAY}}" if person.ordered_on else ""
    return " ".join(part for part in (person.order, day) if part)


def addresses_of(institution: Institution) -> tuple[Address, ...]:
    pages = [page.key for page in institution.pages]
    return (*pages, (SITE, institution.site)) if institution.site else tuple(pages)


def place_of(institution: Institution, case: OfCase) -> tuple[str, str | None]:
    """Where a reader may look himself: the page, else the site on which it tells of another."""
    if case.network == SITE or (case.about and not case.network):
        return networks.page_title(SITE), case.page or institution.site
    return networks.page_title(case.network) if case.network else "", case.page


def address_of(institution: Institution, finding: Finding) -> Address:
    """Of what was looked at: what a site shows is told of no page of it."""
    is_site = finding.network == SITE
    address = institution.site if is_site else finding.page
    return finding.network or "", address or ""
