"""A sound card made of PulseAudio: private server, null sink, recorder, and a player to record.

The player is this file run as a program in the rig's environment, because PortAudio reads it once.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from livecoach.errors import AudioError
from livecoach.sinks.audio.base import AudioBackend, Clock
from livecoach.sinks.audio.callback import CallbackBackend
from livecoach.sinks.audio.portaudio import find_device
from livecoach.sinks.audio.rtmixer_backend import RtmixerBackend
from livecoach.sound.beats import beat

RATE_HZ = 48_000
LEAD_S = 0.5
"""How long before a beat is due the player hands it over."""
_FRAME_BYTES = 8
_PART = 30 * RATE_HZ
"""Frames searched at a time: ten minutes at once would fill the memory."""

Floats = NDArray[np.float64]


def rig_present() -> bool:
    """Whether this machine has what the rig is made of."""
    tools = all(shutil.which(tool) for tool in ("pulseaudio", "parec", "pactl"))
    probe = "import sounddevice"
    return (
        tools
        and not subprocess.run(
            [sys.executable, "-c", probe], check=False, capture_output=True
        ).returncode
    )


class Recording:
    """What the sink's monitor heard, with the time at which each part arrived."""

    def __init__(self, env: dict[str, str], sink: str = "rig") -> None:
        source = f"{sink}.monitor"
        command = ["parec", "--raw", "-d", source, "--format=float32le", "--channels=2"]
        self.process = subprocess.Popen(
            [*command, f"--rate={RATE_HZ}", "--latency-msec=20"], env=env, stdout=subprocess.PIPE
        )
        self._parts: list[bytes] = []
        self._arrivals: list[tuple[float, int]] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        total = 0
        with self.process.stdout as pipe:
            while part := os.read(pipe.fileno(), 1 << 16):
                total += len(part)
                self._arrivals.append((time.monotonic(), total // _FRAME_BYTES))
                self._parts.append(part)

    def running(self) -> bool:
        """Whether sound (or silence) arrives."""
        return bool(self._parts)

    def stop(self) -> None:
        """End the recording; a second call does nothing."""
        self.process.terminate()
        self.process.wait()
        self._thread.join()

    def sounding(self) -> bool:
        """Whether anything but silence has arrived."""
        return any(any(part) for part in self._parts)

    def times_of(self, sound: NDArray[np.float32], since_s: float) -> Floats:
        """Host times at which ``sound`` began in the left channel after host time ``since_s``."""
        raw = b"".join(self._parts)
        left = np.frombuffer(raw[: len(raw) // _FRAME_BYTES * _FRAME_BYTES], "<f4")[::2]
        at, count = np.array([arrival for arrival in self._arrivals if arrival[0] > since_s]).T
        first = int(count[0])
        found = onsets(left[first:], sound) + first
        slope, level = _line_under(at - count / RATE_HZ, at, count)
        return np.asarray(found / RATE_HZ + slope * found + level)


def _line_under(late: Floats, at: Floats, count: Floats) -> tuple[float, float]:
    """Fit the sink's clock: a line through each second's least late arrival."""
    second = (at - at[0]).astype(int)
    least = [np.flatnonzero(second == s)[np.argmin(late[second == s])] for s in set(second)]
    line = np.polyfit(count[least], late[least], 1)
    good = np.abs(late[least] - np.polyval(line, count[least])) < 0.002
    if good.sum() > 4:
        line = np.polyfit(count[least][good], late[least][good], 1)
    return float(line[0]), float(line[1])


@dataclass(frozen=True)
class Rig:
    """A running server."""

    env: dict[str, str]
    recording: Recording
    server: subprocess.Popen[bytes]

    def play(
        self, backend: str, seconds: float, folder: Path, flush_s: float = math.inf
    ) -> dict[str, Any]:
        """Run the player to its end and return what it reports; it stops beating at ``flush_s``."""
        out = folder / f"{backend}.json"
        args = [backend, str(seconds), str(out), str(flush_s)]
        subprocess.run(
            [sys.executable, "-m", "tests.loopback.audio_rig", *args],
            env=self.env,
            check=True,
            timeout=seconds + 30.0,
        )
        result: dict[str, Any] = json.loads(out.read_text())
        return result


@contextmanager
def pulse_rig(folder: Path, *modules: str) -> Iterator[Rig]:
    """Run a private PulseAudio with a null sink, a recorder on it, and ``modules`` besides."""
    env = _environment(folder, modules)
    options = ["-n", "-F", str(folder / "default.pa"), "--daemonize=no", "--exit-idle-time=-1"]
    # Shared memory off: with it the server can abort (PulseAudio issue 824, memblock assertion).
    # High priority, as a desktop gives it: kept waiting, a server loses track of its own delay.
    quiet = ["--use-pid-file=no", "--realtime=yes", "--high-priority=yes", "--disable-shm=yes"]
    log = f"--log-target=file:{folder / 'pulse.log'}"
    server = subprocess.Popen(["pulseaudio", *options, *quiet, log], env=env)
    try:
        _wait_for(
            lambda: (
                not subprocess.run(
                    ["pactl", "info"], env=env, check=False, capture_output=True
                ).returncode
            )
        )
        # Without a low-latency recorder the null sink wakes every two seconds and starves players.
        with recorded(env) as recording:
            yield Rig(env, recording, server)
    finally:
        server.terminate()
        server.wait()


@contextmanager
def recorded(env: dict[str, str]) -> Iterator[Recording]:
    """Record the sink's monitor; sound (or silence) arrives when this is entered."""
    recording = Recording(env)
    try:
        _wait_for(recording.running)
        yield recording
    finally:
        recording.stop()


def _wait_for(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15.0
    while not ready():
        assert time.monotonic() < deadline, "the rig did not start"
        time.sleep(0.05)


def _environment(folder: Path, modules: tuple[str, ...]) -> dict[str, str]:
    folder.chmod(0o700)
    socket = folder / "native"
    (folder / "default.pa").write_text(
        f"load-module module-native-protocol-unix auth-anonymous=1 socket={socket}\n"
        f"load-module module-null-sink sink_name=rig rate={RATE_HZ} channels=2 format=float32le\n"
        + "".join(f"load-module {module}\n" for module in modules)
        + "set-default-sink rig\nset-default-source rig.monitor\n"
    )
    (folder / "asound.conf").write_text(
        "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n"
    )
    places = {"XDG_RUNTIME_DIR": "", "PULSE_RUNTIME_PATH": "run", "PULSE_STATE_PATH": "state"}
    return {
        **os.environ,
        **{name: str(folder / place) for name, place in places.items()},
        "PULSE_COOKIE": str(folder / "cookie"),
        "PULSE_SERVER": f"unix:{socket}",
        "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
    }


def onsets(signal: NDArray[np.float32], template: NDArray[np.float32]) -> Floats:
    """Find the frames (with fractions) at which the template begins, by matched filter."""
    found: list[float] = []
    apart = round(0.15 * RATE_HZ)
    for begin in range(0, len(signal), _PART):
        part = signal[begin : begin + _PART + 2 * len(template)]
        likeness = fftconvolve(part, template[::-1])[len(template) - 1 : -len(template)]
        likeness = likeness / np.dot(template, template)
        start = 0 if not found else max(0, round(found[-1]) + apart - begin)
        while (above := np.flatnonzero(likeness[start:_PART] > 0.5)).size:
            first = start + above[0]
            peak = first + int(np.argmax(likeness[first : first + len(template)]))
            before, top, after = likeness[peak - 1 : peak + 2]
            found.append(begin + peak + 0.5 * (before - after) / (before - 2.0 * top + after))
            start = peak + apart
    return np.array(found)


def _play(kind: str, seconds: float, out: Path, flush_s: float) -> None:
    """Play 170 beats a minute in session time and write down what was due and what was played."""
    import sounddevice  # noqa: PLC0415  only the player may open the library

    origin = time.monotonic()

    def clock() -> float:
        return time.monotonic() - origin

    device = find_device(sounddevice, "default")
    make = RtmixerBackend if kind == "rtmixer" else CallbackBackend
    backend = make(device, clock)
    due = [1.0 + n * 60.0 / 170.0 for n in range(int((seconds - 1.0) * 170.0 / 60.0))]
    report: dict[str, Any] = {"origin": origin, "due": due, "latency_s": backend.latency_s}
    played: list[tuple[int, float]] = []
    cpu_s = time.process_time()
    try:
        for now_s in _feed(backend, due, clock, flush_s):
            played += backend.poll(now_s)
            if len(played) == len(due) or now_s > min(seconds + 2.0, flush_s + 1.0):
                break
    except AudioError as exc:
        report |= {"error": str(exc), "error_s": clock()}
    cpu_ratio = (time.process_time() - cpu_s) / clock()
    backend.close()
    out.write_text(
        json.dumps(report | {"played": played, "xruns": backend.xruns, "cpu_ratio": cpu_ratio})
    )


def _feed(backend: AudioBackend, due: list[float], clock: Clock, flush_s: float) -> Iterator[float]:
    """Hand beats over in time, fifty times a second, until it is time to flush; yield the time."""
    frames = beat("neutral", backend.rate_hz)
    waiting = list(enumerate(due))
    while True:
        now_s = clock()
        while waiting and waiting[0][1] - LEAD_S <= now_s:
            token, t_due = waiting.pop(0)
            backend.play(frames, t_due, token)
        if now_s >= flush_s:
            backend.flush()
            waiting, flush_s = [], math.inf
        yield now_s
        time.sleep(0.02)


if __name__ == "__main__":
    _play(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
