"""Doctor: every fact has its probe, its verdict and its way out; machines are folders here."""

import json
import time
from pathlib import Path

import msgspec
import pytest

from livecoach import config
from livecoach.commands.doctor import PROBES, examined
from livecoach.commands.probes import Check, Machine, Needs, checked, needs_of
from livecoach.commands.probes.machine import clock, disk, heat, power, system
from livecoach.commands.probes.outside import bluetooth, pins
from livecoach.commands.probes.wired import i2c, iio
from livecoach.errors import SourceError
from livecoach.sources.i2c import Wanted
from tests.commandline import livecoach
from tests.hw.sim_lsm6ds import SimBus, SimChip, running

CHIP = Needs(chips=(Wanted(bus=1),), configured=True)


def wrote(root: Path, files: dict[str, str]) -> Machine:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Machine(root=root)


def verdicts(checks: object) -> dict[str, str]:
    return {c.name: c.status for c in checks}  # type: ignore[attr-defined]  # checks


def on_bus(sensor: SimChip | None) -> Machine:
    chips = {} if sensor is None else {0x6A: sensor}
    return Machine(open_bus=lambda _: SimBus(chips))


def test_a_chip_that_is_well_is_ok_in_every_way() -> None:
    found = list(i2c(on_bus(SimChip(rate_ratio=1.01)), CHIP))
    assert verdicts(found) == dict.fromkeys(
        ("i2c", "imu", "imu_rate", "imu_fifo", "imu_gravity"), "ok"
    ), found


def test_the_wrong_variant_fails_and_names_the_right_one() -> None:
    found = {c.name: c for c in i2c(on_bus(SimChip("lsm6dso32")), CHIP)}
    assert found["imu_gravity"].status == "fail"
    assert found["imu_gravity"].way_out == "say chip=lsm6dso32"


def test_a_rate_that_is_off_and_a_sensor_that_moves_are_warned_of() -> None:
    found = verdicts(i2c(on_bus(SimChip(rate_ratio=1.1, motion=running)), CHIP))
    assert found["imu_rate"] == "warn"
    assert found["imu_gravity"] == "warn"


def test_nothing_on_the_bus_fails_where_it_is_needed() -> None:
    found = {c.name: c for c in i2c(on_bus(None), CHIP)}
    assert found["imu"].status == "fail"
    assert "check the wires" in found["imu"].way_out


def test_a_running_service_is_not_disturbed() -> None:
    sensor = SimChip()
    bus = SimBus({0x6A: sensor})
    sensor.write(0x10, 0x5C)
    sensor.write(0x0A, 0x46)
    found = verdicts(i2c(Machine(open_bus=lambda _: bus), CHIP))
    assert found == {"i2c": "ok", "imu": "ok", "imu_use": "warn"}
    assert sensor.registers[0x0A] == 0x46


def test_a_bus_that_cannot_be_opened_names_the_way_out() -> None:
    def closed(node: str) -> SimBus:
        raise SourceError(f"{node}: no permission; join the group `i2c` and log in again")

    (check,) = i2c(Machine(open_bus=closed), CHIP)
    assert check.status == "fail"
    assert check.way_out == "join the group `i2c` and log in again"


def test_a_laptops_own_buses_are_left_alone(tmp_path: Path) -> None:
    def never(node: str) -> SimBus:
        raise AssertionError(node)

    assert list(i2c(Machine(root=tmp_path, open_bus=never), Needs())) == []


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({}, None),
        ({"sys/class/hwmon/hwmon0/name": "other"}, None),
        ({"hwmon1/name": "rpi_volt", "hwmon1/in0_lcrit_alarm": "0"}, "ok"),
        ({"hwmon1/name": "rpi_volt", "hwmon1/in0_lcrit_alarm": "1"}, "fail"),
    ],
)
def test_voltage(tmp_path: Path, files: dict[str, str], status: str | None) -> None:
    machine = wrote(tmp_path, {f"sys/class/hwmon/{k}": v for k, v in files.items()})
    assert verdicts(power(machine, Needs())).get("voltage") == status


@pytest.mark.parametrize(
    ("flags", "status"), [("0x0", "ok"), ("0x50005", "fail"), ("0x50000", "warn")]
)
def test_what_the_firmware_says_of_the_supply(tmp_path: Path, flags: str, status: str) -> None:
    machine = wrote(tmp_path, {"usr/bin/vcgencmd": f"#!/bin/sh\necho throttled={flags}\n"})
    machine.at("/usr/bin/vcgencmd").chmod(0o755)
    assert verdicts(power(machine, Needs())) == {"voltage": status}


@pytest.mark.parametrize(
    ("milli", "status"), [("48312", "ok"), ("78000", "warn"), ("90000", "fail")]
)
def test_temperature(tmp_path: Path, milli: str, status: str) -> None:
    machine = wrote(tmp_path, {"sys/class/thermal/thermal_zone0/temp": milli})
    assert verdicts(heat(machine, Needs())) == {"temperature": status}


