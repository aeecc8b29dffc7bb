"""Where two programs are typed over the same world: a folder, settings and a database for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import tomli_w
from aiosmtpd.controller import Controller

from benchmarks.differing import CONTROL_ID, TOKENS, Region, world, write_registry
from benchmarks.running import Apart, apart
from benchmarks.trees import Tree, Used, started, typed
from monitor.service.warm.likeness import SOCKET
from tests.waiting import free_port, until

VARIABLES = {"VK_TOKENS": ",".join(TOKENS)}
MADE = ("dozor.db*", "evidence", "reports", "told.json")


@dataclass(frozen=True, slots=True)
class Ground:
    sandbox: Apart
    region: Region
    folder: Path

    def night(self, tree: Tree, night: int, *words: str, minutes: int = 0) -> Used:
        """A command as of so many nights after the region's moment, which the sandbox shows."""
        moment = (self.region.since + timedelta(days=night, minutes=minutes)).isoformat()
        asked = httpx.post(f"{self.sandbox.control_url}/clock", json={"now": moment})
        asked.raise_for_status()
        command, *others = words
        return typed(tree, self.of(tree), VARIABLES, command, *others, "--as-of", moment)

    @contextmanager
    def serving(self, tree: Tree) -> Iterator[int]:
        """While the tree's service runs, whose first night is to come: its process."""
        with started(tree, self.of(tree), VARIABLES, "serve") as service:
            try:
                until((self.of(tree) / SOCKET).exists)
                yield service.pid
            finally:
                service.terminate()

    def fresh(self, tree: Tree, *words: str) -> Used:
        """The first night's command, on a database that is hardly used."""
        self.begin(tree)
        return self.night(tree, 0, *words)

    def begin(self, tree: Tree) -> None:
        """A database with the tables of the tree, and one page in it."""
        self.clear(tree)
        self.night(tree, -1, "collect", "i0")

    def of(self, tree: Tree) -> Path:
        return self.folder / tree.name

    def clear(self, tree: Tree) -> None:
        for found in (path for name in MADE for path in self.of(tree).glob(name)):
            shutil.rmtree(found) if found.is_dir() else found.unlink()

    def size(self, tree: Tree) -> int:
        """Bytes of evidence and database."""
        kept = [*self.of(tree).glob("dozor.db*"), *self.of(tree).glob("evidence/**/*")]
        return sum(path.stat().st_size for path in kept if path.is_file())


@contextmanager
def grounds(
    region: Region, trees: Sequence[Tree], folder: Path, *, mail: bool = False
) -> Iterator[Ground]:
    with apart(world(region)) as sandbox, _post() if mail else nullcontext(0) as port:
        for tree in trees:
            own = folder / tree.name
            own.mkdir(parents=True)
            registry = write_registry(region, sandbox.site_urls, own)
            settings = _settings(sandbox, registry, port)
            (own / "config.toml").write_text(tomli_w.dumps(settings), "utf-8")
        yield Ground(sandbox, region, folder)


def _settings(sandbox: Apart, registry: Sequence[str], port: int) -> dict[str, object]:
    """As an operator has them, without politeness: loopback needs none."""
    settings: dict[str, object] = {
        "registry": list(registry),
        "storage": {"database": "sqlite:///dozor.db", "evidence": "evidence"},
        "reports": {"directory": "reports"},
        "schedule": {"timezone": "Asia/Tomsk"},
        "vk": {
            "api_url": sandbox.vk_url,
            "requests_per_second": 1_000_000,
            "wall_get_per_day": 10_000_000,
            "control_pages": [f"https://vk.com/club{CONTROL_ID}"],
        },
        "ok": {"site_url": sandbox.ok_site_url, "control_pages": []},
        "site": {
            "allow_addresses": ["127.0.0.0/8"],
            "requests_per_second_per_host": 1000,
            "hosts_at_once": 20,
        },
    }
    if port:
        recipients = ["deputy@example.org"]
        settings["mail"] = {"host": "127.0.0.1", "port": port, "recipients": recipients}
    return settings


# --- a mail server ----------------------------------------------------------------------------


class _Takes:
    """Every letter is taken, none is kept."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802
        return "250 taken"


@contextmanager
def _post() -> Iterator[int]:
    """Its port. To be opened when all has been forked: it brings a thread."""
    server = Controller(_Takes(), hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
