"""Micro-markup and JSON-LD: contacts that a page tells to machines, as lines of text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from collectors.site.budget import (
    LETTERS_A_STEP,
    WorkBudget,
)
from collectors.site.html import (
    elements,
)
from collectors.text import normalised_all

PROPERTIED = etree.XPath("descendant-or-self::*[@itemprop]")
PROPERTIES = {"tel": "Телефон", "phone": "Телефон", "mail": "E-mail", "address": "Адрес"}
MOST_VALUE = 3000  # characters of a property of micro-markup


def microdata_lines(root: HtmlElement, budget: WorkBudget) -> Iterator[str]:
    """`itemprop` of schema.org and of the school sites' /sveden, as lines of text."""
    for element in PROPERTIED(root):
        name = element.get("itemprop").lower()
        label = next((PROPERTIES[part] for part in PROPERTIES if part in name), None)
        if label:
            founder = "Учредитель, " if "uchred" in name else ""
            value = _value(element)[:MOST_VALUE]
            budget.spend(1 + len(value) // LETTERS_A_STEP)
            yield f"{founder}{label}: {value}\n"


def _value(element: HtmlElement) -> str:
    own = element.get("content") or " ".join(str(element.text_content()).split())
    return own or ", ".join(one.get("content") or "" for one in elements(element, "meta"))


def linked_data_lines(root: HtmlElement) -> Iterator[str]:
    for element in elements(root, "script"):
        if "ld+json" in (element.get("type") or ""):
            try:
                yield from _labelled_lines(normalised_all(json.loads(element.text or "")))
            except (ValueError, RecursionError):
                continue


def _labelled_lines(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _labelled_lines(one)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            label = next((PROPERTIES[part] for part in PROPERTIES if part in key.lower()), None)
            if label and isinstance(one, str):
                yield f"{label}: {one}"
            elif label and isinstance(one, Mapping):
                yield f"{label}: {', '.join(str(part) for part in _postal(one))}"
            yield from _labelled_lines(one)


def _postal(address: Mapping[str, Any]) -> Iterator[str]:
    for key in ("postalCode", "addressRegion", "addressLocality", "streetAddress"):
        value = address.get(key)
        if value and isinstance(value, str | int):
            yield str(value)
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
