from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def test_imports_run_with_the_data() -> None:
    done = subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_format_of_ours_is_a_module_of_the_room_of_formats() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {point.partition(":")[0] for point in project["entry-points"]["dozor.formats"].values()}
    assert named == {f"reports.formats.{path.stem}" for path in modules("reports/formats")}


def modules(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).glob("*.py") if path.stem != "__init__"]
