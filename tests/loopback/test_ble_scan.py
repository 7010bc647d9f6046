"""``livecoach scan`` on the fake BlueZ: what there is, or one line with the way out."""

import json
import subprocess
from pathlib import Path

import pytest

from livecoach.sources import open_live
from tests.commandline import command, fails_in_one_line
from tests.loopback.bluez.rig import BlueZRig, bluez_rig, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig


def _scan(rig: BlueZRig, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("scan", "--seconds", "1.5", *words),
        env={**rig.env, **env},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_sensors_are_listed_with_what_they_measure_the_most_useful_first(tmp_path: Path) -> None:
    require_rig(rig_present(), "dbus-daemon")
    with bluez_rig(tmp_path / "b", ["hr", "rsc", "wit", "h10"]) as rig:
        found = json.loads(_scan(rig, "--json").stdout)["sensors"]
        text = _scan(rig)
        stats = rig.stats()
    names = [sensor["name"] for sensor in found]
    assert names == ["Polar H10 12345678", "WT901BLE67", "Foot Pod 1", "Heart Strap"]
    h10, wit, pod, _ = found
    # An H10 advertises its heart rate alone: the rest is seen by connecting.
    assert h10["services"] == ["Polar acceleration", "heart rate"]
    assert h10["source"] == "ble:Polar H10 12345678"
    assert h10["battery_percent"] == 77
    assert wit["source"] == "ble:WT901BLE67 0005?mount=chest"
    assert pod["address"] == "C1:00:00:00:00:01"
    assert -100 < pod["rssi_dbm"] < -20
    for sensor in found:
        (door,) = open_live((sensor["source"],), mount=None)
        assert door.name == "Bluetooth"
        assert f"--source '{sensor['source']}'" in text.stdout
        assert all(line in text.stdout for line in sensor["measures"])
    assert text.stderr == ""  # no progress bar where nobody looks
    assert not any(sensor["connected"] for sensor in stats.values())


def test_a_sensor_that_does_not_let_us_connect_is_listed_as_it_advertises(tmp_path: Path) -> None:
    require_rig(rig_present(), "dbus-daemon")
    with bluez_rig(tmp_path / "b", ["h10"]) as rig:
        rig.do("fault", "h10", "hang")
        (sensor,) = json.loads(_scan(rig, "--json").stdout)["sensors"]
    assert sensor["battery_percent"] is None
    assert "Polar acceleration" in sensor["services"]


def test_nothing_around_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    require_rig(rig_present(), "dbus-daemon")
    with bluez_rig(tmp_path / "b", ["rsc"]) as rig:
        rig.do("away", "rsc")
        line = fails_in_one_line(_scan(rig), 1)
        empty = _scan(rig, "--json")
    assert "no running sensor found: wear it" in line
    assert json.loads(empty.stdout) == {"sensors": []}


@pytest.mark.parametrize(
    ("trouble", "way_out"),
    [
        ("no adapter", "there is no Bluetooth adapter"),
        ("off", "bluetoothctl power on"),
        ("denied", "no permission to use Bluetooth"),
        ("no D-Bus", "D-Bus cannot be reached"),
    ],
)
def test_trouble_is_one_line_with_the_way_out(tmp_path: Path, trouble: str, way_out: str) -> None:
    require_rig(rig_present(), "dbus-daemon")
    env = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/none"} if trouble == "no D-Bus" else {}
    adapter, allowed = trouble != "no adapter", trouble != "denied"
    with bluez_rig(tmp_path / "b", ["rsc"], adapter=adapter, allowed=allowed) as rig:
        if trouble == "off":
            rig.do("power", "off")
        assert way_out in fails_in_one_line(_scan(rig, **env), 1)
