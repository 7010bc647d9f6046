"""Estimate how much of a Raspberry Pi Zero 2 W the estimator and the sound take. No Pi is involved.

Method: this machine runs each load twice under valgrind's callgrind, which counts the instructions
of the whole process: once for `SHORT_S`, once for `LONG_S` of it. Both runs start up and prepare
the same, and all of the longer one's input, so the difference is the load's alone, for the seconds
between. A busy machine changes the count little. Numpy is held to its baseline: vectors
of 128 bit, as the Pi's.

A core of the Pi is a Cortex-A53 at 1 GHz. It is taken to need as many instructions as x86-64:
counted once by a plugin of qemu-user, Debian's aarch64 CPython took 1.02 times as many for the
estimator and 0.85 times for the sound. It is taken to finish `PER_CYCLE` of them a cycle: assumed
for interpreted code on a core that works in order, not measured. Left out: waits for memory longer
than that allows (four cores share 512 kB of cache), the kernel, heat.

Left out, too, is the rest of a run: event loop, drivers, session file, broker and the synthesis of
a phrase, by a process of its own.

    python -m tests.benchmarks.instructions        # two minutes; needs valgrind (apt)
"""

import os
import re
import shutil
import subprocess
import sys

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from livecoach.coach import CoachParams
from livecoach.model import Baseline, Cue, CueKind, Link, Payload, Profile, Step, Tick
from livecoach.session import Pipeline
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.sound.desk import Desk
from livecoach.sound.mixer import Mixer
from livecoach.wire import recording

SHORT_S, LONG_S = 20, 60
IMU_HZ = 200
SOUND_HZ = 48_000
BLOCK = 480
"""Frames the sound card asks for at a time, 10 ms: smaller ones cost more."""
STEP_S = 60.0 / 180.0
PHRASE_EVERY_S, PHRASE_S = 10, 2.0
CORE_HZ = 1e9
PER_CYCLE = (0.8, 0.4)
"""Instructions a cycle, if all goes well and if not."""


def estimator(seconds: int) -> None:
    """Take a simulated chest's rows to steps, figures and cues: wire, estimator, coach, ticks."""
    runner = SimulatedRunner(RunnerParams(rate_hz=IMU_HZ), np.random.default_rng(1))
    samples = [runner.update() for _ in range(LONG_S * IMU_HZ)]
    payloads = [
        Payload(0, s.t, "s", "imu.csv", k, recording.imu_row(s)) for k, s in enumerate(samples)
    ]
    params = CoachParams(target="+5%", grace_s=3.0, ramp_ratio_per_s=0.02)
    pipeline = Pipeline(params, Profile("x", (Baseline(160.0, 3.0, 900),)))
    info = msgspec.structs.replace(runner.info, columns=recording.IMU_COLUMNS)
    pipeline.update(Link(0, 0.0, "s", "found", info))
    steps = 0
    for k, payload in enumerate(payloads[: seconds * IMU_HZ]):
        if k % (IMU_HZ // 10) == 0:
            pipeline.update(Tick(0, payload.t))
        steps += sum(isinstance(event, Step) for event in pipeline.update(payload))
    if steps < 2 * seconds:
        raise SystemExit(f"only {steps} steps in {seconds} s: this is no run")


def sound(seconds: int) -> None:
    """Mix a beat on each step and a phrase of 2 s every 10 s, in blocks, mixed by us throughout."""
    noise = np.random.default_rng(1).standard_normal(round(PHRASE_S * SOUND_HZ))
    phrase = (0.1 * noise).astype(np.float32)
    desk, mixer = Desk(SOUND_HZ), Mixer(SOUND_HZ)
    steps = phrases = 0
    while (t := mixer.frame / SOUND_HZ) < seconds:
        if t >= steps * STEP_S:
            steps += 1
            cue = _cue(t, "beat", ("left", "right")[steps % 2])
            mixer.schedule(desk.voice(cue, None), mixer.frame)
        if t >= phrases * PHRASE_EVERY_S:
            phrases += 1
            mixer.schedule(desk.voice(_cue(t, "speech", ""), phrase), mixer.frame)
        mixer.render(BLOCK)


def _cue(t: float, kind: CueKind, phrase: str) -> Cue:
    return Cue(
        number=0,
        t_decided=t,
        t_due=t,
        kind=kind,
        phrase=phrase,
        priority=0,
        expires_t=t + 1.0,
        reason="",
    )


LOADS = {"estimator": estimator, "sound": sound}


def counted(load: str, seconds: int) -> int:
    """Return how many instructions a process takes that does a load for so long."""
    vectors = np.show_config(mode="dicts")["SIMD Extensions"]
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
    done = subprocess.run(
        [*command, "-m", "tests.benchmarks.instructions", load, str(seconds)],
        env=os.environ
        | {
            "NPY_DISABLE_CPU_FEATURES": " ".join(vectors["found"]),
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise SystemExit(f"valgrind, {load}: {done.stderr[-2000:]}")
    return int(found[1])


def main() -> None:
    """Count and print; with a load and its seconds, only do that."""
    if len(sys.argv) == 3:
        LOADS[sys.argv[1]](int(sys.argv[2]))
        return
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is missing: sudo apt install valgrind")
    at = [f"of a core, {rate:g} a cycle" for rate in PER_CYCLE]
    table = Table("load", "million instructions a second", *at, title="Pi Zero 2 W: estimated")
    total = 0.0
    for load in LOADS:
        a_second = (counted(load, LONG_S) - counted(load, SHORT_S)) / (LONG_S - SHORT_S)
        total += a_second
        table.add_row(load, *_figures(a_second))
    table.add_row("both", *_figures(total))
    Console().print(table)


def _figures(a_second: float) -> list[str]:
    shares = [a_second / (CORE_HZ * rate) for rate in PER_CYCLE]
    return [f"{1e-6 * a_second:.1f}", *(f"{100.0 * share:.1f} %" for share in shares)]


if __name__ == "__main__":
    main()
