"""What the operator is told of errors that nobody foresaw (collectors/barrier.py stops them)."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

from collectors.barrier import Crossing, Fault, barrier
from collectors.errors import RunError
from collectors.model import SITE, FailureCode
from monitor.errors.system import in_russian
from monitor.logs import without_secrets
from reports.model import Audit, FormatError, Issue
from reports.templating import one_line

MOST_NAMED = 500  # institutions of one issue
MOST_TOLD = 10  # in its sentence
JUDGING = f"judging.{FailureCode.OUR_FAULT}"
OURS = frozenset({JUDGING, f"{SITE}.{FailureCode.OUR_FAULT}"})  # though all pages were read
AFTERWARDS = frozenset({"card", "format", "left_out", "letter", "part", "removal"})  # in no issue


def issue_of(unjudged: Sequence[str]) -> tuple[Issue, ...]:
    """Of institutions that could not be judged, by their keys."""
    if not unjudged:
        return ()
    text = _words()["judging"].format(count=len(unjudged))
    return (Issue(code=JUDGING, text=text, addresses=tuple(unjudged[:MOST_NAMED])),)


def shown_unjudged(names: Sequence[str]) -> Issue:
    """Of a report that these institutions break, and that shows nothing of them."""
    return _of_report("shown_unjudged", names)


def left_out(names: Sequence[str]) -> Issue:
    """Of one in which they are not at all."""
    return _of_report("left_out", names)


def _of_report(code: str, names: Sequence[str]) -> Issue:
    told = _words()[code].format(count=len(names), names=", ".join(names[:MOST_TOLD]))
    return Issue(code=f"report.{code}", text=told)


def has_broken(audit: Audit) -> bool:
    """Something of it is missing by a fault of ours."""
    return any(one.code in OURS for one in audit.issues)


def format_barrier(slug: str) -> AbstractContextManager[Crossing]:
    """Also round the writing of its file: a folder that is full or closed keeps no other one."""
    return barrier("format", slug, passing=(RunError, MemoryError, FormatError))


def tell_of(faults: Iterable[Fault]) -> None:
    """On the terminal."""
    for line in lines_of(faults):
        print(without_secrets(line), file=sys.stderr)


def lines_of(faults: Iterable[Fault]) -> list[str]:
    """Russian; each place once."""
    return list(dict.fromkeys(map(_line, faults)))


def afterwards(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Those that came when the audit was over: its issues do not tell of them."""
    return tuple(one for one in faults if one.kind in AFTERWARDS)


def subject_of(audit: Audit) -> str:
    return str(_words()["subject"]).format(audit=audit.id)


def text_of(audit: Audit, faults: Iterable[Fault]) -> str:
    return "\n".join([_words()["begin"].format(audit=audit.id), "", *lines_of(faults)])


def _line(fault: Fault) -> str:
    told = _words()["kinds"][fault.kind].format(place=fault.place)
    return one_line(_words()["with_error"].format(told=told, error=_error_in_words(fault)))


def _error_in_words(fault: Fault) -> str:
    """An error of the system in Russian, with its file; any other as the log has it."""
    if not isinstance(fault.error, OSError):
        return fault.detail
    told, name = in_russian(fault.error), fault.error.filename
    return f"{name}: {told}" if name else told


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
