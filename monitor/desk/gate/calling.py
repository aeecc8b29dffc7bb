"""What people of the desk are called: by name to operators, by role and number to others."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.errors import OperatorError
from monitor.desk.gate.words import words
from monitor.desk.ground import Desk
from monitor.desk.model import OPERATORS, Ask
from monitor.desk.rendering import desk_word
from monitor.mail.inbox.fetching import BY as MAIL
from monitor.mail.reminders import BY as PROGRAM
from monitor.storage import accounts
from monitor.storage.accounts import Account
from monitor.storage.statements import StandsError

NOBODY = frozenset({MAIL, PROGRAM})
BY_LINK = (("link", "by"), ("link", "by_itself"))


class Callings:
    """For one reader. `known`: all accounts, where somebody has read them already."""

    def __init__(self, desk: Desk, ask: Ask, known: Sequence[Account] | None = None) -> None:
        self.names_people = ask.visitor.role in OPERATORS
        if known is None:
            known = () if self.names_people else accounts.listed(desk.application.engine)
        self._by_name = {one.name: called(one) for one in known}
        self._by_number = {one.number: called(one) for one in known}

    def __call__(self, name: str) -> str:
        """Of whom something was recorded, by the name under which it was."""
        if self.names_people or not name or _is_nobody(name):
            return name
        return self._by_name.get(name, words("roles", "terminal"))

    def numbered(self, account: int | None) -> str:
        """ "" for what is no account's."""
        return self._by_number.get(account or 0, "")


def called(account: Account) -> str:
    return words("calling", "account", role=words("roles", account.role), number=account.number)


def _is_nobody(name: str) -> bool:
    """A name that no person bears: of a link, of the mail, of the program itself."""
    begun = (desk_word(*key, number="") for key in BY_LINK)
    return name in NOBODY or any(_is_numbered(name, begin) for begin in begun)


def _is_numbered(name: str, begin: str) -> bool:
    return name.startswith(begin) and name.removeprefix(begin).isdigit()


def lines_for(desk: Desk, ask: Ask, error: OperatorError) -> tuple[str, ...]:
    """What a refusal says; whose decision stands instead is told by role."""
    if not isinstance(error, StandsError) or ask.visitor.role in OPERATORS:
        return tuple(error.lines)
    instead = Callings(desk, ask)(error.who)
    return tuple(line.replace(error.who, instead) for line in error.lines)
