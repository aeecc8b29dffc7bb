"""Every requirement of every pack as one Markdown page: `python -m rules.document > docs/rules.md`.

The page is data: what an act says, what is looked at, what each outcome means, how to put it right.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.model import Act, Edition, Requirement
from rules.packs import load_act, shipped
from rules.text.explain import explained
from rules.text.sentences import day, words


def document() -> str:
    acts = [load_act(path) for path in shipped().values()]
    return "\n".join([*_head(), *(line for act in acts for line in section(act))]) + "\n"


def _head() -> Iterator[str]:
    yield f"# {words('title')}"
    yield ""
    yield words("introduction")


def section(act: Act) -> Iterator[str]:
    yield f"\n## {act.short_title} (`{act.id}`)\n"
    yield act.title
    yield from (f"\n> {note}" for note in act.notes)
    for requirement in act.requirements:
        yield from _requirement(act, requirement)


def _requirement(act: Act, requirement: Requirement) -> Iterator[str]:
    yield f"\n### {requirement.title} · `{requirement.id}`\n"
    yield from (f"**{heading}.** {text}\n" for heading, text in explained(requirement))
    yield f"**{words('outcomes')}.** {', '.join(words(one) for one in requirement.outcomes)}\n"
    yield f"**{words('severity')}.** {words(requirement.severity)}; {words(requirement.nature)}"
    yield from _parameters(act, requirement.editions)


def _parameters(act: Act, editions: Sequence[Edition]) -> Iterator[str]:
    """Under its dates, where an edition has not been all there is since the act began."""
    begun = act.effective_date or act.signed_on
    is_all = len(editions) == 1 and editions[0].until is None
    if is_all and (begun is None or editions[0].since <= begun):
        if editions[0].parameters:
            yield f"\n**{words('parameters')}.** {_list(editions[0].parameters)}"
        return
    for edition in editions:
        told = _list(edition.parameters) or "—"
        yield f"\n**{words('parameters')} ({_dates(edition)}).** {told}"


def _dates(edition: Edition) -> str:
    """An edition's `until` is its last day."""
    begins = words("parameters_since").format(since=day(edition.since))
    if edition.until is None:
        return begins
    return f"{begins} {words('parameters_until').format(until=day(edition.until))}"


def _list(parameters: Mapping[str, Any]) -> str:
    return "; ".join(f"`{name}` = {_print(value)}" for name, value in parameters.items())


def _print(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return str(value)


if __name__ == "__main__":
    sys.stdout.write(document())
