"""Registry files: read, checked whole, and turned into values.

All faults of all files are found in one go, so that an office mends them in one go.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from collectors.text import normalised, normalised_all
from monitor.errors.system import in_russian
from monitor.registry import values
from monitor.registry.checks import Setting
from monitor.registry.checks.pages import found_page
from monitor.registry.declaration import Registry
from monitor.registry.faults import Problem, RegistryError, RegistryFault, fault, wording
from monitor.registry.judging import judge
from rules.model import Municipality
from rules.toml_lines import Place, loaded, places

MAX_BYTES = 20_000_000


def load(
    path: Path | str, *, today: date | None = None, packs: Collection[str] | None = None
) -> Municipality:
    """One registry file as a value; RegistryError with every fault of it.

    A date of something that has been may not lie after `today`; None asks no clock, so that a
    file which was right yesterday cannot stop an audit as of an earlier day. `packs` are the
    installed acts; None leaves their names unchecked.
    """
    return load_all([path], today=today, packs=packs)[0]


def load_all(
    paths: Iterable[Path | str],
    *,
    today: date | None = None,
    packs: Collection[str] | None = None,
) -> tuple[Municipality, ...]:
    """Several registry files, in their order; RegistryError with every fault of all of them."""
    drafts = _drafts(paths, Setting(today, packs))
    errors = [one for one in _faults(drafts) if one.severity == "error"]
    if errors:
        raise RegistryError(errors)
    return tuple(values.municipality(d.registry, d.digest) for d in drafts if d.registry)


def load_text(text: str, path: Path) -> Municipality:
    """A registry that is not written yet; `path` is where it is to stand."""
    draft = _judge_text(path, text, _parse(text), "", Setting())
    if draft.registry is None:
        raise RegistryError(draft.faults)
    return values.municipality(draft.registry, draft.digest)


def check(
    paths: Iterable[Path | str],
    *,
    today: date | None = None,
    packs: Collection[str] | None = None,
) -> tuple[RegistryFault, ...]:
    """Every fault and every warning of the files, file by file and line by line.

    `today` is by default the clock's, at the place on Earth where the day begins first.
    """
    return tuple(_faults(_drafts(paths, Setting(today or latest_day(), packs))))


def latest_day() -> date:
    """Today, wherever the municipality is: nobody's yesterday is called the future."""
    return datetime.now(timezone(timedelta(hours=14))).date()


@dataclass(frozen=True, slots=True)
class _Draft:
    """One file on its way: what it declares, as far as it could be read, and its faults."""

    path: Path
    registry: Registry | None
    digest: str
    places: Place
    faults: tuple[RegistryFault, ...]


def _drafts(paths: Iterable[Path | str], setting: Setting) -> list[_Draft]:
    drafts = [_draft(Path(path), setting) for path in paths]
    if not drafts:
        raise ValueError("no registry files")
    return drafts


def _faults(drafts: Sequence[_Draft]) -> list[RegistryFault]:
    found = [one for draft in drafts for one in sorted(draft.faults, key=lambda f: f.line)]
    return found + list(_between(drafts))


def _draft(path: Path, setting: Setting) -> _Draft:
    try:
        content = _read(path)
    except RegistryError as error:
        return _Draft(path, None, "", Place(1), error.faults)
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = normalised(content.decode("utf-8-sig"))
        return _judge_text(path, text, _parse(text), digest, setting)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return _Draft(path, None, digest, Place(1), (_parse_fault(path, error),))


def _parse(text: str) -> dict[str, object]:
    """`\\u00ad` in a string is a sign, too."""
    declared = loaded(text)
    return dict(normalised_all(declared)) if "\\u" in text.lower() else declared


def _judge_text(
    path: Path, text: str, declared: dict[str, object], digest: str, setting: Setting
) -> _Draft:
    registry, problems = judge(declared, setting)
    tree = places(text) if problems else Place(1)
    faults = tuple(_at_line(path, problem, tree) for problem in problems)
    return _Draft(path, registry, digest, tree, faults)


def _at_line(path: Path, problem: Problem, tree: Place) -> RegistryFault:
    """`other` may be a path to a second place: it is told as that place's line."""
    other = problem.about.get("other")
    if isinstance(other, tuple):
        problem = problem._replace(about={**problem.about, "other": tree.line_of(other)})
    return fault(path, tree.line_of(problem.loc), problem)


# --- files --------------------------------------------------------------------------------------


def _read(path: Path) -> bytes:
    """The file's bytes; RegistryError where it cannot or should not be read."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RegistryError([fault(path, 1, Problem((), "no_file"))]) from None
    except OSError as error:
        raise RegistryError([fault(path, 1, unreadable(error))]) from None
    if len(content) > MAX_BYTES:
        limit = {"limit": MAX_BYTES // 1_000_000}
        raise RegistryError([fault(path, 1, Problem((), "too_large", limit))])
    return content


def unreadable(error: OSError) -> Problem:
    """Why a file cannot be opened, in Russian where we have the word."""
    reasons = wording()["reasons"]
    known = {IsADirectoryError: "folder", PermissionError: "permission"}
    code = known.get(type(error))
    return Problem((), "unreadable", {"reason": reasons[code] if code else in_russian(error)})


def _parse_fault(path: Path, error: Exception) -> RegistryFault:
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return fault(path, line, Problem((), "not_utf8"))
    if isinstance(error, RecursionError):
        return fault(path, 1, Problem((), "too_deep"))
    return _syntax(path, str(error))


def _syntax(path: Path, told: str) -> RegistryFault:
    """tomllib of Python 3.11 tells the place only inside its sentence."""
    found = re.search(r"\(at line (\d+), column \d+\)", told)
    line = int(found[1]) if found else path.read_bytes().count(b"\n") + 1  # "at end of document"
    reasons = wording()["syntax_reasons"]
    reason = next((ours for theirs, ours in reasons.items() if told.startswith(theirs)), told)
    return fault(path, line, Problem((), "syntax", {"reason": reason}))


# --- between files ------------------------------------------------------------------------------


def _between(drafts: Sequence[_Draft]) -> Iterator[RegistryFault]:
    towns: dict[str, Path] = {}
    pages: dict[tuple[str, str], tuple[str, Path]] = {}
    for draft in drafts:
        if draft.registry is None:
            continue
        for problem in _against(draft.registry, draft.path, towns, pages):
            yield _at_line(draft.path, problem, places(draft.path.read_text("utf-8-sig")))


def _against(
    registry: Registry,
    path: Path,
    towns: dict[str, Path],
    pages: dict[tuple[str, str], tuple[str, Path]],
) -> Iterator[Problem]:
    """What earlier files already have; the two dictionaries grow."""
    town = registry.municipality.id
    if towns.setdefault(town, path) is not path:
        about = {"value": town, "other": towns[town]}
        yield Problem(("municipality", "id"), "twice_municipality", about)
    for other in towns:
        if other != town and other.lower() == town.lower():
            about = {"value": town, "other": other}
            yield Problem(("municipality", "id"), "one_file", about)
    for number, one in enumerate(registry.institution):
        for place, page in enumerate(one.page):
            found = found_page(page)
            if found is None or page.deleted_on is not None:
                continue
            owner, file = pages.setdefault(found, (f"{town}/{one.id}", path))
            if file is not path:
                about = {"value": found[1], "other": owner}
                yield Problem(("institution", number, "page", place, "url"), "page_shared", about)
