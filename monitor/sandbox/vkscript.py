"""VKScript, the language of VK's `execute`: read, compiled to closures, run within limits.

Understood: `var`, assignment (also to `a.b` and `a[i]`), `if`/`else`, `while`, `return`,
`delete`, literals, arrays, objects, `? :`, `||`, `&&`, comparison, arithmetic, `@.field`,
indexing, `.length`, `.push` and its relatives, `Args.x`, `API.section.method({…})`.
`+` joins strings and arrays.
A field of something that has no fields is null, as in VK. https://dev.vk.com/ru/method/execute
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Value = Any  # JSON values: None, bool, int, float, str, list, dict
Params = Mapping[str, Value]


class ScriptError(Exception):
    """The script cannot go on; the text is what VK tells."""


class CompileError(ScriptError):
    """Not VKScript (VK's error 12)."""


class RunError(ScriptError):
    """A limit was passed, or an operation makes no sense (VK's error 13)."""


@dataclass(slots=True)
class Scope:
    """One run: its variables and what it has used up."""

    call: Callable[[str, Params], Value]
    args: Mapping[str, str]
    max_operations: int | None = 1000
    max_calls: int | None = 25
    keeps_gaps: bool = True
    variables: dict[str, Value] = field(default_factory=dict)
    operations: int = 0
    calls: int = 0

    def spend(self) -> None:
        self.operations += 1
        if self.max_operations is not None and self.operations > self.max_operations:
            raise RunError("Runtime error occurred during code invocation: Too many operations")

    def api(self, method: str, params: Params) -> Value:
        self.calls += 1
        if self.max_calls is not None and self.calls > self.max_calls:
            raise RunError("Runtime error occurred during code invocation: Too many api calls")
        return self.call(method, params)


Expression = Callable[[Scope], Value]


@dataclass(frozen=True, slots=True)
class Returned:
    value: Value


Statement = Callable[[Scope], Returned | None]


def run(code: str, scope: Scope) -> Value:
    """The value that the script returns (None without a `return`). Raises ScriptError."""
    done = Parser(code).program()(scope)
    return done.value if done else None


# --- reading ----------------------------------------------------------------------------------

TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<number>\d+\.\d+|\d+)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<name>[A-Za-z_$][\w$]*)
      | (?P<sign>===|!==|@\.|==|!=|<=|>=|&&|\|\||\+=|-=|\+\+|--|[-+*/%<>=!?:;,.(){}\[\]])
      | (?P<wrong>.)
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}


class Word(NamedTuple):
    kind: str
    text: str


END = Word("end", "")


def words(code: str) -> Iterator[Word]:
    for match in TOKEN.finditer(code):
        kind = match.lastgroup or "wrong"
        if kind == "wrong":
            raise CompileError(
                f"Unable to compile code: unexpected {match[0]!r} at {match.start()}"
            )
        if kind != "blank":
            yield Word(kind, match[0])


