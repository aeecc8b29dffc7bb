"""Sending: who gets what and what is new; send, skip, stop, to oneself; a held report is let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from collectors.errors import UsageError
from monitor.audit.mass_change import HELD
from monitor.desk.gate.noting import note
from monitor.desk.ground import Desk
from monitor.desk.letters import sees_letter, sees_order, towns_told
from monitor.desk.model import Answer, Ask, Goto, Page, RefusedPageError
from monitor.desk.orders.sending import newest_whole
from monitor.desk.rendering import desk_word, moment
from monitor.mail.consent import awaits_consent
from monitor.mail.planned import role_in_words
from monitor.mail.recipients import to_whom
from monitor.mail.release import unreleased
from monitor.registry.mailboxes import MailboxError, address_of
from monitor.storage import kept_back, orders, outbox
from monitor.storage.addressed import Message
from monitor.storage.journal import What
from monitor.storage.orders import Kind, Order
from monitor.storage.roles import INSTITUTION, REHEARSAL
from reports.model import Audit

PATH = "/send"
AT_ONCE = 100  # letters on a page
ORDERS, LOOKED_THROUGH = 3, 50  # that are shown, of how many that anybody gave

Letter = Mapping[str, Any]


def page(desk: Desk, ask: Ask) -> Answer:
    application, zone = desk.application, desk.settings.schedule.timezone
    engine, audit = application.engine, newest_whole(application)
    found = orders.newest_result(engine, Kind.PLAN, f"{audit.id}") if audit else None
    letters = _own(desk, ask, found)
    at, last = _pages(ask, len(letters))
    states = kept_back.states_of(engine, audit.id) if audit else {}
    return Page(
        "send.html.j2",
        {
            "path": PATH,
            "zone": zone,
            "audit": audit,
            "held": _why_held(desk, ask, audit) if audit else (),
            "needs_consent": awaits_consent(application),
            "writes_to_institutions": desk.settings.mail.institutions,
            "has_readers": bool(desk.settings.mail.deputies or desk.settings.mail.cur),
            "plan": found,
            "going": sum(_goes(one, states) for one in letters),
            "letters": [
                _line(one, states, zone) for one in letters[(at - 1) * AT_ONCE : at * AT_ONCE]
            ],
            "total": len(letters),
            "at": at,
            "last": last,
            "unreachable": _unreachable(ask, found),
            "orders": [_order(one, zone) for one in _orders(desk, ask, audit)],
            "standing": _standing(desk, ask),
            "to": desk.settings.mail.operator or "",
        },
    )


def _pages(ask: Ask, count: int) -> tuple[int, int]:
    last = max(1, -(-count // AT_ONCE))
    typed = ask.query.get("page", "1")
    at = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    return min(max(1, at), last), last


def _own(desk: Desk, ask: Ask, found: Order | None) -> Sequence[Letter]:
    """Of a plan the letters that are his affair; those that go stand first."""
    known = [one.id for one in desk.application.municipalities]
    letters: Sequence[Letter] = found.result["letters"] if found and found.result else ()
    own = [one for one in letters if sees_letter(ask.visitor, one["role"], known)]
    return sorted(own, key=lambda letter: letter["why"] not in _OFFERED)


_OFFERED = ("first", "asked", "worse", "due", "period", "quiet", "unconfirmed")


def _goes(letter: Letter, states: Mapping[tuple[str, str], str]) -> bool:
    is_offered = letter["why"] in _OFFERED
    return is_offered and (letter["role"], letter["recipient"]) not in states


def _line(letter: Letter, states: Mapping[tuple[str, str], str], zone: Any) -> Mapping[str, Any]:
    state = states.get((letter["role"], letter["recipient"]), "")
    last = letter["last_at"]
    own = f"why_{letter['why']}"
    return {
        **letter,
        "to": to_whom(letter["role"], letter["recipient"]),
        "can_go": _goes(letter, states),
        "state": desk_word("message_states", state) if state else "",
        "why_in_words": desk_word("send", own) if own in _OWN_WHY else letter["why_in_words"],
        "last_at": moment(datetime.fromisoformat(last), zone) if last else "",
    }


_OWN_WHY = ("why_queued", "why_unconfirmed")  # where the terminal names its own options


def _unreachable(ask: Ask, found: Order | None) -> Sequence[str]:
    known = found.result["unreachable"] if found and found.result else ()
    return [one["why"] for one in known if ask.visitor.sees(one["town"])]


def _why_held(desk: Desk, ask: Ask, audit: Audit) -> Sequence[str]:
    """Why the night has not sent the report of itself; nothing once his own is let go."""
    if not unreleased(desk.application, audit, [one.id for one in desk.towns(ask)]):
        return ()
    return [one.text for one in audit.issues if one.code.startswith(HELD)]


def _orders(desk: Desk, ask: Ask, audit: Audit | None) -> Sequence[Order]:
    """The last ones of his; of a plan, which is of everybody's letters, how it stands."""
    if audit is None:
        return ()
    known = [one.id for one in desk.application.municipalities]
    kinds = [Kind.PLAN, Kind.SEND, Kind.REHEARSE]
    found = orders.newest(desk.application.engine, kinds, f"{audit.id}", LOOKED_THROUGH)
    own = [
        one if sees_order(ask.visitor, one, known) else replace(one, ordered_by="", told="")
        for one in found
        if one.kind is Kind.PLAN or sees_order(ask.visitor, one, known)
    ]
    return own[:ORDERS]


