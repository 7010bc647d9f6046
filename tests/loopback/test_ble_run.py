"""``livecoach run --source ble:...`` as it stands, against emulated sensors and absent ones."""

import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from livecoach.commands.replay import compare
from livecoach.model import (
    Belt,
    Event,
    Input,
    Link,
    Notice,
    Payload,
    PodReport,
    SensorState,
    Step,
)
from livecoach.store.reader import SessionFile
from tests.commandline import command, fails_in_one_line
from tests.loopback.bluez.rig import BlueZRig, bluez_rig, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
_H10 = "ble:Polar H10?forward=+x&left=+y&up=+z"
_RSC = "2a53"


class _Run:
    """A running ``livecoach run``."""

    def __init__(self, rig: BlueZRig, folder: Path, *words: str) -> None:
        self.rig, self._folder = rig, folder / "sessions"
        options = ("--audio", "null", "--session", self._folder)
        self.process = subprocess.Popen(
            command("run", *words, *options),
            env=rig.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def sent(self, key: str = "rsc", channel: str = _RSC) -> int:
        """Return how much a sensor has sent to somebody."""
        return int(self.rig.stats()[key]["notify"][channel]["notified"])

    def until(self, true: Callable[[], bool], most_s: float = 20.0) -> float:
        """Wait until something is so; return how long that took."""
        begun = time.monotonic()
        while not true():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < begun + most_s, "it did not happen"
            time.sleep(0.01)
        return time.monotonic() - begun

    def says(self, text: str) -> str:
        """Wait for a line with ``text`` in it and return it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if text in line:
                return line
        pytest.fail(f"it did not say: {text}")

    def interrupt(self, times: int = 1) -> str:
        """Send Ctrl-C so often; return what it still had to say, nothing of which is an error."""
        for _ in range(times):
            self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=30)
        assert (self.process.returncode, err) == (130, "")
        assert "everything up to here is kept" in out
        return out

    def recorded(self) -> tuple[list[Input], list[Event]]:
        """Return what the session file has; it was interrupted, and replays bit for bit."""
        (path,) = self._folder.glob("*.db")
        assert compare(path).identical
        with SessionFile(path) as file:
            assert file.summary is not None
            assert file.summary.reason == "interrupted"
            return list(file.inputs()), list(file.events())


@contextmanager
def _running(folder: Path, sensors: list[str], *words: str, **rig: Any) -> Iterator[_Run]:  # noqa: ANN401  as `bluez_rig` takes them
    require_rig(rig_present(), "dbus-daemon")
    with bluez_rig(folder / "b", sensors, **rig) as there:
        run = _Run(there, folder, *words)
        with run.process:
            try:
                yield run
            finally:
                run.process.kill()


def test_a_foot_pod_that_goes_away_and_comes_back_is_recorded_byte_for_byte(
    tmp_path: Path,
) -> None:
    with _running(tmp_path, ["rsc:rate_hz=10"], "--source", "ble:") as run:
        run.until(lambda: run.sent() >= 30)
        run.rig.do("away", "rsc")
        time.sleep(1.5)
        before = run.sent()
        run.rig.do("back", "rsc")
        assert run.until(lambda: run.sent() > before) < 1.5  # 1 s on a machine of its own
        run.until(lambda: run.sent() >= 70)
        run.rig.do("silence", "rsc")
        time.sleep(0.5)
        sent = run.rig.stats()["rsc"]["notify"][_RSC]
        out = run.interrupt()
        inputs, events = run.recorded()
    heard = [x for x in inputs if isinstance(x, Payload) and x.channel == _RSC]
    assert len(heard) == sent["notified"]
    assert zlib.crc32(b"".join(x.data for x in heard)) == sent["crc32"]
    links = [x for x in inputs if isinstance(x, Link)]
    assert [x.state for x in links] == ["found", "lost", "found"]
    assert links[1].t - max(x.t for x in heard if x.t < links[1].t) < 1.0
    for line in ("is connected", "is lost; looking for it", "is back"):
        assert f"Foot Pod 1 0001 {line}" in out
    fresh = [e for e in events if isinstance(e, PodReport) and e.state == "fresh"]
    states = [e.state for e in events if isinstance(e, SensorState) and e.battery_percent]
    assert states[-3:] == ["fresh", "lost", "fresh"]
    assert [e.step_rate_spm for e in fresh[-3:]] == [pytest.approx(168, rel=0.03)] * 3


def test_a_chest_strap_gives_the_steps_that_the_runner_took(tmp_path: Path) -> None:
    with _running(tmp_path, ["h10"], "--source", _H10) as run:
        run.until(lambda: run.rig.stats()["h10"]["streamed_s"] > 18.0, 40.0)
        truth = np.array([t for t, _ in run.rig.truth()])
        run.interrupt()
        _, events = run.recorded()
    steps = [e for e in events if isinstance(e, Step) and e.activity == "run"]
    taken = int((truth > truth[-1] - 15.0).sum())
    late = [e for e in steps if e.t > steps[-1].t - 15.0]
    assert len(late) == pytest.approx(taken, abs=2)
    rate_spm = median(e.step_rate_spm for e in late)
    assert rate_spm == pytest.approx(60.0 / np.median(np.diff(truth[-taken:])), rel=0.03)
    states = [e.state for e in events if isinstance(e, SensorState) and e.name.startswith("Polar")]
    assert "fresh" in states
    assert not {"stale", "lost"} & set(states[states.index("fresh") :])
    assert [e.text for e in events if isinstance(e, Notice) and "lost on the way" in e.text] == []


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_be_it_twice_stops_the_strap_and_closes_the_file(tmp_path: Path, times: int) -> None:
    with _running(tmp_path, ["h10"], "--source", _H10) as run:
        run.until(lambda: run.rig.stats()["h10"]["streamed_s"] > 2.0)
        run.interrupt(times)
        strap = run.rig.stats()["h10"]
        inputs, _ = run.recorded()
    assert not strap["streaming"]
    assert not strap["connected"]
    assert any(isinstance(x, Payload) and len(x.data) > 200 for x in inputs)


def test_the_belt_is_believed_more_than_the_foot_pod(tmp_path: Path) -> None:
    sources = [w for uri in ("ble:Foot Pod", _H10, "ble:Treadmill") for w in ("--source", uri)]
    sensors = ["h10", "rsc:rate_hz=5", "treadmill:speed_ratio=1.2,incline_percent=0"]
    with _running(tmp_path, sensors, *sources) as run:
        run.until(lambda: run.rig.stats()["h10"]["streamed_s"] > 14.0, 40.0)
        assert run.rig.stats()["treadmill"]["control_writes"] == 0
        run.interrupt()
        _, events = run.recorded()
    belts = [e for e in events if isinstance(e, Belt)]
    assert len(belts) > 20
    assert {round(e.speed_mps or 0.0, 2) for e in belts} == {3.6}
    assert {e.incline_percent for e in belts} == {0.0}
    steps = [e for e in events if isinstance(e, Step) and e.activity == "run"][-10:]
    assert len(steps) == 10
    for step in steps:
        assert step.speed_mps == pytest.approx(3.6)
        assert step.step_length_m == pytest.approx(3.6 * 60.0 / step.step_rate_spm, rel=0.1)
        assert step.expected_braking_mps is not None
    reports = [e for e in events if isinstance(e, PodReport) and e.state == "fresh"][-3:]
    assert [e.speed_mps for e in reports] == [pytest.approx(3.6)] * 3
    said = [e.text for e in events if isinstance(e, Notice)]
    assert sum("10.8 km/h, the belt 13.0 km/h; the belt's speed is used" in x for x in said) == 1


def test_an_absent_sensor_is_waited_for_until_ctrl_c_be_it_twice(tmp_path: Path) -> None:
    with _running(tmp_path, ["rsc"], "--source", "ble:Nobody") as run:
        run.says("Nobody is not there; there is: Foot Pod 1 0001")
        run.interrupt(2)


def test_an_absent_sensor_is_waited_for_until_the_time_is_over(tmp_path: Path) -> None:
    with _running(tmp_path, ["rsc"], "--source", "ble:Nobody", "--seconds", "2") as run:
        out, err = run.process.communicate(timeout=30)
    assert (run.process.returncode, err) == (0, "")
    assert "0:02 run, 0 steps, cadence unknown" in out


def test_an_adapter_that_is_off_is_waited_for(tmp_path: Path) -> None:
    with _running(tmp_path, ["rsc:rate_hz=10"], "--source", "ble:Foot Pod") as run:
        run.until(lambda: run.sent() > 3)
        run.rig.do("power", "off")
        run.says("The Bluetooth adapter is off; switch it on")
        before = run.sent()
        run.rig.do("power", "on")
        run.says("Bluetooth works again")
        run.until(lambda: run.sent() > before)
        run.interrupt()


@pytest.mark.parametrize(
    ("rig", "line"),
    [
        ({"adapter": False}, "there is no Bluetooth adapter; plug one in, or see `rfkill list`"),
        ({"allowed": False}, "no permission to use Bluetooth; on Linux join the group `bluetooth`"),
    ],
)
def test_a_machine_without_bluetooth_ends_the_run_in_one_line(
    tmp_path: Path, rig: dict[str, bool], line: str
) -> None:
    with _running(tmp_path, ["rsc"], "--source", "ble:", **rig) as run:
        _ends(run.process, line)


def test_a_machine_without_d_bus_ends_the_run_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_rig(sys.platform == "linux", "D-Bus is Linux's")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    words = ("run", "--source", "ble:", "--audio", "null", "--session", tmp_path / "sessions")
    with subprocess.Popen(
        command(*words), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        _ends(process, "D-Bus cannot be reached; Bluetooth on Linux needs it")


def _ends(process: subprocess.Popen[str], with_: str) -> None:
    out, err = process.communicate(timeout=60)
    result = subprocess.CompletedProcess([], process.returncode, out, err)
    assert fails_in_one_line(result, 1).startswith(f"livecoach: {with_}")
