"""A script's text, cut into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from monitor.sandbox.vkscript.errors import CompileError

TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<number>\d+\.\d+|\d+)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<name>[A-Za-z_$][\w$]*)
      | (?P<sign>===|!==|@\.|==|!=|<=|>=|&&|\|\||\+=|-=|\+\+|--|[-+*/%<>=!?:;,.(){}\[\]])
      | (?P<wrong>.)
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Token(NamedTuple):
    kind: str  # number | text | name | sign | end
    text: str


END = Token("end", "")


def tokens(code: str) -> Iterator[Token]:
    for match in TOKEN.finditer(code):
        kind = match.lastgroup or "wrong"
        if kind == "wrong":
            raise CompileError(f"unexpected {match[0]!r} at {match.start()}")
        if kind != "blank":
            yield Token(kind, match[0])


def unquoted(text: str) -> str:
    return ESCAPE.sub(_sign, text[1:-1]) if "\\" in text else text[1:-1]


def _sign(match: re.Match[str]) -> str:
    mark = match[1]
    return chr(int(mark[1:], 16)) if len(mark) == 5 else ESCAPED.get(mark, mark)
