"""What the fork server of `starts` loads and does once, so that its children need not.

A whole night and all formats: half of what a small audit takes are first times, of modules that
are loaded, of patterns that are compiled, of calendars and fonts that are looked up.
"""

import threading
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from collectors.networks import networks
from monitor.commands import audit, contacts, doctor, registry, report, rules, serve, statements
from monitor.commands import backup as copies
from monitor.commands import evidence as proofs
from monitor.commands import storage as stored
from monitor.commands import worker as workers
from monitor.desk import serving as desk
from monitor.sandbox import OkKey, Token
from monitor.sandbox import serve as sandbox_of
from reports.formats import installed
from tests.cast import NOW
from tests.monitor import kills
from tests.monitor.pipeline import Town, empty_database, school
from tests.monitor.sandboxes import SMALL
from tests.monitor.starts import start
from tests.reports.town import REPORT

LOADED = (
    *(audit, contacts, copies, doctor, registry, report, rules, serve, statements, stored, workers),
    *(proofs, desk, kills, psycopg),
)
DRAWN = [installed()[slug].render(REPORT) for slug in ("html", "text", "json", "xlsx", "letter")]
READY = networks(), empty_database()
NAMES = ("application_key", "secret_key", "access_token")
# What a process has once taken for a secret it never tells again: these stand in no test's text.
WORLD = replace(
    SMALL,
    tokens=(Token(value="vk1.a.of-the-warm-up"),),
    ok_keys=(OkKey(**{name: f"of-the-warm-up-{name}" for name in NAMES}),),
)


def a_night() -> None:
    with TemporaryDirectory() as name, sandbox_of(WORLD) as sandbox:
        folder = Path(name)
        members = [
            school(1, "https://vk.com/kedr.school", site=sandbox.site_url("school")),
            school(2, "https://vk.com/club102", "https://ok.ru/group/70000000000101"),
        ]
        town = Town(folder, sandbox, members, {"schedule": {"nightly": "* * * * *"}})
        town.settings()
        start(folder / "config.toml", sandbox.settings(), NOW)


a_night()
assert threading.active_count() == 1, "a process with threads must not be forked"
