"""A code for an institution whose cell «Код» is empty: short, in Latin letters, its own for good.

One that the registry to be replaced knows, by ОГРН or by name, keeps the code that it has there. Of
the others a school with a number is `school-1`; what bears a name goes by that. Of two that would
be called alike the lower row has the end of its ОГРН added, else a number.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain, count

from monitor.registry.checks.names import RESERVED
from monitor.registry.imports.draft import Cell, Draft, Row
from monitor.registry.latin import latin
from monitor.registry.shape import slug
from rules.model import Municipality

LONGEST = 24  # signs: somebody will type it
_BY_KIND = {"school": "school", "kindergarten": "sad", "library": "library", "authority": "adm"}
_LEGAL_FORM = re.compile(
    r"^(?:[МГФ][А-ЯЁ]*[УПК](?:\s+(?:ДО|ДОД|К))?(?=[\s«\"])"
    r"|(?:муниципальн|государственн|федеральн|областн|краев)\w+\s.*?учреждени\w*)\s*",
    re.IGNORECASE,
)


def propose_codes(draft: Draft, rows: Sequence[Row], earlier: Municipality | None = None) -> None:
    """Fill in the codes that are missing; each is told, so that it gets into the table."""
    known = _known(earlier)
    taken = {str(row.keys["id"]).lower() for row in rows if "id" in row.keys}
    nameless = [row for row in rows if "id" not in row.keys and "id" not in row.faulty]
    for row in nameless:
        if (code := _known_code(row, known)) and code.lower() not in taken:
            _give(draft, row, code, "known_id", taken)
    for row in (row for row in nameless if "id" not in row.keys):
        _give(draft, row, _free_code(row, taken), "proposed_id", taken)


def _give(draft: Draft, row: Row, code: str, problem: str, taken: set[str]) -> None:
    row.keys["id"] = code
    taken.add(code.lower())
    cell = row.cells.get("id") or Cell(row.at.sheet, row.at.row, None)
    draft.report(cell, problem, value=code)


def _known(earlier: Municipality | None) -> Mapping[str, str]:
    """ОГРН and name → code, of those that one institution alone has."""
    institutions = earlier.institutions if earlier else ()
    keys = [(key, one.id) for one in institutions for key in (one.ogrn, one.name) if key]
    said = [key for key, _ in keys]
    return {key: code for key, code in keys if said.count(key) == 1}


def _known_code(row: Row, known: Mapping[str, str]) -> str | None:
    if ogrn := row.keys.get("ogrn"):
        return known.get(str(ogrn)) or known.get(str(row.keys.get("name")))
    return known.get(str(row.keys.get("name")))


def _free_code(row: Row, taken: Container[str]) -> str:
    return next(
        code
        for code in _candidates(row)
        if code.lower() not in taken and not RESERVED.fullmatch(code)
    )


def _candidates(row: Row) -> Iterator[str]:
    code, ogrn = _code(row), str(row.keys.get("ogrn", ""))
    by_ogrn = [f"{code}-{ogrn[-5:]}"] if ogrn.isdecimal() else []
    return chain([code], by_ogrn, (f"{code}-{number}" for number in count(2)))


def _code(row: Row) -> str:
    name = str(row.keys.get("short_name") or row.keys.get("name") or "")
    kind = str(row.keys.get("kind", ""))
    number = re.search(r"№\s*(\d{1,4})", name)
    if kind in _BY_KIND and (number or kind == "authority"):
        return "-".join(filter(None, (_BY_KIND[kind], number and number[1])))
    own = re.sub(r"[ъьЪЬ«»\"„“]", "", _LEGAL_FORM.sub("", name) or name)
    return _shorten(slug(latin(own)) if re.search(r"\w", own) else kind or "institution")


def _shorten(code: str) -> str:
    """Whole words of it, as many as there is room for."""
    if len(code) <= LONGEST:
        return code
    whole = code[: LONGEST + 1].rpartition("-")[0]
    return whole or code[:LONGEST]
