"""Why something could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailureCode(StrEnum):
    """Why something could not be read. A closed list: each has a Russian sentence in the rules."""

    # the way there
    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    REDIRECTS = "redirects"
    ADDRESS_REFUSED = "address_refused"  # leads into a private network, or is not http(s)
    # the answer
    SERVER_ERROR = "server_error"  # 5xx, or the platform's own "internal error"
    FORBIDDEN = "forbidden"  # 401, 403
    RATE_LIMITED = "rate_limited"  # 429, flood control
    ROBOTS = "robots"
    LOGIN_WALL = "login_wall"
    CAPTCHA = "captcha"
    EMPTY = "empty"
    STUB = "stub"  # a page instead of the site: maintenance, a hoster's default page
    NEEDS_JAVASCRIPT = "needs_javascript"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"  # not JSON, of another shape
    CUT = "cut"  # its end did not come: what was seen may help, what was not proves nothing
    UNRECOGNISED = "unrecognised"  # no selector matched: the platform changed its pages
    INCOMPLETE = "incomplete"  # the wall or the crawl was not read far enough
    # us
    TOKEN_MISSING = "token_missing"
    TOKEN_REFUSED = "token_refused"  # bad, expired, revoked, of the wrong kind or address
    QUOTA = "quota"  # the day's calls are used up
    NOT_DUE = "not_due"  # another page needed tonight's calls more
    AT_REST = "at_rest"  # left for another night: nothing that it shows can change a verdict
    OUR_FAULT = "our_fault"  # a bad parameter, no such method, an error that nobody foresaw
    INTERRUPTED = "interrupted"
    # the page
    NOT_VISIBLE = "not_visible"  # closed to us; proves nothing by itself
    NOT_A_COMMUNITY = "not_a_community"  # the address belongs to a person or an application
    NOT_ADMITTED = "not_admitted"  # the owner has to let our reader in, and has not
    PUT_OUT = "put_out"  # our reader was let in once, and is not any more
    CHAT_CLOSED = "chat_closed"  # the network closed it to our reader
    READER_SUSPENDED = "reader_suspended"  # there, or as a whole
    DATES_UNSURE = "dates_unsure"  # the time of posts can no longer be told for sure
    CONTROL_SILENT = "control_silent"  # no control page showed this signal in this run (G20)
    NOT_OFFERED = "not_offered"  # this way of reading never shows this fact


# Then nobody asked: an earlier look may serve while it is fresh. Judging, coverage, planning and
# the second look have to agree on it, or one would accuse where another says "not read".
NOT_TRIED = frozenset({FailureCode.NOT_DUE, FailureCode.AT_REST, FailureCode.QUOTA})


# The page is somebody's to open to us, and nobody owes that: no reading was due.
NOT_OURS_TO_READ = frozenset({FailureCode.NOT_ADMITTED})


# Whoever keeps the page sees it, and our reader does not until he is let in: that it opens for
# everybody else is no news.
AT_ITS_DOOR = NOT_OURS_TO_READ | {FailureCode.PUT_OUT}


@dataclass(frozen=True, slots=True)
class Failure:
    """A named reason, with an English detail for the log (never a secret)."""

    code: FailureCode
    detail: str = ""
