"""Beats under load: a ramping metronome through the whole engine, recorded from outside.

``python -m tests.loopback.soak`` prints a table of ten minutes each (``make soak``); the test
beside this file holds the bars in CI. The player is this file run as a program in the rig's
environment: an event loop that plans beats ten times a second as the coach does and hands them to
the speaker, while it also does sums, makes garbage and reads JSON, and a thread beside it holds the
interpreter's lock for up to 90 ms at a time.

PulseAudio's word on its own delay drifts smoothly by up to some ms in a stream's first ten seconds,
loaded or not, and no player can know. Beats of the first 15 s are told apart ("start"): a coached
run begins with 20 s of grace.
"""

import argparse
import asyncio
import ctypes
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import psutil

from livecoach.coach.beats import BeatPlan
from livecoach.model import Cue
from livecoach.sinks.audio.callback import CallbackBackend
from livecoach.sinks.audio.portaudio import find_device
from livecoach.sinks.audio.rtmixer_backend import RtmixerBackend
from livecoach.sinks.speaker import Speaker
from livecoach.sound.beats import beat
from tests.loopback.audio_rig import RATE_HZ, Rig, pulse_rig

Engine = Literal["rtmixer", "callback"]
_TICK_S = 0.1
_HORIZON_S = 0.25
_FIRST_S = 1.0
_RAMP_S = 40.0
_HELD_MOST_S = 0.090
_MATCH_S = 0.1
_SETTLED_S = 15.0
_OTHERS_PERCENT = 25.0


@dataclass(frozen=True)
class Result:
    """What became of one run; errors are of the time heard, constant latency removed."""

    engine: str
    loaded: bool
    beats: int
    lost: int
    extra: int
    start_ms: float
    """The largest error in the stream's first 15 s, against the latency of later."""
    p50_ms: float
    p99_ms: float
    max_ms: float
    reported_ms: float
    """The largest difference between what the engine reported and what was heard."""
    underflows: int
    held_ms: float
    stall_ms: float
    """The longest that the event loop came late to a tick."""
    others_percent: float
    """What everybody else used of one core meanwhile."""
    cpu_percent: float

    @property
    def disturbed(self) -> bool:
        """Whether the sound server had to share the machine: its word on its delay is then off."""
        return self.others_percent > _OTHERS_PERCENT

    def row(self) -> str:
        """Return a line of the table."""
        load = "loaded" if self.loaded else "idle"
        return (
            f"{self.engine:9s} {load:7s} {self.beats:5d} {self.lost:5d} {self.extra:6d} "
            f"{self.start_ms:9.3f} {self.p50_ms:7.3f} {self.p99_ms:7.3f} {self.max_ms:7.3f} "
            f"{self.reported_ms:9.3f} "
            f"{self.underflows:11d} {self.held_ms:8.0f} {self.stall_ms:9.0f} "
            f"{self.others_percent:8.0f} {self.cpu_percent:6.1f}"
        )


HEADER = (
    "engine    load    beats  lost  extra  start ms  p50 ms  p99 ms  max ms  reported  underflows"
    "  held ms  stall ms  others %  cpu %"
)


def soak(rig: Rig, engine: Engine, seconds: float, folder: Path, *, loaded: bool) -> Result:
    """Play, record and compare."""
    out = folder / f"{engine}-{loaded}.json"
    since_s, busy_s, own_s = time.monotonic(), _busy_s(), _own_s(rig)
    subprocess.run(
        [sys.executable, "-m", "tests.loopback.soak", "--play", engine, str(seconds), str(out)]
        + (["--loaded"] if loaded else []),
        env=rig.env,
        check=True,
        timeout=seconds + 60.0,
    )
    others_s = (_busy_s() - busy_s) - (_own_s(rig) - own_s)
    time.sleep(0.5)  # the last beat's way through the recorder
    report: dict[str, Any] = json.loads(out.read_text())
    due = np.array([t for _, t in report["due"]])
    heard = rig.recording.times_of(beat("neutral", RATE_HZ)[:, 0], since_s) - report["origin"]
    settled = due > due[0] + _SETTLED_S
    latency_s = _latency_s(due[settled], heard)
    error = np.array([np.abs(heard - latency_s - t).min() for t in due])
    near = np.array([np.abs(due + latency_s - t).min() for t in heard])
    found = error[settled & (error < _MATCH_S)]
    early = error[~settled & (error < _MATCH_S)]
    said = dict(report["played"])
    told = np.array([said.get(n, math.nan) for n, _ in report["due"]])
    told = told[settled & ~np.isnan(told)]
    own = np.array([np.abs(heard - latency_s - t).min() for t in told])
    return Result(
        engine=engine,
        loaded=loaded,
        beats=len(due),
        lost=int((error >= _MATCH_S).sum()),
        extra=int((near >= _MATCH_S).sum()) + max(0, len(heard) - len(due)),
        start_ms=1e3 * float(early.max(initial=0.0)),
        p50_ms=1e3 * float(np.median(found)),
        p99_ms=1e3 * float(np.percentile(found, 99)),
        max_ms=1e3 * float(found.max()),
        reported_ms=1e3 * float(own.max()),
        underflows=report["xruns"],
        held_ms=1e3 * report["held_s"],
        stall_ms=1e3 * report["stall_s"],
        others_percent=100.0 * others_s / (time.monotonic() - since_s),
        cpu_percent=100.0 * report["cpu_ratio"],
    )


