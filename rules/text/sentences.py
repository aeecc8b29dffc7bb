"""Russian sentences for outcomes and failures: data in sentences.toml, filled in here.

A template names fields of `measured`, `required` and of the case. `{posts:пост|поста|постов}`
prints the number with the right form, `{since:date}` a date in words, `{since:span until}` the days
from one field to another, `{shown:list}` a list of quotations, `{title:quote}` one,
`{names:few}` the first three of a list and how many more there are,
`{looked_for:words}` a list of words, `{text_places:all}` «описании и статусе», `{room:any}` the
same with «или»,
`{clause:clause}` a clause with its name,
`{admitted:admission}` what an answer «нет» says. Where a field may have nothing to tell, the file
gives a list of templates: the first that can be filled is told, and the last needs no such field.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from collectors import networks
from collectors.model import Failure
from rules.reasons import Reason

_RUSSIAN = Locale("ru")
_PLURAL = _RUSSIAN.plural_form
_TEXTS = tomllib.loads(files("rules.text").joinpath("sentences.toml").read_text("utf-8"))
SPAN = "span "
MOST_FEW = 3
LISTS: Mapping[str, Literal["standard", "or"]] = {"all": "standard", "any": "or"}
DAY, DAY_OF_YEAR = "d MMMM y", "d MMMM"
_NAMED = re.compile(r"[а-яё]{2}|[а-яё]\.\s?\d", re.IGNORECASE)
_FORMS = {"one": 0, "few": 1, "many": 2, "other": 1}

Template = tuple[tuple[str, str | None, str], ...]
"""Text, the field behind it, and how that is printed."""


def _templates(table: str) -> Mapping[str, tuple[Template, ...]]:
    """By reason: those to choose from, parsed here and filled in often."""
    return {
        reason: tuple(map(_template, [written] if isinstance(written, str) else written))
        for reason, written in _TEXTS[table].items()
    }


def _template(text: str) -> Template:
    parsed = string.Formatter().parse(text)
    return tuple((before, name, spec or "") for before, name, spec, _ in parsed)


_SENTENCES, _ADVICE = _templates("reason"), _templates("advice")


def _print_field(fields: Mapping[str, Any], name: str, spec: str) -> str:
    if spec.startswith(SPAN):
        return span(fields[name], fields[spec.removeprefix(SPAN)])
    return _print(fields[name], spec)


def _print(value: Any, spec: str) -> str:
    if "|" in spec:
        return _count(value, spec.split("|"))
    if spec == "date":
        return day(value)
    if spec == "list":
        return ", ".join(map(quoted, dict.fromkeys(filter(None, value)))) or "ничего"
    if spec == "few":
        return _few([quoted(one) for one in dict.fromkeys(filter(None, value))])
    if spec == "words":
        return ", ".join(value)
    if spec in LISTS:
        return format_list(value or [str(_TEXTS["places"]["other"])], LISTS[spec], _RUSSIAN)
    if spec == "quote":
        return quoted(value)
    if spec == "clause":
        return cited(value)
    if spec == "admission":
        return admission(value)
    return "—" if value is None else str(value)


def _few(told: Sequence[str]) -> str:
    """Of long names a wall of text: who wants the rest finds it among what was measured."""
    more = len(told) - MOST_FEW
    shown = ", ".join(told[:MOST_FEW]) or "ничего"
    return f"{shown} и ещё {more}" if more > 0 else shown


def quoted(value: Any) -> str:
    """«Кедр», but a name with quotation marks of its own as it is: Музей «Кедр»."""
    return str(value) if "«" in str(value) else f"«{value}»"


def cited(clause: str) -> str:
    """«п. 6.1», but a clause with a name of its own as it is: «ст. 10», «приложение 2»."""
    return clause if _NAMED.match(clause) else _TEXTS["clause"]["numbered"].format(number=clause)


def _count(number: int, forms: list[str]) -> str:
    return f"{number} {forms[_FORMS[_PLURAL(number)]]}"


def day(value: date | str | None) -> str:
    """«2 ноября 2026»; a dash for None."""
    if value is None:
        return "—"
    return _print_date(date.fromisoformat(value) if isinstance(value, str) else value, DAY)


def span(first: str, last: str) -> str:
    """«20 октября по 16 ноября 2026»: the first year only where it is another."""
    begun, ended = date.fromisoformat(first), date.fromisoformat(last)
    is_one_year = begun.year == ended.year
    return f"{_print_date(begun, DAY_OF_YEAR if is_one_year else DAY)} по {_print_date(ended, DAY)}"


# Findings about posts name two days each, the same few in all; Babel takes 0.05 ms for one.
@lru_cache(maxsize=4096)
def _print_date(moment: date, pattern: str) -> str:
    return format_date(moment, pattern, locale=_RUSSIAN)


def sentence(reason: Reason, fields: Mapping[str, Any]) -> str:
    """Raises KeyError if the template asks for what `fields` does not have."""
    return _fill(_choose(_SENTENCES[reason], fields), fields)


def advice(reason: Reason, fields: Mapping[str, Any]) -> str | None:
    """What to do about this very reason; None: what the requirement advises fits it."""
    templates = _ADVICE.get(reason)
    return _fill(_choose(templates, fields), fields) if templates else None


def _choose(templates: Sequence[Template], fields: Mapping[str, Any]) -> Template:
    if len(templates) == 1:
        return templates[0]
    return next((one for one in templates[:-1] if _tells(one, fields)), templates[-1])


def _tells(template: Template, fields: Mapping[str, Any]) -> bool:
    try:
        return all(name is None or _is_something(fields[name]) for _, name, _ in template)
    except KeyError:
        return False


def _is_something(value: Any) -> bool:
    return any(value) if isinstance(value, list | tuple) else value not in (None, "")


def _fill(template: Template, fields: Mapping[str, Any]) -> str:
    return "".join(
        [
            text if name is None else text + _print_field(fields, name, spec)
            for text, name, spec in template
        ]
    )


def words(name: str) -> str:
    """A word of the generated documents (docs/rules.md, docs/reasons.md)."""
    return str(_TEXTS["document"][name])


def atom_word(atom: str) -> str:
    """«телефона»: of what a card has none."""
    return str(_TEXTS["atom"][atom])


def failure_text(failure: Failure) -> str:
    """Why something could not be read, for a reader who is no programmer."""
    return str(_TEXTS["failure"][failure.code])


def failures_text(failures: Iterable[Failure]) -> str:
    told = dict.fromkeys(failure_text(failure) for failure in failures)
    return "; ".join(told)


def network_name(network: str | None) -> str:
    """«во «ВКонтакте»», «в «Одноклассниках»»: where."""
    return networks.where(network) if network else ""


def new_page(network: str | None) -> str:
    """What to create there: «открытую для всех группу»."""
    return networks.new_page(network or "") or str(_TEXTS["new_page"]["other"])


def admission(kind: str) -> str:
    """What an answer «нет» of this kind says, as half a sentence."""
    known = _TEXTS["admission"]
    return str(known.get(kind, known["other"]))


def manner_word(how: str) -> str:
    """How a site shows a page without a link to it: «виджетом соцсети»."""
    return str(_TEXTS["shown"][how])
