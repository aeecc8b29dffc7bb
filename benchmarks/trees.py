"""Another commit of this repository beside this tree: built once, in an environment of its own.

The other tree lies in a worktree of git below build/before/, with a virtual environment made by its
own requirements: pip asks the index that it is configured for, and nothing else of the network.
Both are used again while they are there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "build/before"
REFERENCE = "5a1b8a5"
COMMAND = ("-c", "from monitor.cli import main; main()")
DONE = (0, 3)  # complete, or part of it could not be read
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")  # of our own environment

# A small process in between: what a command forks from would be told as its own memory.
LAUNCH = """
import json, os, sys
told = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
child = os.fork()
if not child:
    os.dup2(told, 1), os.dup2(told, 2)
    os.execv(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(child, 0)
cpu = used.ru_utime + used.ru_stime
print(json.dumps([os.waitstatus_to_exitcode(status), cpu, used.ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Tree:
    name: str
    folder: Path
    python: Path


@dataclass(frozen=True, slots=True)
class Used:
    """Of a command and all its processes: CPU seconds together, memory of the largest."""

    cpu: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Pair:
    before: Used
    now: Used

    @property
    def ratio(self) -> float:
        return self.now.cpu / self.before.cpu


def this_tree() -> Tree:
    return Tree("now", ROOT, Path(sys.executable))


def built(commit: str = REFERENCE) -> Tree:
    """SystemExit where git or pip refuses."""
    folder, environment = BUILT / commit / "tree", BUILT / commit / "venv"
    python = environment / "bin/python"
    if not folder.exists():
        _done("git", "worktree", "add", "--force", "--detach", folder, commit)
    if not (environment / "ready").exists():
        pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
        _done(sys.executable, "-m", "venv", "--clear", environment)
        _done(*pip, "--require-hashes", "-r", folder / "requirements/run.txt")
        _done(*pip, "--no-deps", "--no-build-isolation", "-e", folder)
        (environment / "ready").touch()
    return Tree("before", folder, python)


def _done(*words: str | Path) -> None:
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}: {told.stderr[-2000:]}")


def typed(tree: Tree, folder: Path, variables: Mapping[str, str], *words: str) -> Used:
    """What `dozor WORDS` used up in `folder`; its output stays there. SystemExit if it broke."""
    output = folder / "output.txt"
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = kept | {"PYTHONPATH": str(tree.folder)} | dict(variables)
    launch = (tree.python, "-I", "-S", "-c", LAUNCH, output, tree.python, *COMMAND, *words)
    done = subprocess.run(launch, cwd=folder, env=environment, capture_output=True, check=True)
    status, cpu, peak_mb = json.loads(done.stdout)
    if status not in DONE:
        said = output.read_text("utf-8")[-3000:]
        raise SystemExit(f"{tree.name}: dozor {' '.join(words)} ended with {status}: {said}")
    return Used(cpu, peak_mb)


def started(tree: Tree, folder: Path, variables: Mapping[str, str], *words: str) -> Popen[bytes]:
    """`dozor WORDS`, at work in `folder`."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = kept | {"PYTHONPATH": str(tree.folder)} | dict(variables)
    return Popen((tree.python, *COMMAND, *words), cwd=folder, env=environment, stdout=DEVNULL)


def used_by_children(process: int) -> float:
    """CPU seconds of those that it has, and of theirs that have ended."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    stats = (Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in listed)
    ticks = sum(int(field) for stat in stats for field in stat[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def in_turn(trees: Sequence[Tree], rounds: int, run: Callable[[Tree, int], Used]) -> list[Pair]:
    """A B A B: `run` is given the tree and the number of the round, from 0."""
    return [Pair(*(run(tree, number) for tree in trees)) for number in range(rounds)]


def middle(pairs: Sequence[Pair]) -> float:
    return median(pair.ratio for pair in pairs)
