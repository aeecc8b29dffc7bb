"""Settings: `config.toml`, overridden by `DOZOR_SECTION__KEY`; secrets from the environment.

    ConfigError
    └── raised with every fault of the file at once, in Russian, ready to print

A section of a network (`[vk]`) holds the fields of that network's settings dataclass, so a new
network brings its own settings along. Secrets never stand in the file: they come from an
environment variable, or from the file that NAME_FILE names.
"""

from monitor.config.desk import DeskSettings
from monitor.config.faults import ConfigError
from monitor.config.mail import Encryption, Every, Mail, TownMail
from monitor.config.schedule import Schedule, cron_trigger
from monitor.config.sections import (
    Cases,
    Clock,
    EvidenceStamps,
    Reports,
    Rules,
    Section,
    Storage,
    Workers,
)
from monitor.config.settings import Settings, check_workers, load_own_packs, load_settings

__all__ = [
    "Cases",
    "Clock",
    "ConfigError",
    "DeskSettings",
    "Encryption",
    "Every",
    "EvidenceStamps",
    "Mail",
    "Reports",
    "Rules",
    "Schedule",
    "Section",
    "Settings",
    "Storage",
    "TownMail",
    "Workers",
    "check_workers",
    "cron_trigger",
    "load_own_packs",
    "load_settings",
]
