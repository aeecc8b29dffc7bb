"""What may be said of an institution: the fields of each form, and the statement that they make.

A form that cannot be meant raises UsageError with everything that is wrong, in the words of its own
fields; nothing is recorded then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from collectors.errors import UsageError
from monitor.application import Application
from monitor.cases.close import CloseLook
from monitor.cases.deciding import close_dispute
from monitor.cases.recording import record
from monitor.desk.institution.things import Thing, thing_named
from monitor.desk.institution.words import sentences, words
from monitor.desk.model import Ask
from monitor.mail.inbox.sorting import BY_COUNT
from monitor.registry.cells import is_nothing
from monitor.registry.sheets import described
from monitor.registry.statements import Statement
from rules.cases.matching import kinds_of
from rules.cases.model import Assignment, Telling
from rules.model import Attestation, Event, Waiver

ALL = "all"  # of a dispute: every finding of the institution
YES, NO = "yes", "no"
FINDING = "finding"  # the kind of attestation that answers what was seen
# A section of a site is there, or there is nothing to tell in it: he has to say which.
ONE_WAY_OF_SEVERAL = frozenset({"no_checks", "no_treaties"})

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed, beside what it is about; `missing` gathers what must be there and is not."""

    ask: Ask
    look: CloseLook
    things: Sequence[Thing]
    today: date

    def text(self, name: str) -> str:
        return self.ask.typed(name)

    def require(self, name: str) -> str:
        """A dash is no office and no reason, and would be kept for good."""
        typed = self.text(name)
        if not typed or is_nothing(typed):
            raise UsageError([words("fault", "needed", field=words("label", name))])
        return typed

    def day(self, name: str) -> date | None:
        return day_of(self.text(name), words("label", name)) if self.text(name) else None

    def require_day(self, name: str) -> date:
        self.require(name)
        found = self.day(name)
        assert found is not None
        return found

    def number(self, name: str) -> int | None:
        typed = self.text(name)
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and len(typed) < 6):
            raise UsageError([words("fault", "number", field=words("label", name), typed=typed)])
        return int(typed)

    def thing(self) -> Thing | None:
        return thing_named(self.things, self.text("thing"))

    def require_thing(self) -> Thing:
        self.require("thing")
        found = self.thing()
        assert found is not None
        return found

    def one_of(self, name: str, known: Mapping[str, str]) -> str:
        typed = self.require(name)
        if typed not in known:
            raise UsageError([words("fault", "choice", field=words("label", name))])
        return typed


def day_of(typed: str, label: str) -> date:
    """As a browser's calendar sends it, or as people write."""
    for read in (date.fromisoformat, _day_with_dots):
        try:
            return read(typed)
        except ValueError:
            continue
    raise UsageError([words("fault", "day", field=label, typed=typed[:40])])


def _day_with_dots(typed: str) -> date:
    day, month, year = typed.split(".")
    return date(int(year), int(month), int(day))


# --- the statements -----------------------------------------------------------------------------


def make_attestation(given: Given) -> Statement:
    kind = given.one_of("kind", kinds())
    thing = given.require_thing() if kind == FINDING else None
    day = given.day("on") or (_day_found(given) if thing else given.today)
    value = None if thing else given.one_of("value", values()) == YES  # silence is no yes
    return Attestation(
        kind=kind,
        stated_by=given.require("by"),
        stated_on=day,
        valid_until=given.day("until"),
        value=value,
        page=thing.page if thing else given.text("page") or None,
        count=given.number("count"),
        of=given.number("of"),
        document=given.text("document"),
        requirement=thing.requirement if thing else None,
        outcome=given.one_of("outcome", outcomes()) if thing else None,
        about=thing.about if thing else None,
        source="database",
    )


def _day_found(given: Given) -> date:
    """The answer to a finding bears the day of the look that found it."""
    nights = given.look.nights
    zone = given.look.municipality.timezone
    return min(given.today, nights[0].night.at.astimezone(zone).date()) if nights else given.today


def make_waiver(given: Given) -> Statement:
    thing = given.require_thing()
    return Waiver(
        requirement=thing.requirement,
        reason=given.require("reason"),
        by=given.require("by"),
        until=given.require_day("until"),
        page=thing.page,
        document=given.text("document"),
    )


def make_dispute(given: Given) -> Statement:
    """Nobody disputes everything by leaving a field empty."""
    given.require("thing")
    thing = None if given.text("thing") == ALL else given.require_thing()
    return Event(
        kind="dispute_opened",
        on=given.day("on") or given.today,
        page=thing.page if thing else None,
        document=given.text("document"),
        requirement=thing.requirement if thing else None,
    )


def make_assignment(given: Given) -> Statement:
    thing = given.require_thing()
    return Assignment(
        by=given.require("by"),
        on=given.today,
        requirement=thing.requirement,
        page=thing.page,
        about=thing.about,
        to=given.require("to"),
        until=given.day("until"),
    )


def make_telling(given: Given) -> Statement:
    thing = given.thing()
    return Telling(
        by=given.require("by"),
        on=given.day("on") or given.today,
        requirement=thing.requirement if thing else None,
        page=thing.page if thing else None,
        about=thing.about if thing else None,
        how=given.text("how"),
    )


