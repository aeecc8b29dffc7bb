"""The unit files are read by systemd itself, where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.monitor.cage import library
from tests.monitor.conftest import AS_OF, DOZOR, Office

DEPLOY = Path(__file__).parents[2] / "deploy"
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")
def test_the_units_are_well_formed(tmp_path: Path) -> None:
    units = [path for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer")]
    for path in units:
        text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text, "utf-8")
    done = subprocess.run(
        [str(ANALYZE), "verify", *(str(tmp_path / path.name) for path in units)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_may_write_in_its_own_folder_only() -> None:
    unit = (DEPLOY / "dozor.service").read_text("utf-8")
    for line in ("User=dozor", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077"):
        assert f"\n{line}\n" in unit
    assert "ReadWritePaths" not in unit


# --- does the program work behind these walls? -------------------------------------------------

UNITS = ("dozor.service", "dozor-backup.service")
EXPOSED_AT_MOST = {"dozor.service": 1.5, "dozor-backup.service": 1.0}


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_exposed_as_little_as_it_can_be(unit: str) -> None:
    command = [str(ANALYZE), "security", "--offline=true", "--no-pager", str(DEPLOY / unit)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    (level,) = re.findall(r"exposure level for \S+ ([\d.]+)", told)
    assert float(level) <= EXPOSED_AT_MOST[unit], told


def expanded(name: str) -> set[str]:
    """The system calls of a group, groups within it included."""
    command = [str(ANALYZE), "syscall-filter", "--no-pager", name]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    words = [line.strip() for line in told.splitlines()[1:] if line.startswith("    ")]
    inner = [expanded(word) for word in words if word.startswith("@")]
    return {word for word in words if word[0] not in "@#"}.union(*inner)


def allowed(unit: str) -> set[str]:
    """As systemd reads the lines: what is named first is allowed, what has ~ is taken out again."""
    calls = expanded("@default")
    for line in re.findall(r"^SystemCallFilter=(.+)", (DEPLOY / unit).read_text("utf-8"), re.M):
        groups = [expanded(word) for word in line.lstrip("~").split()]
        calls = calls.difference(*groups) if line.startswith("~") else calls.union(*groups)
    return calls


@pytest.mark.skipif(not (ANALYZE and library()), reason="systemd or libseccomp is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_the_program_works_under_the_filter_of_its_unit(office: Office, unit: str) -> None:
    office.dozor("attest", "adm", "--kind", "coordination", "--by", "глава")  # makes the database
    (office.folder / "calls").write_text("\n".join(sorted(allowed(unit))), "ascii")
    script = DRAWN if unit == "dozor.service" else COPIED
    cage = [sys.executable, "-m", "tests.monitor.cage", str(office.folder / "calls")]
    typed = ["/bin/sh", "-ec", script, "sh", str(DOZOR), str(office.config), AS_OF]
    done = subprocess.run(
        [*cage, *typed],
        env=office.environment | {"MPLCONFIGDIR": str(office.folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


DRAWN = """
"$1" --config "$2" audit adm school-1 school-2 --as-of "$3" || [ $? = 3 ]
"$1" --config "$2" report --audit 1 --format xlsx
"""
COPIED = """
"$1" --config "$2" outbox
"$1" --config "$2" backup "${2%/*}/copies/dozor.tar"
"""
