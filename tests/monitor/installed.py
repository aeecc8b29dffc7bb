"""A network of somebody else, installed as any other: a module and its entry point."""

from __future__ import annotations

import os
from pathlib import Path

LINE = "[dozor.networks]\n{slug} = {module}:NETWORK\n"


def with_network(folder: Path, slug: str, source: str) -> dict[str, str]:
    """Gives the environment for processes that shall find it."""
    module, place = f"{slug}_network", folder / "installed"
    described = place / f"{module}-1.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {slug}-network\nVersion: 1\n"
    )
    (described / "entry_points.txt").write_text(LINE.format(slug=slug, module=module))
    (place / f"{module}.py").write_text(source, "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(place), os.environ.get("PYTHONPATH", "")])}
