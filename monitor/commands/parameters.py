"""Parameters that several commands take, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.suggestions import institutions, requirements

# Given by `dozor --config FILE …` where the command itself is typed without it.
Config = Annotated[Path, typer.Option("--config", metavar="ФАЙЛ", hidden=True)]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="УЧРЕЖДЕНИЕ", help="Без имён — все.", autocompletion=institutions),
]
Name = Annotated[str, typer.Argument(metavar="УЧРЕЖДЕНИЕ", autocompletion=institutions)]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="МОМЕНТ",
        help="На какой момент проверять: 2026-11-22T03:00:00+07:00. Без него — сейчас.",
    ),
]
Json = Annotated[
    Path | None,
    typer.Option("--json", metavar="ФАЙЛ", help="Записать итог в JSON; «-» — на экран."),
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="ФАЙЛ", help="Записать отчёт HTML; «-» — на экран.")
]
Strict = Annotated[
    bool,
    typer.Option("--fail-on-findings", help="Завершиться с кодом 4, если есть невыполненное."),
]
AuditNumber = Annotated[
    int | None,
    typer.Option(
        "--audit",
        metavar="N",
        help="Номер проверки. Без него — последняя из проверок всех учреждений.",
    ),
]
File = Annotated[Path, typer.Argument(metavar="ФАЙЛ")]
Workers = Annotated[
    bool, typer.Option("--workers", help="Читают процессы dozor worker (PostgreSQL).")
]
PageAddress = Annotated[str | None, typer.Option("--page", metavar="АДРЕС", help="Адрес страницы.")]
Document = Annotated[str, typer.Option("--document", metavar="ДОКУМЕНТ", help="Документ.")]
By = Annotated[str, typer.Option("--by", metavar="ДОЛЖНОСТЬ", help="Кто решил: должность.")]
Number = Annotated[int, typer.Argument(metavar="N", help="Номер записи.")]
AsJson = Annotated[bool, typer.Option("--json", help="Ответить в JSON.")]
OnDay = Annotated[
    str | None, typer.Option("--on", metavar="ДЕНЬ", help="Когда: 2026-11-22. Без него — сегодня.")
]
AskedOf = Annotated[
    str | None,
    typer.Option(
        "--requirement",
        metavar="ТРЕБОВАНИЕ",
        help="О каком требовании: 6.5.",
        autocompletion=requirements,
    ),
]
AboutWhom = Annotated[
    str | None,
    typer.Option(
        "--about",
        metavar="УЧРЕЖДЕНИЕ",
        help="О каком учреждении говорит сайт администрации.",
        autocompletion=institutions,
    ),
]
