"""A network or a format of somebody else, installed as any other: a module and its entry point."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
GROUPS = {"network": "[dozor.networks]\n{slug} = {module}:NETWORK\n"}
GROUPS["format"] = "[dozor.formats]\n{slug} = {module}:FORMAT\n"


def with_network(folder: Path, slug: str, source: str) -> dict[str, str]:
    """Gives the environment for processes that shall find it."""
    return _written(folder, "network", slug, source)


def with_format(folder: Path, slug: str, source: str) -> dict[str, str]:
    return _written(folder, "format", slug, source)


def with_module(folder: Path, kind: str, slug: str, module: str) -> dict[str, str]:
    """The same of a module of these tests: `tests.monitor.board`."""
    place = _point(folder, kind, slug, module)
    return {
        "PYTHONPATH": os.pathsep.join([str(place), str(ROOT), os.environ.get("PYTHONPATH", "")])
    }


def _written(folder: Path, kind: str, slug: str, source: str) -> dict[str, str]:
    module = f"{slug}_{kind}"
    place = _point(folder, kind, slug, module)
    (place / f"{module}.py").write_text(source, "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(place), os.environ.get("PYTHONPATH", "")])}


def _point(folder: Path, kind: str, slug: str, module: str) -> Path:
    """Where the entry point of `module` stands from now on."""
    place = folder / "installed"
    described = place / f"{slug}_{kind}-1.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {slug}-{kind}\nVersion: 1\n")
    points = GROUPS[kind].format(slug=slug, module=module)
    (described / "entry_points.txt").write_text(points)
    return place
