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
    return "".join("\n".join(block) + "\n\n" for block in _blocks(document(municipality)))


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


def _blocks(told: Mapping[str, Any]) -> Iterator[list[str]]:
    yield toml_block("[municipality]", told["municipality"])
    for act, keys in told["acts"].items():
        yield toml_block(f"[acts.{toml_value(act)}]", keys)
    for one in told["institution"]:
        yield from _institution_blocks(one)


def institution_lines(told: Mapping[str, Any]) -> list[str]:
    """Of one institution, as `document` has it; a blank line between its tables."""
    return "\n\n".join("\n".join(block) for block in _institution_blocks(told)).split("\n")


def _institution_blocks(told: Mapping[str, Any]) -> Iterator[list[str]]:
    yield toml_block("[[institution]]", _flat(told))
    for word in _PARTS:
        for part in told.get(word, ()):
            yield toml_block(f"[[institution.{word}]]", part, "  ")
    for network, part in told.get("no_page", {}).items():
        yield toml_block(f"[institution.no_page.{toml_value(network)}]", part, "  ")


def _flat(institution: Mapping[str, Any]) -> dict[str, Any]:
    return {key: said for key, said in institution.items() if key not in (*_PARTS, "no_page")}


def toml_block(header: str, keys: Mapping[str, Any], indent: str = "") -> list[str]:
    """The lines of one table."""
    told = (f"{key} = {toml_value(said)}" for key, said in keys.items())
    return [f"{indent}{line}" for line in (header, *told)]


def toml_value(said: Any) -> str:
    """A list or a table stays on its line, which tomli-w would break."""
    if isinstance(said, list):
        return f"[{', '.join(map(toml_value, said))}]"
    if isinstance(said, Mapping):
        told = (f"{key} = {toml_value(one)}" for key, one in said.items())
        return f"{{ {', '.join(told)} }}"
    return tomli_w.dumps({"x": said}).removeprefix("x = ").rstrip("\n")
