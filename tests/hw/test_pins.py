"""pins.toml is the only place where pins are chosen; everything else agrees with it."""

import re
import shutil
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.hw.core import FIRMWARE, HW
from tests.hw.tools import tool
from tests.rigs import require_rig

_PINS = tomllib.loads((HW / "pins.toml").read_text("utf-8"))
_SKETCH = FIRMWARE / "arduino/livecoach_pod"

Ends = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """Return hw/generate.py."""
    return tool("generate.py")


def _wires(name: str) -> dict[tuple[str, str], str]:
    """Return what each pin of each part is wired to on the board: {(part, pin): board pin}."""
    harness = yaml.safe_load((HW / f"wiring/{name}.yml").read_text("utf-8"))
    found = {}
    for connection in harness["connections"]:
        ends = [item for item in connection if not next(iter(item)).startswith("W")]
        (near, near_pins), (far, far_pins) = (next(iter(end.items())) for end in ends)
        if far in {"XIAO", "PI"}:
            near, near_pins, far, far_pins = far, far_pins, near, near_pins
        for board_pin, pin in zip(near_pins, far_pins, strict=True):
            found[far, str(pin)] = str(board_pin)
    return found


def test_the_header_is_made_from_it(generate: ModuleType) -> None:
    assert generate.HEADER.read_text("utf-8") == generate.pins_header()


def test_the_sketch_takes_pins_from_the_header_only() -> None:
    for path in [*_SKETCH.glob("*.ino"), *_SKETCH.glob("*.cpp")]:
        text = path.read_text("utf-8")
        assert not re.search(
            r"(pinMode|digitalWrite|analogRead(MilliVolts)?|setPins)\(\s*\d", text
        ), path
        assert "0x6A" not in text.upper().replace("X", "x"), path


@pytest.mark.parametrize(
    ("harness", "board"), [("pod", "xiao_nrf52840"), ("pod_esp32c3", "xiao_esp32c3")]
)
def test_pod_wiring(harness: str, board: str) -> None:
    wires, pins = _wires(harness), _PINS["pod"][board]
    assert wires["IMU", "SDA"] == pins["sda"]["pad"]
    assert wires["IMU", "SCL"] == pins["scl"]["pad"]
    assert wires["IMU", "VIN"] == "3V3"
    assert wires["IMU", "GND"] == "GND"
    assert (wires["CELL", "+"], wires["CELL", "-"]) == ("BAT+", "BAT-")
    for part, pin, key in (("LED", "+", "led"), ("DIVIDER", "MIDDLE", "battery_adc")):
        on_board = pins[key]["pad"].startswith("on board")
        assert wires.get((part, pin)) == (None if on_board else pins[key]["pad"])


def test_wearable_wiring() -> None:
    """Every wire of the Pi ends where pins.toml says, and the label beside it is right."""
    wires, pins = _wires("pi_wearable"), dict(_PINS["pi"])
    assert {key: int(wires[end]) for key, end in _PI_ENDS.items()} == {
        key: pins[key]["header"] for key in _PI_ENDS
    }
    assert set(pins) == set(_PI_ENDS)
    harness = yaml.safe_load((HW / "wiring/pi_wearable.yml").read_text("utf-8"))
    part = harness["connectors"]["PI"]
    labels = dict(zip(part["pins"], part["pinlabels"], strict=True))
    for key, pin in pins.items():
        if "bcm" in pin:
            assert labels[pin["header"]] == f"GPIO{pin['bcm']}", key
    assert len(set(part["pins"])) == len(part["pins"])


_PI_ENDS = {
    "supply": ("IMU", "VIN"),
    "sda": ("IMU", "SDA"),
    "scl": ("IMU", "SCL"),
    "ground": ("IMU", "GND"),
    "imu_int": ("IMU", "INT1"),
    "button": ("BUTTON", "A"),
    "button_ground": ("BUTTON", "B"),
    "led": ("LED", "+"),
    "led_ground": ("LED", "-"),
    "i2s_clock": ("DAC", "BCK"),
    "i2s_frame": ("DAC", "LCK"),
    "i2s_data": ("DAC", "DIN"),
}


@pytest.mark.rig
def test_the_wiring_pictures_are_of_this_wiring(generate: ModuleType, tmp_path: Path) -> None:
    """Drawn again, they show the same words; how Graphviz lays them out may change."""
    require_rig(shutil.which("dot") is not None, "graphviz (sudo apt install it)")
    made = generate.wiring(tmp_path)
    assert len(made) == 3
    for path in made:
        kept = HW / "wiring" / path.name
        words = [
            sorted(re.findall(r"<text[^>]*>([^<]*)</text>", p.read_text("utf-8")))
            for p in (path, kept)
        ]
        assert words[0]
        assert words[0] == words[1], kept
