"""The first letters to institutions ever wait until a person has said yes to them.

Nobody writes to a town's schools by a setting that somebody only tried. What is remembered is that
a letter to an institution has gone, or is to go: the outbox, and nothing else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from monitor.application import Context
from monitor.mail.drafts import concerned
from monitor.storage import outbox
from monitor.storage.roles import INSTITUTION
from reports.ground import name_of
from reports.model import Report
from rules.model import Institution


def may_write_to_institutions(context: Context) -> bool:
    return outbox.has_gone_to(context.engine, INSTITUTION)


def awaits_consent(context: Context) -> bool:
    return context.settings.mail.institutions and not may_write_to_institutions(context)


def waiting_letters(report: Report) -> int:
    """How many letters to institutions this report would be."""
    return sum(1 for _ in concerned(report))


def unreachable(report: Report) -> tuple[Institution, ...]:
    """Institutions that have something to do and no address to be written to at."""
    return tuple(concerned(report, reachable=False))


def why_unreachable(institution: Institution) -> str:
    """«МБУ «Лыжня»: почты нет (no_email)»."""
    reason = "none" if institution.no_email else "missing"
    return words(reason, name=name_of(institution))


def words(sentence: str, **values: object) -> str:
    return _sentences()[sentence].format(**values)


@cache
def _sentences() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
