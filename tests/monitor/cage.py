"""Runs a command under the system call filter of a unit of deploy/, without a systemd.

    python -m tests.monitor.cage ALLOWED-CALLS-FILE COMMAND…

A call that is not in the file (a name a line) is refused; memory is never both writable and
executable (MemoryDenyWriteExecute), privileges are not regained.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
import sys
from pathlib import Path

ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
MASKED_EQUAL = 7
WRITE, EXECUTE = 2, 4
NO_NEW_PRIVILEGES = 38


class Compared(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operation", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    )


def library() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("seccomp")
    if name is None:
        return None
    found = ctypes.CDLL(name)
    found.seccomp_init.restype = ctypes.c_void_p
    return found


def enter(calls: list[str]) -> None:
    seccomp = library()
    assert seccomp
    for fate, rules in ((REFUSE, _allowed(calls)), (ALLOW, _never_both())):
        context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(fate)))
        for action, call, tests in rules:
            number = seccomp.seccomp_syscall_resolve_name(call.encode())
            if number >= 0:
                array = (Compared * len(tests))(*tests)
                seccomp.seccomp_rule_add_array(
                    context, ctypes.c_uint32(action), number, len(tests), array
                )
        assert seccomp.seccomp_load(context) == 0


def _allowed(calls: list[str]) -> list[tuple[int, str, list[Compared]]]:
    return [(ALLOW, call, []) for call in calls]


def _never_both() -> list[tuple[int, str, list[Compared]]]:
    both = Compared(2, MASKED_EQUAL, WRITE | EXECUTE, WRITE | EXECUTE)
    later = Compared(2, MASKED_EQUAL, EXECUTE, EXECUTE)
    return [
        (REFUSE, "mmap", [both]),
        (REFUSE, "mprotect", [later]),
        (REFUSE, "pkey_mprotect", [later]),
    ]


def main(file: str, *command: str) -> None:
    ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    enter([*Path(file).read_text("ascii").split(), "seccomp", "execve"])
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
