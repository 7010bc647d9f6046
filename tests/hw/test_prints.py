"""The prints build, have an inside, and leave room for what goes in."""

import shutil
from pathlib import Path
from types import ModuleType

import pytest
import trimesh

from tests.hw.core import HW
from tests.hw.tools import tool
from tests.rigs import require_rig

_SOURCES = sorted((HW / "mech").glob("*.scad"))
_CUBE = """solid cube
{facets}endsolid cube
"""


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """Return hw/mech/build.py."""
    return tool("mech/build.py")


@pytest.mark.rig
@pytest.mark.parametrize("source", _SOURCES, ids=lambda p: p.stem)
@pytest.mark.parametrize("part", ["tub", "lid"])
def test_watertight(build: ModuleType, tmp_path: Path, source: Path, part: str) -> None:
    """By our own count of edges and by trimesh, which agree on the volume."""
    require_rig(shutil.which("openscad") is not None, "openscad (sudo apt install it)")
    path = build.stl(source, part, tmp_path)
    mesh, other = build.measure(path), trimesh.load_mesh(path)
    assert mesh.watertight
    assert other.is_watertight
    assert other.body_count == 1
    assert mesh.volume_cm3 == pytest.approx(other.volume / 1000.0, rel=1e-4)
    assert 0.5 < mesh.volume_cm3 < 30.0
    assert max(mesh.size_mm) < 120.0


def _text(triangles: list[tuple[tuple[float, ...], ...]]) -> str:
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n"
        + "".join(f"vertex {x} {y} {z}\n" for x, y, z in t)
        + "endloop\nendfacet\n"
        for t in triangles
    )
    return _CUBE.format(facets=facets)


def test_a_mesh_with_a_hole_is_found(build: ModuleType, tmp_path: Path) -> None:
    box = trimesh.creation.box((10, 20, 30))
    triangles = [tuple(tuple(map(float, p)) for p in t) for t in box.triangles]
    path = tmp_path / "box.stl"
    path.write_text(_text(triangles), "ascii")
    whole = build.measure(path)
    assert whole.watertight
    assert whole.volume_cm3 == pytest.approx(6.0)
    path.write_text(_text(triangles[1:]), "ascii")
    assert build.measure(path).open_edges == 3
    path.write_text(_text([t[::-1] for t in triangles]), "ascii")
    assert not build.measure(path).watertight


@pytest.mark.rig
def test_the_drawings_are_of_these_prints(tmp_path: Path) -> None:
    require_rig(shutil.which("openscad") is not None, "openscad (sudo apt install it)")
    generate = tool("generate.py")
    made = generate.drawings(tmp_path)
    assert len(made) == 2 * len(_SOURCES)
    for path in made:
        assert path.read_text("utf-8") == (HW / "drawings" / path.name).read_text("utf-8"), path


def test_the_picture_of_where_they_sit_is_made_here(tmp_path: Path) -> None:
    made = tool("generate.py").placement(tmp_path)
    assert made.read_text("utf-8") == (HW / "drawings/placement.svg").read_text("utf-8")
