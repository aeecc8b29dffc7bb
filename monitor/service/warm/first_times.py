"""What a process does once and never again: half of an audit of one institution."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import configure_mappers

from collectors.contacts.postal import parts_of
from collectors.model import Facts, Observation
from collectors.networks import networks
from monitor.storage import bodies
from monitor.storage.findings import Grounds, Judgement
from reports.model import Collection
from reports.templating import environment
from rules.law.workdays import is_working_day

KINDS = (Collection, Facts, Grounds, Judgement, Observation)
PRINTED = ("report.html.j2", "section.html.j2", "card.html.j2", "report.txt.j2")
AN_ADDRESS = "634009, г. Томск, пр-т Ленина, д. 1"


def done_once(settings: Mapping[str, Any], today: date) -> None:
    """Readers are loaded, patterns compiled, tables mapped, the calendar made. `settings`: of
    networks, by slug."""
    for slug, network in networks().items():
        network.collector(settings[slug])
    configure_mappers()
    bodies.prepare(KINDS)
    parts_of(AN_ADDRESS)
    is_working_day(today)
    for name in PRINTED:
        environment().get_template(name)
