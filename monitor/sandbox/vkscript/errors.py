"""ScriptError
├── CompileError   not VKScript, or not the part of it that we know (VK's error 12)
└── RunError       a limit was passed, or an operation makes no sense (VK's error 13)
"""

from __future__ import annotations


class ScriptError(Exception):
    """The script cannot go on; `reason` follows VK's message for the error."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CompileError(ScriptError):
    pass


class RunError(ScriptError):
    pass
