"""A small town in a sandbox, audited in this process: for trouble, quotas and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w

from collectors.model import Observation
from monitor.application import opened
from monitor.audit.begin import AuditRequest, scope_of
from monitor.audit.due import due_pages
from monitor.audit.run import audit
from monitor.config import Settings, load_settings
from monitor.sandbox import Running
from monitor.storage import findings, observations
from monitor.storage.database import open_database
from reports.model import Audit
from rules.model import Finding, Outcome
from tests.cast import NOW

# Time-outs are long: on a busy machine an answer that is well may take seconds.
QUICK: dict[str, dict[str, Any]] = {
    "vk": {"requests_per_second": 500, "backoff": 0.01, "timeout": 60},
    "ok": {"requests_per_second": 200, "timeout": 60, "first_wait": 0.01, "pause": 0.05},
    "max": {"requests_per_second": 500, "timeout": 60, "first_wait": 0.01},
    "site": {
        "requests_per_second_per_host": 200,
        "first_wait": 0.01,
        "attempts": 2,
        "connect_timeout": 60,
        "read_timeout": 60,
        "total_timeout": 120,
        "site_timeout": 240,
        "max_bytes": 300_000,
        "control_hosts": [],
        "allow_addresses": ["127.0.0.0/8"],
    },
}

# For a server that never answers: its neighbours must still come to a word in that time.
IMPATIENT: dict[str, dict[str, Any]] = {
    "vk": {"timeout": 1},
    "ok": {"timeout": 2},
    "site": {"connect_timeout": 2, "read_timeout": 1, "total_timeout": 2},
}

Seen = Mapping[tuple[str, str], tuple[Observation, ...]]  # newest first


@dataclass(frozen=True)
class Done:
    audit: Audit
    findings: tuple[Finding, ...]
    seen: Seen

    def accused(self, *networks: str) -> list[str]:
        """The requirements that failed, of these networks."""
        return [
            one.requirement
            for one in self.findings
            if one.outcome is Outcome.FAIL and one.network in networks
        ]

    def last(self, address: str) -> Observation:
        pages = {known.rstrip("/"): seen for (_, known), seen in self.seen.items()}
        return pages[address.rstrip("/")][0]


@dataclass
class Town:
    """Its registry and settings stand in `folder`; an institution is a mapping of registry keys.

    `sections` are settings, and `secrets` the environment, that differ from the usual ones.
    """

    folder: Path
    sandbox: Running
    institutions: Sequence[Mapping[str, Any]]
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    neighbours: Sequence[Mapping[str, Any]] = ()  # whole registries of other municipalities
    packs: Sequence[str] = ("kedrovy-2022-298",)

    def __post_init__(self) -> None:
        municipality = {
            "id": "town",
            "name": "Город Кедровый",
            "timezone": "Asia/Tomsk",
            "packs": list(self.packs),
        }
        registry = {"municipality": municipality, "institution": list(self.institutions)}
        for one in (registry, *self.neighbours):
            name = one["municipality"]["id"]
            (self.folder / f"{name}.toml").write_text(tomli_w.dumps(one), "utf-8")
        (self.folder / "var").mkdir(exist_ok=True)
        (self.folder / "var/dozor.db").write_bytes(empty_database())

    def settings(self) -> Settings:
        """Written as an operator writes them; secrets come as variables."""
        addresses: dict[str, dict[str, Any]] = {
            "vk": {
                "api_url": self.sandbox.vk_url,
                "control_pages": self.sandbox.world.control_pages,
            },
            "ok": {"api_url": self.sandbox.ok_api_url, "site_url": self.sandbox.ok_site_url},
            "max": {"api_url": self.sandbox.max_url},
        }
        names = {*QUICK, *self.sections}
        sections = {
            name: {
                **QUICK.get(name, {}),
                **addresses.get(name, {}),
                **self.sections.get(name, {}),
            }
            for name in names
        }
        config = self.folder / "config.toml"
        files = ["town.toml", *(f"{one['municipality']['id']}.toml" for one in self.neighbours)]
        config.write_text(tomli_w.dumps({"registry": files, **sections}), "utf-8")
        known = self.sandbox.settings()
        secrets = {name: it for name, it in known.items() if not name.startswith("DOZOR_")}
        return load_settings(config, secrets | dict(self.secrets))

    def audit(self, as_of: datetime = NOW, *names: str) -> Done:
        """A night in which the real clock, too, shows `as_of`."""
        with opened(self.settings(), lambda: as_of) as application:
            request = AuditRequest(as_of=as_of, names=names)
            done = audit(application, request)
            scope = scope_of(application, request)
            pages = due_pages(scope, as_of)
            addresses = {(page.network, page.address) for page in pages}
            return Done(
                done,
                findings.of_audit(application.engine, done),
                observations.history(application.engine, addresses, as_of),
            )


@cache
def empty_database() -> bytes:
    """Migrated once: half of the time of a small audit."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dozor.db"
        open_database(f"sqlite:///{path}").dispose()
        return path.read_bytes()


def school(number: int, *urls: str, **more: Any) -> dict[str, Any]:
    """An institution as the registry has it."""
    return {
        "id": f"school-{number}",
        "name": f"Муниципальное учреждение «Школа № {number}»",
        "kind": "school",
        "page": [{"url": url} for url in urls],
        **more,
    }
