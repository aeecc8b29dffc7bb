"""A file that is there already is not replaced before somebody has seen what would change."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from collectors.errors import UsageError
from monitor.application import load_acts, real_time
from monitor.registry import diff, load
from monitor.registry.faults import RegistryError
from monitor.registry.files import load_text
from rules.model import Municipality

MOST_LINES = 60  # of a difference by lines, which nobody reads further


def may_replace(path: Path, *, force: bool) -> None:
    """Of a workbook: it may be one that somebody has filled in. Raises UsageError."""
    if path.exists() and not force:
        raise UsageError(
            [f"{path}: файл уже есть и не тронут; выберите другое имя или замените его: --force"]
        )


def changed_files(texts: Mapping[Path, str]) -> dict[Path, list[str]]:
    """Of the files that are there and would become another: what would change, in lines."""
    return {
        path: list(_changes(path, old, text))
        for path, text in texts.items()
        if (old := _text_of(path)) is not None and old != text
    }


def known_registry(path: Path | None) -> Municipality | None:
    """The registry that stands there, if one can be read."""
    try:
        return load(path) if path is not None and path.is_file() else None
    except RegistryError:
        return None


def _text_of(path: Path) -> str | None:
    return path.read_text("utf-8-sig", errors="replace") if path.exists() else None


def _changes(path: Path, old: str, new: str) -> Iterator[str]:
    """By meaning where both can be read, else line by line; and which remarks would be lost."""
    before = known_registry(path)
    if before is None:
        yield from _by_lines(old, new)
        return
    after = load_text(new, path)
    today = after.day_of(real_time())
    found = [change.text for change in diff(before, after, tuple(load_acts().values()), today)]
    yield from found or ["учреждения и страницы те же, иначе записан сам файл"]
    kept = {line.strip() for line in new.splitlines()}
    remarks = [line.strip() for line in old.splitlines() if line.strip().startswith("#")]
    if lost := [line for line in remarks if line not in kept]:
        yield f"пропадут примечания (строк: {len(lost)}), первое: {lost[0]}"


def _by_lines(old: str, new: str) -> Iterator[str]:
    lines = [
        line
        for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… и ещё строк: {len(lines) - MOST_LINES}"
