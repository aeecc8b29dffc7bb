"""A network or a format of somebody else, installed as any other: a module and its entry point."""

from __future__ import annotations

import os
from pathlib import Path

GROUPS = {"network": "[dozor.networks]\n{slug} = {module}:NETWORK\n"}
GROUPS["format"] = "[dozor.formats]\n{slug} = {module}:FORMAT\n"


def with_network(folder: Path, slug: str, source: str) -> dict[str, str]:
    """Gives the environment for processes that shall find it."""
    return _with(folder, "network", slug, source)


def with_format(folder: Path, slug: str, source: str) -> dict[str, str]:
    return _with(folder, "format", slug, source)


def _with(folder: Path, kind: str, slug: str, source: str) -> dict[str, str]:
    module, place = f"{slug}_{kind}", folder / "installed"
    described = place / f"{module}-1.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {slug}-{kind}\nVersion: 1\n")
    points = GROUPS[kind].format(slug=slug, module=module)
    (described / "entry_points.txt").write_text(points)
    (place / f"{module}.py").write_text(source, "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(place), os.environ.get("PYTHONPATH", "")])}
