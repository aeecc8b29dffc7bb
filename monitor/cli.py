"""The command line. Declarations only: each command imports its work when it runs.

Exit status: 0 complete · 1 unexpected error · 2 wrong usage, configuration or registry ·
3 finished, but part could not be read · 4 with --fail-on-findings, when a `fail` is found.
"""

from __future__ import annotations

import atexit
import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

SEARCHES = 50_000, 20, 10  # for garbage: among so many new objects, and again among the survivors

app = typer.Typer(
    name="dozor",
    help=(
        "Дозор проверяет официальные страницы муниципальных учреждений ВКонтакте и в "
        "Одноклассниках и их сайты.\n\nС чего начать: «dozor demo» покажет всё на вымышленном "
        "городе; «dozor registry template реестр.xlsx» даст таблицу для ваших учреждений; "
        "«dozor doctor» скажет, чего не хватает; «dozor audit» проверит."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they print local variables, and with them tokens
    context_settings={"help_option_names": ["-h", "--help"]},
)
registry_app = typer.Typer(help="Реестр учреждений: проверить, заполнить из таблицы, выгрузить.")
rules_app = typer.Typer(help="Требования актов: перечень и объяснение каждого.")
storage_app = typer.Typer(help="Хранилище: перенести базу на сервер PostgreSQL.")
app.add_typer(registry_app, name="registry", no_args_is_help=True)
app.add_typer(storage_app, name="storage", no_args_is_help=True)
app.add_typer(rules_app, name="rules", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[УЧРЕЖДЕНИЕ]…", help="Без имён — все.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="МОМЕНТ",
        help="На какой момент проверять: 2026-11-22T03:00:00+07:00. Без него — сейчас.",
    ),
]
Json = Annotated[Path | None, typer.Option("--json", metavar="ФАЙЛ", help="Записать итог в JSON.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="ФАЙЛ", help="Записать отчёт HTML.")]
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


@app.callback()
def _dozor(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", metavar="ФАЙЛ", help="Файл настроек.", envvar="DOZOR_CONFIG")
    ] = Path("config.toml"),
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Подробный журнал (на английском).")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Журнал строками JSON.", envvar="DOZOR_LOG_JSON")
    ] = False,
) -> None:
    from monitor.logs import start_logging

    start_logging(verbose=verbose, as_json=log_json)
    context.obj = config


@app.command()
def audit(
    context: typer.Context,
    institutions: Ids = None,
    as_of: AsOf = None,
    json: Json = None,
    html: Html = None,
    mail: Annotated[bool, typer.Option("--mail", help="Отправить отчёт адресатам.")] = False,
    fail_on_findings: Strict = False,
    workers: Annotated[
        bool,
        typer.Option("--workers", help="Делят процессы dozor worker (PostgreSQL)."),
    ] = False,
) -> None:
    """Прочитать страницы, сверить с актами, составить отчёт."""
    from monitor.commands import audit as work

    _end(
        work.audit(
            context.obj,
            institutions or [],
            as_of=as_of,
            json=json,
            html=html,
            mail=mail,
            strict=fail_on_findings,
            shared=workers,
        )
    )


@app.command()
def collect(context: typer.Context, institutions: Ids = None, as_of: AsOf = None) -> None:
    """Только прочитать страницы и сохранить увиденное."""
    from monitor.commands import audit as work

    _end(work.collect(context.obj, institutions or [], as_of=as_of))


@app.command()
def evaluate(
    context: typer.Context,
    institutions: Ids = None,
    as_of: AsOf = None,
    json: Json = None,
    html: Html = None,
    fail_on_findings: Strict = False,
) -> None:
    """Оценить заново то, что уже сохранено, без обращения к сети."""
    from monitor.commands import audit as work

    _end(
        work.evaluate(
            context.obj,
            institutions or [],
            as_of=as_of,
            json=json,
            html=html,
            strict=fail_on_findings,
        )
    )


