"""All that the templates of the letter to an institution print."""

from __future__ import annotations

from dataclasses import dataclass

from reports.counting import Amount
from reports.standing import Standing


@dataclass(frozen=True, slots=True)
class Reply:
    """A way to answer: `url` opens a letter that is begun already, `form` a page of the desk."""

    subject: str
    lines: tuple[str, ...]  # what the letter asks to fill in
    url: str = ""  # "": nobody's address is known
    form: str = ""  # "": the desk is off


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood where something was looked for."""

    quotes: tuple[str, ...]
    place: str
    at: str


@dataclass(frozen=True, slots=True)
class Place:
    where: str
    url: str | None
    because: str
    since: str | None
    put_off: str | None  # an authority bears with it until this day
    disputed: bool
    term: str  # its last day, in words; "": none runs
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class Task:
    """One requirement, and everywhere it asks for something."""

    title: str
    source: str  # «п. 6.4, Постановление № 298»
    places: tuple[Place, ...]
    more: int
    steps: tuple[str, ...]
    term: str  # where all its places have the same; theirs are empty then
    reply: Reply


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that only the institution can confirm."""

    title: str
    where: str
    because: str  # what is missing, or until when it holds
    state: str  # what exactly to state
    source: str
    term: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Together:
    """One answer to several asks."""

    label: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason, told once, and the requirements that it holds up."""

    because: str
    titles: tuple[str, ...]
    is_unread: bool  # reading failed: where the page opens, nobody has to do anything


@dataclass(frozen=True, slots=True)
class Left:
    """What an earlier letter told, and nothing has changed in."""

    title: str
    term: str


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    phone: str
    reply_to: str
    form_days: int = 0  # how long the institution's link to its form holds


@dataclass(frozen=True, slots=True)
class View:
    name: str
    full_name: str
    town: str
    as_of: str
    audit: int
    violations: tuple[Task, ...]
    advice: tuple[Task, ...]
    review: tuple[Task, ...]
    put_off: tuple[Task, ...]  # waived or disputed; it stands in none of the others
    amounts: dict[str, Amount]  # of all of these, also of what is not written again
    asks: tuple[Ask, ...]
    together: tuple[Together, ...]  # one answer to all of them, or to as many as fit
    left: tuple[Left, ...]
    written_on: str  # the day of the last letter, where this one does not tell all again
    answered: tuple[str, ...]  # what became of earlier answers
    tells_decision: bool  # of one of them
    standing: Standing
    said: str  # its words, as the report has them
    gist: str  # one sentence where nothing is to be mended now
    pending: tuple[Task, ...]
    nearest: str  # the first day of all by which something must be done
    unseen: tuple[Cause, ...]
    partly: int  # requirements that are met on some pages only
    fixed: tuple[str, ...]
    exempt: tuple[str, ...]  # requirements that do not concern it, by ground
    signature: Signature
    objection: Reply
    hears: bool  # it rests on what the institution told, too
    footnotes: tuple[str, ...] = ()

    @property
    def has_something_to_do(self) -> bool:
        """The institution, with what this letter tells."""
        return bool(self.violations or self.advice or self.review or self.put_off or self.asks)
