"""What is wrong with the settings, in the words of whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import SettingsError

from collectors.errors import OperatorError

# Beginnings of pydantic's kinds of errors, the longer first.
WANTED = {
    "int_": "нужно целое число",
    "float_": "нужно число",
    "finite_number": "нужно обычное число",
    "bool_": "нужно true или false",
    "string_too_short": "текст не может быть пустым",
    "string_": "нужен текст в кавычках",
    "path_": "нужен путь в кавычках",
    "tuple_": 'нужен список в квадратных скобках, например ["…"]',
    "list_": 'нужен список в квадратных скобках, например ["…"]',
    "too_short": "список не может быть пустым",
    "greater_than_equal": "нужно число не меньше {ge}",
    "greater_than": "нужно число больше {gt}",
    "less_than_equal": "нужно число не больше {le}",
    "less_than": "нужно число меньше {lt}",
    "literal_error": "пишите одно из: {expected}",
    "model_": "нужен раздел: строка [{loc}], под ней настройки",
    "mapping_": "нужен раздел: строка [{loc}], под ней настройки",
    "dict_": "нужен раздел: строка [{loc}], под ней настройки",
    "zoneinfo_": "такого часового пояса нет: пишите, например, Asia/Tomsk",
}
NO_REGISTRY = (
    'не назван ни один реестр. Впишите свой: registry = ["registry/town.toml"]; сделать его из '
    "таблицы: dozor registry template, затем dozor registry import (docs/ru/first-audit.md). "
    "Попробовать без своего: dozor demo или dozor sandbox"
)
UNREAD_SECTION = re.compile(r'(?<=field ")\w+')
AS_JSON = (
    """список пишется как JSON, например DOZOR_VK__CONTROL_PAGES='["https://vk.com/club1"]', """
    "а раздел целиком одной переменной не задаётся"
)


class ConfigError(OperatorError):
    """The settings cannot be used; the lines tell where and what to write instead."""


def unread_variables(error: SettingsError, environment: Mapping[str, str]) -> str:
    """pydantic-settings names the section, in English; those who set the variable look for it."""
    section = (UNREAD_SECTION.search(str(error)) or [str(error)])[0]
    names = [one for one in environment if one.upper().startswith(f"DOZOR_{section.upper()}")]
    told = ", ".join(sorted(names)) or section
    return f"окружение: не прочитать {told}: {AS_JSON}"


def fault_line(file: Path, lines: Any, error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    where = lines.line_of(error["loc"])
    spot = f"{file}:{where}" if where else str(file)
    return f"{spot}: [{place}] {_words(error)}"


def _words(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        is_section = len(error["loc"]) == 1 and isinstance(error["input"], dict)
        installed = ", и сети с таким именем не установлено" if is_section else ""
        return f"такой настройки нет{installed}: проверьте имя по docs/configuration.md"
    if error["loc"] == ("registry",) and error["type"] in ("missing", "too_short"):
        return NO_REGISTRY
    if error["type"] == "missing":
        return "обязательная настройка не указана"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    for kind, wanted in WANTED.items():
        if error["type"].startswith(kind):
            context = {name: _in_words(one) for name, one in error.get("ctx", {}).items()}
            told = wanted.format(**{"loc": error["loc"][-1], **context})
            return f"значение {error['input']!r} не подходит: {told}"
    return f"значение {error['input']!r} не подходит ({error['msg']})"


def _in_words(value: object) -> object:
    """pydantic's list of words: 'night', 'week' or 'month'."""
    return value.replace(" or ", " или ") if isinstance(value, str) else value
