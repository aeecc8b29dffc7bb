"""Everything that a command needs, put together in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine, make_url

from collectors.errors import UsageError
from monitor.clocks.believed import ProcessTime
from monitor.config import ConfigError, Settings, load_own_packs
from monitor.registry.remembered import remembered
from monitor.storage import statements
from monitor.storage.addresses import SQLITE
from monitor.storage.database import open_database
from monitor.storage.joining import join_statements
from rules.model import Act, Municipality
from rules.packs import load_act, shipped


def real_time() -> datetime:
    return datetime.now(UTC)


def never() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a process works with: its settings, its database, its clock.

    `clock` gives the real time; a run's own time, `as_of`, travels as an argument. `stopping` says
    that the process is asked to end: a run looks at it between batches. `running` is the process's
    own time, a witness of the clock's.
    """

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime] = real_time
    stopping: Callable[[], bool] = never
    running: ProcessTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Context):
    """A context with all registries and acts, for what is said of institutions.

    Whoever needs none of them takes a `Context`: a fault in a registry must not keep letters from
    going.
    """

    municipalities: tuple[Municipality, ...]
    acts: Mapping[str, Act]

    def as_stated(self, as_of: datetime | None = None) -> Application:
        """With what people stated and nobody has withdrawn: by that moment, or at all."""
        speaking = statements.speaking(self.engine)
        joined = (
            join_statements(self.engine, town, as_of and town.day_of(as_of))
            if town.id in speaking
            else town
            for town in self.municipalities
        )
        return replace(self, municipalities=tuple(joined))


class NoDatabaseError(UsageError):
    """Nothing was stored yet; the text is Russian."""


def with_database(settings: Settings) -> Settings:
    """For what only reads: NoDatabaseError where an empty database would be made for it."""
    if file := missing_database(settings):
        raise NoDatabaseError(f"базы {file} ещё нет: её заведёт первая проверка, dozor audit")
    return settings


def missing_database(settings: Settings) -> Path | None:
    """The file that the first audit will make; None where it is there, or kept by a server."""
    url = make_url(settings.storage.database)
    file = Path(url.database or "") if url.get_backend_name() == SQLITE else None
    return file if file and not file.exists() else None


@contextmanager
def open_context(
    settings: Settings,
    clock: Callable[[], datetime] = real_time,
    stopping: Callable[[], bool] = never,
    engine: Engine | None = None,
) -> Iterator[Context]:
    """Without registries and packs. `engine`: as for `opened`. Raises StorageError."""
    engine = open_database(settings.storage.database, engine)
    try:
        yield Context(settings=settings, engine=engine, clock=clock, stopping=stopping)
    finally:
        engine.dispose()


@contextmanager
def opened(
    settings: Settings,
    clock: Callable[[], datetime] = real_time,
    stopping: Callable[[], bool] = never,
    running: ProcessTime | None = None,
    engine: Engine | None = None,
    check: Callable[[Sequence[Municipality]], object] = tuple,
) -> Iterator[Application]:
    """Registries and packs are read before the database: what is wrong in them stops first, and
    so does what `check` finds amiss: a command that is refused leaves no database behind.

    `engine`: one that the process keeps; its connections are closed at the end all the same.
    Raises RegistryError, PackError, ConfigError, StorageError.
    """
    acts = load_acts(settings.rules.packs)
    kept = settings.storage.evidence.parent
    municipalities = remembered(settings.registry, packs=tuple(acts), folder=kept)
    _check_towns(settings, municipalities)
    check(municipalities)
    engine = open_database(settings.storage.database, engine)
    try:
        yield Application(
            settings=settings,
            engine=engine,
            municipalities=municipalities,
            acts=acts,
            clock=clock,
            stopping=stopping,
            running=running or ProcessTime(clock()),
        )
    finally:
        engine.dispose()


def _check_towns(settings: Settings, municipalities: Sequence[Municipality]) -> None:
    """A letter that goes to nobody because of a typo would be missed by nobody either."""
    known = {one.id for one in municipalities}
    unknown = [name for name in settings.mail.municipalities if name not in known]
    if unknown:
        told = ", ".join(sorted(known))
        raise ConfigError(
            [
                f"{settings.file}: [mail.municipalities.{name}]: такого муниципалитета в реестрах "
                f"нет; есть: {told}"
                for name in unknown
            ]
        )


def own_packs(config: Path) -> Sequence[Path]:
    """Of the settings, where there are any: the law that comes along can be read without."""
    return load_own_packs(config) if config.is_file() else ()


def load_acts(own: Sequence[Path] = ()) -> Mapping[str, Act]:
    """Every pack that comes with the program, and those of one's own, by its act's id."""
    files = pack_files(own)
    return _read(tuple((name, path, path.read_bytes()) for name, path in files.items()))


@lru_cache(maxsize=1)
def _read(packs: tuple[tuple[str, Path, bytes], ...]) -> Mapping[str, Act]:
    """Once for the same contents: it takes a tenth of a small audit, and a service lives for long.

    All together, for a pack may build on another.
    """
    return {name: load_act(path) for name, path, _ in packs}


def pack_files(own: Sequence[Path] = ()) -> Mapping[str, Path]:
    """Act id → file. Two files of one act would leave open which of them is the law."""
    files = dict(shipped())
    for path in own:
        if other := files.get(path.stem):
            raise ConfigError([f"[rules] packs: {path}: акт «{path.stem}» уже есть: {other}"])
        files[path.stem] = path
    return files
