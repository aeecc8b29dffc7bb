"""ScriptError
├── CompileError   not VKScript, or not the part of it that we know (VK's error 12)
└── RunError       a limit was passed, or an operation makes no sense (VK's error 13)
"""

from __future__ import annotations


class ScriptError(Exception):
    """The script cannot go on; the text is VK's, and ours after the colon."""


class CompileError(ScriptError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Unable to compile code: {reason}")


class RunError(ScriptError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Runtime error occurred during code invocation: {reason}")