@app.command()
def report(
    context: typer.Context,
    number: AuditNumber = None,
    kind: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="ВИД",
            help="html, text, xlsx, cur (таблица ЦУР), letter (письмо учреждению) и другие; "
            "все назовёт --format «?».",
        ),
    ] = "html",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="ФАЙЛ", help="Куда записать; «-» — на экран."),
    ] = None,
    institution: Annotated[
        str | None,
        typer.Option("--institution", metavar="УЧРЕЖДЕНИЕ", help="Только об одном учреждении."),
    ] = None,
    municipality: Annotated[
        str | None,
        typer.Option("--municipality", metavar="ID", help="Только об одном муниципалитете."),
    ] = None,
) -> None:
    """Составить отчёт о сохранённой проверке."""
    from monitor.commands import report as work

    _end(work.report(context.obj, number, kind, output, institution, municipality))


@app.command()
def send(
    context: typer.Context,
    number: AuditNumber = None,
    again: Annotated[
        bool, typer.Option("--again", help="Отправить ещё раз, даже если уже отправлено.")
    ] = False,
) -> None:
    """Отправить отчёт по электронной почте."""
    from monitor.commands import report as work

    _end(work.send(context.obj, number, again=again))


@app.command()
def outbox(
    context: typer.Context,
    retry: Annotated[
        bool, typer.Option("--retry", help="Снова поставить в очередь отложенные письма.")
    ] = False,
) -> None:
    """Показать письма: ушедшие, ждущие, отложенные."""
    from monitor.commands import report as work

    _end(work.outbox(context.obj, retry=retry))


@app.command()
def serve(
    context: typer.Context,
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metrics", metavar="АДРЕС:ПОРТ", help="Отвечать на /health и /metrics (Prometheus)."
        ),
    ] = None,
    workers: Annotated[
        bool, typer.Option("--workers", help="Ночь читают процессы dozor worker (PostgreSQL).")
    ] = False,
) -> None:
    """Работать постоянно: проверка и письмо каждую ночь по расписанию."""
    from monitor.commands import serve as work

    _end(work.serve(context.obj, metrics, shared=workers))


@app.command()
def worker(context: typer.Context) -> None:
    """Брать части проверки из общей очереди, пока не остановят (PostgreSQL)."""
    from monitor.commands import worker as work

    _end(work.worker(context.obj))


@app.command()
def backup(
    context: typer.Context,
    file: File,
) -> None:
    """Сохранить базу и материалы в один файл (ФАЙЛ.tar.gz); служба может работать."""
    from monitor.commands import copies as work

    _end(work.backup(context.obj, file))


@app.command()
def restore(
    context: typer.Context,
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Заменить то, что уже есть.")] = False,
) -> None:
    """Восстановить базу и материалы из файла, который записала команда backup."""
    from monitor.commands import copies as work

    _end(work.restore(context.obj, file, force=force))


@app.command()
def doctor(context: typer.Context) -> None:
    """Проверить настройки, реестр, базу, ключи доступа и почту."""
    from monitor.commands import doctor as work

    _end(work.doctor(context.obj))


@app.command()
def verify(context: typer.Context) -> None:
    """Проверить, что сохранённые материалы никто не менял."""
    from monitor.commands import report as work

    _end(work.verify(context.obj))


@app.command()
def contacts(file: File) -> None:
    """Найти контакты в текстах (ФАЙЛ.jsonl с полями id, text, links)."""
    from monitor.commands import contacts as work

    _end(work.contacts(file))


