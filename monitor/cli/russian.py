"""What the command line says of itself, in Russian: usage, help, and what is wrong with a command.

Typer's own texts are English, and only some of them go through gettext. Its errors are told here by
their types and by the parameter that they are about.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer._click import exceptions as refused  # typer gives no other name to most of them
from typer.core import TyperArgument, TyperOption

OPTIONS, COMMAND = "[ПАРАМЕТРЫ]", "КОМАНДА …"
OWN_OPTIONS: Mapping[str, str] = {
    "help": "Показать эту справку и выйти.",
    "install_completion": "Научить оболочку дополнять команды по клавише Tab.",
    "show_completion": "Показать то, что записал бы --install-completion.",
}
NOT_A_NUMBER, NOT_A_FLAG, NOT_SO = "нужно целое число", "нужно 1 или 0", "значение не подходит"
INCOMPLETE = "команда написана не до конца"


def write_usage(command: Any, context: Any, formatter: Any) -> None:
    pieces = " ".join(command.collect_usage_pieces(context))
    formatter.write_usage(context.command_path, pieces, prefix="Использование: ")


def write_parameters(command: Any, context: Any, formatter: Any) -> None:
    shown = [one for one in command.get_params(context) if not one.hidden]
    arguments = [_argument(one) for one in shown if isinstance(one, TyperArgument)]
    options = [_option(one) for one in shown if isinstance(one, TyperOption)]
    for title, rows in (("Аргументы", arguments), ("Параметры", options)):
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


def _argument(argument: TyperArgument) -> tuple[str, str]:
    return argument.display_name_raw, _help_of(argument)


def _option(option: TyperOption) -> tuple[str, str]:
    names = ", ".join(sorted(option.opts, key=len))
    value = "" if option.is_flag else f" {option.metavar or 'ЗНАЧЕНИЕ'}"
    return f"{names}{value}", _help_of(option)


def _help_of(parameter: TyperArgument | TyperOption) -> str:
    notes = [
        f"по умолчанию: {parameter.default}" if _has_default(parameter) else "",
        f"или переменная {parameter.envvar}" if parameter.envvar else "",
        "обязательно" if parameter.required else "",
    ]
    said = [OWN_OPTIONS.get(parameter.name, parameter.help or ""), _choices(parameter)]
    if told := "; ".join(note for note in notes if note):
        said.append(f"[{told}]")
    return " ".join(part for part in said if part)


def _has_default(parameter: TyperArgument | TyperOption) -> bool:
    is_flag = isinstance(parameter, TyperOption) and parameter.is_flag
    return not is_flag and parameter.default not in (None, "")


def _choices(parameter: TyperArgument | TyperOption) -> str:
    words = parameter.type_descriptor.choices if parameter.type_descriptor.is_choice else ()
    return f"Одно из: {', '.join(map(str, words or ()))}." if words else ""


def say(error: typer.Exit | Exception) -> int:
    """Print what is wrong with a command, and give the exit status."""
    if isinstance(error, refused.NoArgsIsHelpError):
        print(error.message, file=sys.stderr)
    elif isinstance(error, refused.UsageError):
        print(_where(error.ctx), f"Ошибка: {refusal_of(error)}", sep="", file=sys.stderr)
    else:
        print("Прервано.", file=sys.stderr)
    return getattr(error, "exit_code", 1)


def _where(context: Any) -> str:
    if context is None:
        return ""
    return f"{context.get_usage()}\nСправка: {context.command_path} -h{os.linesep * 2}"


class Refused(refused.UsageError):
    """What Typer says in English words alone; the message is Russian."""


@contextmanager
def of_command(context: Any) -> Iterator[None]:
    """Typer does not say of every error at which command it happened."""
    try:
        yield
    except refused.UsageError as error:
        error.ctx = error.ctx or context
        raise


def refusal_of(error: refused.UsageError) -> str:
    match error:
        case Refused():
            return error.message
        case refused.NoSuchOption():
            return f"параметра {error.option_name} нет{near(error.possibilities or ())}"
        case refused.BadOptionUsage():
            return _value_of(error)
        case refused.MissingParameter(param=TyperOption() | TyperArgument() as parameter):
            return f"не указано {_name_of(parameter)}{_hint(parameter)}"
        case refused.BadParameter(param=TyperOption() | TyperArgument() as parameter):
            return f"{_name_of(parameter)}: {_what_is_wanted(parameter)}"
    return INCOMPLETE


def near(names: Sequence[str]) -> str:
    return f"; похожие: {', '.join(names)}" if names else ""


def _name_of(parameter: TyperOption | TyperArgument) -> str:
    if isinstance(parameter, TyperOption):
        return max(parameter.opts, key=len)
    return parameter.display_name_raw


def _hint(parameter: TyperOption | TyperArgument) -> str:
    said = " ".join(part for part in (parameter.help or "", _choices(parameter)) if part)
    return f" ({said.rstrip('.')})" if said else ""


def _what_is_wanted(parameter: TyperOption | TyperArgument) -> str:
    if choices := _choices(parameter):
        return f"нужно о{choices.rstrip('.')[1:]}"
    wanted = {int: NOT_A_NUMBER, bool: NOT_A_FLAG}
    kinds = [kind for kind in wanted if kind in _kinds(parameter)]
    return wanted[kinds[0]] if kinds else NOT_SO


def _kinds(parameter: TyperOption | TyperArgument) -> tuple[Any, ...]:
    """`int | None` is of two kinds."""
    annotation = parameter.type_descriptor.annotation
    return getattr(annotation, "__args__", (annotation,))


def _value_of(error: refused.BadOptionUsage) -> str:
    """A flag was given a value, or an option none."""
    known = error.ctx.command.params if error.ctx else []
    option = next((one for one in known if error.option_name in one.opts), None)
    if isinstance(option, TyperOption) and not option.is_flag:
        return f"после {error.option_name} укажите {option.metavar or 'значение'}{_hint(option)}"
    return f"{error.option_name} пишут без значения"