def _order(order: Order, zone: Any) -> Mapping[str, Any]:
    return {
        "at": moment(order.ordered_at, zone),
        "by": order.ordered_by,
        "kind": desk_word("orders", order.kind),
        "state": desk_word("order_states", order.state),
        "told": order.told,
        "is_open": order.is_open,
    }


def _standing(desk: Desk, ask: Ask) -> Sequence[Mapping[str, Any]]:
    application = desk.application
    return [
        {
            "number": one.number,
            "to": to_whom(one.role, one.recipient),
            "who": role_in_words(application, one.role, _name(desk, one.role)),
            "subject": one.subject,
            "state": desk_word("message_states", one.state),
            "answer": one.answer,
            "can_stop": one.state in kept_back.IN_LINE,
            "can_go": one.state == kept_back.STOPPED,
            "can_again": one.state == "parked",
        }
        for one in _seen_in_line(desk, ask)
    ]


def _seen_in_line(desk: Desk, ask: Ask) -> Sequence[Message]:
    known = [one.id for one in desk.application.municipalities]
    found = kept_back.standing(desk.application.engine)
    return [
        one
        for one in found
        if not one.role.startswith(REHEARSAL) and sees_letter(ask.visitor, one.role, known)
    ]


def _name(desk: Desk, role: str) -> str:
    town, _, name = role.removeprefix(INSTITUTION).partition("/")
    towns = {one.id: one for one in desk.application.municipalities}
    found = towns[town].by_id.get(name) if town in towns else None
    return (found.short_name or found.name) if found else name


# --- what is asked for --------------------------------------------------------------------------


def compose(desk: Desk, ask: Ask) -> Answer:
    """A plan by the newest audit."""
    audit = _needed(desk)
    _put(desk, ask, Kind.PLAN, audit, {"audit": audit.id})
    return Goto(PATH, "plan_ordered")


def decide(desk: Desk, ask: Ask) -> Answer:
    """What is done with the ticked letters, or with all that are ready to go."""
    audit = _needed(desk)
    if f"{audit.id}" != ask.typed("audit"):
        raise UsageError([desk_word("send", "changed")])
    picked = _picked(desk, ask, audit)
    match ask.typed("do"):
        case "send" | "send_all":
            return _send(desk, ask, audit, picked)
        case "skip":
            return _keep_back(desk, ask, audit, picked, kept_back.SKIPPED)
        case "stop":
            return _keep_back(desk, ask, audit, picked, kept_back.STOPPED)
        case "to_me":
            return _rehearse(desk, ask, audit, picked)
    raise UsageError([desk_word("failures", "400")])


def _needed(desk: Desk) -> Audit:
    audit = newest_whole(desk.application)
    if audit is None:
        raise UsageError([desk_word("send", "no_audit")])
    return audit


def _picked(desk: Desk, ask: Ask, audit: Audit) -> Sequence[Letter]:
    engine = desk.application.engine
    found = orders.newest_result(engine, Kind.PLAN, f"{audit.id}")
    letters, ticked = _own(desk, ask, found), set(ask.ticked("letter"))
    if ask.typed("do") == "send_all":
        states = kept_back.states_of(engine, audit.id)
        picked = [one for one in letters if _goes(one, states)]
    elif ask.typed("do") == "to_me" and not ticked:
        picked = list(letters)
    else:
        picked = [one for one in letters if one["key"] in ticked]
    if not picked:
        raise UsageError([desk_word("send", "nothing_ticked")])
    return picked


