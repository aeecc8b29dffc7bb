"""Secrets: from the environment, or from the file that NAME_FILE names."""

from __future__ import annotations

import logging
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from monitor.config.faults import ConfigError
from monitor.errors.system import in_russian
from monitor.logs import hide

log = logging.getLogger(__name__)
_BETWEEN = re.compile(r"[\s,;]+")  # between secrets, of which no one holds any of these


def _parts(value: str) -> list[str]:
    """A network that does not say so may take several all the same."""
    return [part.strip() for part in re.split(r"[,\n]", value)]


class Secrets:
    """Reads secrets once. What was read is hidden at once: an error may quote it right away."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._values: set[str] = set()

    def read(self, variable: str) -> str:
        value = self._find(variable).strip()
        self.add((value, *_parts(value)))
        return value

    def read_many(self, variable: str) -> str:
        values = _BETWEEN.split(self._find(variable).strip())
        self.add(values)
        return ",".join(filter(None, values))

    def read_name(self, variable: str) -> str:
        """No secret: it may be an office's address, which stands on its pages too."""
        return self._find(variable).strip()

    def add(self, values: Iterable[str]) -> None:
        self._values.update(filter(None, values))
        hide(self._values)

    def values(self) -> tuple[str, ...]:
        return tuple(sorted(self._values, key=lambda value: (-len(value), value)))

    def _find(self, variable: str) -> str:
        named = self._environment.get(f"{variable}_FILE")
        if not named:
            return self._environment.get(variable, "")
        if self._environment.get(variable):
            log.warning("%s is not heeded: %s_FILE is set, too", variable, variable)
        try:
            text = Path(named).read_text("utf-8-sig")
        except UnicodeDecodeError:
            told = f"{variable}_FILE: {named}: это не текст в UTF-8; сохраните файл заново"
            raise ConfigError([told]) from None
        except OSError as error:
            told = f"{variable}_FILE: не прочитать {named}: {in_russian(error)}"
            raise ConfigError([told]) from None
        if Path(named).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            log.warning("%s is readable by others: chmod 600 %s", variable, named)
        return text
