"""Every address of the desk: its method, who may come there, its screen. Nothing else is served."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from monitor.desk.model import (
    ANYBODY,
    DECIDERS,
    INSTITUTIONS,
    OPERATORS,
    PEOPLE,
    Role,
    Screen,
)
from monitor.desk.screens import (
    account,
    acts,
    decisions,
    deputy,
    health,
    institution,
    journal,
    letters,
    link,
    link_answer,
    links,
    login,
    night,
    post,
    registry,
    registry_institution,
    release,
    send,
    start,
    summary,
    terms,
)
from monitor.desk.uploads import MOST_FILES

HALF_IN = frozenset({Role.ENTERING})
REGISTERED = "/registry/{town}/institutions/{institution}"
COMING = frozenset({Role.GUEST, *HALF_IN, *PEOPLE})
BY_LINK = frozenset({Role.GUEST, *INSTITUTIONS})  # alive or dead
ONE = "/institutions/{town}/{institution}"


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # as Starlette writes it: /institutions/{town}/{institution}
    screen: Screen
    who: Set[Role]
    late: Screen | None = None  # for who comes by a link that has ended meanwhile
    hashes: bool = False  # a password: few at a time, so that nobody waits for them to read a page
    uploads: int = 0  # files that its form may bring; without any, a body is a small one


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", health.page, ANYBODY),
    Route("GET", "/", start.page, PEOPLE),
    Route("GET", "/login", login.page, COMING),
    Route("POST", "/login", login.enter, COMING, hashes=True),
    Route("GET", "/login/code", login.next_step, HALF_IN),
    Route("POST", "/login/code", login.give_code, HALF_IN),
    Route("GET", "/login/password", login.own_password, HALF_IN),
    Route("POST", "/login/password", login.choose_password, HALF_IN, hashes=True),
    Route("GET", "/enrol", login.enrolment, HALF_IN | PEOPLE),
    Route("POST", "/enrol", login.enrol, HALF_IN | PEOPLE),
    Route("POST", "/logout", login.leave, COMING),
    Route("GET", "/account", account.page, PEOPLE),
    Route("POST", "/account/password", account.change_password, PEOPLE, hashes=True),
    Route("POST", "/account/second-factor", account.offer_second_factor, PEOPLE, hashes=True),
    Route("POST", "/account/sessions", account.end_sessions, PEOPLE),
    Route("GET", "/journal", journal.page, DECIDERS),
    Route("GET", "/journal.csv", journal.export, DECIDERS),
    Route("POST", "/release", release.release, DECIDERS),
    Route("POST", "/decide", decisions.one, DECIDERS),
    Route("GET", "/several", decisions.confirm, DECIDERS),
    Route("POST", "/several", decisions.several, DECIDERS),
    Route("GET", "/answers/{number}/files/{at}", decisions.file, DECIDERS),
    Route("POST", "/letters/{number}/retry", post.retry, OPERATORS),
    Route("POST", "/mail/{number}/place", post.place_mail, OPERATORS),
    Route("POST", "/mail/{number}/dismiss", post.put_aside, OPERATORS),
    Route("GET", "/summary", summary.page, PEOPLE),
    Route("GET", "/summary.{kind}", summary.download, PEOPLE),
    Route("POST", "/summary/filters", summary.keep, PEOPLE),
    Route("POST", "/summary/filters/{number}/drop", summary.drop, PEOPLE),
    Route("GET", "/send", send.page, OPERATORS),
    Route("POST", "/send/plan", send.compose, OPERATORS),
    Route("POST", "/send", send.decide, OPERATORS),
    Route("POST", "/send/line", send.in_line, OPERATORS),
    Route("GET", "/night", night.page, PEOPLE),
    Route("POST", "/night/read", night.read_again, OPERATORS),
    Route("GET", ONE, institution.page, PEOPLE),
    Route("POST", f"{ONE}/read", institution.read_now, OPERATORS),
    Route("GET", f"{ONE}/letter", letters.preview, OPERATORS),
    Route("GET", f"{ONE}/letters/{{number}}", letters.sent_letter, OPERATORS),
    Route("GET", f"{ONE}/attest", acts.form("attest"), OPERATORS),
    Route("POST", f"{ONE}/attest", acts.submit("attest"), OPERATORS),
    Route("GET", f"{ONE}/waive", acts.form("waive"), DECIDERS),
    Route("POST", f"{ONE}/waive", acts.submit("waive"), DECIDERS),
    Route("GET", f"{ONE}/dispute", acts.form("dispute"), OPERATORS),
    Route("POST", f"{ONE}/dispute", acts.submit("dispute"), OPERATORS),
    Route("GET", f"{ONE}/close-dispute", acts.form("close-dispute"), OPERATORS),
    Route("POST", f"{ONE}/close-dispute", acts.submit("close-dispute"), OPERATORS),
    Route("GET", f"{ONE}/assign", acts.form("assign"), DECIDERS),
    Route("POST", f"{ONE}/assign", acts.submit("assign"), DECIDERS),
    Route("GET", f"{ONE}/tell", acts.form("tell"), OPERATORS),
    Route("POST", f"{ONE}/tell", acts.submit("tell"), OPERATORS),
    Route("GET", f"{ONE}/statements/{{number}}/undo", acts.undo_form, OPERATORS),
    Route("POST", f"{ONE}/statements/{{number}}/undo", acts.undo_statement, OPERATORS),
    Route("GET", "/institutions/{town}/{institution}/links", links.page, DECIDERS),
    Route("POST", "/institutions/{town}/{institution}/links/{number}/end", links.end, DECIDERS),
    Route("GET", "/a/{token}", link.page, ANYBODY),
    Route("POST", "/a/{token}/new", link.new, BY_LINK),
    Route("POST", "/a/{token}/end", link.end, INSTITUTIONS),
    Route("GET", "/a/{token}/registry", link_answer.registry_form, INSTITUTIONS, link.page),
    Route(
        "POST",
        "/a/{token}/registry",
        link_answer.submit_registry,
        INSTITUTIONS,
        link_answer.late,
        uploads=MOST_FILES,
    ),
    Route("GET", "/a/{token}/{kind}/{case}", link_answer.form, INSTITUTIONS, link.page),
    Route(
        "POST",
        "/a/{token}/{kind}/{case}",
        link_answer.submit,
        INSTITUTIONS,
        link_answer.late,
        uploads=MOST_FILES,
    ),
    Route("GET", "/terms", terms.page, PEOPLE),
    Route("GET", "/deputy", deputy.page, DECIDERS),
    Route("GET", "/registry", registry.overview, OPERATORS),
    Route("GET", "/registry/{town}", registry.town, OPERATORS),
    Route("GET", "/registry/{town}/table", registry.workbook, OPERATORS),
    Route("POST", "/registry/{town}/table", registry.upload, OPERATORS, uploads=1),
    Route("GET", "/registry/{town}/drafts/{draft}", registry.draft, OPERATORS),
    Route("POST", "/registry/{town}/drafts/{draft}", registry.take_over, OPERATORS),
    Route("GET", REGISTERED, registry_institution.page, OPERATORS),
    Route("POST", REGISTERED, registry_institution.save, OPERATORS),
    Route(
        "POST",
        f"{REGISTERED}/proposals/{{number}}",
        registry_institution.decide_proposal,
        OPERATORS,
    ),
)
