"""Every error code of VK that a reader can meet, and what it means for the run.

The codes are those of `errors.json` in VKCOM/vk-api-schema; which of them are ours, the token's
or the page's was settled in platforms' notes and guard G02: none of them is a violation.

    VkError
     ├─ of the way: no answer, a broken one, HTTP 5xx        retry
     └─ of the platform: a numbered error                    ERRORS, SUBCODES
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from collectors.model import Evidence, Failure, FailureCode


class Action(Enum):
    """What the run does next."""

    RETRY = auto()  # the same call again, a few times, with growing pauses
    PAUSE = auto()  # once more after a long pause
    STOP_METHOD = auto()  # this method is over for this token in this run
    STOP_TOKEN = auto()  # this token is over for this run; the operator is told
    GIVE_UP = auto()  # the page's state, its access, or our fault: asking again changes nothing


@dataclass(frozen=True, slots=True)
class Meaning:
    action: Action
    code: FailureCode
    is_absence: bool = False  # "no such community": an absence, if groups.getById says it


_BUSY = Meaning(Action.RETRY, FailureCode.SERVER_ERROR)
_CONFIGURATION = Meaning(Action.STOP_TOKEN, FailureCode.TOKEN_REFUSED)
_HUMAN = Meaning(Action.STOP_TOKEN, FailureCode.CAPTCHA)
_OURS = Meaning(Action.GIVE_UP, FailureCode.OUR_FAULT)
_UNKNOWN_TO_VK = Meaning(Action.GIVE_UP, FailureCode.NOT_VISIBLE, is_absence=True)
_HIDDEN = Meaning(Action.GIVE_UP, FailureCode.NOT_VISIBLE)

ERRORS: Mapping[int, Meaning] = {
    1: _BUSY,  # unknown error
    2: _CONFIGURATION,  # application disabled
    3: _OURS,  # unknown method
    4: _CONFIGURATION,  # incorrect signature
    5: _CONFIGURATION,  # bad, expired or revoked token; given to another address
    6: Meaning(Action.RETRY, FailureCode.RATE_LIMITED),  # too many requests per second
    7: _HIDDEN,  # permission denied
    8: _OURS,  # invalid request
    9: Meaning(Action.PAUSE, FailureCode.RATE_LIMITED),  # flood control
    10: _BUSY,  # internal server error
    12: _OURS,  # unable to compile code
    13: _OURS,  # runtime error: too many operations, answer too big (walls.py halves the batch)
    14: _HUMAN,  # captcha
    15: _HIDDEN,  # access denied; see SUBCODES
    16: _CONFIGURATION,  # HTTPS required
    17: _HUMAN,  # validation required
    18: _HIDDEN,  # deleted or banned: getById alone makes a positive statement of it
    19: _HIDDEN,  # content blocked
    20: _HIDDEN,  # denied for non-standalone applications
    21: _HIDDEN,  # only for standalone and open applications
    23: _HIDDEN,  # method disabled
    24: _HUMAN,  # confirmation required
    25: _HUMAN,  # token confirmation required
    27: _CONFIGURATION,  # group authorisation failed
    28: _CONFIGURATION,  # application authorisation failed
    29: Meaning(Action.STOP_METHOD, FailureCode.QUOTA),  # the method's quota of the day
    30: _HIDDEN,  # private profile
    32: _BUSY,  # wait
    33: _OURS,  # not implemented
    34: _OURS,  # client version deprecated
    36: _BUSY,  # execution timed out
    38: _CONFIGURATION,  # unknown application
    40: _UNKNOWN_TO_VK,  # unknown group
    42: _CONFIGURATION,  # address not allowed
    43: _BUSY,  # section temporarily unavailable
    100: _OURS,  # a bad parameter; proves nothing (G01)
    101: _OURS,  # invalid application id
    103: _OURS,  # out of limits
    104: _UNKNOWN_TO_VK,  # not found
    113: _OURS,  # invalid user id
    125: _UNKNOWN_TO_VK,  # invalid group id
    200: _HIDDEN,  # access to album denied
    203: _HIDDEN,  # access to group denied
    210: _HIDDEN,  # access to the wall's post denied
    212: _HIDDEN,  # access to comments denied
    214: _HIDDEN,  # adding a post denied
    260: _HIDDEN,  # access to the list of groups denied
    1114: _CONFIGURATION,  # anonymous token expired
    1116: _CONFIGURATION,  # anonymous token invalid
    1117: _CONFIGURATION,  # access token expired
    1118: _CONFIGURATION,  # anonymous token of another address
    3300: _HUMAN,  # recaptcha
    3301: _HUMAN,  # phone validation
    3302: _HUMAN,  # password validation
    3303: _HUMAN,  # one-time password
    3609: _CONFIGURATION,  # token extension required
    3610: _CONFIGURATION,  # the token's user is deactivated
}
"""Numbered errors. A code that is not here gives up with UNRECOGNISED."""

_WRONG_KIND = Meaning(Action.STOP_METHOD, FailureCode.TOKEN_REFUSED)
SUBCODES: Mapping[tuple[int, int], Meaning] = {
    (15, 1133): _WRONG_KIND,  # method_permission_denied: this kind of token may not call it
    (15, 1134): _WRONG_KIND,  # app_type_permission_denied
}

NEEDS_HALVING = frozenset({13, 36})
"""Answers of `execute` to a batch that is too big or too slow."""

MAY_NOT_EXECUTE = frozenset({3, 7, 8, 12, 15, 20, 21, 23, 27, 28})
"""Answers of `execute` to a token that may not call it; plain calls may still work."""

OF_ONE = frozenset(
    {
        FailureCode.TIMEOUT,
        FailureCode.CONNECTION,
        FailureCode.SERVER_ERROR,
        FailureCode.FORBIDDEN,
        FailureCode.TOO_LARGE,
        FailureCode.MALFORMED,
        FailureCode.UNRECOGNISED,
        FailureCode.OUR_FAULT,
        FailureCode.NOT_VISIBLE,
    }
)
"""What one wall or community can do to an answer that it shares with others. Not: what is said of
the token, of its calls, or of the way to the server."""


def meaning_of(code: int, subcode: int | None = None) -> Meaning:
    if subcode is not None and (code, subcode) in SUBCODES:
        return SUBCODES[code, subcode]
    return ERRORS.get(code, Meaning(Action.GIVE_UP, FailureCode.UNRECOGNISED))


class VkError(Exception):
    """A call that brought nothing. `number` is VK's code, if VK said one."""

    def __init__(
        self,
        action: Action,
        failure: Failure,
        number: int | None = None,
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        super().__init__(f"{failure.code}: {failure.detail}")
        self.action = action
        self.failure = failure
        self.number = number
        self.evidence = evidence

    def with_evidence(self, evidence: tuple[Evidence, ...]) -> VkError:
        return VkError(self.action, self.failure, self.number, evidence)

    @property
    def is_absence(self) -> bool:
        return self.number is not None and meaning_of(self.number).is_absence

    @property
    def may_be_of_one(self) -> bool:
        return self.failure.code in OF_ONE and not self.ends_work

    @property
    def ends_work(self) -> bool:
        """Another token may still do what this one cannot."""
        return self.action in (Action.STOP_TOKEN, Action.STOP_METHOD)


def numbered(method: str, code: int, message: str = "", subcode: int | None = None) -> VkError:
    meaning = meaning_of(code, subcode)
    detail = f"{method}: VK error {code}" + (f" ({message})" if message else "")
    return VkError(meaning.action, Failure(meaning.code, detail), code)


def malformed(method: str, detail: str) -> VkError:
    return VkError(Action.RETRY, Failure(FailureCode.MALFORMED, f"{method}: {detail}"))