def _busy_s() -> float:
    """Return the seconds all cores have worked so far."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


def _own_s(rig: Rig) -> float:
    """Return what of that was ours: this process, its ended children, sound server and recorder."""
    own = os.times()
    rest = [psutil.Process(p.pid).cpu_times() for p in (rig.server, rig.recording.process)]
    return sum(own[:4], 0.0) + float(sum(t.user + t.system for t in rest))


def _latency_s(due: np.ndarray[Any, Any], heard: np.ndarray[Any, Any]) -> float:
    """Return the median distance from a beat's due time to the next sound within a period."""
    after = np.searchsorted(heard, due - 0.1)
    known = after < len(heard)
    return float(np.median(heard[after[known]] - due[known]))


def _period_s(t: float) -> float:
    """160 to 190 and back, with a step of 3 % in the middle of each ramp."""
    way = abs((t / _RAMP_S) % 2.0 - 1.0)
    rate_spm = 190.0 - 30.0 * way
    return 60.0 / (rate_spm * (1.03 if 0.4 < way < 0.5 else 1.0))


async def _play(engine: Engine, seconds: float, *, loaded: bool) -> dict[str, Any]:
    import sounddevice  # noqa: PLC0415  only the player may open the library

    loop = asyncio.get_running_loop()
    origin = loop.time()

    def clock() -> float:
        return loop.time() - origin

    device = find_device(sounddevice, "default")
    backend = (RtmixerBackend if engine == "rtmixer" else CallbackBackend)(device, clock)
    speaker = Speaker(backend, None)
    hold = _Hold()
    disturbing = [asyncio.create_task(_disturb())] if loaded else []
    if loaded:
        hold.start()
    cpu_s, begun = time.process_time(), time.monotonic()
    due: list[tuple[int, float]] = []
    played: list[tuple[int, float]] = []
    stall_s = 0.0
    for t, cues in _cues(_HORIZON_S + backend.latency_s, seconds):
        await asyncio.sleep(max(0.0, t - clock()))
        stall_s = max(stall_s, clock() - t)
        for one in cues:
            speaker.update(one, clock())
            due.append((one.number, one.t_due))
        played += [(number, t) for number, t, _ in speaker.poll(clock())]
    cpu_ratio = (time.process_time() - cpu_s) / clock()
    hold.stop()
    for task in disturbing:
        task.cancel()
    await asyncio.sleep(1.0)
    played += [(number, t) for number, t, _ in speaker.poll(clock())]
    xruns = backend.xruns
    speaker.close()
    return {
        "origin": origin,
        "begun": begun,
        "due": due,
        "played": played,
        "xruns": xruns,
        "cpu_ratio": cpu_ratio,
        "held_s": hold.longest_s,
        "stall_s": stall_s,
    }


def _cues(horizon_s: float, seconds: float) -> Iterator[tuple[float, list[Cue]]]:
    """Yield each tick's time and the beats to hand over then."""
    plan = BeatPlan(horizon_s)
    plan.start(_FIRST_S, _period_s(_FIRST_S), None)
    number = 0
    for k in range(round(_FIRST_S / _TICK_S), round(seconds / _TICK_S)):
        t = k * _TICK_S
        cues = []
        for at in plan.update(t, _period_s(t)):
            number += 1
            cues.append(
                Cue(
                    number=number,
                    t_decided=t,
                    t_due=at,
                    kind="beat",
                    phrase="",
                    priority=1,
                    expires_t=at + 0.05,
                    reason="soak",
                )
            )
        yield t, cues


class _Hold(threading.Thread):
    """Takes the interpreter's lock and keeps it, as an extension module in C may."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest_s = 0.0
        self._over = threading.Event()
        self._sleep_us = ctypes.PyDLL(None).usleep  # PyDLL calls do not let go of the lock

    def run(self) -> None:
        """Hold it for 10 to 90 ms about five times a second."""
        rng = random.Random(1)  # noqa: S311  no secret
        while not self._over.wait(rng.uniform(0.05, 0.2)):
            begun_s = time.monotonic()
            self._sleep_us(int(1e6 * rng.uniform(0.01, _HELD_MOST_S)))
            self.longest_s = max(self.longest_s, time.monotonic() - begun_s)

    def stop(self) -> None:
        """End it."""
        self._over.set()
        if self.is_alive():
            self.join()


async def _disturb() -> None:
    """Keep the event loop busy: sums, garbage in circles, JSON."""
    rows = [{"t": k / 200, "acc": [k, 2 * k, 3 * k], "text": "x" * 20} for k in range(2000)]
    while True:
        np.abs(np.fft.rfft(np.random.default_rng(1).normal(size=(16, 4096)))).sum()
        circle: list[Any] = []
        for _ in range(2000):
            knot: list[Any] = []
            knot.append(knot)
            circle.append(knot)
        json.loads(json.dumps(rows))
        await asyncio.sleep(0.02)


def main() -> None:
    """Play (as the rig's program), or run the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--play", nargs=3, metavar=("ENGINE", "SECONDS", "OUT"))
    parser.add_argument("--loaded", action="store_true")
    parser.add_argument("--seconds", type=float, default=600.0)
    told = parser.parse_args()
    if told.play:
        engine, seconds, out = told.play
        report = asyncio.run(_play(engine, float(seconds), loaded=told.loaded))
        Path(out).write_text(json.dumps(report))
        return
    print(HEADER)  # noqa: T201  the table is what this program is for
    engines: tuple[Engine, ...] = ("rtmixer", "callback")
    for engine in engines:
        for loaded in (False, True):
            with tempfile.TemporaryDirectory() as folder, pulse_rig(Path(folder)) as rig:
                result = soak(rig, engine, told.seconds, Path(folder), loaded=loaded)
            print(result.row(), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
