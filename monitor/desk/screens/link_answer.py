"""One answer of an institution: a form of at most five fields, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.desk.answering import ABSENT, CORRECTABLE, fields_of, said_in, send
from monitor.desk.asked_of import IN_REGISTRY, Asked, asked_of, wanted
from monitor.desk.ground import Desk
from monitor.desk.linked import TOKEN, Came, came
from monitor.desk.model import Answer, Ask, Goto, NotFoundError, Page, RefusedPageError
from monitor.desk.rendering import desk_word, words
from monitor.desk.screens.link import common
from monitor.desk.uploads import ACCEPT, MOST_FILES
from monitor.mail.linking import PATH
from reports.letter.asking import Wanted
from rules.cases.model import AnswerKind

OF_A_CASE: dict[str, AnswerKind] = {
    "corrected": "corrected",
    "confirms": "confirms",
    "disagrees": "disagrees",
    "correct_registry": "correct_registry",
}
YES_NO = "(да/нет)"
OF_ALL: AnswerKind = "correct_registry"


def form(desk: Desk, ask: Ask) -> Answer:
    who = came(desk, ask)
    kind, asked = _what(desk, who, ask)
    return _form(desk, who, ask, kind, asked)


def registry_form(desk: Desk, ask: Ask) -> Answer:
    """What no case asks about may be wrong as well."""
    return _form(desk, came(desk, ask), ask, OF_ALL, None)


def submit(desk: Desk, ask: Ask) -> Answer:
    who = came(desk, ask)
    try:
        kind, asked = _what(desk, who, ask)
    except RefusedPageError as error:
        return _unsent_page(ask, error.lines, error.http)
    return _submit(desk, who, ask, kind, asked)


def submit_registry(desk: Desk, ask: Ask) -> Answer:
    return _submit(desk, came(desk, ask), ask, OF_ALL, None)


def late(desk: Desk, ask: Ask) -> Answer:
    """The link has ended while somebody was writing: nothing is sent, and no word of it is lost."""
    return _unsent_page(ask, [desk_word("link", "ended_meanwhile")], 410)


def _unsent_page(ask: Ask, lines: Sequence[str], status: int) -> Page:
    typed = [(told, ask.typed(name)) for name, told in words()["link_typed"].items()]
    values = {
        "lines": lines,
        "typed": [(told, text) for told, text in typed if text],
        "home": f"{PATH}{ask.parts[TOKEN]}",
        "had_files": bool(ask.files),
        "is_late": ask.visitor.is_late,
    }
    return Page("link-unsent.html.j2", values, status)


def _what(desk: Desk, who: Came, ask: Ask) -> tuple[AnswerKind, Asked]:
    """Raises NotFoundError for what is no such answer, RefusedPageError for what is over."""
    kind = OF_A_CASE.get(ask.parts["kind"])
    if kind is None:
        raise NotFoundError
    every = asked_of(desk.application, who)
    asked = next((one for one in every if one.id == ask.parts["case"]), None)
    if asked is None:
        raise RefusedPageError([desk_word("link", "gone")], 404)
    return kind, asked


def _submit(desk: Desk, who: Came, ask: Ask, kind: AnswerKind, asked: Asked | None) -> Answer:
    """With what was typed where something is wrong; files have to be chosen again."""
    home = f"{PATH}{ask.parts[TOKEN]}"
    try:
        number = send(desk, who, ask, said_in(who, ask, kind, asked))
    except RefusedPageError as error:
        return _form(desk, who, ask, kind, asked, error.lines, error.http)
    return Goto(home, kind, number)


def _likely(asked: Asked) -> str:
    return IN_REGISTRY.get(asked.case.finding.reason, "")


def _asked_for(ask: Ask) -> str:
    """Chosen by the button that led here."""
    return next((one for one in CORRECTABLE if one == ask.query.get("field")), "")


def _correctable(asked: Asked | None) -> Sequence[str]:
    """That there is no page is said of a network, which the case names."""
    is_of_network = asked is not None and asked.case.key.network is not None
    return [one for one in CORRECTABLE if is_of_network or one != "no_page"]


def _question(told: Wanted) -> str:
    """«Отметка есть (да/нет): » of the letter's form is asked as «Отметка есть»."""
    return told.lines[0].partition(YES_NO)[0].strip() if YES_NO in told.lines[0] else ""


def _form(
    desk: Desk,
    who: Came,
    ask: Ask,
    kind: AnswerKind,
    asked: Asked | None,
    faults: Sequence[str] = (),
    status: int = 200,
) -> Page:
    is_confirmed = kind == "confirms" and asked is not None
    told = wanted(desk.application, who, asked) if is_confirmed and asked else None
    values = {
        **common(desk, who),
        "kind": kind,
        "asked": asked,
        "home": f"{PATH}{ask.parts[TOKEN]}",
        "fields": fields_of(asked.attestation) if is_confirmed and asked else (),
        "hint": told.state if told else "",
        "yes_label": _question(told) if told else "",
        "options": [(one, desk_word("link_fields", one)) for one in _correctable(asked)],
        "field": ask.typed("field") or _asked_for(ask) or (_likely(asked) if asked else ""),
        "absent": ABSENT,
        "faults": faults,
        "accept": ACCEPT,
        "most_files": MOST_FILES,
        "most_mb": desk.settings.desk.uploads_mb,
    }
    return Page("link-answer.html.j2", values, status)
