"""``livecoach run --source ble:...``: an absent sensor is waited for, absent Bluetooth is not."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.commandline import command, fails_in_one_line
from tests.loopback.bluez.rig import BlueZRig, bluez_rig, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig


def _start(rig: BlueZRig, folder: Path, source: str) -> subprocess.Popen[str]:
    words = ("run", "--source", source, "--audio", "null", "--session", folder / "sessions")
    return subprocess.Popen(
        command(*words), env=rig.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_an_absent_sensor_is_waited_for_until_ctrl_c_be_it_twice(tmp_path: Path) -> None:
    require_rig(rig_present(), "dbus-daemon")
    with bluez_rig(tmp_path / "b", ["rsc"]) as rig, _start(rig, tmp_path, "ble:Nobody") as run:
        assert run.stdout is not None
        for line in run.stdout:
            if "Nobody is not there; there is: Foot Pod 1 0001" in line:
                break
        else:
            pytest.fail("it did not say that the sensor is absent")
        run.send_signal(signal.SIGINT)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "everything up to here is kept" in out
    assert err == ""


def test_a_machine_without_bluetooth_ends_the_run_in_one_line(tmp_path: Path) -> None:
    require_rig(rig_present(), "dbus-daemon")
    with (
        bluez_rig(tmp_path / "b", ["rsc"], adapter=False) as rig,
        _start(rig, tmp_path, "ble:") as run,
    ):
        out, err = run.communicate(timeout=60)
    line = fails_in_one_line(subprocess.CompletedProcess([], run.returncode, out, err), 1)
    assert line == "livecoach: there is no Bluetooth adapter; plug one in, or see `rfkill list`"
