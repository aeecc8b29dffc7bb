"""What CONTRIBUTING asks of the rules' own code: few caches, each with its reason; plain names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import rules

ROOM = Path(rules.__file__).parent
FILES = sorted(ROOM.rglob("*.py"))
MOST_CACHES = 10  # see docs/decisions/bench.md
MOST_LINES = 400


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    return ((path, ast.parse(path.read_text("utf-8"))) for path in FILES)


def _cached(path: Path, tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Functions that a module remembers for good, and whether a comment above says why."""
    lines = path.read_text("utf-8").splitlines()
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", ()):
            if ast.unparse(decorator).partition("(")[0] in ("cache", "lru_cache"):
                yield f"{path.name}:{node.name}", lines[decorator.lineno - 2].startswith("#")


def test_few_answers_outlive_a_municipality_and_each_says_why() -> None:
    cached = dict(item for path, tree in _trees() for item in _cached(path, tree))
    assert len(cached) <= MOST_CACHES
    assert [name for name, has_reason in cached.items() if not has_reason] == []


def test_no_parameter_is_called_one() -> None:
    named = [
        f"{path.name}:{node.lineno}"
        for path, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) and node.arg == "one"
    ]
    assert named == []


def test_no_two_classes_have_one_name() -> None:
    named = Counter(
        node.name
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in named.items() if count > 1] == []


def test_no_file_is_long() -> None:
    long = [path.name for path in FILES if len(path.read_text("utf-8").splitlines()) > MOST_LINES]
    assert long == []
