"""The errors whose text somebody reads, and those that end a run.

    OperatorError                     Russian lines and an exit status: 2 where nothing else stands
    ├── UsageError                    what was typed: an option, a moment, a name, a missing file
    │   ├── MomentError               monitor/commands/moments.py
    │   ├── UnknownInstitutionError   monitor/audit/scope.py
    │   ├── NoDatabaseError           monitor/application.py
    │   ├── NoAuditError              monitor/reporting/stored.py
    │   ├── ListenError               monitor/service/metrics.py
    │   ├── DeskAddressError          monitor/desk/serving.py
    │   ├── EntryError, OverError, BusyError   who comes in at the desk: monitor/desk/gate/
    │   ├── TooManyError              monitor/storage/attempts.py
    │   ├── RefusedError, StandsError   monitor/storage/statements.py
    │   ├── OrderedBeforeError        monitor/storage/orders.py
    │   ├── UnusualFileError, ChangedMeanwhileError   a registry's file: monitor/registry
    │   ├── FaultsError               monitor/desk/registry/writing.py
    │   ├── CopyError                 monitor/commands/copies.py
    │   └── MoveError                 monitor/storage/moving.py
    ├── ConfigError                   config.toml and the environment: monitor/config/faults.py
    ├── RegistryError                 registries and tables: monitor/registry/faults.py
    ├── PackError, TomlError          packs, and whatever is no TOML: rules/packs, rules
    ├── FormatError                   a format that this machine cannot write: reports/model.py
    ├── EvidenceError                 a package of evidence: monitor/reporting/package/records.py
    ├── NotWrittenError               monitor/registry/keeping.py
    ├── NotFoundError, RefusedPageError   of the desk: monitor/desk/model.py
    ├── AddressError                  of a page or a site: collectors/addresses.py
    └── TroubleError                  status 1: the machine, the database or somebody else at work
        ├── StorageError              monitor/storage/database.py
        │   └── QueuedBeforeError     monitor/storage/outbox.py
        ├── LockTakenError            monitor/storage/locks.py
        ├── ClockError                the clock went back: monitor/audit/begin.py
        └── ExecutorError             those who share a run cannot do it: monitor/audit/executor.py

    RunError                          ends the run, whatever page or institution was at hand
    ├── TroubleError                  see above
    ├── StoppedError                  asked to stop: monitor/audit/begin.py
    └── JobLostError, RegistryDiffersError   of one worker, for its log: monitor/service/worker.py

Whoever adds an error derives it from the nearest of these; no list of classes is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

UNEXPECTED, WRONG_INPUT = 1, 2


class OperatorError(Exception):
    """`lines` are Russian and say what is wrong, where, and what to do about it."""

    status = WRONG_INPUT

    def __init__(self, lines: str | Sequence[str] = (), status: int | None = None) -> None:
        self.lines = tuple(lines.splitlines() if isinstance(lines, str) else lines)
        self.status = self.status if status is None else status
        super().__init__("\n".join(self.lines))


class UsageError(OperatorError):
    """What was typed cannot be meant."""


class RunError(Exception):
    """It ends the run, or this process's part of it; what was read is kept."""


class TroubleError(OperatorError, RunError):
    """Nothing that was written is wrong; the lines say what stands in the way."""

    status = UNEXPECTED
