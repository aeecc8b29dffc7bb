"""VKScript: programs that no collector of ours would write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from monitor.sandbox.vkscript import CompileError, RunError, Scope, run

# A list of any length, as a script reads one.
GET_ALL = """
var items = [], offset = 0, total = 1;
while (offset < total) {
    var page = API.wall.get({"owner_id": -1, "offset": offset});
    total = page.count;
    items = items + page.items;
    offset = offset + 2;
}
return {count: total, items: items};
"""


def api(method: str, params: Mapping[str, Any]) -> Any:
    """Five items, two at a time; a method named "fails" fails."""
    if method == "test.fails":
        return False
    offset = int(params.get("offset", 0))
    items = [{"id": number, "tag": "x"} if number else {"id": number} for number in range(5)]
    return {"count": 5, "items": items[offset : offset + 2], "method": method}


def result(code: str, **limits: Any) -> Any:
    return run(code, Scope(call=api, **limits))


def test_a_loop_reads_a_list_of_any_length() -> None:
    answer = result(GET_ALL)
    assert [item["id"] for item in answer["items"]] == [0, 1, 2, 3, 4]
    assert answer["count"] == 5


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("return 1 + 2 + (3 + 4);", 10),
        ("return 'a' + \"б\";", "aб"),
        ("return [1] + [2, 3];", [1, 2, 3]),
        ("var a = [1]; a.push(2, 3); return [a[2], a[9], a.length];", [3, None, 3]),
        ("var i = 0; while (i < 5) { i = i + 2; } return i;", 6),
        ("while (1) return -3;", -3),
        ("return {a: 1, 'b': [true, false, null], 3: 0.5};",
         {"a": 1, "b": [True, False, None], "3": 0.5}),
        ("// nothing\n/* at all */ return 'я'.length;", 1),
        ("return 'a\\n\\u0431\\'';", "a\nб'"),
        ("return nobody.knows[1].this@.field;", None),
        ("return {delete: 1}.delete;", 1),
        ("1 + 1;", None),
        ("return API.wall.get({offset: 4}).method;", "wall.get"),
        ("return API.a.b().items@.id;", [0, 1]),
        ("return [[1, 2], [], null]@.length;", [2, 0, None]),
        ("return API.test.fails().items;", None),
    ],
)  # fmt: skip
def test_a_program_gives_its_value(code: str, value: Any) -> None:
    assert result(code) == value


def test_a_projection_keeps_gaps_or_drops_them() -> None:
    code = "return API.wall.get({}).items@.tag;"
    assert result(code) == [None, "x"]
    assert result(code, keeps_gaps=False) == ["x"]


@pytest.mark.parametrize(
    "code",
    ["return (1;", "var 1 = 2;", "while 1 {}", "return @;", "a b;", "f() = 1;", "{ return 1;",
     "function f() {}", "return {1};", "return API;", "1 = 2;"],
)  # fmt: skip
def test_what_is_not_vkscript_does_not_compile(code: str) -> None:
    with pytest.raises(CompileError):
        result(code)


def test_operations_and_calls_are_counted() -> None:
    with pytest.raises(RunError, match="operations"):
        result("var i = 0; while (true) { i = i + 1; }")
    with pytest.raises(RunError, match="api calls"):
        result("API.a.b({}); API.a.b({}); API.a.b({});", max_calls=2)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("if (1) { return 2; }", "if"), ("return 1 == 1;", "=="), ("return 3 - 1;", "-"),
        ("return !1;", "!"), ("return 1 ? 2 : 3;", "?"), ("var i = 0; i += 1;", "+="),
        ("return [1].slice(0);", ".slice()"), ("return Args.n;", "Args"),
        ("delete a.b;", "delete"), ("for (;;) {}", "for"), ("return parseInt('1');", "parseInt"),
    ],
)  # fmt: skip
def test_what_no_script_of_ours_needs_is_refused_by_name(code: str, named: str) -> None:
    with pytest.raises(CompileError) as refused:
        result(code)
    assert f"{named!r} is not in the sandbox's part of VKScript" in str(refused.value)


def test_only_a_variable_can_be_assigned_to() -> None:
    with pytest.raises(CompileError, match="only a variable"):
        result("var a = {}; a.b = 1;")


def test_a_number_and_a_text_are_not_added() -> None:
    with pytest.raises(RunError, match="between two numbers"):
        result("return 1 + 'a';")
