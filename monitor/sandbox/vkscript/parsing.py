"""Recursive descent over a script's tokens; what it reads becomes closures of running.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from monitor.sandbox.vkscript.errors import CompileError
from monitor.sandbox.vkscript.running import (
    Expression,
    Statement,
    Value,
    api_call,
    array,
    block,
    constant,
    element,
    give_back,
    loop,
    mapping,
    operation,
    perform,
    projection,
    push,
    store,
    variable,
)
from monitor.sandbox.vkscript.tokens import END, Token, tokens, unquoted

ASSIGN = Token("sign", "=")
Item = TypeVar("Item")

CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
# Words of VKScript, or of the languages that it resembles, that no script of ours needs.
UNKNOWN_WORDS = frozenset(
    {"if", "else", "for", "do", "break", "continue", "delete", "function", "new", "typeof"}
    | {"Args", "parseInt", "parseDouble"}
)
UNKNOWN_SIGNS = frozenset(
    {"===", "!==", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "++", "--"} | set("-*/%>!?")
)
KNOWN = "return, var, while, =, +, <, @., .length, .push, literals and API.section.method({…})"


def unknown(text: str) -> CompileError:
    return CompileError(f"{text!r} is not in the sandbox's part of VKScript, which is {KNOWN}")


class Parser:
    def __init__(self, code: str) -> None:
        self.tokens = [*tokens(code), END]
        self.at = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def found(self, text: str) -> bool:
        token = self.tokens[self.at]
        if token.text == text and token.kind != "text":
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        if self.found(text):
            return
        if self.token.kind == "sign" and self.token.text in UNKNOWN_SIGNS:
            raise unknown(self.token.text)
        raise CompileError(f"{text!r} expected, {self.token.text!r} found")

    def name(self) -> str:
        token = self.take()
        if token.kind != "name":
            raise CompileError(f"a name expected, {token.text!r} found")
        return token.text

    def new_name(self) -> str:
        name = self.name()
        if name in UNKNOWN_WORDS:
            raise unknown(name)
        return name

    # statements

    def program(self) -> Statement:
        body = []
        while self.token is not END:
            body.append(self.statement())
        return block(body)

    def statement(self) -> Statement:
        if self.found("var"):
            return self.declarations()
        if self.found("while"):
            return loop(self.in_brackets(), self.statement())
        if self.found("return"):
            return self.returned()
        if self.found("{"):
            return self.rest_of_block()
        if self.found(";"):
            return block([])
        return self.ended(self.assignment())

    def ended(self, statement: Statement) -> Statement:
        if self.token is not END and self.token.text != "}":
            self.need(";")
        return statement

    def rest_of_block(self) -> Statement:
        body = []
        while not self.found("}"):
            if self.token is END:
                raise CompileError("'}' expected")
            body.append(self.statement())
        return block(body)

    def declarations(self) -> Statement:
        body = [self.declaration()]
        while self.found(","):
            body.append(self.declaration())
        return self.ended(block(body))

    def declaration(self) -> Statement:
        name = self.new_name()
        return store(name, self.expression() if self.found("=") else constant(None))

    def returned(self) -> Statement:
        is_empty = self.token is END or self.token.text in (";", "}")
        return self.ended(give_back(constant(None) if is_empty else self.expression()))

    def assignment(self) -> Statement:
        if self.token.kind == "name" and self.tokens[self.at + 1] == ASSIGN:
            name = self.new_name()
            self.need("=")
            return store(name, self.expression())
        expression = self.expression()
        if self.token == ASSIGN:
            raise CompileError("only a variable can be assigned to")
        return perform(expression)

    def in_brackets(self) -> Expression:
        self.need("(")
        inner = self.expression()
        self.need(")")
        return inner

    # expressions

    def expression(self) -> Expression:
        left = self.sum()
        while self.found("<"):
            left = operation("<", left, self.sum())
        return left

    def sum(self) -> Expression:
        left = self.suffixed(self.primary())
        while self.found("+"):
            left = operation("+", left, self.suffixed(self.primary()))
        return left

    def primary(self) -> Expression:
        token = self.take()
        match token.kind, token.text:
            case "number", text:
                return constant(number(text))
            case "text", text:
                return constant(unquoted(text))
            case "name", text:
                return self.named(text)
            case "sign", "-" if self.token.kind == "number":
                return constant(-number(self.take().text))
            case "sign", "(":
                inner = self.expression()
                self.need(")")
                return inner
            case "sign", "[":
                return array(self.listed("]", self.expression))
            case "sign", "{":
                return mapping(self.listed("}", self.pair))
            case "sign", text if text in UNKNOWN_SIGNS:
                raise unknown(text)
        raise CompileError(f"unexpected {token.text!r}")

    def named(self, name: str) -> Expression:
        if name in CONSTANTS:
            return constant(CONSTANTS[name])
        if name in UNKNOWN_WORDS:
            raise unknown(name)
        return self.api() if name == "API" else variable(name)

    def api(self) -> Expression:
        self.need(".")
        method = self.name()
        while self.found("."):
            method += "." + self.name()
        self.need("(")
        given = constant({}) if self.token.text == ")" else self.expression()
        self.need(")")
        return api_call(method, given)

    def pair(self) -> tuple[str, Expression]:
        token = self.take()
        if token.kind not in ("name", "text", "number"):
            raise CompileError(f"a key expected, {token.text!r} found")
        self.need(":")
        return unquoted(token.text) if token.kind == "text" else token.text, self.expression()

    def listed(self, closing: str, read: Callable[[], Item]) -> list[Item]:
        items: list[Item] = []
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
        if name != "push":
            raise unknown(f".{name}()")
        return push(inner, self.listed(")", self.expression))


def number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