def _send(desk: Desk, ask: Ask, audit: Audit, picked: Sequence[Letter]) -> Answer:
    """The first letters to institutions, and a report that was held, want a word of their own."""
    confirmed = ask.typed("consent") == "yes"
    to_institutions = any(one["role"].startswith(INSTITUTION) for one in picked)
    if to_institutions and awaits_consent(desk.application) and not confirmed:
        raise UsageError([desk_word("send", "no_consent")])
    held = unreleased(desk.application, audit, _told_of(desk, picked))
    if held and ask.typed("release") != "yes":
        raise UsageError([desk_word("send", "not_released")])
    chosen = [[one["role"], one["recipient"]] for one in picked]
    body = {"audit": audit.id, "chosen": chosen, "confirmed": confirmed}
    _put(desk, ask, Kind.SEND, audit, body)
    what = What.RELEASED if held else What.SENT
    note(desk, ask, what, detail=_who(picked))
    return Goto(PATH, "sending_ordered", len(picked))


def _told_of(desk: Desk, picked: Sequence[Letter]) -> frozenset[str]:
    """The municipalities of which these letters tell."""
    known = [one.id for one in desk.application.municipalities]
    return frozenset(town for one in picked for town in towns_told(one["role"], known))


def _rehearse(desk: Desk, ask: Ask, audit: Audit, picked: Sequence[Letter]) -> Answer:
    to = ask.typed("to")
    try:
        address_of(to)
    except MailboxError as error:
        raise UsageError([f"{error}"]) from None
    chosen = [[one["role"], one["recipient"]] for one in picked]
    _put(desk, ask, Kind.REHEARSE, audit, {"audit": audit.id, "to": to, "chosen": chosen})
    note(desk, ask, What.REHEARSED, detail=_who(picked))
    return Goto(PATH, "rehearsal_ordered", len(picked))


def _put(desk: Desk, ask: Ask, kind: Kind, audit: Audit, body: Mapping[str, Any]) -> None:
    taken = desk_word("send", "taken")
    by, at, engine = ask.visitor.name, ask.now, desk.application.engine
    orders.put(engine, kind, f"{audit.id}", body, by=by, at=at, taken=taken)


def _keep_back(desk: Desk, ask: Ask, audit: Audit, picked: Sequence[Letter], state: str) -> Answer:
    kept = sum(_is_kept(desk, ask, audit.id, one, state) for one in picked)
    what = What.SKIPPED if state == kept_back.SKIPPED else What.HELD
    note(desk, ask, what, detail=_who(picked))
    return Goto(PATH, state, kept)


def _who(picked: Sequence[Letter]) -> str:
    return ", ".join(to_whom(one["role"], one["recipient"]) for one in picked)


def _told(desk: Desk, ask: Ask, state: str) -> str:
    day = f"{ask.now.astimezone(desk.settings.schedule.timezone):%d.%m.%Y}"
    return desk_word("send", f"told_{state}", by=ask.visitor.name, on=day)


def _is_kept(desk: Desk, ask: Ask, audit: int, letter: Mapping[str, Any], state: str) -> bool:
    return kept_back.keep_back(
        desk.application.engine,
        audit,
        letter["role"],
        letter["recipient"],
        state=state,
        subject=letter["subject"],
        at=ask.now,
        told=_told(desk, ask, state),
    )


# --- what stands in line ------------------------------------------------------------------------


LINE: Mapping[str, What] = {
    "let_go": What.RELEASED,
    "again": What.SENT,
    "stop": What.HELD,
    "skip": What.SKIPPED,
}


def in_line(desk: Desk, ask: Ask) -> Answer:
    """One letter: stopped, let go, sent again, or never sent."""
    found = [one for one in _seen_in_line(desk, ask) if f"{one.number}" == ask.typed("number")]
    if not found:
        raise RefusedPageError([desk_word("send", "gone")], 404)
    letter, engine, do = found[0], desk.application.engine, ask.typed("do")
    match do:
        case "let_go":
            is_done = kept_back.let_go(engine, letter.number, ask.now)
        case "again":
            is_done = outbox.requeue(engine, ask.now, letter.number) > 0
        case "stop" | "skip":
            is_done = _is_stopped(desk, ask, letter, do)
        case _:
            raise UsageError([desk_word("failures", "400")])
    if not is_done:
        raise UsageError([desk_word("send", "gone")])
    note(desk, ask, LINE[do], detail=to_whom(letter.role, letter.recipient))
    return Goto(f"{PATH}#line", "saved")


def _is_stopped(desk: Desk, ask: Ask, letter: Message, do: str) -> bool:
    state = kept_back.STOPPED if do == "stop" else kept_back.SKIPPED
    told = _told(desk, ask, state)
    return kept_back.keep_back_number(desk.application.engine, letter.number, state, told)
