"""Five Bluetooth sensors with everything that befalls a radio: none of it ends or bends a run.

``python -m tests.loopback.ble_soak`` prints a line of ten minutes (``make soak``); the test beside
this file holds the bars in CI. The runner is ``livecoach run`` itself, in a process of its own that
also counts its tasks once a second; the sensors and their bus are processes beside it. In the end
all sensors fall silent before Ctrl-C comes, so that what they sent and what the session file has
can be held against each other byte by byte.
"""

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

from livecoach.__main__ import main as livecoach
from livecoach.commands import run as command
from livecoach.commands.replay import compare
from livecoach.model import Link, Payload
from livecoach.session import Outcome
from livecoach.session import run as run_session
from livecoach.sources.ble.wanted import source_name
from livecoach.store.reader import SessionFile
from livecoach.wire import pod, polar, rsc, treadmill
from tests.loopback.bluez.rig import BlueZRig, bluez_rig

_SOURCES = {
    "rsc": "ble:Foot Pod 1",
    "h10": "ble:Polar H10?forward=+x&left=+y&up=+z",
    "pod_l": "ble:LCPOD-L",
    "pod_r": "ble:LCPOD-R",
    "treadmill": "ble:Treadmill",
}
_MAIN = {
    "rsc": rsc.CHARACTERISTIC,
    "h10": polar.DATA,
    "pod_l": pod.STREAM,
    "pod_r": pod.STREAM,
    "treadmill": treadmill.CHARACTERISTIC,
}
_BACK_MOST_S = 30.0
_SILENT_S = 4.0
_OFF_S = 2.0
_WARM_S = 20.0
_TOLD_S = 0.7
"""So long the last bytes may take to the file; shorter than any silence that counts as loss."""


@dataclass(frozen=True)
class Result:
    """What became of one run."""

    seconds: float
    drops: int
    silences: int
    powers: int
    losses: int
    """Links that the session file says were lost."""
    drop_p50_s: float
    """From a dropped link to the sensor's next data, as the sensor sees it."""
    drop_max_s: float
    silence_max_s: float
    """From when a silent sensor would speak again to its next data."""
    power_max_s: float
    """From the adapter's coming back to data of all."""
    samples: int
    """Of motion, sent to a client."""
    packets: int
    """All notifications sent to a client."""
    lost: int
    """Those of them that the session file does not have."""
    wrong: tuple[str, ...]
    """Characteristics of which it has other bytes than were sent."""
    tasks: tuple[int, int, int]
    """When all were connected first, before the end, and after it."""
    grown_mb: float
    """Memory from `_WARM_S` after the start to before the end."""
    rss_mb: float
    cpu_percent: float
    steps: int
    exit_code: int
    h10_streams: bool
    """It was left streaming."""
    identical: bool
    """The session replays bit for bit."""
    trouble: str
    """What the program wrote to standard error."""

    def row(self) -> str:
        """Return a line of the table."""
        return (
            f"{self.seconds:7.0f} {self.drops:5d} {self.silences:6d} {self.powers:5d} "
            f"{self.losses:6d} {self.drop_p50_s:8.2f} {self.drop_max_s:8.2f} "
            f"{self.silence_max_s:8.2f} {self.power_max_s:8.2f} {self.samples:8d} "
            f"{self.packets:8d} {self.lost:5d} {'/'.join(map(str, self.tasks)):>8s} "
            f"{self.rss_mb:7.1f} {self.grown_mb:8.1f} {self.steps:6d} {self.cpu_percent:6.1f}"
        )


HEADER = (
    "seconds drops silent power losses back p50 back max  silence    power  samples"
    "  packets  lost    tasks  rss MB grown MB  steps  cpu %"
)


