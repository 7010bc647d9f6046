"""The wearable: starts by itself, obeys its button, survives being stuck, needs no network."""

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from livecoach.coach.phrases import english
from livecoach.commands import wearable
from livecoach.model import Command, Cue, CueDropped, Input, SensorState
from livecoach.sinks.heartbeat import Heartbeat
from livecoach.sinks.lamp import lit
from livecoach.sources.button import Presses
from livecoach.sources.status import Status
from livecoach.store.memory import in_memory, writable
from livecoach.store.reader import SessionFile
from tests.hw.supervisor import Supervisor

CONFIG = """
sources = ["i2c:1?chip=lsm6dsox&mount=chest&up=+z&forward=+x"]
[coach]
target = "+5%"
[audio]
output = "null"
[wearable]
"""


def without_network() -> list[str]:
    """Return what takes the network away from a program, where that is allowed."""
    alone = ["unshare", "--net"]
    try:
        done = subprocess.run([*alone, "true"], capture_output=True, timeout=10, check=False)
    except OSError:
        return []
    return alone if done.returncode == 0 else []


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Supervisor]:
    config = tmp_path / "wearable.toml"
    config.write_text(CONFIG)
    command = [*without_network(), sys.executable, "-m", "tests.hw.box", "run", str(config)]
    command += ["--session", str(tmp_path / "runs")]
    environment = os.environ | {"LIVECOACH_HOME": str(tmp_path / "home"), "NO_COLOR": "1"}
    service = Supervisor(command, tmp_path, environment)
    yield service
    service.close()


def told(service: Supervisor, action: str) -> None:
    process = service.process
    assert process is not None
    assert process.stdin is not None
    process.stdin.write(f"{action}\n".encode())
    process.stdin.flush()


def until(condition: object, seconds: float) -> bool:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if callable(condition) and condition():
            return True
        time.sleep(0.1)
    return False


def runs(folder: Path) -> list[Path]:
    return sorted((folder / "runs").glob("*.db"))


def commands(path: Path) -> list[tuple[str, str]]:
    with SessionFile(path) as session:
        return [(x.name, x.value) for x in session.inputs() if isinstance(x, Command)]


def test_it_starts_by_itself_speaks_obeys_its_button_and_ends_whole(
    box: Supervisor, tmp_path: Path
) -> None:
    assert box.wait_for(1, 30)
    time.sleep(6)
    for action in ("hold", "hold", "double"):
        told(box, action)
    time.sleep(5)
    told(box, "press")
    assert until(lambda: "Waiting for the button." in box.states, 10)
    beats = box.beats
    time.sleep(2.5)
    assert box.beats > beats  # waiting is alive, too
    told(box, "press")
    assert until(lambda: len(runs(tmp_path)) == 2, 10)
    time.sleep(2)
    box.close()
    assert box.killed == 0
    assert box.exits == [130]
    first, second = runs(tmp_path)
    asked = commands(first)
    assert asked[0] == ("say", "Sensor found. Ready.")
    assert asked[1:3] == [("mute", "toggle"), ("mute", "toggle")]
    assert asked[-1] == ("stop", "")
    for path in (first, second):
        with SessionFile(path) as session:
            assert session.summary is not None
    log = (tmp_path / "service.log").read_text()
    assert "IMU i2c-1 0x6a is there" in log
    assert "Muted: nothing is heard" in log
    assert "Traceback" not in log


def test_a_stuck_service_runs_again_within_ten_seconds_and_its_run_is_kept(
    box: Supervisor, tmp_path: Path
) -> None:
    assert box.wait_for(1, 30)
    time.sleep(5)
    process = box.process
    assert process is not None
    stuck = time.monotonic()
    os.kill(process.pid, signal.SIGSTOP)
    assert box.wait_for(2, 20)
    took = box.starts[1] - stuck
    assert took < 10, took
    assert box.killed == 1
    until(lambda: len(runs(tmp_path)) == 2, 5)
    box.close()
    with SessionFile(runs(tmp_path)[0]) as session:
        kept = [x.t for x in session.inputs()]
    assert kept[-1] > 3.0


def test_power_that_goes_leaves_a_file_that_can_be_read(box: Supervisor, tmp_path: Path) -> None:
    assert box.wait_for(1, 30)
    time.sleep(5)
    process = box.process
    assert process is not None
    process.kill()
    box.close()
    path = runs(tmp_path)[0]
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
    with SessionFile(path) as session:
        assert sum(1 for _ in session.inputs()) > 100


def test_a_bus_that_is_not_there_is_one_line_and_a_failure(tmp_path: Path) -> None:
    config = tmp_path / "wearable.toml"
    config.write_text(CONFIG.replace("i2c:1", "i2c:250"))
    done = subprocess.run(
        [sys.executable, "-m", "livecoach", "run", str(config), "--session", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"GPIOZERO_PIN_FACTORY": "mock"},
    )
    assert done.returncode == 1
    assert "/dev/i2c-250: no such bus" in done.stderr
    assert "Traceback" not in done.stderr


