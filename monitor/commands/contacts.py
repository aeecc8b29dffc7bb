"""`dozor contacts FILE.jsonl`: one JSON line of found contacts for every text."""

from __future__ import annotations

import json
from pathlib import Path

from collectors.contacts import found
from collectors.errors import UsageError
from collectors.text import normalised_all
from monitor.commands.parameters import File


def contacts(file: File) -> int:
    for number, line in enumerate(_text(file).split("\n"), 1):  # other separators occur in texts
        if line.strip():
            print(json.dumps(found(_record(file, number, line)), ensure_ascii=False))
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError([f"{file}: файл не в кодировке UTF-8: сохраните его в UTF-8"]) from None


def _record(file: Path, number: int, line: str) -> dict[str, object]:
    try:
        record = normalised_all(json.loads(line))
    except json.JSONDecodeError as error:
        raise UsageError([f"{file}:{number}: строка не JSON ({error.msg})"]) from None
    except RecursionError:
        raise UsageError([f"{file}:{number}: слишком много вложенных скобок"]) from None
    if not isinstance(record, dict) or not {"id", "text"} <= record.keys():
        raise UsageError([f"{file}:{number}: нужны поля id и text"])
    if not isinstance(record.get("links") or [], list):
        raise UsageError([f"{file}:{number}: links — это список адресов"])
    return record
