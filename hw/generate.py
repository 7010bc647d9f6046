"""Make what is made from other files: the pod's pins, the wiring pictures, the drawings.

`python hw/generate.py` writes all; a part's name (pins, wiring, placement, drawings) only that.
Wiring needs WireViz and Graphviz, drawings of the prints need OpenSCAD.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = HERE / "pins.toml"
HEADER = HERE / "firmware/arduino/livecoach_pod/pod_pins.h"
WIRING = HERE / "wiring"
DRAWINGS = HERE / "drawings"
MECH = HERE / "mech"
_SHOE = "M40 190 V120 Q42 96 60 92 L112 92 L150 128 Q210 146 262 152 Q292 160 290 190 Z"
_BACK = "M470 40 Q450 96 468 130 Q446 160 450 204 M590 40 Q610 96 592 130 Q614 160 610 204"


def pins_header() -> str:
    """Return pod_pins.h as pins.toml wants it."""
    pod = tomllib.loads(PINS.read_text("utf-8"))["pod"]
    lines = [
        "// Made from hw/pins.toml by hw/generate.py: change it there.",
        "#pragma once",
        f"#define POD_IMU_ADDRESS {pod['imu_address']:#04x}",
        f"#define POD_I2C_HZ {pod['i2c_hz']}",
    ]
    word = "#if"
    for board in (value for value in pod.values() if isinstance(value, dict)):
        lines += [
            f"{word} defined({board['arduino']})",
            f"#define POD_SDA {board['sda']['pin']}",
            f"#define POD_SCL {board['scl']['pin']}",
            f"#define POD_LED {board['led']['pin']}",
            f"#define POD_LED_ON_IS_HIGH {str(board['led']['on'] == 'high').lower()}",
            f"#define POD_BATTERY_ADC {board['battery_adc']['pin']}",
            f"#define POD_BATTERY_DIVIDER_PERCENT {board['battery_adc']['divider_percent']}",
        ]
        if "battery_enable" in board:
            lines.append(f"#define POD_BATTERY_ENABLE {board['battery_enable']['pin']}")
        word = "#elif"
    return "\n".join([*lines, "#endif", ""])


def wiring(to: Path = WIRING) -> list[Path]:
    """Draw every harness in hw/wiring as SVG into ``to``."""
    made = []
    for source in sorted(WIRING.glob("*.yml")):
        command = ["-f", "s", "-o", str(to), "-O", source.stem, str(source)]
        subprocess.run([Path(sys.executable).with_name("wireviz"), *command], check=True)
        made.append(to / f"{source.stem}.svg")
    return made


def placement(to: Path = DRAWINGS) -> Path:
    """Draw where the pods sit and which way their axes point."""
    ink = 'fill="none" stroke="#333" stroke-width="2" stroke-linejoin="round"'
    parts = [
        # A shoe from its right side, the toe to the right; the lace pod on the instep.
        f'<path {ink} d="{_SHOE}"/>',
        f'<path {ink} d="M36 190 H294 V204 H36 Z"/>',
        _pod(140, 116, 42),
        *_axes(164, 100, 42),
        _words(40, 238, "foot: on the laces, flat, USB towards the toe"),
        # A back; the waist case on the sacrum.
        f'<path {ink} d="{_BACK}"/>',
        f'<path {ink} d="M456 140 H604 M456 156 H604"/>',
        _pod(530, 148, 0),
        *_axes(530, 148, 90),
        _words(430, 238, "trunk: middle of the back of the waistband"),
        _words(
            40,
            20,
            "x forward, z up; y, to the left, points away from you (foot), or is seen (trunk)",
        ),
    ]
    out = to / "placement.svg"
    body = "\n".join(parts)
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 256" width="780" height="256">'
    out.write_text(f"{head}\n{body}\n</svg>\n", "utf-8")
    return out


def _pod(x: int, y: int, turn_deg: int) -> str:
    return (
        f'<rect x="{x - 22}" y="{y - 9}" width="44" height="18" rx="4" fill="#f5a623"'
        f' stroke="#333" stroke-width="2" transform="rotate({turn_deg} {x} {y})"/>'
    )


def _axes(x: int, y: int, turn_deg: int) -> list[str]:
    """Return two arrows: on a foot forward and up, on a back left and up."""
    across, name = (60, "x") if turn_deg != 90 else (-110, "y")
    ends = [(x + across, y, name), (x, y - 56, "z")]
    lines = [
        f'<path stroke="#0a58ca" stroke-width="3" d="M{x} {y} L{to_x} {to_y}"/>'
        f'<circle cx="{to_x}" cy="{to_y}" r="5" fill="#0a58ca"/>'
        for to_x, to_y, _ in ends
    ]
    return lines + [_words(to_x + 9, to_y + 5, text) for to_x, to_y, text in ends]


def _words(x: int, y: int, text: str) -> str:
    return f'<text x="{x}" y="{y}" font-family="sans-serif" font-size="15">{text}</text>'


def drawings(to: Path = DRAWINGS) -> list[Path]:
    """Draw the outline of every print, from above and in section, as SVG into ``to``."""
    made = []
    for source in sorted(MECH.glob("*.scad")):
        for view in ("above", "section"):
            out = to / f"{source.stem}_{view}.svg"
            command = ["openscad", "-q", "-o", str(out), "-D", f'view="{view}"', str(source)]
            subprocess.run(command, check=True)
            made.append(out)
    return made


def main(parts: list[str]) -> None:
    """Write the named parts, or all."""
    if not parts or "pins" in parts:
        HEADER.write_text(pins_header(), "utf-8")
    if not parts or "wiring" in parts:
        wiring()
    if not parts or "placement" in parts:
        placement()
    if not parts or "drawings" in parts:
        drawings()


if __name__ == "__main__":
    main(sys.argv[1:])
