"""A reply without what it quotes.

Lines that begin with «>» go, and the line before them that says who wrote; what stands between
them stays, for some people answer there. Below a head of a quoted or forwarded letter nothing is
the sender's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

LONGEST = 20_000  # signs
QUOTED = re.compile(r"^\s*[>»|]")
WROTE = re.compile(
    r"(?:пишет|писал[аи]?|написал[аи]?(?:\(а\))?|wrote)\s*:\s*$"
    r"|^\S+day, .{0,80}\d{4}.{0,80}:\s*$"
    r"|^(?:Понедельник|Вторник|Среда|Четверг|Пятница|Суббота|Воскресенье),? "
    r".{0,200}\sот\s.{1,200}:\s*$"
    r"|^.{5,200}<[^>]+@[^>]+>\s*:\s*$",
    re.I,
)
DIVIDER = re.compile(
    r"^[\s>]*[-_—*]{2,}\s*(?:Original Message|Forwarded message|Исходное сообщение|"
    r"Исходное письмо|Пересылаемое (?:сообщение|письмо)|Пересланное (?:сообщение|письмо)|"
    r"Конец пересылаемого сообщения|Начало пере\w+)\b|^_{10,}\s*$",
    re.I,
)
HEAD = re.compile(
    r"^\W{0,3}(?:От|From|Кому|To|Отправлено|Sent|Дата|Date|Тема|Subject)\W{0,3}:", re.I
)
HEAD_BEGINS = re.compile(r"^\W{0,3}(?:От|From)\W{0,3}:", re.I)
SIGNATURE = re.compile(r"^-- ?$")


def own_words(text: str) -> str:
    """What the sender wrote himself, its blank lines tidied."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")
    kept = "\n".join(line.rstrip() for line in _own(_unquoted(lines)))
    return re.sub(r"\n{3,}", "\n\n", kept).strip()[:LONGEST]


def _unquoted(lines: Sequence[str]) -> Iterator[str]:
    """Without quoted lines and the sentence that introduces them, which may fold into two."""
    quoted = [bool(QUOTED.match(line)) for line in lines]
    for at, line in enumerate(lines):
        if quoted[at]:
            continue
        both = f"{line} {lines[at + 1]}" if at + 1 < len(lines) and not quoted[at + 1] else line
        if WROTE.search(line.strip()):
            continue
        if line.strip() and WROTE.search(both.strip()) and _follows_quote(quoted, lines, at + 2):
            continue
        yield line


def _follows_quote(quoted: Sequence[bool], lines: Sequence[str], at: int) -> bool:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at < len(lines) and quoted[at]


def _own(lines: Iterator[str]) -> Iterator[str]:
    """Up to a divider or the head of another letter."""
    every = list(lines)
    for at, line in enumerate(every):
        heads = sum(bool(HEAD.match(one)) for one in every[at : at + 5])
        if DIVIDER.match(line) or (HEAD_BEGINS.match(line) and heads >= 3):
            return
        yield line


# --- HTML ---------------------------------------------------------------------------------------

BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "hr", "pre"})
UNSEEN = frozenset({"style", "script", "head", "title", "template"})
VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "wbr", "area", "base"})
CITED = re.compile(r"gmail_quote|yahoo_quoted|moz-cite|gmail_attr|OutlookMessageHeader", re.I)
REST = re.compile(r"divRplyFwdMsg|appendonsend|mail-editor-reference", re.I)


class _Words(HTMLParser):
    """Text as it is seen; what is quoted in blocks of its own is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._open: list[str] = []
        self._left_out_at: int | None = None  # how deep the block stands that is left out
        self._is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = " ".join(value or "" for name, value in attrs if name in ("id", "class"))
        self._is_over = self._is_over or bool(REST.search(told))
        if tag in BREAKS:
            self.words.append("\n")
        if tag in VOID:
            return
        self._open.append(tag)
        left_out = tag == "blockquote" or tag in UNSEEN or CITED.search(told)
        if left_out and self._left_out_at is None:
            self._left_out_at = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag in BREAKS:
            self.words.append("\n")
        if tag not in self._open[-50:]:
            return
        while self._open and self._open.pop() != tag:
            pass
        if self._left_out_at is not None and len(self._open) < self._left_out_at:
            self._left_out_at = None

    def handle_data(self, data: str) -> None:
        if self._left_out_at is None and not self._is_over:
            is_plain = "pre" in self._open[-5:]
            self.words.append(data if is_plain else re.sub(r"\s+", " ", data))


def words_of_html(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    return re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(reader.words))