@app.command()
def attest(
    context: typer.Context,
    institution: Annotated[str, typer.Argument(metavar="УЧРЕЖДЕНИЕ")],
    kind: Annotated[
        str, typer.Option("--kind", help="two_factor, gospabliki, gos_mark, …; finding.")
    ] = "finding",
    by: Annotated[str, typer.Option("--by", help="Должность заявившего.")] = "",
    on: Annotated[str | None, typer.Option("--on", help="Когда заявлено: 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="До какого дня верно.")] = None,
    no: Annotated[bool, typer.Option("--no", help="Признание: нет, не сделано.")] = False,
    page: Annotated[str | None, typer.Option("--page", help="Адрес страницы.")] = None,
    count: Annotated[int | None, typer.Option("--count", help="Сколько подтвердили.")] = None,
    of: Annotated[int | None, typer.Option("--of", help="Из скольких.")] = None,
    document: Annotated[str, typer.Option("--document", help="Документ.")] = "",
    requirement: Annotated[
        str | None, typer.Option("--requirement", help="Какое требование решено.")
    ] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="pass или fail.")] = None,
    about: Annotated[
        str | None, typer.Option("--about", help="О каком учреждении говорит сайт администрации.")
    ] = None,
) -> None:
    """Записать подтверждение того, чего программа увидеть не может."""
    from monitor.commands import statements as work

    _end(
        work.attest(
            context.obj,
            institution,
            kind=kind,
            stated_by=by,
            stated_on=on,
            valid_until=until,
            value=not no if kind != "finding" else None,
            page=page,
            count=count,
            of=of,
            document=document,
            requirement=requirement,
            outcome=outcome,
            about=about,
        )
    )


@app.command()
def waive(
    context: typer.Context,
    institution: Annotated[str, typer.Argument(metavar="УЧРЕЖДЕНИЕ")],
    requirement: Annotated[str, typer.Option("--requirement", help="Требование.")],
    reason: Annotated[str, typer.Option("--reason", help="Почему.")],
    by: Annotated[str, typer.Option("--by", help="Кто разрешил.")],
    until: Annotated[str, typer.Option("--until", help="До какого дня: 2027-01-01.")],
    page: Annotated[str | None, typer.Option("--page", help="Адрес страницы.")] = None,
    document: Annotated[str, typer.Option("--document", help="Документ.")] = "",
) -> None:
    """Записать отсрочку: нарушение остаётся, но показано с нею."""
    from monitor.commands import statements as work

    _end(
        work.waive(
            context.obj,
            institution,
            requirement=requirement,
            reason=reason,
            by=by,
            until=until,
            page=page,
            document=document,
        )
    )


@app.command()
def event(
    context: typer.Context,
    institution: Annotated[str, typer.Argument(metavar="УЧРЕЖДЕНИЕ")],
    kind: Annotated[str, typer.Option("--kind", help="page_created, notice_sent, …")],
    on: Annotated[str, typer.Option("--on", help="День: 2026-04-29.")],
    page: Annotated[str | None, typer.Option("--page", help="Адрес страницы.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Кому: department или cur.")] = None,
    about: Annotated[str | None, typer.Option("--about", help="О чём уведомление.")] = None,
    document: Annotated[str, typer.Option("--document", help="Документ.")] = "",
    requirement: Annotated[
        str | None, typer.Option("--requirement", help="О каком требовании спор.")
    ] = None,
) -> None:
    """Записать событие: страница создана, уведомление отправлено, спор открыт."""
    from monitor.commands import statements as work

    _end(
        work.event(
            context.obj,
            institution,
            kind=kind,
            on=on,
            page=page,
            to=to,
            about=about,
            document=document,
            requirement=requirement,
        )
    )


@app.command()
def sandbox(
    port: Annotated[int, typer.Option("--port", help="Порт; 0 — любой свободный.")] = 0,
    folder: Annotated[
        Path | None,
        typer.Option("--registry", metavar="ПАПКА", help="Куда записать реестр города."),
    ] = None,
) -> None:
    """Запустить вымышленный город: сервер, который отвечает как ВКонтакте, ОК и сайты."""
    from monitor.commands import demo as work

    _end(work.sandbox(port, folder))


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="ПАПКА", help="Куда записать отчёт и базу.")
    ] = Path("var/demo"),
) -> None:
    """Показать всё на вымышленном городе, без ключей и без сети."""
    from monitor.commands import demo as work

    _end(work.demo(folder))


@registry_app.command("check")
def registry_check(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[ФАЙЛ]…", help="Без имён — из настроек.")
    ] = None,
) -> None:
    """Назвать все ошибки реестра: файл, строка, что написать."""
    from monitor.commands import registry as work

    _end(work.check(context.obj, files or []))


