"""A registry that was read before: the same values without being checked, or it is read anew."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.registry import RegistryError, load_all
from monitor.registry.remembered import PREFIX, remembered
from rules.model import Municipality
from tests.monitor.installed import ROOT, with_network

EVERYTHING = Path(__file__).parent / "registry/valid/everything.toml"
PACKS = ("kedrovy-2022-298", "minvody-draft", "fed-8fz")
OTHER_TOWN = '[municipality]\nid = "{id}"\nname = "Город"\ntimezone = "Asia/Tomsk"\n'


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    """Two municipalities, in a folder of their own."""
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_bytes(EVERYTHING.read_bytes())
    second.write_text(OTHER_TOWN.format(id="other"), "utf-8")
    return first, second


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "var"
    made.mkdir()
    return made


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{PREFIX}*"))


def told(towns: tuple[Municipality, ...]) -> tuple[str, list[object]]:
    """With the kinds of all values, and with what equality leaves out."""
    return repr(towns), [town.by_id for town in towns]


def test_what_is_remembered_is_what_was_read(files: tuple[Path, ...], folder: Path) -> None:
    read = load_all(files, packs=PACKS)
    assert told(remembered(files, packs=PACKS, folder=folder)) == told(read)
    assert len(kept(folder)) == 1
    assert told(remembered(files, packs=PACKS, folder=folder)) == told(read)


def test_it_is_read_back_and_not_read_again(files: tuple[Path, ...], folder: Path) -> None:
    """Known by a word that stands in what is kept, and in no file."""
    remembered(files, packs=PACKS, folder=folder)
    (file,) = kept(folder)
    changed = zlib.decompress(file.read_bytes()).replace("Город".encode(), "Посёлок".encode())
    file.write_bytes(zlib.compress(changed))
    assert remembered(files, packs=PACKS, folder=folder)[1].name == "Посёлок"


def test_a_changed_file_is_read_anew_and_the_old_one_forgotten(
    files: tuple[Path, ...], folder: Path
) -> None:
    remembered(files, packs=PACKS, folder=folder)
    files[1].write_text(OTHER_TOWN.format(id="another"), "utf-8")
    assert remembered(files, packs=PACKS, folder=folder)[1].id == "another"
    assert len(kept(folder)) == 1


def test_other_acts_or_another_order_are_read_anew(files: tuple[Path, ...], folder: Path) -> None:
    remembered(files, packs=PACKS, folder=folder)
    with pytest.raises(RegistryError):
        remembered(files, packs=("minvody-draft",), folder=folder)
    turned = remembered(files[::-1], packs=PACKS, folder=folder)
    assert [town.id for town in turned] == ["other", "kedrovy"]


def test_a_fault_is_told_every_time_and_never_kept(files: tuple[Path, ...], folder: Path) -> None:
    files[1].write_text(OTHER_TOWN.format(id="kedrovy"), "utf-8")
    for _ in range(2):
        with pytest.raises(RegistryError):
            remembered(files, packs=PACKS, folder=folder)
    files[1].unlink()
    with pytest.raises(RegistryError):
        remembered(files, packs=PACKS, folder=folder)
    assert kept(folder) == []


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda whole: whole[: len(whole) // 2],
    "changed": lambda whole: whole[:50] + bytes([whole[50] ^ 1]) + whole[51:],
    "another's": lambda _: zlib.compress(b'[{"id": 3}]'),
    "of no town": lambda _: zlib.compress(b"[]"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_is_not_understood_is_read_anew(
    files: tuple[Path, ...], folder: Path, spoil: Callable[[bytes], bytes]
) -> None:
    read = remembered(files, packs=PACKS, folder=folder)
    (file,) = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    assert told(remembered(files, packs=PACKS, folder=folder)) == told(read)
    assert kept(folder) == [file]
    assert file.read_bytes() == whole


def test_what_another_user_wrote_is_not_believed(files: tuple[Path, ...], folder: Path) -> None:
    remembered(files, packs=PACKS, folder=folder)
    (file,) = kept(folder)
    assert file.stat().st_mode & 0o077 == 0
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    file.write_bytes(zlib.compress(b'[{"id": "x", "name": "x", "timezone": "Asia/Tomsk"}]'))
    os.chown(file, 65534, 65534)
    assert [town.id for town in remembered(files, packs=PACKS, folder=folder)] == [
        "kedrovy",
        "other",
    ]


def test_where_no_folder_is_none_is_made(files: tuple[Path, ...], tmp_path: Path) -> None:
    assert len(remembered(files, packs=PACKS, folder=tmp_path / "nowhere")) == 2
    assert not (tmp_path / "nowhere").exists()


# --- networks of others -------------------------------------------------------------------------

NETWORK = """
from dataclasses import dataclass
from collectors.model import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    pass


def canonical(written):
    if "wall.example" not in written:
        raise ValueError(f"«{written}» — не адрес Стены")
    return written


NETWORK = Network(
    slug="wall", title="Стена", canonical=canonical, settings=Settings, collector=None
)
"""
READ = """
import sys
from pathlib import Path
from monitor.registry.remembered import remembered
folder, *files = map(Path, sys.argv[1:])
remembered(files, packs=("kedrovy-2022-298", "minvody-draft", "fed-8fz"), folder=folder)
"""


def name_kept(folder: Path, files: tuple[Path, ...], environment: dict[str, str]) -> str:
    """By a process of its own: what is installed is looked for once."""
    command = [sys.executable, "-c", READ, str(folder), *map(str, files)]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    (file,) = kept(folder)
    return file.name


def test_another_network_or_another_version_of_it_makes_another_kept_registry(
    files: tuple[Path, ...], folder: Path, tmp_path: Path
) -> None:
    """It says how addresses are spelled, so what was read without it may say otherwise."""
    alone = name_kept(folder, files, {})
    environment = with_network(tmp_path, "wall", NETWORK)
    beside = name_kept(folder, files, environment)
    module = tmp_path / "installed/wall_network.py"
    module.write_text(NETWORK.replace("return written", "return written.lower()"), "utf-8")
    newer = name_kept(folder, files, environment)
    assert len({alone, beside, newer}) == 3
    assert name_kept(folder, files, {}) == alone