def unquote(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        mark = match[1]
        return chr(int(mark[1:], 16)) if len(mark) == 5 else ESCAPED.get(mark, mark)

    return ESCAPE.sub(one, text[1:-1]) if "\\" in text else text[1:-1]


POWER = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "===": 3, "!==": 3, "<": 4, ">": 4, "<=": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip


class Parser:
    """Recursive descent for statements, precedence climbing for expressions."""

    def __init__(self, code: str) -> None:
        self.words = [*words(code), END]
        self.at = 0

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def take(self) -> Word:
        word = self.words[self.at]
        self.at += 1
        return word

    def found(self, text: str) -> bool:
        word = self.words[self.at]
        if word.text == text and word.kind != "text":
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.found(text):
            raise CompileError(
                f"Unable to compile code: {text!r} expected, {self.word.text!r} found"
            )

    def name(self) -> str:
        word = self.take()
        if word.kind != "name":
            raise CompileError(f"Unable to compile code: a name expected, {word.text!r} found")
        return word.text

    # statements

    def program(self) -> Statement:
        body = []
        while self.word is not END:
            body.append(self.statement())
        return block(body)

    def statement(self) -> Statement:
        if self.word.kind == "name" and (read := getattr(self, f"read_{self.word.text}", None)):
            self.take()
            statement: Statement = read()
            return statement
        if self.found("{"):
            return self.rest_of_block()
        if self.found(";"):
            return block([])
        return self.ended(self.assignment())

    def ended(self, statement: Statement) -> Statement:
        if self.word is not END and self.word.text != "}":
            self.need(";")
        return statement

    def rest_of_block(self) -> Statement:
        body = []
        while not self.found("}"):
            if self.word is END:
                raise CompileError("Unable to compile code: '}' expected")
            body.append(self.statement())
        return block(body)

    def read_var(self) -> Statement:
        body = [self.declared()]
        while self.found(","):
            body.append(self.declared())
        return self.ended(block(body))

    def declared(self) -> Statement:
        name = self.name()
        return store_name(name, self.expression() if self.found("=") else constant(None))

    def read_if(self) -> Statement:
        test = self.in_brackets()
        then = self.statement()
        return branch(test, then, self.statement() if self.found("else") else block([]))

    def read_while(self) -> Statement:
        return loop(self.in_brackets(), self.statement())

    def in_brackets(self) -> Expression:
        self.need("(")
        inner = self.expression()
        self.need(")")
        return inner

    def read_return(self) -> Statement:
        empty = self.word is END or self.word.text in (";", "}")
        return self.ended(give_back(constant(None) if empty else self.expression()))

    def read_delete(self) -> Statement:
        return self.ended(remove(self.expression()))

    def assignment(self) -> Statement:
        target = self.expression()
        for sign in ("+=", "-="):
            if self.found(sign):
                return store(target, binary(sign[0], target, self.expression()))
        for sign in ("++", "--"):
            if self.found(sign):
                return store(target, binary(sign[0], target, constant(1)))
        return store(target, self.expression()) if self.found("=") else evaluate(target)

    # expressions

    def expression(self) -> Expression:
        test = self.climb(1)
        if not self.found("?"):
            return test
        yes = self.expression()
        self.need(":")
        return choose(test, yes, self.expression())

    def climb(self, least: int) -> Expression:
        left = self.unary()
        while self.word.kind == "sign" and (power := POWER.get(self.word.text, 0)) >= least:
            sign = self.take().text
            left = binary(sign, left, self.climb(power + 1))
        return left

    def unary(self) -> Expression:
        if self.found("!"):
            return negation(self.unary())
        if self.found("-"):
            return binary("-", constant(0), self.unary())
        if self.found("+"):
            return self.unary()
        return self.suffixed(self.primary())

    def primary(self) -> Expression:
        word = self.take()
        if word.kind == "number":
            return constant(float(word.text) if "." in word.text else int(word.text))
        if word.kind == "text":
            return constant(unquote(word.text))
        if word.kind == "name":
            return self.named(word.text)
        reader = {"(": self.closing_bracket, "[": self.array, "{": self.mapping}.get(word.text)
        if reader is None:
            raise CompileError(f"Unable to compile code: unexpected {word.text!r}")
        return reader()

    def named(self, name: str) -> Expression:
        if name in CONSTANTS:
            return constant(CONSTANTS[name])
        if name == "API":
            return self.api()
        if name in ("parseInt", "parseDouble") and self.word.text == "(":
            return number(name, self.in_brackets())
        return arguments() if name == "Args" else variable(name)

    def api(self) -> Expression:
        self.need(".")
        method = self.name()
        while self.found("."):
            method += "." + self.name()
        self.need("(")
        given = constant({}) if self.word.text == ")" else self.expression()
        self.need(")")
        return api_call(method, given)

    def closing_bracket(self) -> Expression:
        inner = self.expression()
        self.need(")")
        return inner

    def array(self) -> Expression:
        return array_of(self.listed("]", self.expression))

    def mapping(self) -> Expression:
        return mapping_of(self.listed("}", self.pair))

    def pair(self) -> tuple[str, Expression]:
        word = self.take()
        if word.kind not in ("name", "text", "number"):
            raise CompileError(f"Unable to compile code: a key expected, {word.text!r} found")
        self.need(":")
        return unquote(word.text) if word.kind == "text" else word.text, self.expression()

    def listed(self, closing: str, read: Callable[[], Any]) -> list[Any]:
        items: list[Any] = []
        while not self.found(closing):
            items.append(read())
            if not self.found(","):
                self.need(closing)
                break
        return items

    def suffixed(self, inner: Expression) -> Expression:
        while True:
            if self.found("@."):
                inner = projection(inner, self.name())
            elif self.found("["):
                inner = element(inner, self.expression())
                self.need("]")
            elif self.found("."):
                inner = self.member(inner, self.name())
            else:
                return inner

    def member(self, inner: Expression, name: str) -> Expression:
        if not self.found("("):
            return element(inner, constant(name))
        return method_call(inner, name, self.listed(")", self.expression))


# --- running ----------------------------------------------------------------------------------


class Fixed(dict[str, Value]):
    """A part that many answers share: a script's assignment does not reach it."""


class Place:
    """An expression that can stand left of `=`: an element of something, or a variable."""

    def __init__(self, holder: Expression | None, key: Expression) -> None:
        self.holder = holder
        self.key = key

    def __call__(self, scope: Scope) -> Value:
        if self.holder is None:
            return scope.variables.get(self.key(scope))
        scope.spend()
        return pick(self.holder(scope), self.key(scope))

    def put(self, scope: Scope, value: Value) -> None:
        key = self.key(scope)
        if self.holder is None:
            scope.variables[key] = value
            return
        holder = self.holder(scope)
        if isinstance(holder, list) and isinstance(key, int):
            holder.extend([None] * (key + 1 - len(holder)))
            holder[key] = value
        elif isinstance(holder, dict) and not isinstance(holder, Fixed):
            holder[str(key)] = value

    def drop(self, scope: Scope) -> None:
        holder = None if self.holder is None else self.holder(scope)
        if isinstance(holder, dict) and not isinstance(holder, Fixed):
            holder.pop(str(self.key(scope)), None)


def pick(holder: Value, key: Value) -> Value:
    if isinstance(holder, dict):
        return holder.get(str(key))
    if key == "length" and isinstance(holder, list | str):
        return len(holder)
    if isinstance(holder, list) and isinstance(key, int) and 0 <= key < len(holder):
        return holder[key]
    return None


def constant(value: Value) -> Expression:
    return lambda _: value


def variable(name: str) -> Expression:
    return Place(None, constant(name))


def element(holder: Expression, key: Expression) -> Expression:
    return Place(holder, key)


def arguments() -> Expression:
    return lambda scope: dict(scope.args)


def array_of(items: list[Expression]) -> Expression:
    return lambda scope: [item(scope) for item in items]


def mapping_of(pairs: list[tuple[str, Expression]]) -> Expression:
    return lambda scope: {key: value(scope) for key, value in pairs}


def negation(inner: Expression) -> Expression:
    def result(scope: Scope) -> Value:
        scope.spend()
        return not truth(inner(scope))

    return result


def choose(test: Expression, yes: Expression, no: Expression) -> Expression:
    def result(scope: Scope) -> Value:
        scope.spend()
        return yes(scope) if truth(test(scope)) else no(scope)

    return result


def projection(inner: Expression, name: str) -> Expression:
    def result(scope: Scope) -> Value:
        scope.spend()
        items = inner(scope)
        if not isinstance(items, list):
            return None
        if scope.keeps_gaps:
            return [
                item.get(name) if isinstance(item, dict) else pick(item, name) for item in items
            ]
        return [item[name] for item in items if isinstance(item, dict) and name in item]

    return result


def api_call(method: str, given: Expression) -> Expression:
    def result(scope: Scope) -> Value:
        scope.spend()
        params = given(scope)
        return scope.api(method, params if isinstance(params, dict) else {})

    return result


def number(name: str, inner: Expression) -> Expression:
    def result(scope: Scope) -> Value:
        scope.spend()
        value = float(as_number(inner(scope)))
        return int(value) if name == "parseInt" else value

    return result


def truth(value: Value) -> bool:
    return True if isinstance(value, list | dict) else bool(value)


def as_number(value: Value) -> int | float:
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, str):
        found = re.match(r"\s*(-?\d+(\.\d+)?)", value)
        return 0 if found is None else float(found[1]) if found[2] else int(found[1])
    return value if isinstance(value, int | float) else 0


