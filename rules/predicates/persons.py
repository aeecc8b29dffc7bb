"""Who answers for the pages, by office; names are never kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.dossier.attestations import Statement, is_leading_post
from rules.dossier.case import Case
from rules.model import Outcome, Person
from rules.reading import NO_EVIDENCE, Because, Bounds, Reading
from rules.reasons import Reason

LEADING = ("head", "deputy_head", "acting")


def appointed(
    case: Case,
    *,
    role: str,
    order_required: bool = False,
    kind: str = "",
    ended_by: list[str] | None = None,
) -> Reading:
    """Somebody holds the role. Only the institution's own word can say that nobody does."""
    named = list(_in_office(case, role))
    full = [one for one in named if one.post and (one.order or not order_required)]
    said = case.statement(kind, ended_by=ended_by or ()) if kind else None
    admits = said is not None and said.admits and not named
    confirms = said is not None and said.confirms and not full
    return Reading(
        bounds=Bounds(strict=bool(full) or confirms, generous=bool(named)),
        because=Because(
            met=Reason.ATTESTED if confirms else Reason.PERSON_NAMED,
            unmet=Reason.PERSON_NOT_NAMED,
            between=Reason.PERSON_WITHOUT_ORDER,
        ),
        unseen=None if named or admits else _nobody(case, role, said),
        measured={
            "posts": _posts(named),
            **(said.measured if said is not None and not named else {}),
        },
        seen=NO_EVIDENCE,
    )


def _nobody(case: Case, role: str, said: Statement | None) -> Reason:
    if said is not None and said.refusal is Reason.ATTESTATION_ENDED:
        return Reason.ATTESTATION_ENDED
    left = [one for one in case.institution.persons if one.role == role]
    return Reason.PERSON_LEFT if left else Reason.PERSON_NOT_REGISTERED


def head_answers(case: Case) -> Reading:
    """The head answers by office; another organiser, named by order, is a question."""
    heads = [*_in_office(case, "head"), *_of_rank(case, ("head", "acting"))]
    others = [one for one in _in_office(case, "organiser") if not _is_head(one)]
    return Reading(
        bounds=Bounds(strict=bool(heads) and not others, generous=True),
        because=Because(met=Reason.PERSON_NAMED, unmet=Reason.HEAD_REPLACED),
        unseen=None if heads or others else Reason.PERSON_NOT_REGISTERED,
        worst=Outcome.REVIEW,
        measured={"posts": _posts(others or heads)},
        seen=NO_EVIDENCE,
    )


def organiser_ranks(case: Case, *, lower_posts: list[str]) -> Reading:
    """Not below a deputy head. Only a post that is surely lower is held against anybody."""
    named = list(_in_office(case, "organiser"))
    fit = [one for one in named if one.rank in LEADING or is_leading_post(one.post)]
    low = [one for one in named if _begins(one.post, lower_posts)]
    return Reading(
        bounds=Bounds(strict=bool(fit), generous=len(low) < len(named)),
        because=Because(
            met=Reason.PERSON_NAMED, unmet=Reason.RANK_TOO_LOW, between=Reason.RANK_UNCLEAR
        ),
        unseen=None if named else Reason.PERSON_NOT_REGISTERED,
        measured={"posts": _posts(named)},
        seen=NO_EVIDENCE,
    )


def authorised_person(case: Case) -> Reading:
    """A worker, identified through ЕСИА; only a contractor on record is a contradiction."""
    named = list(_in_office(case, "authorised"))
    said = case.statement("esia")
    outside = [one for one in named if one.employee is False]
    workers = [one for one in named if one not in outside]
    known = [one for one in workers if one.esia_on and one.esia_on <= case.today]
    return Reading(
        bounds=Bounds(
            strict=bool(workers) and (bool(known) or said.confirms),
            generous=not named or bool(workers),
        ),
        because=Because(
            met=Reason.PERSON_NAMED, unmet=Reason.NOT_AN_EMPLOYEE, between=Reason.ESIA_NOT_RECORDED
        ),
        unseen=None if named else Reason.PERSON_NOT_REGISTERED,
        measured={"posts": _posts(named), **said.measured},
        seen=NO_EVIDENCE,
    )


def _in_office(case: Case, role: str) -> Iterator[Person]:
    for one in case.institution.persons:
        if one.role == role and one.is_in_office(case.today):
            yield one


def _of_rank(case: Case, ranks: tuple[str, ...]) -> Iterator[Person]:
    for one in case.institution.persons:
        if one.rank in ranks and one.is_in_office(case.today):
            yield one


def _posts(persons: Iterable[Person]) -> list[str]:
    return list(dict.fromkeys(one.post for one in persons))


def _is_head(person: Person) -> bool:
    return person.rank in ("head", "acting") or (person.rank == "other" and not person.post)


def _begins(post: str, words: list[str]) -> bool:
    return post.casefold().strip().startswith(tuple(word.casefold() for word in words))