def test_presses_mean_what_they_mean() -> None:
    def meant(*downs: tuple[float, float]) -> list[str]:
        presses = Presses()
        out: list[str] = []
        for k in range(300):
            t = k * 0.02
            action = presses.update(t, down=any(a <= t < b for a, b in downs))
            out += [action] if action else []
        return out

    assert meant((1.0, 1.1)) == ["press"]
    assert meant((1.0, 1.1), (1.3, 1.4)) == ["double"]
    assert meant((1.0, 3.0)) == ["hold"]
    assert meant((1.0, 1.1), (2.0, 2.1)) == ["press", "press"]
    assert meant((1.0, 1.1), (1.2, 3.0)) == ["hold"]
    assert meant((1.0, 1.1), (1.3, 1.4), (1.6, 1.7)) == ["double", "press"]


def test_the_heart_beats_only_while_the_session_gets_on() -> None:
    now, beats = [100.0], []
    heart = Heartbeat(lambda: beats.append(now[0]), lambda: now[0])
    for k in range(30):  # a tick each 0.1 s, as time passes
        now[0] = 100.0 + k / 10
        heart.tick(k / 10)
    assert len(beats) == 3
    now[0] += 8.0  # it was stuck: what comes now is old
    for k in range(30, 50):
        heart.tick(k / 10)
    assert len(beats) == 3
    heart.tick(now[0] - 100.0)
    assert len(beats) == 4


def test_the_lamp_tells_moods_apart() -> None:
    shares = {
        mood: sum(lit(mood, k / 100) for k in range(600)) / 600
        for mood in ("idle", "searching", "ready")
    }
    assert shares["ready"] == 1.0
    assert 0.4 < shares["searching"] < 0.6
    assert 0.0 < shares["idle"] < 0.1


class Talk:
    """A status in a session of its own."""

    def __init__(self, *, in_memory: bool = False) -> None:
        self.status = Status(english(), in_memory=in_memory)
        self.t = 0.0
        self.said: list[tuple[float, str]] = []
        self.status._put, self.status._now = self._take, lambda: self.t

    def _take(self, x: Input) -> None:
        assert isinstance(x, Command)
        self.said.append((x.t, x.value))

    def live(self, until_s: float) -> list[str]:
        """Let time pass; return all that was said so far."""
        while self.t < until_s:
            self.t += 0.1
            self.status.tick(self.t)
        return [words for _, words in self.said]


def test_the_status_says_what_changes_one_thing_at_a_time() -> None:
    talk = Talk(in_memory=True)
    assert talk.live(20.0) == ["No sensor yet."]
    talk.status.update(SensorState(20.0, "IMU", "fresh"))
    talk.live(80.0)
    talk.status.update(SensorState(80.0, "IMU", "stale"))
    talk.status.update(SensorState(90.0, "IMU", "lost"))
    talk.live(100.0)
    talk.status.update(SensorState(100.0, "IMU", "fresh"))
    assert talk.live(130.0) == [
        "No sensor yet.",
        "Sensor found. Ready.",
        "This run is not kept when the power goes.",
        "The sensor is gone.",
        "The sensor is back.",
    ]
    times = [t for t, _ in talk.said]
    assert all(b - a >= 15.0 for a, b in itertools.pairwise(times))


def test_what_could_not_be_said_yet_is_said_again() -> None:
    talk = Talk()
    talk.status.update(SensorState(0.5, "IMU", "fresh"))
    talk.live(1.0)
    cue = Cue(number=7, t_decided=1.0, t_due=1.0, kind="speech", phrase="Sensor found. Ready.",
              priority=2, expires_t=3.0, reason="")  # fmt: skip
    talk.status.update(cue)
    talk.status.update(CueDropped(7, "it is not rendered yet", 1.1))
    assert talk.live(10.0) == ["Sensor found. Ready."] * 2


ROOT = "/dev/sda1 / ext4 rw 0 0\n"
SEALED = (
    "tmpfs /media/root-rw tmpfs rw 0 0\n"
    "overlayroot / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/x"
    " 0 0\n"
)
CONTAINER = "overlay / overlay rw,lowerdir=/a:/b,upperdir=/var/lib/docker/x/diff,workdir=/x 0 0\n"


@pytest.mark.parametrize(
    ("mounts", "folder", "memory"),
    [
        (ROOT, "/var/lib/livecoach", False),
        (ROOT + "tmpfs /run tmpfs rw 0 0\n", "/run/livecoach", True),
        (SEALED, "/var/lib/livecoach", True),
        (CONTAINER, "/var/lib/livecoach", False),
        (SEALED + "/dev/sda3 /data ext4 rw 0 0\n", "/data/runs", False),
    ],
)
def test_a_sealed_system_is_known_by_its_mounts(
    mounts: str, folder: str, *, memory: bool, tmp_path: Path
) -> None:
    table = tmp_path / "mounts"
    table.write_text(mounts)
    assert in_memory(Path(folder), table) is memory


def test_a_folder_that_cannot_be_written_is_known(tmp_path: Path) -> None:
    assert writable(tmp_path / "new")
    (tmp_path / "file").write_text("")
    assert not writable(tmp_path / "file" / "runs")


def test_where_nothing_can_be_written_runs_are_kept_until_the_power_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    folder, volatile = wearable._place(tmp_path / "file" / "runs")
    assert volatile
    assert folder.name == "livecoach"
    assert "until the power goes" in capsys.readouterr().out
    assert wearable._place(tmp_path / "runs") == (tmp_path / "runs", in_memory(tmp_path))