# --- what is done ---------------------------------------------------------------------------------

Doing = Callable[[Application, Given], int | None]


def _recording(make: Callable[[Given], Statement]) -> Doing:
    """Gives its number."""

    def do(application: Application, given: Given) -> int | None:
        said, who = make(given), given.ask.visitor.name
        noted = record(application, given.look.institution, said, by=who, once=given.ask.once)
        return noted.recorded.number

    return do


def end_dispute(application: Application, given: Given) -> None:
    """As the list of what waits closes it."""
    thing = given.require_thing()
    if thing.case is None:
        raise UsageError([words("fault", "thing_gone")])
    who, reason = given.ask.visitor.name, given.require("reason")
    close_dispute(application, given.look.institution, thing.case, by=who, reason=reason)


# --- the forms ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str = "text"  # text | date | number | long | choice | thing
    needed: bool = False
    options: Callable[[], Mapping[str, str]] | None = None


def kinds() -> Mapping[str, str]:
    found: Mapping[str, str] = described()["choices"]["attestation_kind"]
    return found


def outcomes() -> Mapping[str, str]:
    found: Mapping[str, str] = described()["choices"]["outcome"]
    return found


def values() -> Mapping[str, str]:
    found: Mapping[str, str] = sentences()["value"]
    return found


@dataclass(frozen=True, slots=True)
class Action:
    """`slug` is the end of its address, and the table of its words."""

    slug: str
    do: Doing
    fields: tuple[Field, ...]


THING, BY, DOCUMENT = (
    Field("thing", "thing", needed=True),
    Field("by", needed=True),
    Field("document"),
)
UNTIL, ON = Field("until", "date"), Field("on", "date")
REASON = Field("reason", "long", needed=True)

ACTS: Mapping[str, Action] = {
    act.slug: act
    for act in (
        Action(
            "attest",
            _recording(make_attestation),
            (
                Field("kind", "choice", needed=True, options=kinds),
                Field("value", "choice", options=values),
                Field("count", "number"),
                Field("of", "number"),
                Field("page", "page"),
                Field("thing", "thing"),
                Field("outcome", "choice", options=outcomes),
                BY,
                ON,
                UNTIL,
                DOCUMENT,
            ),
        ),
        Action(
            "waive",
            _recording(make_waiver),
            (
                THING,
                REASON,
                BY,
                Field("until", "date", needed=True),
                DOCUMENT,
            ),
        ),
        Action("dispute", _recording(make_dispute), (THING, ON, DOCUMENT)),
        Action("close-dispute", end_dispute, (THING, REASON)),
        Action("assign", _recording(make_assignment), (THING, Field("to", needed=True), UNTIL, BY)),
        Action("tell", _recording(make_telling), (Field("thing", "thing"), BY, ON, Field("how"))),
    )
}


ABOUT, COUNTED, OF_A_PAGE = ("thing", "outcome"), ("count", "of"), ("value", "page")
CHOOSING = ("kind",)


def fields_for(act: Action, kind: str) -> Sequence[Field]:
    """Those that count: what is attested decides what else is asked, and comes first."""
    if act.slug != "attest":
        return act.fields
    if kind not in kinds():
        return [field for field in act.fields if field.name in CHOOSING]
    left_out: tuple[str, ...] = OF_A_PAGE if kind == FINDING else ABOUT
    if kind != BY_COUNT:
        left_out += COUNTED
    return [
        replace(field, needed=True) if field.name in ABOUT or field.name == "value" else field
        for field in act.fields
        if field.name not in left_out
    ]


# --- options of a form as it is shown -----------------------------------------------------------


def options_of(field: Field, act: Action, look: CloseLook, things: Sequence[Thing]) -> Options:
    if field.kind == "thing":
        return [*_every(act), *((one.key, one.title) for one in _things_for(act, things))]
    if field.kind == "page":
        return [(page.address, page.address) for page in look.institution.pages]
    return list(field.options().items()) if field.options else ()


def _every(act: Action) -> Options:
    return [(ALL, words(act.slug, "all"))] if act.slug == "dispute" else []


def _things_for(act: Action, things: Sequence[Thing]) -> Sequence[Thing]:
    if act.slug != "close-dispute":
        return things
    return [one for one in things if one.is_disputed]


def beforehand(
    application: Application, act: Action, things: Sequence[Thing], key: str
) -> Mapping[str, str]:
    """What an attestation of this thing is, where there is no doubt: its kind, and its page.

    The answer is left to whoever attests.
    """
    thing = next((one for one in things if one.key == key), None)
    if act.slug != "attest" or thing is None:
        return {}
    known = kinds_of(application.acts.values()).get(thing.requirement, frozenset())
    if len(known) > 1 or known & ONE_WAY_OF_SEVERAL:
        return {}
    return {"kind": next(iter(known), FINDING), "page": thing.page or ""}


# --- what the domain says, in the words of the form ---------------------------------------------


def in_fields(lines: Sequence[str]) -> list[str]:
    """The command line's options are called as the form calls them."""
    known: Mapping[str, str] = sentences()["options"]
    order = sorted(known, key=len, reverse=True)
    told = []
    for line in lines:
        for option in order:
            line = line.replace(option, known[option])
        told.append(line)
    return told
