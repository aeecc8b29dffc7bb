"""VKScript, the language of VK's `execute`, as far as scripts need it; run within VK's limits.

    return, var, x = …, while (…) {…}
    1, -1, "text", true, false, null, [a, b], {key: a}
    API.section.method({…}), a.b, a[0], a.length, a.push(b), a@.b
    a + b, a < b

A field of something that has no fields is null, as in VK. What else VK may understand is refused
by name (VK's error 12): a stand-in that guesses would hide what no script may rest on.
https://dev.vk.com/ru/method/execute
"""

from __future__ import annotations

from monitor.sandbox.vkscript.errors import CompileError, RunError, ScriptError
from monitor.sandbox.vkscript.parsing import Parser
from monitor.sandbox.vkscript.running import Scope, Value

__all__ = ["CompileError", "RunError", "Scope", "ScriptError", "run"]


def run(code: str, scope: Scope) -> Value:
    """The value that the script returns (None without a `return`). Raises ScriptError."""
    returned = Parser(code).program()(scope)
    return returned.value if returned else None