def as_text(value: Value) -> str:
    if isinstance(value, list):
        return ",".join(as_text(item) for item in value)
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def add(left: Value, right: Value) -> Value:
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        return as_text(left) + as_text(right)
    return as_number(left) + as_number(right)


def divide(left: Value, right: Value) -> Value:
    below = as_number(right)
    if not below:
        raise RunError("Runtime error occurred during code invocation: Division by zero")
    quotient = as_number(left) / below
    return int(quotient) if quotient == int(quotient) else quotient


def remainder(left: Value, right: Value) -> Value:
    if not as_number(right):
        raise RunError("Runtime error occurred during code invocation: Division by zero")
    return as_number(left) % as_number(right)


def same(left: Value, right: Value) -> bool:
    """`==` as in JavaScript for what scripts compare: null equals null only."""
    if left is None or right is None:
        return left is right
    if isinstance(left, str) != isinstance(right, str):
        return not isinstance(left, list | dict) and as_number(left) == as_number(right)
    return bool(left == right)


def below(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return as_number(left) < as_number(right)


OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": lambda a, b: as_number(a) - as_number(b),
    "*": lambda a, b: as_number(a) * as_number(b),
    "/": divide,
    "%": remainder,
    "==": same,
    "===": same,
    "!=": lambda a, b: not same(a, b),
    "!==": lambda a, b: not same(a, b),
    "<": below,
    ">": lambda a, b: below(b, a),
    "<=": lambda a, b: not below(b, a),
    ">=": lambda a, b: not below(a, b),
}