@dataclass
class _World:
    """The sensors, and how long each took to be back."""

    rig: BlueZRig
    back_s: dict[str, list[float]] = field(
        default_factory=lambda: {"drop": [], "silence": [], "power": []}
    )

    def all_back(self, keys: list[str], most_s: float = _BACK_MOST_S) -> float:
        """Wait for fresh data of sensors to reach a client; return how long that took."""
        begun = time.monotonic()
        before = self._sent()
        while True:
            now = self._sent()
            if all(now[key] > before[key] for key in keys):
                return time.monotonic() - begun
            missing = [key for key in keys if now[key] == before[key]]
            assert time.monotonic() < begun + most_s, f"not back after {most_s:.0f} s: {missing}"
            time.sleep(0.02)

    def befall(self, kind: str, key: str) -> None:
        """Let something happen and wait until all is well again."""
        keys = [key]
        if kind == "drop":
            self.rig.do("drop", key)
        elif kind == "silence":
            self.rig.do("silence", key)
            time.sleep(_SILENT_S)
            self.rig.do("back", key)
        else:
            keys = list(_SOURCES)
            self.rig.do("power", "off")
            time.sleep(_OFF_S)
            self.rig.do("power", "on")
        self.back_s[kind].append(self.all_back(keys))

    def _sent(self) -> dict[str, int]:
        stats = self.rig.stats()
        return {key: int(stats[key]["notify"][_MAIN[key]]["notified"]) for key in _SOURCES}


def soak(seconds: float, folder: Path) -> Result:
    """Run so long after all are connected, and compare."""
    sources = [word for uri in _SOURCES.values() for word in ("--source", uri)]
    options = ["--audio", "null", "--target", "172", "--session", str(folder / "sessions")]
    report, errors = folder / "report.json", folder / "stderr"
    with (
        bluez_rig(folder / "b", list(_SOURCES)) as rig,
        _program(rig, [str(report), "run", *sources, *options], errors) as run,
    ):
        world = _World(rig)
        world.all_back(list(_SOURCES))
        begun, process = time.monotonic(), psutil.Process(run.pid)
        cpu_s, warm_b = _cpu_s(process), 0
        for due_s, kind, key in _plan(seconds):
            if not warm_b and due_s > _WARM_S:
                _until(begun + _WARM_S)
                warm_b = process.memory_info().rss
            _until(begun + due_s)
            world.befall(kind, key)
        _until(begun + seconds)
        assert run.poll() is None, errors.read_text()
        cpu_percent = 100.0 * (_cpu_s(process) - cpu_s) / (time.monotonic() - begun)
        end_b = process.memory_info().rss
        for key in _SOURCES:
            rig.do("silence", key)
        time.sleep(_TOLD_S)
        sent = rig.stats()
        run.send_signal(signal.SIGINT)
        exit_code = run.wait(30.0)
        time.sleep(0.2)
        streams = bool(rig.stats()["h10"]["streaming"])
    (path,) = (folder / "sessions").glob("*.db")
    got = _received(path)
    told = json.loads(report.read_text())
    connected = [n for t, n in told["tasks"] if t >= begun]
    packets, lost, wrong = _compared(sent, got)
    return Result(
        seconds=seconds,
        drops=len(world.back_s["drop"]),
        silences=len(world.back_s["silence"]),
        powers=len(world.back_s["power"]),
        losses=got.losses,
        drop_p50_s=statistics.median(world.back_s["drop"]),
        drop_max_s=max(world.back_s["drop"]),
        silence_max_s=max(world.back_s["silence"]),
        power_max_s=max(world.back_s["power"]),
        samples=sum(sent[key]["notify"][_MAIN[key]]["samples"] for key in _SOURCES),
        packets=packets,
        lost=lost,
        wrong=wrong,
        tasks=(connected[0], connected[-1], told["left"]),
        rss_mb=end_b / 1e6,
        grown_mb=(end_b - warm_b) / 1e6,
        cpu_percent=cpu_percent,
        steps=told["steps"],
        exit_code=exit_code,
        h10_streams=streams,
        identical=compare(path).identical,
        trouble=errors.read_text(),
    )


def _plan(seconds: float) -> list[tuple[float, str, str]]:
    """Return when what befalls whom: 30 drops, 5 silences, 2 times no adapter in ten minutes."""
    share = seconds / 600.0
    wanted = {"drop": max(6, round(30 * share)), "silence": max(1, round(5 * share))}
    wanted["power"] = max(1, round(2 * share))
    spread = sorted(((k + 0.5) / n, kind) for kind, n in wanted.items() for k in range(n))
    keys, count = list(_SOURCES), Counter[str]()
    plan = []
    for k, (_, kind) in enumerate(spread):
        plan.append(((k + 0.5) * seconds / len(spread), kind, keys[count[kind] % len(keys)]))
        count[kind] += 1
    return plan


