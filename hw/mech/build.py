"""Build the prints: every part of every .scad as STL, and check that a printer can use it.

`python hw/mech/build.py DIR` needs OpenSCAD; it uses no other package. A mesh passes when every
edge belongs to exactly two triangles that run along it in opposite directions, and it encloses a
positive volume.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PARTS = ("tub", "lid")
PETG_G_PER_CM3 = 1.27

Point = tuple[float, float, float]


class Mesh(NamedTuple):
    """What was found out about a mesh."""

    triangles: int
    open_edges: int
    volume_cm3: float
    size_mm: Point

    @property
    def watertight(self) -> bool:
        """Whether it has an inside."""
        return self.triangles > 0 and self.open_edges == 0 and self.volume_cm3 > 0


def stl(source: Path, part: str, to: Path) -> Path:
    """Build one part."""
    out = to / f"{source.stem}_{part}.stl"
    command = ["openscad", "-q", "-o", str(out), "-D", f'part="{part}"', str(source)]
    subprocess.run(command, check=True)
    return out


def measure(path: Path) -> Mesh:
    """Read a text STL and look at its edges and its volume."""
    numbers = re.findall(r"vertex\s+(\S+)\s+(\S+)\s+(\S+)", path.read_text("ascii"))
    points: list[Point] = [(float(x), float(y), float(z)) for x, y, z in numbers]
    triangles = list(zip(points[::3], points[1::3], points[2::3], strict=True))
    edges: Counter[tuple[Point, Point]] = Counter()
    six_volumes = 0.0
    for a, b, c in triangles:
        edges.update([(a, b), (b, c), (c, a)])
        six_volumes += (
            a[0] * (b[1] * c[2] - b[2] * c[1])
            + a[1] * (b[2] * c[0] - b[0] * c[2])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
        )
    wrong = sum(1 for (a, b), n in edges.items() if n != 1 or edges[b, a] != 1)
    spans = [max(axis) - min(axis) for axis in zip(*points, strict=True)] or [0.0, 0.0, 0.0]
    return Mesh(len(triangles), wrong, six_volumes / 6000.0, (spans[0], spans[1], spans[2]))


def main(to: Path) -> int:
    """Build everything into ``to``; 1 when a mesh is not watertight."""
    to.mkdir(parents=True, exist_ok=True)
    bad = 0
    for source in sorted(HERE.glob("*.scad")):
        for part in PARTS:
            path = stl(source, part, to)
            mesh = measure(path)
            bad += not mesh.watertight
            size = " x ".join(f"{span:.1f}" for span in mesh.size_mm)
            sys.stdout.write(
                f"{path.name}: {'watertight' if mesh.watertight else 'NOT WATERTIGHT'}, {size} mm,"
                f" {mesh.volume_cm3:.2f} cm3, {mesh.volume_cm3 * PETG_G_PER_CM3:.1f} g of PETG\n"
            )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "build"))
