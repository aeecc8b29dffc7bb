"""What is said of an institution: a form for each, and the record that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collectors.errors import UsageError
from monitor.cases.board import refresh
from monitor.cases.close import CloseLook
from monitor.cases.listing import ListedStatement
from monitor.cases.recording import undo
from monitor.cases.words import titled
from monitor.desk.gate.calling import lines_for
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.institution.acts import (
    ACTS,
    Action,
    Given,
    beforehand,
    fields_for,
    in_fields,
    kinds,
    options_of,
)
from monitor.desk.institution.things import Thing, requirements_of, things_of, titles_in
from monitor.desk.institution.words import sentences, words
from monitor.desk.model import Answer, Ask, Goto, NotFoundError, Page, Screen
from monitor.desk.screens.decisions import DEPUTY
from monitor.desk.screens.institution import look_closely, path_of
from monitor.storage.journal import What
from reports.ground import name_of


def form(slug: str) -> Screen:
    """The form of an act, with the thing that the address names and what follows from it chosen."""
    act = ACTS[slug]

    def screen(desk: Desk, ask: Ask) -> Answer:
        look = look_closely(desk, ask)
        things = things_of(desk.application, look)
        key = ask.query.get("thing", "")
        known = beforehand(desk.application, act, things, key)
        chosen = {"kind": ask.query.get("kind", "") or known.get("kind", "")}
        return _form_page(act, look, things, {"thing": key, **known, **chosen}, back=_back(ask))

    return screen


def submit(slug: str) -> Screen:
    """Recorded; or the form again, with what is wrong and all that was typed."""
    act = ACTS[slug]

    def screen(desk: Desk, ask: Ask) -> Answer:
        look = look_closely(desk, ask)
        things = things_of(desk.application, look)
        today = look.municipality.day_of(ask.now)
        try:
            number = act.do(desk.application, Given(ask, look, things, today))
        except UsageError as error:
            typed = {field.name: ask.typed(field.name) for field in act.fields}
            faults = in_fields(lines_for(desk, ask, error))
            return _form_page(act, look, things, typed, faults, back=_back(ask))
        _update_lists(desk, ask, look, NOTED.get(slug, What.RECORDED), number)
        said = "saved" if number is None else "saved_number"
        return Goto(_back(ask) or path_of(look.institution), said, number)

    return screen


def _back(ask: Ask) -> str:
    """To the deputy head's screen, for whoever came from there: a form keeps its address."""
    return f"/{DEPUTY}" if ask.query.get("back") == DEPUTY else ""


NOTED: Mapping[str, What] = {"assign": What.ASSIGNED, "close-dispute": What.DECIDED}


def _update_lists(desk: Desk, ask: Ask, look: CloseLook, what: What, number: int | None) -> None:
    """The list of what waits, and the journal, know of it at once."""
    one = look.institution
    refresh(desk.application, [one])
    note(desk, ask, what, town=one.municipality, institution=one.id, statement=number)


def _form_page(
    act: Action,
    look: CloseLook,
    things: Sequence[Thing],
    typed: Mapping[str, str],
    faults: Sequence[str] = (),
    back: str = "",
) -> Page:
    asked = fields_for(act, typed.get("kind", ""))
    about = next((one.title for one in things if one.key == typed.get("thing")), "")
    fields = [
        {
            "name": field.name,
            "kind": field.kind,
            "needed": field.needed,
            "label": words("label", field.name),
            "hint": sentences()["hint"].get(field.name, ""),
            "value": typed.get(field.name, ""),
            "empty": sentences()["empty"].get(field.name, ""),
            "options": options_of(field, act, look, things),
        }
        for field in asked
    ]
    head = _head(look, act.slug) | {"back": back}
    is_shown = any(field.kind == "thing" for field in asked)
    values = {
        **head,
        "fields": fields,
        "faults": faults,
        "what": "" if is_shown else about,
        "chosen": kinds().get(typed.get("kind", ""), "") if len(asked) > 1 else "",
        "is_first": len(asked) == 1,  # what is attested decides what else is asked
        "thing": typed.get("thing", ""),
    }
    return Page("act.html.j2", values, 400 if faults else 200)


def _head(look: CloseLook, slug: str) -> dict[str, Any]:
    return {
        "title": words(slug, "title"),
        "lead": words(slug, "lead"),
        "button": words(slug, "button"),
        "name": name_of(look.institution),
        "path": path_of(look.institution),
        "back": "",
        "chosen": "",
        "is_first": False,
        "thing": "",
    }


# --- taking back --------------------------------------------------------------------------------


def undo_form(desk: Desk, ask: Ask) -> Answer:
    look = look_closely(desk, ask)
    return _undo_shown(desk, look, _statement_named(look, ask))


def undo_statement(desk: Desk, ask: Ask) -> Answer:
    look = look_closely(desk, ask)
    stated = _statement_named(look, ask)
    assert stated.recorded.number is not None
    reason = ask.typed("reason")
    try:
        if not reason:
            raise UsageError([words("fault", "needed", field=words("label", "reason"))])
        undo(desk.application, stated.recorded.number, by=ask.visitor.name, reason=reason)
    except UsageError as error:
        return _undo_shown(desk, look, stated, in_fields(lines_for(desk, ask, error)))
    _update_lists(desk, ask, look, What.UNDONE, stated.recorded.number)
    return Goto(path_of(look.institution), "undone", stated.recorded.number)


def _statement_named(look: CloseLook, ask: Ask) -> ListedStatement:
    """Of this institution, whatever number stands in the address."""
    number = ask.numbered("number")
    found = [one for one in look.statements if one.recorded.number == number]
    if not found:
        raise NotFoundError
    return found[0]


def _undo_shown(
    desk: Desk, look: CloseLook, stated: ListedStatement, faults: Sequence[str] = ()
) -> Page:
    titles = titles_in(requirements_of(desk.application, look.municipality))
    fields = [
        {
            "name": "reason",
            "kind": "long",
            "needed": True,
            "label": words("label", "reason"),
            "hint": "",
            "value": "",
            "empty": "",
            "options": (),
        }
    ]
    what = f"№ {stated.recorded.number}: {titled(stated.recorded.said, titles)}"
    values = {**_head(look, "undo"), "fields": fields, "faults": faults, "what": what}
    return Page("act.html.j2", values, 400 if faults else 200)