@dataclass
class _Received:
    """What a session file has of each sensor's characteristics."""

    count: Counter[tuple[str, str]] = field(default_factory=Counter)
    crc32: dict[tuple[str, str], int] = field(default_factory=dict)
    losses: int = 0


def _received(path: Path) -> _Received:
    got = _Received()
    with SessionFile(path) as file:
        for x in file.inputs():
            if isinstance(x, Payload):
                at = (x.source, x.channel)
                got.count[at] += 1
                got.crc32[at] = zlib.crc32(x.data, got.crc32.get(at, 0))
            elif isinstance(x, Link):
                got.losses += x.state == "lost"
    return got


def _compared(sent: dict[str, Any], got: _Received) -> tuple[int, int, tuple[str, ...]]:
    """Return how much was notified, what of it is not recorded, and what is recorded wrongly."""
    packets, lost, wrong = 0, 0, []
    for sensor in sent.values():
        source = source_name(sensor["name"], sensor["address"])
        for channel, notified in sensor["notify"].items():
            if not notified["samples"] or channel == "2a19":
                continue  # nobody listened, or an answer; a level is read as well as notified
            at = (source, channel)
            packets += notified["notified"]
            lost += notified["notified"] - got.count[at]
            if got.crc32.get(at) != notified["crc32"]:
                wrong.append(f"{source} {channel}")
    return packets, lost, tuple(wrong)


@contextmanager
def _program(rig: BlueZRig, words: list[str], errors: Path) -> Iterator[subprocess.Popen[bytes]]:
    with errors.open("wb") as stderr:
        run = subprocess.Popen(
            [sys.executable, "-m", "tests.loopback.ble_soak", "--run", *words],
            env={**rig.env, "LIVECOACH_HOME": str(errors.parent / "home")},
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
        try:
            yield run
        finally:
            run.kill()
            run.wait(5.0)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _until(t: float) -> None:
    time.sleep(max(0.0, t - time.monotonic()))


def _run(report: Path, words: list[str]) -> None:
    """Be ``livecoach WORDS``, and write down how many tasks there were and are left."""
    tasks: list[tuple[float, int]] = []
    told: dict[str, object] = {"tasks": tasks}

    async def count() -> None:
        while True:
            tasks.append((time.monotonic(), len(asyncio.all_tasks()) - 2))
            await asyncio.sleep(1.0)

    async def counted(*args: Any) -> Outcome:  # noqa: ANN401  whatever the session is given
        counting = asyncio.create_task(count())
        outcome = await run_session(*args)
        left = asyncio.all_tasks() - {counting, asyncio.current_task()}
        # bleak listens to the bus for as long as there is a loop.
        left = {task for task in left if "BlueZManager" not in str(task.get_coro())}
        counting.cancel()
        told.update(left=len(left), steps=outcome.tally.steps)
        return outcome

    try:
        with mock.patch.object(command, "run_session", counted):
            livecoach(words)
    finally:
        report.write_text(json.dumps(told))


def main() -> None:
    """Run as the rig's program, or print the table."""
    if sys.argv[1:2] == ["--run"]:
        _run(Path(sys.argv[2]), sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    seconds = parser.parse_args().seconds
    print(HEADER)  # noqa: T201  the table is what this program is for
    with tempfile.TemporaryDirectory() as folder:
        result = soak(seconds, Path(folder))
    print(result.row(), flush=True)  # noqa: T201
    print(  # noqa: T201
        f"exit {result.exit_code}, H10 {'STREAMS' if result.h10_streams else 'stopped'}, "
        f"replay {'identical' if result.identical else 'DIFFERS'}, "
        f"wrong bytes: {', '.join(result.wrong) or 'none'}{result.trouble and ': '}{result.trouble}"
    )


if __name__ == "__main__":
    main()
