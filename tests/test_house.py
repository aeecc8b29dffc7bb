"""What CONTRIBUTING asks of the four packages' own code: short files, few caches in the law, plain
names, wording apart from Python, templates that only print."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
PACKAGES = ("collectors", "rules", "reports", "monitor")
TREES = {
    path: ast.parse(path.read_text("utf-8"))
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
MOST_CACHES = 10  # of the law; see docs/decisions/bench.md
MOST_LINES = 400
MOST_ROOMS = 18  # of monitor/, its own modules among them


def called(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("folder", [*PACKAGES, "benchmarks"])
def test_no_file_is_long(folder: str) -> None:
    lengths = {
        called(path): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert [name for name, lines in lengths.items() if lines > MOST_LINES] == []


def test_monitor_is_seen_at_a_glance() -> None:
    entries = [path.name for path in (ROOT / "monitor").iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_ROOMS


# --- caches of the law --------------------------------------------------------------------------


def cached(path: Path) -> Iterator[tuple[str, bool]]:
    """Functions that a module remembers for good, and whether a comment above says why."""
    lines = path.read_text("utf-8").splitlines()
    for node in ast.walk(TREES[path]):
        for decorator in getattr(node, "decorator_list", ()):
            if ast.unparse(decorator).partition("(")[0] in ("cache", "lru_cache"):
                yield f"{path.name}:{node.name}", lines[decorator.lineno - 2].startswith("#")


def test_few_answers_outlive_a_municipality_and_each_says_why() -> None:
    law = [path for path in TREES if called(path).startswith("rules/")]
    known = dict(item for path in law for item in cached(path))
    assert len(known) <= MOST_CACHES
    assert [name for name, has_reason in known.items() if not has_reason] == []


# --- names --------------------------------------------------------------------------------------


def test_no_parameter_is_called_one() -> None:
    named = [
        f"{called(path)}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) and node.arg == "one"
    ]
    assert named == []


def classes() -> Mapping[str, list[Path]]:
    """By name, where they are; those that only their module knows apart."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return found


def imported_by(path: Path) -> set[str]:
    nodes = (node for node in ast.walk(TREES[path]) if isinstance(node, ast.ImportFrom))
    return {node.module for node in nodes if node.module}


def known_to(path: Path) -> frozenset[str]:
    """The modules that it imports from, itself, and those whose names a package hands on."""
    own = {module_of(path), *imported_by(path)}
    packages = (ROOT / module.replace(".", "/") / "__init__.py" for module in own)
    return frozenset(own.union(*(imported_by(room) for room in packages if room in TREES)))


def test_no_two_classes_of_one_name_are_in_sight_of_each_other() -> None:
    """In one room, or known to one module: nobody could tell them apart as he reads. In the law,
    which a lawyer reads, there are no two at all."""
    knows = {path: known_to(path) for path in TREES}
    clash = {
        f"{name}: {called(first)}, {called(second)}"
        for name, paths in classes().items()
        for first, second in combinations(paths, 2)
        if first.parent == second.parent
        or (called(first).startswith("rules/") and called(second).startswith("rules/"))
        or any({module_of(first), module_of(second)} <= modules for modules in knows.values())
    }
    assert clash == set()


# --- wording ------------------------------------------------------------------------------------

FOR_READERS = ("rules/", "reports/", "monitor/desk/", "monitor/cases/")
VOCABULARY = "rules/names/"  # how people write names and figures is no wording of ours
SENTENCE = re.compile(r"[А-Яа-яЁё]+(?:[\s,«»—–-]+[А-Яа-яЁё]+){2,}")  # three words and more


def told_where_raised(tree: ast.Module) -> Iterator[ast.AST]:
    """What an error says, also by a constant of its module; the title of a format, which `--help`
    lists. A pattern says nothing."""
    for node in ast.walk(tree):
        is_error = isinstance(node, ast.ClassDef) and node.name.endswith("Error")
        made = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        is_made = made.endswith("Error") or made == "re.compile"
        if isinstance(node, ast.Raise) or is_error or is_made:
            yield from ast.walk(node)
        if isinstance(node, ast.keyword) and node.arg == "title":
            yield node.value


def wording(path: Path) -> Iterator[str]:
    tree = TREES[path]
    excused = list(told_where_raised(tree))
    names = {node.id for node in excused if isinstance(node, ast.Name)}
    constants = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and names & {ast.unparse(one) for one in node.targets}
    )
    fine = {id(each) for node in (*excused, *constants) for each in ast.walk(node)}
    fine |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in fine and SENTENCE.search(str(node.value)):  # type: ignore[attr-defined]
            yield f"{called(path)}:{node.lineno}: {node.value}"  # type: ignore[attr-defined]


def test_what_readers_are_told_stands_in_toml_and_templates() -> None:
    rooms = [path for path in TREES if called(path).startswith(FOR_READERS)]
    assert [
        said for path in rooms if not called(path).startswith(VOCABULARY) for said in wording(path)
    ] == []


WORKED_OUT = (nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
FILTERS = {"sum", "sort", "groupby", "selectattr", "rejectattr", "min", "max", "round", "abs"}
TEMPLATES = [
    path
    for folder in ("reports/templates", "monitor/desk/templates")
    for path in sorted((ROOT / folder).rglob("*.j2"))
]


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.name for path in TEMPLATES])
def test_a_template_only_prints_what_python_decided(path: Path) -> None:
    """It may say how many more there are, or draw a line; it sums, sorts and chooses nothing."""
    template = Environment(extensions=["jinja2.ext.do"]).parse(path.read_text("utf-8"))
    drawn = [node for node in template.find_all(WORKED_OUT) if not is_line(node)]
    used = {node.name for node in template.find_all(nodes.Filter)}
    assert (drawn, used & FILTERS) == ([], set())


def is_line(node: nodes.BinExpr) -> bool:
    """A sign, so many times."""
    sides = node.left, node.right
    return isinstance(node, nodes.Mul) and all(isinstance(side, nodes.Const) for side in sides)


# --- tests --------------------------------------------------------------------------------------

MOVED = {"tests/rules/test_cases.py"}  # the law's numbers, each by one: some case notices
PATCHING = re.compile(
    r"unittest\.mock import (?!ANY\b)|\bmocker\b|monkeypatch\.setattr\((?!\"sys\.)|\bpatch\("
)


def test_our_own_code_is_never_patched() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    patching = {called(path) for path in tests if PATCHING.search(path.read_text("utf-8"))}
    assert patching == MOVED
