"""What the doctor says of the registries: which towns an audit would read, and what is amiss."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.model import Health, Sign
from monitor.application import load_acts, real_time
from monitor.audit.scope import in_scope
from monitor.config import ConfigError, Settings
from monitor.registry import check, load_all
from reports.words import count
from rules.packs import PackError


def registry_signs(settings: Settings) -> Iterator[Sign]:
    try:
        packs = tuple(load_acts(settings.rules.packs))
    except (PackError, ConfigError):
        return  # told by the sign of the acts
    faults = check(settings.registry, packs=packs)
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        yield Sign(
            Health.FAULT, f"реестр: ошибок {len(errors)}", "dozor registry check назовёт все"
        )
        return
    yield Sign(Health.GOOD, f"реестр: dozor audit прочитает: {'; '.join(_towns(settings))}")
    if faults:
        advice = "dozor registry check назовёт все"
        yield Sign(Health.WARNING, f"реестр: предупреждений {len(faults)}", advice)


def _towns(settings: Settings) -> Iterator[str]:
    now = real_time()
    for town in load_all(settings.registry):
        yield f"{town.name} ({count(len(in_scope((town,), (), now)), 'institution')})"
