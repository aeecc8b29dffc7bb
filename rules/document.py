"""Every requirement of every pack as one Markdown page: `python -m rules.document > docs/rules.md`.

The page is data: what an act says, what is looked at, what each outcome means, how to put it right.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from rules.model import Act, Requirement
from rules.packs import load_act, shipped
from rules.text.explain import explained
from rules.text.sentences import words


def document() -> str:
    acts = [load_act(path) for path in shipped().values()]
    return "\n".join([*_head(), *(line for act in acts for line in _act(act))]) + "\n"


def _head() -> Iterator[str]:
    yield f"# {words('title')}"
    yield ""
    yield words("introduction")


def _act(act: Act) -> Iterator[str]:
    yield f"\n## {act.short_title} (`{act.id}`)\n"
    yield act.title
    yield from (f"\n> {note}" for note in act.notes)
    for requirement in act.requirements:
        yield from _requirement(requirement)


def _requirement(requirement: Requirement) -> Iterator[str]:
    yield f"\n### {requirement.title} · `{requirement.id}`\n"
    yield from (f"**{heading}.** {text}\n" for heading, text in explained(requirement))
    yield f"**{words('outcomes')}.** {', '.join(words(one) for one in requirement.outcomes)}\n"
    yield f"**{words('severity')}.** {words(requirement.severity)}; {words(requirement.nature)}"
    numbers = requirement.editions[-1].parameters
    if numbers:
        yield f"\n**{words('parameters')}.** {_list(numbers)}"


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
