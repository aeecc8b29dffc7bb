"""`dozor desk link`: links by which institutions answer, for whoever has a shell on the server."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.application import open_context, with_database
from monitor.commands.moments import clean
from monitor.commands.parameters import Config
from monitor.commands.suggestions import institutions
from monitor.config import load_settings
from monitor.desk.gate.revoking import end_links, keys_of
from monitor.desk.gate.words import words

Several = Annotated[
    list[str],
    typer.Argument(metavar="УЧРЕЖДЕНИЕ", help="Одно или несколько.", autocompletion=institutions),
]


def end(config: Config, names: Several) -> int:
    """A fault in a registry keeps nobody from ending a link."""
    with open_context(with_database(load_settings(config))) as context:
        for key in keys_of(context.engine, [clean(name) for name in names]):
            count = end_links(context.engine, key, at=context.clock())
            print(words("links", "ended" if count else "none_live", key=key, count=count))
    return 0
