"""Frozen values as compressed JSON, and back. What is stored reads back equal."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter

Value = TypeVar("Value")


def packed(value: Any, *, strict: bool = False) -> bytes:
    """Fields at their defaults are left out: a default of a stored value may never change.

    `strict`: what is not of the kind that its field says is refused, as it would not be read back
    (PydanticSerializationError).
    """
    return zlib.compress(in_json(value, strict=strict))


def in_json(value: Any, *, strict: bool = False) -> bytes:
    """As `packed`, and not compressed."""
    warnings: Literal["error", "warn"] = "error" if strict else "warn"
    return _adapter(type(value)).dump_json(value, exclude_defaults=True, warnings=warnings)


def unpacked(kind: type[Value], body: bytes) -> Value:
    """Raises pydantic.ValidationError for a body that no version of `kind` wrote."""
    return from_json(kind, zlib.decompress(body))


def joined(kind: type[Value], body: bytes, name: str, apart: bytes | None) -> Value:
    """As `unpacked`, of a value whose field `name` is kept apart; None: it is not."""
    if apart is None:
        return unpacked(kind, body)
    told = zlib.decompress(body)
    return from_json(kind, b'%s,"%s":%s}' % (told[:-1], name.encode(), zlib.decompress(apart)))


def from_json(kind: type[Value], text: bytes) -> Value:
    """Raises pydantic.ValidationError."""
    value: Value = _adapter(kind).validate_json(text)
    return value


def plain(value: Any) -> Any:
    """JSON values (dicts, lists, strings) of a frozen value."""
    return _adapter(type(value)).dump_python(value, mode="json", exclude_defaults=True)


def made(kind: type[Value], content: Any) -> Value:
    """The frozen value of JSON values."""
    value: Value = _adapter(kind).validate_python(content)
    return value


def prepare(kinds: Iterable[Any]) -> None:
    """What reads and writes them is made at the first of each, and then kept."""
    for kind in kinds:
        _adapter(kind)


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return _remembered(kind)


@cache
def _remembered(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
