"""Back from values to a registry file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w
from pydantic import BaseModel

from monitor.registry.declaration import TABLES
from rules.model import Institution, Municipality

_PARTS = {
    "page": "pages",
    "exemption": "exemptions",
    "person": "persons",
    "attestation": "attestations",
    "event": "events",
    "waiver": "waivers",
}
"""Inner table of an institution → the field of the value."""

_RENAMED = {"url": "address"}


def to_toml(municipality: Municipality) -> str:
    """The text of a registry file; loading it gives the same value, but for the digest."""
    return "".join(_lines(document(municipality)))


def document(municipality: Municipality) -> dict[str, Any]:
    """The registry as its file says it: tables and keys, without what is left at its default."""
    town = table("municipality", municipality) | {"timezone": municipality.timezone.key}
    return {
        "municipality": town,
        "acts": {act: table("acts", told) for act, told in municipality.acts.items()},
        "institution": [_institution(one) for one in municipality.institutions],
    }


def _institution(institution: Institution) -> dict[str, Any]:
    told = table("institution", institution)
    for word, field in _PARTS.items():
        if found := [table(word, part) for part in getattr(institution, field)]:
            told[word] = found
    if institution.no_pages:
        told["no_page"] = {
            slug: table("no_page", part) for slug, part in institution.no_pages.items()
        }
    return told


def table(word: str, value: object) -> dict[str, Any]:
    """The flat keys of one table, in the declared order."""
    found = _declared_values(TABLES[word], value)
    return {key: list(said) if isinstance(said, tuple) else said for key, said in found}


def _declared_values(declared: type[BaseModel], value: object) -> Iterator[tuple[str, Any]]:
    for name, field in declared.model_fields.items():
        said = getattr(value, _RENAMED.get(name, name), None)
        default = tuple(field.default) if isinstance(field.default, list) else field.default
        if said is None or (not field.is_required() and said == default):
            continue
        if name != "network":  # the canonical address says it
            yield field.alias or name, said


# --- text ---------------------------------------------------------------------------------------


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield from _block("[municipality]", told["municipality"])
    for act, keys in told["acts"].items():
        yield from _block(f"[acts.{_value(act)}]", keys)
    for one in told["institution"]:
        yield from _block("[[institution]]", _flat(one))
        for word in _PARTS:
            for part in one.get(word, ()):
                yield from _block(f"[[institution.{word}]]", part, "  ")
        for network, part in one.get("no_page", {}).items():
            yield from _block(f"[institution.no_page.{_value(network)}]", part, "  ")


def _flat(institution: Mapping[str, Any]) -> dict[str, Any]:
    return {key: said for key, said in institution.items() if key not in (*_PARTS, "no_page")}


def _block(header: str, keys: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    yield f"{indent}{header}\n"
    for key, said in keys.items():
        yield f"{indent}{key} = {_value(said)}\n"
    yield "\n"


def _value(said: Any) -> str:
    """A list stays on its line, which tomli-w would break."""
    if isinstance(said, list):
        return f"[{', '.join(map(_value, said))}]"
    return tomli_w.dumps({"x": said}).removeprefix("x = ").rstrip("\n")
