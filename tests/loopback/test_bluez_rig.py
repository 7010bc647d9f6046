"""The rig itself: quick, fast enough, and gone when it is over."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from bleak import BleakClient, BleakScanner

from tests.loopback.bluez import bluez_rig, rig_present
from tests.loopback.bluez.client import RSC, Heard, error_of, found, until
from tests.loopback.conftest import Bluetooth
from tests.rigs import require_rig

pytestmark = pytest.mark.rig


def test_it_is_up_soon_and_leaves_nothing_behind(bluetooth: Bluetooth, tmp_path: Path) -> None:
    bluetooth("hr")  # another rig at the same time does not matter
    began = time.monotonic()
    with bluez_rig(tmp_path / "second") as rig:
        took_s = time.monotonic() - began
        processes = [psutil.Process(rig.server.pid), psutil.Process(rig.bus.process.pid)]
        assert set(rig.stats()) == {
            "rsc",
            "rsc_leg",
            "h10",
            "hr",
            "treadmill",
            "pod_l",
            "pod_r",
            "pod_t",
            "wit",
        }
    assert took_s < 5.0  # 0.3 s on an idle machine
    assert not any(process.is_running() for process in processes)
    assert not (tmp_path / "second" / "bus").exists()


def test_a_command_that_is_not_understood_says_so(bluetooth: Bluetooth) -> None:
    rig = bluetooth("hr")
    for words in (["drop", "h10"], ["fault", "hr", "fire"], ["dance"], ["lag", "hr"]):
        with pytest.raises(ValueError, match=r".+"):
            rig.do(*words)
    assert rig.do("ready") == "ready"


def test_a_wrong_sensor_ends_the_rig_at_once(tmp_path: Path) -> None:
    require_rig(rig_present(), "dbus")
    with (
        pytest.raises(AssertionError, match="the rig died"),
        bluez_rig(tmp_path / "bus", ["abacus"]),
    ):
        pass


async def test_a_thousand_notifications_a_second_all_arrive(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc:rate_hz=1000")
    heard = Heard()
    async with BleakClient(await found("Foot Pod 1")) as client:
        await client.start_notify(RSC, heard)
        began = time.monotonic()
        await until(lambda: len(heard) >= 3000, 30.0)
        took_s = time.monotonic() - began
        rig.do("drop", "rsc")
        await until(lambda: not client.is_connected)
    sent = rig.stats()["rsc"]["notify"]["2a53"]
    assert (sent["notified"], sent["crc32"]) == (len(heard), heard.crc32)
    assert took_s < 10.0  # 3.0 s when the machine keeps up


async def test_silence_lag_and_return(bluetooth: Bluetooth) -> None:
    rig = bluetooth("rsc:rate_hz=50")
    heard = Heard()
    async with BleakClient(await found("Foot Pod 1")) as client:
        await client.start_notify(RSC, heard)
        await until(lambda: len(heard) >= 3)
        rig.do("silence", "rsc")
        before = rig.stats()["rsc"]["notify"]["2a53"]["notified"]
        rig.do("lag", "rsc", 0.5)
        time.sleep(0.3)  # noqa: ASYNC251 -- the sensor must have had time; we need not run
        assert client.is_connected
        assert rig.stats()["rsc"]["notify"]["2a53"]["notified"] == before
        rig.do("back", "rsc")
        await until(lambda: len(heard) > before)
    assert heard.data == sorted(heard.data, key=lambda data: data[6:][::-1])


async def test_a_busy_sensor_is_not_heard_and_a_taken_one_is_connected_already(
    bluetooth: Bluetooth,
) -> None:
    rig = bluetooth("rsc", "hr")
    device = await found("Foot Pod 1")
    rig.do("busy", "rsc")
    assert {d.name for d in await BleakScanner.discover(0.5)} == {"Heart Strap"}
    assert type(await error_of(BleakClient(device, timeout=0.5).connect())) is TimeoutError
    rig.do("back", "rsc")
    rig.do("taken", "rsc")
    await until(lambda: bool(rig.stats()["rsc"]["resolved"]))
    assert {d.name for d in await BleakScanner.discover(0.5)} == {"Heart Strap"}
    assert rig.stats()["rsc"]["connects"] == 1


def _prompt(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.loopback.sensors", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def test_the_prompt_prints_the_line_to_paste_and_obeys() -> None:
    require_rig(rig_present(), "dbus")
    with _prompt("--only", "hr,rsc") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/")
        assert "Heart Strap, Foot Pod 1" in process.stdout.readline()
        out, _ = process.communicate("power off\nstats\nnonsense\nquit\n", timeout=10.0)
    assert out.startswith("ok\n{")
    assert "not understood: nonsense" in out
    assert process.returncode == 0


@pytest.mark.parametrize("words", [(), ("--seconds", "0.5")])
def test_the_prompt_ends_cleanly(words: tuple[str, ...]) -> None:
    """Ctrl-C, or when its time is over."""
    require_rig(rig_present(), "dbus")
    with _prompt("--only", "hr", *words) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip().partition("path=")[2]).parent
        process.stdout.readline()
        if not words:
            process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10.0)
    assert (process.returncode, out) == (0, "")
    assert not folder.exists()