def test_clock_disk_and_a_sealed_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts(clock(wrote(tmp_path, {}), Needs())) == {"clock": "warn"}
    machine = wrote(tmp_path, {"run/systemd/timesync/synchronized": ""})
    assert verdicts(clock(machine, Needs())) == {"clock": "ok"}
    assert verdicts(disk(machine, Needs()))["disk"] == "ok"
    machine = wrote(tmp_path, {"proc/self/mounts": "tmpfs / tmpfs rw 0 0\n"})
    assert verdicts(disk(machine, Needs()))["memory"] == "warn"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LIVECOACH_HOME", str(tmp_path / "file"))
    assert verdicts(disk(machine, Needs())) == {"disk": "fail"}


def test_bluetooth_and_pins(tmp_path: Path) -> None:
    wanted = Needs(radio=True, configured=True, button=True)
    assert verdicts(bluetooth(Machine(root=tmp_path), wanted)) == {"bluetooth": "fail"}
    assert verdicts(bluetooth(Machine(root=tmp_path), Needs())) == {"bluetooth": "warn"}
    assert list(bluetooth(Machine(root=tmp_path), CHIP)) == []
    machine = wrote(
        tmp_path,
        {
            "sys/class/bluetooth/hci0/address": "",
            "sys/class/rfkill/rfkill0/type": "bluetooth\n",
            "sys/class/rfkill/rfkill0/soft": "1\n",
        },
    )
    (blocked,) = bluetooth(machine, wanted)
    assert blocked.way_out == "rfkill unblock bluetooth"
    assert verdicts(pins(machine, wanted)) == {"gpio": "warn"}
    assert verdicts(pins(wrote(tmp_path, {"dev/gpiochip0": ""}), wanted)) == {"gpio": "ok"}


def test_iio_devices(tmp_path: Path) -> None:
    needs = needs_of(config.Config(sources=("iio:device0",)))
    assert verdicts(iio(Machine(root=tmp_path), needs)) == {"iio": "fail"}
    files = {"sys/bus/iio/devices/iio:device0/name": "lsm6dsox_accel", "dev/iio:device0": ""}
    assert verdicts(iio(wrote(tmp_path, files), needs)) == {"iio": "ok"}


def test_a_pi_is_known_by_its_device_tree(tmp_path: Path) -> None:
    machine = wrote(tmp_path, {"proc/device-tree/model": "Raspberry Pi Zero 2 W Rev 1.0\0"})
    assert machine.is_pi
    kernel = next(iter(system(machine, Needs())))
    assert "Raspberry Pi Zero 2 W" in kernel.text


def test_a_probe_that_hangs_or_breaks_takes_nothing_else_along() -> None:
    def hangs(machine: Machine, needs: Needs) -> list[Check]:
        del machine, needs
        time.sleep(3.0)
        return []

    def breaks(machine: Machine, needs: Needs) -> list[Check]:
        del machine, needs
        raise ValueError("nonsense")

    def good(machine: Machine, needs: Needs) -> list[Check]:
        del machine, needs
        return [Check("good", "ok", "fine")]

    start = time.monotonic()
    found = checked([("hangs", hangs), ("breaks", breaks), ("good", good)], Machine(), Needs(), 0.5)
    assert time.monotonic() - start < 2.5
    assert verdicts(found) == {"hangs": "warn", "breaks": "warn", "good": "ok"}
    assert "nonsense" in found[1].text


def test_whatever_is_not_well_names_a_way_out(tmp_path: Path) -> None:
    needs = Needs(chips=(Wanted(bus=250),), radio=True, button=True, configured=True)
    for check in examined(Machine(root=tmp_path), needs, PROBES):
        assert check.status == "ok" or check.way_out, check


def test_the_command_prints_json_and_exits_with_1_when_something_fails(tmp_path: Path) -> None:
    path = tmp_path / "wearable.toml"
    path.write_text('sources = ["i2c:250?mount=chest"]\n[audio]\noutput = "null"\n')
    start = time.monotonic()
    done = livecoach("doctor", path, "--json")
    assert time.monotonic() - start < 20.0
    checks = msgspec.convert(json.loads(done.stdout)["checks"], list[Check])
    assert done.returncode == 1
    assert {c.name for c in checks} >= {"kernel", "python", "i2c", "audio", "realtime", "disk"}
    path.write_text('sources = ["file:x"]\n[audio]\noutput = "null"\n')
    well = livecoach("doctor", path)
    assert well.returncode == 0, well.stdout
    assert "ok   audio" in well.stdout
    assert livecoach("doctor", tmp_path / "none.toml").returncode == 2