@registry_app.command("template")
def registry_template(file: File) -> None:
    """Записать пустую таблицу XLSX с пояснениями."""
    from monitor.commands import registry as work

    _end(work.template(file))


@registry_app.command("import")
def registry_import(
    file: File,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="ФАЙЛ", help="Куда записать TOML.")
    ] = None,
    municipality: Annotated[
        str | None, typer.Option("--municipality", help="Имя (slug), если его нет в таблице.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Название муниципалитета для таблицы ЦУР.")
    ] = None,
    timezone: Annotated[str, typer.Option("--timezone", help="Часовой пояс.")] = "Europe/Moscow",
) -> None:
    """Сделать реестр из XLSX, CSV или таблицы ЦУР."""
    from monitor.commands import registry as work

    _end(work.import_table(file, output, municipality=municipality, name=name, timezone=timezone))


@registry_app.command("export")
def registry_export(
    file: File,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="ФАЙЛ")],
) -> None:
    """Выгрузить реестр в XLSX."""
    from monitor.commands import registry as work

    _end(work.export(file, output))


@registry_app.command("diff")
def registry_diff(
    old: Annotated[Path, typer.Argument(metavar="СТАРЫЙ")],
    new: Annotated[Path, typer.Argument(metavar="НОВЫЙ")],
) -> None:
    """Сказать, что меняет новый реестр и о чём нужно уведомить."""
    from monitor.commands import registry as work

    _end(work.diff(old, new))


@rules_app.command("list")
def rules_list(
    act: Annotated[str | None, typer.Argument(metavar="[АКТ]", help="Без имени — все.")] = None,
) -> None:
    """Перечислить требования."""
    from monitor.commands import rules as work

    _end(work.list_requirements(act))


@rules_app.command("explain")
def rules_explain(
    requirement: Annotated[str, typer.Argument(metavar="ТРЕБОВАНИЕ")],
) -> None:
    """Объяснить требование: что велит закон, на что смотрят, как исправить."""
    from monitor.commands import rules as work

    _end(work.explain(requirement))


@rules_app.command("check")
def rules_check(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[ФАЙЛ]…")] = None,
) -> None:
    """Проверить файлы актов."""
    from monitor.commands import rules as work

    _end(work.check(files or []))


@storage_app.command("move")
def storage_move(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option("--to", metavar="АДРЕС", help="postgresql+psycopg://имя@сервер/база, пустая."),
    ],
    password: Annotated[
        str, typer.Option(help="Пароль базы.", envvar="DATABASE_PASSWORD", hidden=True)
    ] = "",
) -> None:
    """Перенести всё из базы настроек (SQLite) в пустую базу PostgreSQL и сверить."""
    from monitor.commands import storage as work

    _end(work.move(context.obj, to, password))


@storage_app.command("tidy")
def storage_tidy(context: typer.Context) -> None:
    """Убрать в корзину то, чему вышел срок, и вернуть из неё то, чему не вышел."""
    from monitor.commands import storage as work

    _end(work.tidy(context.obj))


@storage_app.command("compact")
def storage_compact(context: typer.Context) -> None:
    """Вернуть диску место, которое освободилось внутри базы."""
    from monitor.commands import storage as work

    _end(work.compact(context.obj))


def main() -> None:
    """The entry point: faults that have an explanation end with it, not with a traceback."""
    _collect_seldom()
    try:
        app()
    except Exception as error:
        import traceback

        from monitor.faults import told
        from monitor.logs import without_secrets

        status, lines = told(error)
        print(without_secrets("\n".join(lines) or traceback.format_exc()), file=sys.stderr)
        sys.exit(status)


def _collect_seldom() -> None:
    """Modules, patterns and table classes stay to the end, a million objects: to look through them
    for cycles at every 700 new ones, and twice more at the exit, is a quarter of a short command.
    A run over 5,300 pages of VK holds 3 MB more for it: few cycles outlive a first search.
    """
    gc.set_threshold(*SEARCHES)
    atexit.register(gc.freeze)


def _end(status: Any) -> None:
    raise typer.Exit(int(status or 0))
