"""`dozor contacts FILE.jsonl`: one JSON line of found contacts for every text."""

from __future__ import annotations

import json
from pathlib import Path

from collectors.contacts import found
from monitor.config import ConfigError


def contacts(file: Path) -> int:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.strip():
            print(json.dumps(found(_record(file, number, line)), ensure_ascii=False))
    return 0


def _record(file: Path, number: int, line: str) -> dict[str, object]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ConfigError([f"{file}:{number}: строка не JSON ({error.msg})"]) from None
    if not isinstance(record, dict) or not {"id", "text"} <= record.keys():
        raise ConfigError([f"{file}:{number}: нужны поля id и text"])
    return record