def binary(sign: str, left: Expression, right: Expression) -> Expression:
    if sign in ("&&", "||"):
        return either(sign == "||", left, right)
    operation = OPERATIONS[sign]

    def result(scope: Scope) -> Value:
        scope.spend()
        return operation(left(scope), right(scope))

    return result


def either(stops_at: bool, left: Expression, right: Expression) -> Expression:
    def result(scope: Scope) -> Value:
        scope.spend()
        first = left(scope)
        return first if truth(first) is stops_at else right(scope)

    return result


def whole(value: Value) -> int:
    return int(as_number(value))


def cut(holder: Value, args: list[Value]) -> Value:
    return holder[whole(args[0]) if args else 0 : whole(args[1]) if len(args) > 1 else None]


def substring(holder: Value, args: list[Value]) -> Value:
    start = whole(args[0]) if args else 0
    return holder[start : start + whole(args[1]) if len(args) > 1 else None]


def splice(holder: Value, args: list[Value]) -> Value:
    start = whole(args[0])
    end = start + whole(args[1]) if len(args) > 1 else len(holder)
    removed = holder[start:end]
    holder[start:end] = args[2:]
    return removed


def push(holder: Value, args: list[Value]) -> Value:
    holder.extend(args)
    return len(holder)


def unshift(holder: Value, args: list[Value]) -> Value:
    holder[:0] = args
    return len(holder)


def index_of(holder: Value, args: list[Value]) -> int:
    if isinstance(holder, str):
        return holder.find(as_text(args[0]))
    return next((at for at, item in enumerate(holder) if same(item, args[0])), -1)


LIST_METHODS: dict[str, Callable[[Value, list[Value]], Value]] = {
    "push": push,
    "pop": lambda holder, _: holder.pop() if holder else None,
    "shift": lambda holder, _: holder.pop(0) if holder else None,
    "unshift": unshift,
    "splice": splice,
    "slice": cut,
    "indexOf": index_of,
    "join": lambda holder, args: (as_text(args[0]) if args else ",").join(map(as_text, holder)),
}
TEXT_METHODS: dict[str, Callable[[Value, list[Value]], Value]] = {
    "slice": cut,
    "substr": substring,
    "split": lambda holder, args: holder.split(args[0]) if args and args[0] else list(holder),
    "indexOf": index_of,
}


def method_call(inner: Expression, name: str, args: list[Expression]) -> Expression:
    def result(scope: Scope) -> Value:
        scope.spend()
        holder = inner(scope)
        table = LIST_METHODS if isinstance(holder, list) else TEXT_METHODS
        if not isinstance(holder, list | str) or name not in table:
            return None
        return table[name](holder, [arg(scope) for arg in args])

    return result


def block(body: list[Statement]) -> Statement:
    def execute(scope: Scope) -> Returned | None:
        for statement in body:
            if (done := statement(scope)) is not None:
                return done
        return None

    return execute


def evaluate(expression: Expression) -> Statement:
    def execute(scope: Scope) -> None:
        expression(scope)

    return execute


def store_name(name: str, value: Expression) -> Statement:
    return store(variable(name), value)


def store(target: Expression, value: Expression) -> Statement:
    if not isinstance(target, Place):
        raise CompileError("Unable to compile code: only a variable or an element can be assigned")

    def execute(scope: Scope) -> None:
        scope.spend()
        target.put(scope, value(scope))

    return execute


def remove(target: Expression) -> Statement:
    if not isinstance(target, Place):
        raise CompileError("Unable to compile code: only an element can be deleted")
    return target.drop


def branch(test: Expression, then: Statement, other: Statement) -> Statement:
    def execute(scope: Scope) -> Returned | None:
        scope.spend()
        return then(scope) if truth(test(scope)) else other(scope)

    return execute


def loop(test: Expression, body: Statement) -> Statement:
    def execute(scope: Scope) -> Returned | None:
        while truth(test(scope)):
            scope.spend()
            if (done := body(scope)) is not None:
                return done
        return None

    return execute


def give_back(value: Expression) -> Statement:
    return lambda scope: Returned(value(scope))
