"""What a script's statements and expressions do: closures over the scope of one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.sandbox.vkscript.errors import RunError

Value = Any  # JSON values: None, bool, int, float, str, list, dict
Params = Mapping[str, Value]


@dataclass(slots=True)
class Scope:
    """One run: its variables and what it has used up."""

    call: Callable[[str, Params], Value]
    max_operations: int | None = 1000
    max_calls: int | None = 25
    keeps_gaps: bool = True
    variables: dict[str, Value] = field(default_factory=dict)
    operations: int = 0
    calls: int = 0

    def spend(self) -> None:
        self.operations += 1
        if self.max_operations is not None and self.operations > self.max_operations:
            raise RunError("Too many operations")

    def api(self, method: str, params: Params) -> Value:
        self.calls += 1
        if self.max_calls is not None and self.calls > self.max_calls:
            raise RunError("Too many api calls")
        return self.call(method, params)


@dataclass(frozen=True, slots=True)
class Returned:
    value: Value


Expression = Callable[[Scope], Value]
Statement = Callable[[Scope], Returned | None]

# --- expressions ------------------------------------------------------------------------------


def constant(value: Value) -> Expression:
    return lambda _: value


def variable(name: str) -> Expression:
    return lambda scope: scope.variables.get(name)


def array(items: Sequence[Expression]) -> Expression:
    return lambda scope: [item(scope) for item in items]


def mapping(pairs: Sequence[tuple[str, Expression]]) -> Expression:
    return lambda scope: {key: value(scope) for key, value in pairs}


def element(holder: Expression, key: Expression) -> Expression:
    def evaluate(scope: Scope) -> Value:
        scope.spend()
        return pick(holder(scope), key(scope))

    return evaluate


def pick(holder: Value, key: Value) -> Value:
    """Null where there is nothing, or nothing that has elements."""
    if isinstance(holder, dict):
        return holder.get(str(key))
    if key == "length" and isinstance(holder, list | str):
        return len(holder)
    if isinstance(holder, list) and isinstance(key, int) and 0 <= key < len(holder):
        return holder[key]
    return None


def projection(holder: Expression, name: str) -> Expression:
    """`items@.name`: what it does with an item that has no such field is not documented."""

    def evaluate(scope: Scope) -> Value:
        scope.spend()
        items = holder(scope)
        if not isinstance(items, list):
            return None
        if scope.keeps_gaps:
            return [pick(item, name) for item in items]
        return [item[name] for item in items if isinstance(item, dict) and name in item]

    return evaluate


def push(holder: Expression, values: Sequence[Expression]) -> Expression:
    def evaluate(scope: Scope) -> Value:
        scope.spend()
        items = holder(scope)
        if not isinstance(items, list):
            return None
        items.extend(value(scope) for value in values)
        return len(items)

    return evaluate


def api_call(method: str, given: Expression) -> Expression:
    def evaluate(scope: Scope) -> Value:
        scope.spend()
        params = given(scope)
        return scope.api(method, params if isinstance(params, dict) else {})

    return evaluate


def operation(sign: str, left: Expression, right: Expression) -> Expression:
    compute = OPERATIONS[sign]

    def evaluate(scope: Scope) -> Value:
        scope.spend()
        return compute(left(scope), right(scope), sign)

    return evaluate


def add(left: Value, right: Value, sign: str) -> Value:
    """Numbers, two texts or two arrays: how VK turns one into another is not documented."""
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return number(left, sign) + number(right, sign)


def less(left: Value, right: Value, sign: str) -> bool:
    return number(left, sign) < number(right, sign)


def number(value: Value, sign: str) -> int | float:
    if isinstance(value, int | float):
        return value
    raise RunError(f"'{sign}' is known here between two numbers, or as '+' of texts or arrays")


OPERATIONS: Mapping[str, Callable[[Value, Value, str], Value]] = {"+": add, "<": less}


def is_true(value: Value) -> bool:
    return True if isinstance(value, list | dict) else bool(value)


# --- statements -------------------------------------------------------------------------------


def block(body: Sequence[Statement]) -> Statement:
    def execute(scope: Scope) -> Returned | None:
        for statement in body:
            if (returned := statement(scope)) is not None:
                return returned
        return None

    return execute


def perform(expression: Expression) -> Statement:
    def execute(scope: Scope) -> None:
        expression(scope)

    return execute


def store(name: str, value: Expression) -> Statement:
    def execute(scope: Scope) -> None:
        scope.spend()
        scope.variables[name] = value(scope)

    return execute


def loop(test: Expression, body: Statement) -> Statement:
    def execute(scope: Scope) -> Returned | None:
        while is_true(test(scope)):
            scope.spend()
            if (returned := body(scope)) is not None:
                return returned
        return None

    return execute


def give_back(value: Expression) -> Statement:
    return lambda scope: Returned(value(scope))
