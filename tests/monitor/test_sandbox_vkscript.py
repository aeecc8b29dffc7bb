"""VKScript: programs that no collector of ours would write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from monitor.sandbox.vkscript import CompileError, RunError, Scope, run

# From vk_api's tools.py (Apache-2.0): how that library reads a list of any length.
GET_ALL = """
var params = {"owner_id": -1}, calls = 0, items = [], count = null, offset = 0, ri;
while(calls < 25) {
    calls = calls + 1;
    params.offset = offset * 1;
    var response = API.wall.get(params), new_count = response.count,
        count_diff = (count == null ? 0 : new_count - count);
    if (!response) { return {"_error": 1}; }
    if (count_diff < 0) { offset = offset + count_diff; } else {
        ri = response.items;
        items = items + ri.slice(count_diff);
        offset = offset + 2 + count_diff;
        if (ri.length < 2) { calls = 99; }
    }
    count = new_count;
}
return {count: count, items: items, offset: offset};
"""


def api(method: str, params: Mapping[str, Any]) -> Any:
    """Five items, two at a time; a method named "fails" fails."""
    if method == "test.fails":
        return False
    offset = int(params.get("offset", 0))
    items = [{"id": number, "tag": "x"} if number else {"id": number} for number in range(5)]
    return {"count": 5, "items": items[offset : offset + 2], "method": method}


def result(code: str, **limits: Any) -> Any:
    return run(code, Scope(call=api, args={"n": "3"}, **limits))


def test_the_librarys_own_loop_runs() -> None:
    answer = result(GET_ALL)
    assert [item["id"] for item in answer["items"]] == [0, 1, 2, 3, 4]
    assert answer["count"] == 5


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("return 1 + 2 * 3 - 4 / 2;", 5),
        ("return (1 + 2) * 3 % 5;", 4),
        ("return 'a' + 1 + \"б\" + null;", "a1бnull"),
        ("return [1] + [2, 3];", [1, 2, 3]),
        ("var a = {}; a.b = 1; a['c'] = a.b + 1; return a;", {"b": 1, "c": 2}),
        ("var a = [1,2]; a[3] = 4; return a;", [1, 2, None, 4]),
        ("var i = 0; while (i < 5) { i += 2; } return i;", 6),
        ("var i = 3; i--; i++; return -i;", -3),
        ("if (!1) return 1; else if (0) { return 2; } else return 3;", 3),
        ("return 1 == 1 && (2 != 2 || 3 >= 3) && !(4 < 4);", True),
        ("return null || 'other';", "other"),
        ("return null == 0;", False),
        ("return {a: 1, 'b': [true, false, null], 3: 0.5};",
         {"a": 1, "b": [True, False, None], "3": 0.5}),
        ("return Args.n + 1;", "31"),
        ("return parseInt(Args.n) + 1;", 4),
        ("var a = {x: {y: 1}}; delete a.x.y; return a;", {"x": {}}),
        ("// nothing\n/* at all */ return 'я'.length;", 1),
        ("return [1,2,3,4].slice(1, 3);", [2, 3]),
        ("var a = [1,2,3]; return [a.pop(), a.shift(), a.unshift(9), a];", [3, 1, 2, [9, 2]]),
        ("var a = [1,2,3,4]; return [a.splice(1, 2), a];", [[2, 3], [1, 4]]),
        ("return ['a,b'.split(','), [1,2].indexOf(2), 'abc'.substr(1, 1)];", [["a", "b"], 1, "b"]),
        ("return 'a\\n\\u0431\\'';", "a\nб'"),
        ("return nobody.knows[1].this@.field;", None),
        ("1 + 1;", None),
        ("return API.wall.get({offset: 4}).method;", "wall.get"),
        ("return API.a.b().items@.id;", [0, 1]),
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
    with pytest.raises(RunError, match="zero"):
        result("return 1 / 0;")
