"""Every command of `dozor`: where it is declared, and the line that `--help` shows of it.

A command is a function in a module of
`monitor/commands/`; its parameters are the command's, and the number that it gives is the exit
status. The module is imported when the command is
used, so that `dozor --help` and each command load no work but their own
(`tests/test_start.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declared:
    module: str  # of monitor.commands
    summary: str
    function: str = ""  # where it has another name than the command
    kept: str = ""  # what Ctrl-C leaves, as its operator should know


RESUMED = (
    "Что прочитано, сохранено. Незаконченную проверку продолжит та же команда в ближайшие шесть "
    "часов; о законченной расскажет dozor report."
)
QUEUED = "Что поставлено в очередь и не ушло, отправит dozor send; посмотреть: dozor outbox."
AS_STORED = "Прочитанное осталось как было; повторите команду."
UNWRITTEN = "Проверка осталась как была; файла, который записывался, нет."
RECORDED = "Заявление записано, только если выше стоит «Записано»; если нет, повторите команду."
DECIDED = "Решение записано, только если о нём сказано выше; если нет, повторите команду."
FETCHED = "Прочитанные письма записаны; остальные прочтёт следующий раз."
PLACED = "Письмо разобрано, только если об этом сказано выше; если нет, повторите команду."
SWEPT = "Незаконченная копия убрана."
ASIDE = "Прежнее цело: на своём месте или рядом (….before-restore). Повторите команду."
READ_ONLY = "Записи и файлы остались как были."
REQUEUED = "Письма целы; какие снова стоят в очереди, покажет dozor outbox."
SERVICE = (
    "Прочитанное и поставленное в очередь сохранено; незаконченную ночь продолжит следующий запуск."
)
RETAKEN = (
    "Что прочитано, сохранено; взятую часть проверки возьмёт другой работник или новый запуск."
)
TABLES = "Всё прочее осталось как было; файл мог записаться не до конца: повторите команду."
WHOLE_FILES = "Файл записывается целиком или никак; прежний цел. Повторите команду."
AGAIN = "Начатое в базе завершено или отменено целиком. Повторите команду."
PLAYED = "Показ прерван: пройденные недели остались в папке; повторите команду, она начнёт заново."
CLOSED = "Стол закрыт; всё, о чём страница сказала «Записано», записано."
GRANTED = "Учётная запись изменилась, только если об этом сказано выше; если нет, повторите."
REVOKED = "Закрыты те ссылки, о которых сказано выше; повторите команду."
SOURCE = "База, из которой переносили, не изменена."

GROUPS: Mapping[str, str] = {
    "desk": "Стол: то же самое в браузере; без подкоманды — открыть его.",
    "desk user": "Учётные записи стола: завести, перечислить, сменить роль, сбросить, закрыть.",
    "desk link": "Ссылки, по которым отвечают учреждения: закрыть.",
    "registry": "Реестр учреждений: проверить, заполнить из таблицы, выгрузить.",
    "inbox": "Ответы учреждений по почте: прочитать ящик, разобрать неясное.",
    "storage": "Хранилище: перенести базу на сервер PostgreSQL.",
    "rules": "Требования актов: перечень и объяснение каждого.",
}
BY_ITSELF: Mapping[str, str] = {"desk": "serve"}
"""What a group does when it is called without a command of its own."""
COMMANDS: Mapping[str, Mapping[str, Declared]] = {
    "dozor": {
        "audit": Declared(
            "audit", "Прочитать страницы, сверить с актами, составить отчёт.", kept=RESUMED
        ),
        "collect": Declared(
            "audit", "Только прочитать страницы и сохранить увиденное.", kept=RESUMED
        ),
        "evaluate": Declared(
            "audit", "Оценить заново то, что уже сохранено, без обращения к сети.", kept=AS_STORED
        ),
        "report": Declared("report", "Составить отчёт о сохранённой проверке.", kept=UNWRITTEN),
        "send": Declared("send", "Отправить отчёт по электронной почте.", kept=QUEUED),
        "outbox": Declared(
            "outbox", "Показать письма: ушедшие, ждущие, отложенные.", kept=REQUEUED
        ),
        "serve": Declared(
            "serve",
            "Работать постоянно: проверка и письмо каждую ночь по расписанию.",
            kept=SERVICE,
        ),
        "worker": Declared(
            "worker",
            "Брать части проверки из общей очереди, пока не остановят (PostgreSQL).",
            kept=RETAKEN,
        ),
        "backup": Declared(
            "backup",
            "Сохранить базу и материалы в один файл (ФАЙЛ.tar.gz); служба может работать.",
            kept=SWEPT,
        ),
        "restore": Declared(
            "backup",
            "Восстановить базу и материалы из файла, который записала команда backup.",
            kept=ASIDE,
        ),
        "doctor": Declared(
            "doctor", "Проверить настройки, реестр, базу, ключи доступа и почту.", kept=READ_ONLY
        ),
        "evidence": Declared(
            "evidence",
            "Собрать в один файл (WACZ), что увидено у учреждения: для передачи.",
            kept=WHOLE_FILES,
        ),
        "verify": Declared(
            "verify", "Проверить, что материалы или пакет с ними никто не менял.", kept=READ_ONLY
        ),
        "contacts": Declared(
            "contacts",
            "Найти контакты в текстах (ФАЙЛ.jsonl с полями id, text, links).",
            kept=READ_ONLY,
        ),
        "attest": Declared(
            "statements",
            "Записать подтверждение того, чего программа увидеть не может.",
            kept=RECORDED,
        ),
        "waive": Declared(
            "statements", "Записать отсрочку: нарушение остаётся, но показано с нею.", kept=RECORDED
        ),
        "event": Declared(
            "statements",
            "Записать событие: страница создана, уведомление отправлено, спор открыт.",
            kept=RECORDED,
        ),
        "cases": Declared(
            "cases", "Что кому улаживать, к какому дню, и чей сейчас ход.", kept=READ_ONLY
        ),
        "assign": Declared("cases", "Поручить дело человеку.", kept=RECORDED),
        "tell": Declared(
            "cases", "Записать, что учреждению сообщили не письмом: пошёл срок.", kept=RECORDED
        ),
        "answers": Declared("answers", "Ответы учреждений, которые ждут решения.", kept=READ_ONLY),
        "answer": Declared(
            "answers",
            "Записать ответ учреждения: исправили, подтверждаем, не согласны, поправьте.",
            kept=RECORDED,
        ),
        "accept": Declared("answers", "Принять ответ учреждения.", kept=DECIDED),
        "reject": Declared("answers", "Отклонить ответ учреждения с причиной.", kept=DECIDED),
        "statements": Declared(
            "records", "Всё, что записали люди: кто, когда, до какого дня.", kept=READ_ONLY
        ),
        "undo": Declared("records", "Отменить запись; сама она остаётся в журнале.", kept=DECIDED),
        "sandbox": Declared(
            "sandbox",
            "Запустить вымышленный город: сервер, который отвечает как ВКонтакте, ОК и сайты.",
        ),
        "demo": Declared(
            "demo", "Показать всё на вымышленном городе, без ключей и без сети.", kept=PLAYED
        ),
    },
    "desk": {
        "serve": Declared("desk", "Открыть стол и отвечать браузерам.", "serve_desk", kept=CLOSED),
    },
    "user": {
        "add": Declared("desk_users", "Завести учётную запись.", kept=GRANTED),
        "list": Declared(
            "desk_users",
            "Учётные записи: роль, муниципалитеты, вход.",
            "list_users",
            kept=READ_ONLY,
        ),
        "reset": Declared(
            "desk_users",
            "Дать новый одноразовый пароль; второй фактор и входы сбросить.",
            kept=GRANTED,
        ),
        "role": Declared("desk_users", "Сменить роль; входы по записи завершаются.", kept=GRANTED),
        "end": Declared("desk_users", "Закрыть учётную запись: войти по ней нельзя.", kept=GRANTED),
    },
    "link": {
        "end": Declared(
            "desk_links", "Закрыть все ссылки учреждения: по ним не войти.", kept=REVOKED
        ),
    },
    "registry": {
        "check": Declared(
            "registry", "Назвать все ошибки реестра: файл, строка, что написать.", kept=READ_ONLY
        ),
        "template": Declared(
            "registry", "Записать пустую таблицу XLSX с пояснениями.", kept=TABLES
        ),
        "import": Declared(
            "registry",
            "Сделать реестр из XLSX, CSV или таблицы ЦУР.",
            "import_table",
            kept=TABLES,
        ),
        "export": Declared("registry", "Выгрузить реестр в XLSX.", kept=TABLES),
        "diff": Declared(
            "registry", "Сказать, что меняет новый реестр и о чём нужно уведомить.", kept=READ_ONLY
        ),
    },
    "inbox": {
        "fetch": Declared(
            "inbox",
            "Прочитать новые письма из ящика для ответов; в ящике ничего не меняется.",
            kept=FETCHED,
        ),
        "list": Declared(
            "inbox", "Письма, которые ждут разбора, и почему.", "list_mail", kept=READ_ONLY
        ),
        "place": Declared("inbox", "Отнести письмо к учреждению: это ответ.", kept=PLACED),
        "dismiss": Declared("inbox", "Отметить, что письмо — не ответ.", kept=PLACED),
    },
    "storage": {
        "move": Declared(
            "storage",
            "Перенести всё из базы настроек (SQLite) в пустую базу PostgreSQL и сверить.",
            kept=SOURCE,
        ),
        "tidy": Declared(
            "storage",
            "Убрать в корзину то, чему вышел срок, и вернуть из неё то, чему не вышел.",
            kept=AGAIN,
        ),
        "compact": Declared(
            "storage", "Вернуть диску место, которое освободилось внутри базы.", kept=AGAIN
        ),
    },
    "rules": {
        "list": Declared("rules", "Перечислить требования.", "list_requirements", kept=READ_ONLY),
        "explain": Declared(
            "rules",
            "Объяснить требование: что велит закон, на что смотрят, как исправить.",
            kept=READ_ONLY,
        ),
        "check": Declared("rules", "Проверить файлы актов.", kept=READ_ONLY),
    },
}
