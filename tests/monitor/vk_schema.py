"""VK's published schema, made fit for a draft-07 validator.

The files mark a key as required inside its own definition (`"required": true`), close
`groups_group` for further keys although it is used under `allOf`, and refer to files that are
not here (of videos, users, cities): the first is moved to the parent, the second dropped, the
third accept anything.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

ROOT = Path(__file__).parents[1] / "recorded" / "vk-api-schema"
BASE = "http://vk.example/"  # never asked: every file comes from ROOT


def validate(file: str, name: str, answer: Any) -> None:
    """Raise jsonschema.ValidationError unless the answer fits the definition."""
    schema = {"$ref": f"{BASE}{file}#/definitions/{name}"}
    registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
    Draft7Validator(schema, registry=registry).validate(answer)


@cache
def _retrieve(uri: str) -> Resource[Any]:
    path = ROOT / uri.removeprefix(BASE)
    contents = _mended(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else _Any()
    return Resource.from_contents(contents, default_specification=DRAFT7)


class _Any(dict[str, Any]):
    """A file that is not here: whatever is looked up in it accepts everything."""

    def __getitem__(self, _: str) -> Any:
        return self


def _mended(node: Any) -> Any:
    if isinstance(node, list):
        return [_mended(part) for part in node]
    if not isinstance(node, dict):
        return node
    whole = {key: _mended(part) for key, part in node.items() if part is not True or key == "id"}
    whole.pop("additionalProperties", None)
    properties = node.get("properties", {})
    needed = [key for key, part in properties.items() if part.get("required") is True]
    return {**whole, "required": needed} if needed else whole


def codes() -> dict[int, str]:
    """Every error code of VK with its message."""
    errors = json.loads((ROOT / "errors.json").read_text(encoding="utf-8"))["errors"]
    return {entry["code"]: entry["description"] for entry in errors.values()}
