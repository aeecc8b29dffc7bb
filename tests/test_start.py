"""What a command loads before it does its work: a library that it does not need makes it slow."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import tomli_w

from tests.monitor.pipeline import empty_database, school

# Of workbooks, letters, migrations, the service and the database that is not used.
ASKED_FOR = {
    *("xlsxwriter", "openpyxl", "css_inline", "alembic", "prometheus_client"),
    *("procrastinate", "sqlalchemy.dialects.postgresql"),
    *("monitor.mail.mime", "monitor.service.nights", "reports.mail"),
}
# Every import inside a function, and what it keeps away from those who do not need it: a library
# that is heavy, or one that is not installed everywhere (*).
LAZY = {
    "collectors/max/__init__.py": {
        "collectors.max.check": "httpx",
        "collectors.max.collect": "httpx",
        "collectors.max.listening": "httpx",
        "collectors.max.telling": "httpx",
    },
    "collectors/ok/__init__.py": {"collectors.ok.check": "bs4", "collectors.ok.collect": "bs4"},
    "collectors/site/__init__.py": {
        "collectors.site.collect": "lxml",
        "collectors.site.check": "httpx",
    },
    "collectors/vk/__init__.py": {
        "collectors.vk.collector": "vk_api",
        "collectors.vk.check": "vk_api",
    },
    "monitor/audit/stamping.py": {"monitor.clocks.tsa": "cryptography"},
    "monitor/cli/__init__.py": {"monitor.cli.app": "typer"},
    "monitor/cli/lazy.py": {"(a command)": "sqlalchemy"},
    "monitor/commands/audit.py": {
        "monitor.commands.letters": "css_inline",
        "monitor.service.queue_executor": "procrastinate*",
    },
    "monitor/commands/demo.py": {"monitor.commands.demo_desk": "uvicorn"},
    "monitor/commands/progress.py": {"rich.console": "rich", "rich.progress": "rich"},
    "monitor/commands/serve.py": {
        "monitor.desk.serving": "uvicorn",
        "monitor.service.worker": "procrastinate*",
    },
    "monitor/commands/suggestions.py": {"monitor.storage.accounts": "monitor.storage.desk_tables"},
    "monitor/commands/worker.py": {"monitor.service.worker": "procrastinate*"},
    "monitor/sandbox/server.py": {"monitor.sandbox.tls": "trustme*"},
    "monitor/storage/database.py": {
        "monitor.storage.upgrading": "alembic",
        "(a dialect)": "sqlalchemy.dialects.postgresql",
    },
    "reports/formats/pdf.py": {"weasyprint": "weasyprint*"},
}
KEPT_AWAY = {library.rstrip("*") for file in LAZY.values() for library in file.values()}
ROOT = Path(__file__).parents[1]
READERS = {"bs4", "lxml", "httpx", "requests", "vk_api"}  # of networks
WORK = {"sqlalchemy", "sqlmodel", "jinja2", "babel", "holidays", "phonenumbers", "rules", "reports"}
SHELL = {"typer"}  # kept away only from a command that another process does: all others are typed
BROUGHT = """
import importlib, json, sys
brought = {}
for module in sys.argv[1:]:
    importlib.import_module(module)
    brought[module] = list(sys.modules)
print(json.dumps(brought))
"""
COMMAND = """
import sys
from monitor.cli import main
try:
    main()
finally:
    print("loaded:", *sys.modules)
"""


def loaded(arguments: Sequence[str], folder: Path) -> frozenset[str]:
    """The modules that a process of its own has in the end."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return frozenset(done.stdout.rpartition("loaded:")[2].split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A town without pages, so that nothing is read, and its database."""
    municipality = {"id": "town", "name": "Город", "timezone": "Asia/Tomsk"}
    town = {
        "municipality": {**municipality, "packs": ["kedrovy-2022-298"]},
        "institution": [school(1)],
    }
    (tmp_path / "town.toml").write_text(tomli_w.dumps(town), "utf-8")
    (tmp_path / "config.toml").write_text('registry = ["town.toml"]\n', "utf-8")
    (tmp_path / "var").mkdir()
    (tmp_path / "var/dozor.db").write_bytes(empty_database())
    return tmp_path


def test_help_loads_no_work(tmp_path: Path) -> None:
    assert not loaded(["--help"], tmp_path) & (ASKED_FOR | READERS | WORK)


def test_what_is_imported_inside_a_function_stands_in_the_table() -> None:
    found = {
        str(path.relative_to(ROOT)): imported
        for folder in ("collectors", "rules", "reports", "monitor")
        for path in (ROOT / folder).rglob("*.py")
        if (imported := lazily_imported(path))
    }
    assert found == {file: len(modules) for file, modules in LAZY.items()}


def lazily_imported(path: Path) -> int:
    """How many imports its functions have."""
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return len({node for function in functions for node in ast.walk(function) if imports(node)})


def imports(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "import_module"
    return isinstance(node, ast.Import | ast.ImportFrom)


def test_the_table_says_what_each_module_brings() -> None:
    """Measured in one process, the libraries that are not installed everywhere apart."""
    named = {
        module: library
        for file in LAZY.values()
        for module, library in file.items()
        if not module.startswith("(") and not library.endswith("*")
    }
    done = subprocess.run(
        [sys.executable, "-c", BROUGHT, *named], capture_output=True, text=True, check=True
    )
    brought = json.loads(done.stdout)
    assert {module for module in named if named[module] not in brought[module]} == set()


@pytest.mark.parametrize("command", ["audit", "evaluate"])
def test_an_audit_loads_nothing_that_nobody_asked_for(command: str, folder: Path) -> None:
    needless = ASKED_FOR | READERS | KEPT_AWAY - WORK - SHELL
    assert not loaded([command, "school-1"], folder) & needless
