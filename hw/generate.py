"""Make what is made from other files: the pod's pins, the wiring pictures, the drawings.

`python hw/generate.py` writes all three; a part's name (pins, wiring, drawings) only that one.
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
    if not parts or "drawings" in parts:
        drawings()


if __name__ == "__main__":
    main(sys.argv[1:])
