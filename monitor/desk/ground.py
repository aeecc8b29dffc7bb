"""What every screen stands on: the application as the files and the database are now."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from collectors.errors import OperatorError
from monitor.application import Application
from monitor.config import Settings
from monitor.desk.limits import STANDARD, Limits
from monitor.desk.model import Ask, NotFoundError
from monitor.desk.once import Forms
from monitor.desk.registry.drafts import Drafts
from monitor.registry import load_all
from rules.model import Institution, Municipality

log = logging.getLogger(__name__)
Stamp = tuple[tuple[str, int, int], ...]  # of each file of a registry: name, time, size


class Desk:
    """One for the process; screens call it from many threads.

    A registry's file is read again once it has changed. One that cannot be read leaves the old
    one standing, and `fault` says why.
    """

    def __init__(self, application: Application, limits: Limits = STANDARD) -> None:
        self.limits = limits
        self._application, self._lock = application, threading.Lock()
        self._stamp = _stamp(application.settings.registry)
        self.fault: tuple[str, ...] = ()
        self.drafts = Drafts()
        self.forms = Forms()

    @property
    def settings(self) -> Settings:
        return self._application.settings

    def clock(self) -> datetime:
        return self._application.clock()

    @property
    def application(self) -> Application:
        with self._lock:
            stamp = _stamp(self.settings.registry)
            if stamp != self._stamp:
                self._stamp = stamp
                self._read_again()
            return self._application

    def _read_again(self) -> None:
        try:
            towns = load_all(self.settings.registry, packs=tuple(self._application.acts))
        except (OperatorError, OSError) as error:
            self.fault = tuple(f"{error}".splitlines())
            log.warning("the registry cannot be read again; the last one stands")
        else:
            self._application, self.fault = replace(self._application, municipalities=towns), ()

    def towns(self, ask: Ask) -> tuple[Municipality, ...]:
        """Those whose pages exist for whoever asks."""
        return tuple(one for one in self.application.municipalities if ask.visitor.sees(one.id))

    def town(self, ask: Ask, town: str) -> Municipality:
        """Raises NotFoundError, for what is another's as for what is not there."""
        found = next((one for one in self.towns(ask) if one.id == town), None)
        if found is None:
            raise NotFoundError
        return found

    def institution(self, ask: Ask, town: str, institution: str) -> Institution:
        """As the registry's file has it. Raises NotFoundError."""
        found = self.town(ask, town).by_id.get(institution)
        if found is None:
            raise NotFoundError
        return found


def _stamp(files: Sequence[Path]) -> Stamp:
    return tuple((f"{file}", *_state(file)) for file in files)


def _state(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
